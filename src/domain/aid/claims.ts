/** Rules about a claim up to the sponsor's word: filed by the member, investigated, decided; or withdrawn. */
import Type from 'typebox'
import { ageAt } from '../calendar.ts'
import type { Context, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { isDeskOf } from '../roles.ts'
import { Fields, Hash, LocalId, OneOf, Reference, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { countOpenClaims, dropClaim, enterState, memberOfClaim, requireClaim } from './claim-state.ts'
import { endForIllness } from './joining.ts'
import { endOf, type Member, Opening, putException, requireOpening, stateOfMember } from './members.ts'
import { type Plan, requirePlan } from './plans.ts'
import { CLAIMS, type ClaimRow, enteredAt, INSURED } from './state.ts'

export const fileClaim = defineVerb({
  summary:
    'A member that fell ill asks for aid and proves its membership; the diagnosis is in the private part.',
  signers: 'who acts for a verified subject',
  payload: Fields({
    plan: Reference,
    claimId: LocalId,
    subject: Subject,
    membership: Opening,
    diagnosedAt: Time,
  }),
  privatePart: 'required',
  parties: ({ plan, subject }) => [{ subject }, { member: splitReference(plan)[0] }],
  rule(context) {
    const { payload, signer, state } = context
    const plan = requirePlan(context, payload.plan)
    const { subject, diagnosedAt, claimId } = payload
    const { member, insured } = requireOpening(context, payload.plan, subject, payload.membership)
    if (CLAIMS.has(state, signer.actor, claimId))
      context.refuse('aid.claim-exists', { field: '/payload/claimId' })
    if (INSURED.has(state, ...plan.id, insured) || member.exception.claim !== undefined) {
      context.refuse('aid.claimed', { field: '/payload/subject' })
    }
    requireDiagnosis(context, plan, member)
    const amount = amountAt(context, payload.membership.bornOn, diagnosedAt)
    const reference = `${signer.actor}:${claimId}`
    const { cohort, index } = payload.membership
    const row: ClaimRow = {
      plan: payload.plan,
      cohort,
      index,
      subject,
      insured,
      diagnosedAt,
      amount,
      state: 'WITHDRAWN',
      steps: [],
      heard: false,
    }
    enterState(context, reference, row, 'FILED')
    INSURED.put(state, { claim: reference }, ...plan.id, insured)
    countOpenClaims(context, payload.plan, 1)
    const { arrears } = member.exception
    const kept = arrears && { arrears: { ...arrears, deducted: true } }
    putException(context, member, { ...member.exception, ...kept, claim: reference })
  },
})

type Filing = RuleContext<{ readonly diagnosedAt: number }>

/** The diagnosis fell into the time of cover, and not too long ago. */
function requireDiagnosis(context: Filing, { row }: Plan, member: Member): void {
  const { time } = context
  const { diagnosedAt } = context.payload
  const at = { field: '/payload/diagnosedAt' }
  if (diagnosedAt > time) context.refuse('aid.in-future', at)
  if (diagnosedAt < member.cohort.coveredFrom) context.refuse('aid.waiting', at)
  if (time > diagnosedAt + context.parameter('claimWindowSeconds')) context.refuse('aid.claim-late', at)
  if (row.terminatedAt !== undefined && diagnosedAt >= row.terminatedAt) context.refuse('aid.terminated', at)
  if (stateOfMember(member, time) === 'EXPELLED') {
    context.refuse('aid.expelled', { field: '/payload/membership' })
  }
  const end = endOf(member.exception)
  if (end !== undefined && diagnosedAt >= end) context.refuse('aid.not-covered', at)
}

/** Fen, by the age at diagnosis. */
function amountAt(context: Filing, bornOn: string, diagnosedAt: number): number {
  const age = ageAt(bornOn, diagnosedAt)
  if (age > context.parameter('ageYearsMax')) {
    context.refuse('aid.age', { field: '/payload/membership/bornOn' })
  }
  return context.parameter(age <= context.parameter('youngYearsMax') ? 'amountYoungFen' : 'amountOldFen')
}

const claimOnly = Fields({ claim: Reference })
const partiesOfClaim = ({ claim }: { readonly claim: string }, signer: { readonly member: string }) => [
  { actor: splitReference(claim)[0] },
  { member: signer.member },
]

export const withdraw = defineVerb({
  summary:
    'The claimant takes a claim back, until it is published; the sponsor one that was told no, when the time to appeal is over.',
  signers: 'the claimant; desk of the sponsor',
  payload: claimOnly,
  parties: partiesOfClaim,
  rule(context) {
    const { payload, signer } = context
    const row = requireClaim(context, payload.claim, '/payload/claim')
    if (splitReference(payload.claim)[0] !== signer.actor) requireLapsed(context, row)
    requireState(context, row, ['FILED', 'INVESTIGATING', 'PRELIMINARY_YES', 'PRELIMINARY_NO', 'JURY'])
    // What was told no for good is dropped already.
    if (row.state === 'PRELIMINARY_NO' && row.heard) {
      context.refuse('aid.claim-state', { field: '/payload/claim' })
    }
    enterState(context, payload.claim, row, 'WITHDRAWN')
    dropClaim(context, row)
  },
})

/** When a claim that was told no can not be brought before a jury any more. */
export const appealUntil = (context: Context, row: ClaimRow): number =>
  enteredAt(row) + context.parameter('appealSeconds')

/** The sponsor's desk, about a claim whose claimant has let the time to appeal pass. */
function requireLapsed(context: RuleContext<unknown>, row: ClaimRow): void {
  const at = { field: '/payload/claim' }
  if (!isDeskOf(context.signer, splitReference(row.plan)[0])) context.refuse('aid.not-yours', at)
  requireState(context, row, ['PRELIMINARY_NO'])
  if (context.time < appealUntil(context, row)) context.refuse('aid.too-early', at)
}

/** Refuses a claim that is in none of these states. */
export function requireState(
  context: RuleContext<unknown>,
  row: ClaimRow,
  states: readonly ClaimRow['state'][],
): void {
  if (!states.includes(row.state)) context.refuse('aid.claim-state', { field: '/payload/claim' })
}

export const investigate = defineVerb({
  summary: "An investigator of the sponsor's takes up a claim.",
  signers: 'an investigator of the sponsor',
  payload: claimOnly,
  parties: partiesOfClaim,
  rule(context) {
    const { payload, signer } = context
    const row = requireClaim(context, payload.claim, '/payload/claim')
    if (signer.role !== 'investigator' || signer.member !== splitReference(row.plan)[0])
      context.refuse('aid.role')
    requireState(context, row, ['FILED'])
    enterState(context, payload.claim, { ...row, investigator: signer.actor }, 'INVESTIGATING')
  },
})

export const report = defineVerb({
  summary: 'The investigator that took a claim up reports on it; the findings are in the private part.',
  signers: 'the same investigator',
  payload: Fields({ claim: Reference, supports: Type.Boolean(), reportHash: Hash }),
  privatePart: 'required',
  parties: partiesOfClaim,
  rule(context) {
    const { payload, signer, state, time } = context
    const { claim, supports, reportHash } = payload
    const row = requireClaim(context, claim, '/payload/claim')
    requireState(context, row, ['INVESTIGATING'])
    if (row.investigator !== signer.actor) context.refuse('aid.not-investigator')
    CLAIMS.put(state, { ...row, report: { reportHash, supports, at: time } }, ...splitReference(claim))
  },
})

export const decide = defineVerb({
  summary:
    'The sponsor decides on a reported claim: yes, no, or that the illness began in the waiting period, which ends the membership.',
  signers: 'desk of the sponsor',
  payload: Fields({
    claim: Reference,
    verdict: OneOf(['yes', 'no', 'waiting']),
    diagnosedAt: Type.Optional(Time),
  }),
  parties: partiesOfClaim,
  rule(context) {
    const { payload } = context
    const { claim, verdict, diagnosedAt } = payload
    const row = requireClaim(context, claim, '/payload/claim')
    if (!isDeskOf(context.signer, splitReference(row.plan)[0])) context.refuse('aid.role')
    requireState(context, row, ['INVESTIGATING'])
    if (row.report === undefined) context.refuse('aid.no-report', { field: '/payload/claim' })
    if ((verdict === 'waiting') !== (diagnosedAt !== undefined)) {
      context.refuse('aid.verdict', { field: '/payload/diagnosedAt' })
    }
    if (diagnosedAt === undefined) {
      enterState(context, claim, row, verdict === 'yes' ? 'PRELIMINARY_YES' : 'PRELIMINARY_NO')
      return
    }
    // What ends the membership is final: no jury hears it.
    endForIllness(context, memberOfClaim(context, row), diagnosedAt, '/payload/diagnosedAt')
    enterState(context, claim, { ...row, heard: true }, 'PRELIMINARY_NO')
    dropClaim(context, row)
  },
})
