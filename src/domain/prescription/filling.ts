/**
 * Rules about what happens to a prescription after it was issued: a pharmacist reviews it, the patient chooses a
 * pharmacy, and a pharmacist there hands out what was prescribed, no more and nothing twice. Reviewer, patient and
 * dispenser each show by its hash that their copy of the private part is the prescriber's.
 */
import Type from 'typebox'
import { PRESCRIPTION_LINES_MAX, PRESCRIPTION_PACKS_MAX } from '../../base/index.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole } from '../roles.ts'
import { Fields, Hash, LocalId, PackCode, Reference, Subject } from '../schema.ts'
import { splitReference } from '../table.ts'
import {
  putPrescription,
  requireLicence,
  requireLive,
  requirePrescription,
  requireSameCopy,
} from './checks.ts'
import { type Control, DISPENSINGS, type LineRow, type PrescriptionRow, Quantity } from './state.ts'

/** Members that hand out drugs. */
const DISPENSERS = ['hospital', 'pharmacy', 'retailer']
/** Of these, those that sell to the public, whatever else they are. */
const RETAIL = ['pharmacy', 'retailer']
/** What is dispensed in hospitals only. */
const HOSPITAL_ONLY: readonly Control[] = ['narcotic', 'class-1']

const about = { prescription: Reference, subject: Subject }

const facilityOf = (prescription: string) => ({ member: splitReference(prescription)[0] })

export const review = defineVerb({
  summary: 'A pharmacist approves or rejects a prescription; reasons are in the private part.',
  signers: 'a pharmacist of the reviewing member',
  payload: Fields({ ...about, commitment: Hash, approved: Type.Boolean() }),
  privatePart: 'optional',
  parties: ({ prescription, subject }, signer) => [
    { subject },
    facilityOf(prescription),
    { member: signer.member },
  ],
  rule(context) {
    const { payload, signer, time } = context
    const row = requirePrescription(context)
    if (signer.actor === row.prescriber) context.refuse('prescription.same-person')
    requirePharmacist(context)
    if (signer.member !== row.reviewer) {
      context.refuse('prescription.not-reviewer', { field: '/payload/prescription' })
    }
    requireLive(context, row)
    if (row.review !== undefined) {
      context.refuse('prescription.reviewed', { field: '/payload/prescription' })
    }
    requireSameCopy(context, row, payload.commitment, '/payload/commitment')
    const { approved } = payload
    putPrescription(context, { ...row, review: { by: signer.actor, at: time, approved } })
  },
})

const routed = Fields({ ...about, pharmacy: LocalId })

const routeParties = (payload: {
  readonly prescription: string
  readonly subject: string
  readonly pharmacy: string
}) => [{ subject: payload.subject }, { member: payload.pharmacy }, facilityOf(payload.prescription)]

export const route = defineVerb({
  summary: "The patient chooses a pharmacy and hands it the patient's copy of the private part.",
  signers: 'whoever acts for the subject',
  payload: routed,
  privatePart: 'required',
  parties: routeParties,
  rule(context) {
    const { payload, signer, time, privateHash } = context
    const { subject, pharmacy } = payload
    if (!context.port('identity.actsFor')(signer, subject)) {
      context.refuse('prescription.not-yours', { field: '/payload/subject' })
    }
    const row = requirePrescription(context)
    requireLive(context, row)
    if (row.review === undefined) {
      context.refuse('prescription.not-reviewed', { field: '/payload/prescription' })
    }
    if (row.route !== undefined) context.refuse('prescription.routed', { field: '/payload/prescription' })
    const member = context.port('identity.member')(pharmacy)
    if (!member?.active || !hasMemberRole(member.roles, DISPENSERS)) {
      return context.refuse('prescription.pharmacy-unfit', { field: '/payload/pharmacy' })
    }
    const isHospitalOnly = row.lines.some(({ controlled }) => HOSPITAL_ONLY.includes(controlled))
    if (isHospitalOnly && hasMemberRole(member.roles, RETAIL)) {
      context.refuse('prescription.controlled', { field: '/payload/pharmacy' })
    }
    requireSameCopy(context, row, privateHash, '/privateHash')
    putPrescription(context, { ...row, route: { pharmacy, by: signer.actor, at: time } })
  },
})

