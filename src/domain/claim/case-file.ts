/**
 * What a payer sees of a case in one call, and what social security sees of a visit. The case file opens with the patient's
 * claim consent of that case and with nothing else.
 */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import type { Context } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { hasMemberRole, isDesk, isStaffOf } from '../roles.ts'
import { ActorId, Count, Fields, Hash, LocalId, Name, Reference, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { ClaimAnswer, findClaim, SumFen, showClaim } from './answers.ts'
import { billedOf, paidOf, sumOf, VISITS } from './state.ts'
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

export const caseFile = defineOldRead({
  path: '/case-files/:ref',
  summary:
    "All that a claim's payer may know of its case, at once: its staff, while the patient's claim consent is in force.",
  query: Fields({ ref: Reference }),
  answer: Fields({
    claim: ClaimAnswer,
    consent: Fields({ ref: Reference, kinds: Type.Array(Name) }),
    records: Type.Array(Fields({ ref: Reference, kind: Name, encounterAt: Time, contentHash: Hash })),
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
  list: false,
  patientData: true,
  run(context): Json | undefined {
    const found = findClaim(context, String(context.query['ref']))
    if (found === undefined || !isStaffOf(context.reader, found.row.payer)) return undefined
    const { provider, local, row } = found
    const consent = context.port('consent.ofCase')(row.subject, row.caseRef, row.payer)
    if (consent === undefined) return undefined
    const limit = context.parameter('caseItemsMax')
    const { references, next } = context.port('record.ofCase')(row.subject, row.caseRef, limit, undefined)
    const records = references.flatMap((ref) => {
      const record = context.port('record.find')(ref)
      if (record === undefined || record.erased || !consent.kinds.includes(record.kind)) return []
      const { kind, encounterAt, contentHash } = record
      return [{ ref, kind, encounterAt, contentHash }]
    })
    const accesses = context.port('access.ofConsent')(consent.reference, limit)
    return {
      claim: showClaim(context, provider, local, row),
      consent: { ref: consent.reference, kinds: [...consent.kinds] },
      records,
      accesses: accesses.map(({ reference, by, record, noticeAt, openedAt }) => ({
        ref: reference,
        by,
        record,
        ...(noticeAt !== undefined && { noticeAt }),
        ...(openedAt !== undefined && { openedAt }),
      })),
      visit: showTotals(context, provider, row.visit, row.payer),
      complete: next === undefined && accesses.length < limit,
    }
  },
})

export const check = defineOldRead({
  path: '/checks',
  summary:
    'Whether a patient is who it claims to be, and whether a visit was claimed before: key and employees of social security.',
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
    claims: Type.Array(Fields({ payer: LocalId, state: Name, billed: SumFen, paid: SumFen })),
  }),
  list: false,
  patientData: true,
  run(context): Json | undefined {
    const { reader, query } = context
    if (!isDesk(reader) || !hasMemberRole(reader.memberRoles, ['social-security'])) return undefined
    const subject = String(query['subject'])
    const facility = context.port('identity.facilityOf')(subject)
    const insured = context.port('identity.insuredOf')(subject)
    const row = VISITS.get(context.state, ...splitReference(String(query['visit'])))
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
