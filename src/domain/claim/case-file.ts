/**
 * What a payer sees of a case in one call, and what social security sees of a visit. The case file opens with the
 * patient's claim consent of that case and with nothing else.
 */
import Type from 'typebox'
import type { Context } from '../contract.ts'
import { defineRead } from '../define.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import { allOf, deskWith, only, staffOf } from '../rights.ts'
import { ActorId, Count, Fields, Hash, LocalId, OneOf, Reference, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { ClaimAnswer, showClaim } from './answers.ts'
import { billedOf, CLAIM_STATES, CLAIMS, type ClaimRow, paidOf, SumFen, sumOf, VISITS } from './state.ts'
import { claimsOfVisit } from './visits.ts'

const Claims = Count(0, 1_000)

/** Fen of a visit: what was billed once, and what payers decided to pay of it. */
const others = Fields({ claims: Claims, paid: SumFen })
const visitTotals = Fields({ billed: SumFen, paid: SumFen, others })

/** A visit's totals, and what payers other than this one come to, without who they are. */
function showTotals(context: Context, provider: string, visit: string, payer: string) {
  const row = VISITS.get(context.state, provider, visit)
  const lines = row?.lines ?? []
  const foreign =
    row === undefined ? [] : claimsOfVisit(context, row).filter((claim) => claim.payer !== payer)
  return {
    billed: sumOf(lines, ({ billed }) => billed),
    paid: sumOf(lines, ({ paid }) => paid),
    others: { claims: foreign.length, paid: sumOf(foreign, paidOf) },
  }
}

export const caseFile = defineRead({
  path: '/case-files/:ref',
  summary: "All that a claim's payer may know of its case, at once.",
  query: Fields({ ref: Reference }),
  answer: Fields({
    claim: ClaimAnswer,
    consent: Fields({ ref: Reference, kinds: Type.Array(OneOf(RECORD_KINDS)) }),
    records: Type.Array(
      Fields({ ref: Reference, kind: OneOf(RECORD_KINDS), encounterAt: Time, contentHash: Hash }),
    ),
    accesses: Type.Array(
      Fields({
        ref: Reference,
        by: ActorId,
        record: Reference,
        noticeAt: Type.Optional(Time),
        openedAt: Type.Optional(Time),
      }),
    ),
    visit: visitTotals,
    complete: Type.Boolean(),
  }),
  patientData: true,
  find: ({ state, query }) => CLAIMS.find(state, query.ref),
  for: allOf(
    staffOf('payer'),
    only("while the patient's claim consent of the case is in force", ({ port }, claim: ClaimRow) => {
      return port('consent.ofCase')(claim.subject, claim.caseRef, claim.payer) !== undefined
    }),
  ),
  show(claim, context) {
    const { subject, caseRef, payer } = claim
    const consent = context.port('consent.ofCase')(subject, caseRef, payer)!
    const limit = context.parameter('caseItemsMax')
    const steps = context.port('record.ofCase')(subject, caseRef, limit, undefined)
    const records = steps.flatMap(({ ref }) => {
      const record = context.port('record.find')(ref)
      if (record === undefined || record.erased || !consent.kinds.includes(record.kind)) return []
      const { kind, encounterAt, contentHash } = record
      return [{ ref, kind, encounterAt, contentHash }]
    })
    const accesses = context.port('access.ofConsent')(consent.reference, limit)
    return {
      claim: showClaim(claim, context),
      consent: { ref: consent.reference, kinds: consent.kinds },
      records,
      accesses: accesses.map(({ reference, by, record, noticeAt, openedAt }) => ({
        ref: reference,
        by,
        record,
        ...(noticeAt !== undefined && { noticeAt }),
        ...(openedAt !== undefined && { openedAt }),
      })),
      visit: showTotals(context, claim.provider, claim.visit, payer),
      complete: steps.length < limit && accesses.length < limit,
    }
  },
})

export const check = defineRead({
  path: '/checks',
  summary: 'Whether a patient is who it claims to be, and whether a visit was claimed before.',
  query: Fields({ subject: Subject, visit: Reference }),
  answer: Fields({
    subject: Subject,
    facility: Type.Optional(LocalId),
    verified: Type.Boolean(),
    insured: Type.Optional(Hash),
    claimed: Type.Boolean(),
    sameSubject: Type.Optional(Type.Boolean()),
    billed: SumFen,
    paid: SumFen,
    claims: Type.Array(Fields({ payer: LocalId, state: OneOf(CLAIM_STATES), billed: SumFen, paid: SumFen })),
  }),
  patientData: true,
  for: deskWith('social-security'),
  show(_, context) {
    const { port, query, state } = context
    const { subject } = query
    const facility = port('identity.facilityOf')(subject)
    const insured = port('identity.insuredOf')(subject)
    const row = VISITS.get(state, ...splitReference(query.visit))
    const lines = row?.lines ?? []
    return {
      subject,
      ...(facility !== undefined && { facility }),
      verified: insured !== undefined,
      ...(insured !== undefined && { insured }),
      claimed: row !== undefined,
      ...(row !== undefined && { sameSubject: row.subject === subject }),
      billed: sumOf(lines, ({ billed }) => billed),
      paid: sumOf(lines, ({ paid }) => paid),
      claims: (row === undefined ? [] : claimsOfVisit(context, row)).map((claim) => ({
        payer: claim.payer,
        state: claim.state,
        billed: billedOf(claim),
        paid: paidOf(claim),
      })),
    }
  },
})