export const release = defineVerb({
  summary:
    'Takes a prescription away from a pharmacy: the patient, or a pharmacist there who can not fill it.',
  signers: 'whoever acts for the subject, or a pharmacist of that pharmacy',
  payload: routed,
  parties: routeParties,
  rule(context) {
    const { payload, signer } = context
    const isPharmacy = signer.role === 'pharmacist' && signer.member === payload.pharmacy
    if (!isPharmacy && !context.port('identity.actsFor')(signer, payload.subject)) {
      context.refuse('prescription.not-yours', { field: '/payload/subject' })
    }
    const before = requirePrescription(context)
    requireLive(context, before)
    const { route, ...row } = before
    if (route?.pharmacy !== payload.pharmacy) {
      context.refuse('prescription.not-routed', { field: '/payload/pharmacy' })
    }
    putPrescription(context, row)
  },
})

export const dispense = defineVerb({
  summary: 'A pharmacist of the chosen pharmacy hands out all or part of a prescription.',
  signers: 'a pharmacist of the pharmacy that has it',
  payload: Fields({
    dispenseId: LocalId,
    ...about,
    commitment: Hash,
    quantities: Type.Array(Quantity, {
      minItems: 1,
      maxItems: PRESCRIPTION_LINES_MAX,
    }),
    packs: Type.Optional(
      Type.Array(PackCode, { minItems: 1, maxItems: PRESCRIPTION_PACKS_MAX, uniqueItems: true }),
    ),
  }),
  privatePart: 'optional',
  parties: ({ prescription, subject }, signer) => [
    { subject },
    facilityOf(prescription),
    { member: signer.member },
  ],
  rule(context) {
    const { payload, signer, state, time } = context
    const { dispenseId, prescription, subject, commitment, quantities, packs } = payload
    requirePharmacist(context)
    if (DISPENSINGS.has(state, signer.member, dispenseId)) {
      context.refuse('prescription.dispense-exists', { field: '/payload/dispenseId' })
    }
    const row = requirePrescription(context)
    requireLive(context, row)
    if (row.route?.pharmacy !== signer.member) {
      context.refuse('prescription.not-routed', { field: '/payload/prescription' })
    }
    requireSameCopy(context, row, commitment, '/payload/commitment')
    const lines = handOut(context, row)
    putPrescription(context, { ...row, lines })
    const dispensing = { prescription, subject, quantities, by: signer.actor, at: time }
    DISPENSINGS.put(
      state,
      packs === undefined ? dispensing : { ...dispensing, packs },
      signer.member,
      dispenseId,
    )
    if (packs !== undefined) context.port('supply.dispense')({ pharmacy: signer.member, prescription, packs })
  },
})

interface Dispensing {
  readonly quantities: readonly { readonly line: number; readonly quantity: number }[]
}

/** The lines with what is handed out now; refuses more than was prescribed. */
function handOut(context: RuleContext<Dispensing>, { lines }: PrescriptionRow): readonly LineRow[] {
  const { quantities } = context.payload
  const now = new Map(quantities.map(({ line, quantity }) => [line, quantity]))
  if (now.size < quantities.length) context.refuse('prescription.lines', { field: '/payload/quantities' })
  for (const [i, { line, quantity }] of quantities.entries()) {
    const field = `/payload/quantities/${i}`
    const row = lines.find((candidate) => candidate.line === line)
    if (row === undefined) return context.refuse('prescription.line-unknown', { field: `${field}/line` })
    if (row.dispensed + quantity > row.quantity) {
      context.refuse('prescription.exceeds', { field: `${field}/quantity` })
    }
  }
  return lines.map((row) => ({ ...row, dispensed: row.dispensed + (now.get(row.line) ?? 0) }))
}

function requirePharmacist(context: RuleContext<unknown>): void {
  if (context.signer.role !== 'pharmacist') context.refuse('prescription.role')
  requireLicence(context)
}
