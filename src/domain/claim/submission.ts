/**
 * What a provider does with a claim: submits it about a patient whom social security knows, supplies what the payer
 * lacks, appeals, withdraws. What was done and why, diagnosis and codes, is in the private part.
 */
import Type from 'typebox'
import { CLAIM_LINE_FEN_MAX, CLAIM_LINES_MAX } from '../../base/index.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { isDesk } from '../roles.ts'
import { Count, Fields, LocalId, Reference, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { freePreauthorisation, isInsured, usePreauthorisation } from './asks.ts'
import { Automatic, adjudicateByRule } from './automatic.ts'
import { CLAIMS, type ClaimLine, type ClaimRow, isAppealable } from './state.ts'
import {
  putStep,
  requireClaim,
  requirePatientOf,
  requirePayerOf,
  requireProvider,
  stepFields,
  stepParties,
} from './steps.ts'
import { joinVisit, leaveVisit } from './visits.ts'

const submitted = Fields({
  claimId: LocalId,
  subject: Subject,
  payer: LocalId,
  caseRef: LocalId,
  visit: LocalId,
  visitAt: Time,
  lines: Type.Array(
    Fields({ line: LocalId, billed: Count(0, CLAIM_LINE_FEN_MAX), record: Type.Optional(Reference) }),
    { minItems: 1, maxItems: CLAIM_LINES_MAX },
  ),
  eligibility: Type.Optional(Reference),
  preauthorisation: Type.Optional(Reference),
  automatic: Type.Optional(Automatic),
})
export type Submitted = Type.Static<typeof submitted>

export const submit = defineVerb({
  summary:
    "A facility bills a visit of its patient to a payer; where it names one of the payer's rules, that decides at once.",
  signers: "provider's desk",
  payload: submitted,
  privatePart: 'required',
  parties: ({ subject, payer }, signer) => [{ subject }, { member: signer.member }, { member: payer }],
  rule(context) {
    const { payload, signer, state, time } = context
    const { claimId, automatic, ...claim } = payload
    requirePatientOf(context)
    requirePayerOf(context, payload.payer)
    if (CLAIMS.has(state, signer.member, claimId)) {
      context.refuse('claim.exists', { field: '/payload/claimId' })
    }
    if (payload.visitAt > time + context.parameter('futureSecondsMax')) {
      context.refuse('claim.in-future', { field: '/payload/visitAt' })
    }
    requireOwnLines(context, payload, payload.lines)
    requireEligibility(context)
    joinVisit(context, signer.member, claimId, claim)
    usePreauthorisation(context)
    const history = [{ verb: 'submit', state: 'SUBMITTED', by: signer.actor, at: time } as const]
    const row: ClaimRow = { ...claim, remitted: 0, state: 'SUBMITTED', history }
    const decided = automatic === undefined ? row : adjudicateByRule(context, signer.member, row, automatic)
    CLAIMS.put(state, decided, signer.member, claimId)
  },
})

/** Lines differ, and a record behind one is the provider's, of the same patient and case: else no consent opens it. */
function requireOwnLines(
  context: RuleContext<unknown>,
  { subject, caseRef }: Pick<ClaimRow, 'subject' | 'caseRef'>,
  lines: readonly Pick<ClaimLine, 'line' | 'record'>[],
): void {
  const seen = new Set<string>()
  for (const [i, { line, record: reference }] of lines.entries()) {
    if (seen.has(line)) context.refuse('claim.line-repeated', { field: `/payload/lines/${i}/line` })
    seen.add(line)
    if (reference === undefined) continue
    const record = context.port('record.find')(reference)
    const isOwn = record?.subject === subject && record.owner === context.signer.member
    if (!isOwn || record.caseRef !== caseRef || record.erased) {
      context.refuse('claim.record-unfit', { field: `/payload/lines/${i}/record` })
    }
  }
}

function requireEligibility(context: RuleContext<Submitted>): void {
  const { eligibility } = context.payload
  if (eligibility !== undefined && !isInsured(context, eligibility)) {
    context.refuse('claim.eligibility-unfit', { field: '/payload/eligibility' })
  }
}

export const supplement = defineVerb({
  summary: 'The provider supplies what the payer lacked: in the private part, or as records behind lines.',
  signers: "provider's desk",
  payload: Fields({
    ...stepFields,
    lines: Type.Array(Fields({ line: LocalId, record: Reference }), { maxItems: CLAIM_LINES_MAX }),
  }),
  privatePart: 'optional',
  parties: stepParties,
  rule(context) {
    requireProvider(context)
    const found = requireClaim(context, ['PENDED'])
    const { row } = found
    const { lines } = context.payload
    requireOwnLines(context, row, lines)
    const unknown = lines.findIndex(({ line }) => !row.lines.some((claimed) => claimed.line === line))
    if (unknown >= 0) context.refuse('claim.lines', { field: `/payload/lines/${unknown}/line` })
    const records = new Map(lines.map(({ line, record }) => [line, record]))
    const supplied = row.lines.map((line) => {
      const record = records.get(line.line)
      return record === undefined ? line : { ...line, record }
    })
    putStep(context, found, { verb: 'supplement', state: 'ACKNOWLEDGED' }, { lines: supplied })
  },
})

export const appeal = defineVerb({
  summary:
    'The provider, or who acts for the patient, asks the payer to decide again; the private part says why.',
  signers: "provider's desk, or who acts for the patient",
  payload: Fields(stepFields),
  privatePart: 'required',
  parties: stepParties,
  rule(context) {
    const { payload, signer } = context
    const isProvider = isDesk(signer) && signer.member === splitReference(payload.claim)[0]
    if (!isProvider && !context.port('identity.actsFor')(signer, payload.subject)) {
      context.refuse('claim.not-provider', { field: '/payload/claim' })
    }
    const found = requireClaim(context, ['DENIED', 'ADJUDICATED', 'REMITTED'])
    if (!isAppealable(context, found.row)) context.refuse('claim.appeal-late', { field: '/payload/claim' })
    putStep(context, found, { verb: 'appeal', state: 'APPEALED' })
  },
})

export const withdraw = defineVerb({
  summary: 'The provider takes back a claim on which nothing is decided; its lines may be claimed anew.',
  signers: "provider's desk",
  payload: Fields(stepFields),
  parties: stepParties,
  rule(context) {
    requireProvider(context)
    const found = requireClaim(context, ['SUBMITTED', 'ACKNOWLEDGED', 'PENDED'])
    leaveVisit(context, found.provider, found.local)
    freePreauthorisation(context, found.row)
    putStep(context, found, { verb: 'withdraw', state: 'CLOSED' })
  },
})
