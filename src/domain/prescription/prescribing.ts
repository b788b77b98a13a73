/**
 * Rules about prescribing: a doctor of a hospital issues a prescription for a patient of that hospital, lets it last
 * longer, or takes it back. The body says how much and for how many days; of what, and why, is in the private part.
 */
import Type from 'typebox'
import { assert, DAY_SECONDS, PRESCRIPTION_LINES_MAX } from '../../base/index.ts'
import { startOfDay } from '../calendar.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, MEMBER } from '../roles.ts'
import { Fields, LocalId, OneOf, omit, Reference, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { putPrescription, requireLicence, requireLive, requirePrescription } from './checks.ts'
import { BASES, type Basis, LineRow, PRESCRIPTIONS, type PrescriptionRow } from './state.ts'

/** Which parameter bounds the days of a kind of prescription. */
const SUPPLY_BOUNDS: { readonly [Kind in Basis]: string } = {
  ordinary: 'supplyDaysMax',
  emergency: 'emergencyDaysMax',
  chronic: 'chronicDaysMax',
}

/** Members that enrol pharmacists. */
const REVIEWERS = ['hospital', 'pharmacy', 'retailer', 'platform']

export const issue = defineVerb({
  summary: 'A doctor prescribes; drugs, directions and diagnosis are in the private part.',
  signers: 'a doctor of a hospital',
  payload: Fields({
    rxId: LocalId,
    subject: Subject,
    basis: OneOf(BASES),
    lines: Type.Array(Fields(omit(LineRow, 'dispensed')), { minItems: 1, maxItems: PRESCRIPTION_LINES_MAX }),
    validUntil: Time,
    reviewer: Type.Optional(LocalId),
  }),
  privatePart: 'required',
  parties: ({ subject, reviewer }, signer) => [
    { subject },
    { member: signer.member },
    { member: reviewer ?? signer.member },
  ],
  rule(context) {
    const { payload, signer, state, time, privateHash } = context
    const { rxId, subject, basis, validUntil, reviewer = signer.member } = payload
    if (signer.role !== 'doctor' || !hasMemberRole(signer.memberRoles, ['hospital'])) {
      context.refuse('prescription.role')
    }
    requireLicence(context)
    if (context.port('identity.facilityOf')(subject) !== signer.member) {
      context.refuse('prescription.not-facility', { field: '/payload/subject' })
    }
    if (PRESCRIPTIONS.has(state, signer.member, rxId)) {
      context.refuse('prescription.exists', { field: '/payload/rxId' })
    }
    requireLines(context)
    if (validUntil <= time || validUntil > startOfDay(time) + context.parameter('validDays') * DAY_SECONDS) {
      context.refuse('prescription.period', { field: '/payload/validUntil' })
    }
    requireReviewer(context, reviewer)
    assert(privateHash !== undefined, 'a prescription comes with its private part')
    const row: PrescriptionRow = {
      subject,
      prescriber: signer.actor,
      basis,
      lines: payload.lines.map((line) => ({ ...line, dispensed: 0 })),
      commitment: privateHash,
      issuedAt: time,
      validUntil,
      reviewer,
    }
    PRESCRIPTIONS.put(state, row, signer.member, rxId)
  },
})

interface Lines {
  readonly basis: Basis
  readonly lines: readonly { readonly line: number; readonly daysSupply: number }[]
}

function requireLines(context: RuleContext<Lines>): void {
  const { basis, lines } = context.payload
  const numbers = new Set(lines.map(({ line }) => line))
  if (numbers.size < lines.length || lines.length > context.parameter('linesMax')) {
    context.refuse('prescription.lines', { field: '/payload/lines' })
  }
  const daysMax = context.parameter(SUPPLY_BOUNDS[basis])
  const tooLong = lines.findIndex(({ daysSupply }) => daysSupply > daysMax)
  if (tooLong >= 0) {
    context.refuse('prescription.supply', { field: `/payload/lines/${tooLong}/daysSupply` })
  }
}

function requireReviewer(context: RuleContext<unknown>, reviewer: string): void {
  const member = context.port('identity.member')(reviewer)
  if (!member?.active || !hasMemberRole(member.roles, REVIEWERS)) {
    context.refuse('prescription.reviewer-unfit', { field: '/payload/reviewer' })
  }
}

export const extend = defineVerb({
  summary: 'The prescriber lets a prescription that is still valid last longer.',
  signers: 'the prescriber',
  payload: Fields({ prescription: Reference, subject: Subject, validUntil: Time }),
  parties: ({ prescription, subject }) => [{ subject }, { member: splitReference(prescription)[0] }],
  rule(context) {
    const { payload, signer } = context
    const row = requirePrescription(context)
    if (row.prescriber !== signer.actor) {
      context.refuse('prescription.not-prescriber', { field: '/payload/prescription' })
    }
    requireLicence(context)
    requireLive(context, row)
    const latest = startOfDay(row.issuedAt) + context.parameter('extendedDaysMax') * DAY_SECONDS
    if (payload.validUntil <= row.validUntil || payload.validUntil > latest) {
      context.refuse('prescription.extension', { field: '/payload/validUntil' })
    }
    putPrescription(context, { ...row, validUntil: payload.validUntil })
  },
})

export const cancel = defineVerb({
  summary: "Takes back what is not dispensed yet: the prescriber, or the hospital's own key.",
  signers: "the prescriber, the hospital's own key",
  payload: Fields({ prescription: Reference, subject: Subject }),
  parties: ({ prescription, subject }) => [{ subject }, { member: splitReference(prescription)[0] }],
  rule(context) {
    const { payload, signer, time } = context
    const row = requirePrescription(context)
    const isHospital = signer.role === MEMBER && signer.member === splitReference(payload.prescription)[0]
    if (row.prescriber !== signer.actor && !isHospital) {
      context.refuse('prescription.not-prescriber', { field: '/payload/prescription' })
    }
    requireLive(context, row)
    putPrescription(context, { ...row, cancellation: { by: signer.actor, at: time } })
  },
})
