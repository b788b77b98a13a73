/** Rules about who is in a plan: joined, alone or in a cohort; left; or was ill before the waiting period ended. */
import Type from 'typebox'
import { COHORT_MEMBERS_MAX, compareBytes, DAY_SECONDS } from '../../base/index.ts'
import { ageAt, startOfDate } from '../calendar.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { isDesk, isDeskOf } from '../roles.ts'
import { Fields, LocalId, Reference, SetOf, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { splitCommitments } from './commitment.ts'
import { endOf, type Member, Opening, putException, requireMember, requireOpening } from './members.ts'
import { type Plan, requirePlan } from './plans.ts'
import { startDateOf } from './schedule.ts'
import { COHORTS, COLLECTORS, CohortIndex, DateText } from './state.ts'
import { addStarts } from './tally.ts'

/** Base64 of COHORT_MEMBERS_MAX commitments of 32 bytes. */
const MEMBERS_CHARACTERS_MAX = 4 * Math.ceil((32 * COHORT_MEMBERS_MAX) / 3)

interface Join {
  readonly plan: string
  readonly cohortId: string
  readonly members: string
  readonly bornFrom: string
  readonly bornTo: string
  readonly healthDeclared: boolean
  readonly identityVerified: boolean
  readonly subject?: string
}

export const join = defineVerb({
  summary: 'People join a plan: one that signs itself, or up to 1,000 that a collector brings as a cohort.',
  signers: 'desk of a collector; a patient for itself',
  payload: Fields({
    plan: Reference,
    cohortId: LocalId,
    members: Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', maxLength: MEMBERS_CHARACTERS_MAX }),
    bornFrom: DateText,
    bornTo: DateText,
    healthDeclared: Type.Boolean(),
    identityVerified: Type.Boolean(),
    subject: Type.Optional(Subject),
  }),
  privatePart: 'optional',
  parties: ({ plan }, signer) => [{ member: splitReference(plan)[0] }, { member: signer.member }],
  rule(context) {
    const { payload, state, time } = context
    const plan = requirePlan(context, payload.plan)
    if (plan.row.terminatedAt !== undefined) context.refuse('aid.terminated', { field: '/payload/plan' })
    const commitments = requireCommitments(context)
    const { owner, collector } = requireJoiner(context, plan, commitments.length)
    requireDeclarations(context)
    requireAges(context)
    if (COHORTS.has(state, owner, payload.cohortId)) {
      context.refuse('aid.cohort-exists', { field: '/payload/cohortId' })
    }
    const coveredFrom = time + context.parameter('waitingSeconds')
    const start = startDateOf(time, coveredFrom)
    const cohort = {
      plan: payload.plan,
      collector,
      count: commitments.length,
      root: context.crypto.merkleRoot(commitments),
      bornFrom: payload.bornFrom,
      bornTo: payload.bornTo,
      joinedAt: time,
      coveredFrom,
      start,
    }
    COHORTS.put(state, cohort, owner, payload.cohortId)
    addStarts(context, [...plan.id, collector], start, commitments.length)
  },
})

/** The commitments, in ascending order without repetition: so a list has one form, and nobody stands in it twice. */
function requireCommitments(context: RuleContext<Join>): Uint8Array[] {
  const at = { field: '/payload/members' }
  const commitments = splitCommitments(context.payload.members) ?? context.refuse('aid.members-form', at)
  if (commitments.length > COHORT_MEMBERS_MAX) context.refuse('aid.members-form', at)
  for (let i = 1; i < commitments.length; i++) {
    if (compareBytes(commitments[i - 1]!, commitments[i]!) >= 0) context.refuse('aid.members-order', at)
  }
  return commitments
}

/** Who owns the cohort and who collects from it: a collector's desk for many, a verified patient for itself. */
function requireJoiner(
  context: RuleContext<Join>,
  plan: Plan,
  count: number,
): { readonly owner: string; readonly collector: string } {
  const { payload, signer, state } = context
  if (signer.role !== 'patient') {
    const isCollector = COLLECTORS.has(state, ...plan.id, signer.member)
    if (!isCollector || !isDesk(context.signer)) context.refuse('aid.role')
    if (payload.subject !== undefined) context.refuse('aid.one-subject', { field: '/payload/subject' })
    return { owner: signer.member, collector: signer.member }
  }
  const { subject } = payload
  if (subject === undefined || count !== 1)
    return context.refuse('aid.one-subject', { field: '/payload/members' })
  const at = { field: '/payload/subject' }
  if (!context.port('identity.actsFor')(signer, subject)) context.refuse('aid.not-yours', at)
  if (context.port('identity.insuredOf')(subject) === undefined) context.refuse('aid.identity', at)
  // From somebody that joins alone the sponsor collects.
  return { owner: signer.actor, collector: plan.id[0] }
}

function requireDeclarations(context: RuleContext<Join>): void {
  if (!context.payload.healthDeclared) context.refuse('aid.health', { field: '/payload/healthDeclared' })
  if (!context.payload.identityVerified)
    context.refuse('aid.identity', { field: '/payload/identityVerified' })
}

/** Everyone is old enough and young enough: the youngest was born by `bornTo`, the oldest from `bornFrom` on. */
function requireAges(context: RuleContext<Join>): void {
  const { payload, time } = context
  const { bornFrom, bornTo } = payload
  if (startOfDate(bornFrom) === undefined) context.refuse('aid.born', { field: '/payload/bornFrom' })
  const born = startOfDate(bornTo) ?? context.refuse('aid.born', { field: '/payload/bornTo' })
  if (bornFrom > bornTo) context.refuse('aid.born', { field: '/payload/bornFrom' })
  const oldEnough = born + context.parameter('ageDaysMin') * DAY_SECONDS <= time
  if (!oldEnough) context.refuse('aid.age', { field: '/payload/bornTo' })
  if (ageAt(bornFrom, time) > context.parameter('ageYearsMax')) {
    context.refuse('aid.age', { field: '/payload/bornFrom' })
  }
}

interface OfMember {
  readonly plan: string
  readonly cohort: string
}

/** The sponsor, and who owns the cohort: its collector, or who joined alone. */
export const partiesOfMember = ({ plan, cohort }: OfMember, signer: { readonly member: string }) => {
  const [owner] = splitReference(cohort)
  return [{ member: splitReference(plan)[0] }, { member: owner }, { actor: owner }, { member: signer.member }]
}

/** A member of the plan that is named. */
export function requireMemberOfPlan(context: RuleContext<OfMember>, index: number, field: string): Member {
  const { plan, cohort } = context.payload
  const member = requireMember(context, cohort, index, field)
  if (member.cohort.plan !== plan) context.refuse('aid.member-unknown', { field: '/payload/plan' })
  return member
}

export const exit = defineVerb({
  summary:
    'Members leave: at the word of their collector, or one by its own proof. What was published is still shared.',
  signers: 'desk of the collector; a member by its proof',
  payload: Fields({
    plan: Reference,
    cohort: Reference,
    members: SetOf(CohortIndex, COHORT_MEMBERS_MAX),
    subject: Type.Optional(Subject),
    membership: Type.Optional(Opening),
  }),
  parties: partiesOfMember,
  rule(context) {
    const { payload, time } = context
    requireLeaver(context)
    for (const [i, index] of payload.members.entries()) {
      const field = `/payload/members/${i}`
      const member = requireMemberOfPlan(context, index, field)
      requireInForce(context, member, field)
      putException(context, member, { ...member.exception, leave: { reason: 'exit', at: time } })
    }
  },
})

type Exit = RuleContext<{
  readonly plan: string
  readonly cohort: string
  readonly members: readonly number[]
  readonly subject?: string
  readonly membership?: Parameters<typeof requireOpening>[3]
}>

/** The collector's desk, or the one member that opens its own commitment. */
function requireLeaver(context: Exit): void {
  const { payload } = context
  const { cohort } = requireMemberOfPlan(context, 0, '/payload/cohort')
  if (isDeskOf(context.signer, cohort.collector)) return
  const membership = payload.membership ?? context.refuse('aid.role')
  const subject = payload.subject ?? context.refuse('aid.role')
  const isItself =
    payload.members.length === 1 &&
    payload.members[0] === membership.index &&
    payload.cohort === membership.cohort
  if (!isItself) context.refuse('aid.not-yours', { field: '/payload/members' })
  requireOpening(context, cohort.plan, subject, membership)
}

/** Refuses a member that has left, was expelled, or has been paid. */
export function requireInForce(context: RuleContext<unknown>, { exception }: Member, field: string): void {
  const end = endOf(exception)
  if (end !== undefined && context.time >= end) context.refuse('aid.not-member', { field })
}

/** Ends a membership whose illness began before it was covered; what was paid can then be returned. */
export function endForIllness(
  context: RuleContext<unknown>,
  member: Member,
  diagnosedAt: number,
  field: string,
): void {
  const { time } = context
  if (diagnosedAt >= member.cohort.coveredFrom || diagnosedAt > time) {
    context.refuse('aid.not-in-waiting', { field })
  }
  const end = endOf(member.exception)
  const at = end !== undefined && end < time ? end : time
  putException(context, member, { ...member.exception, leave: { reason: 'illness', at, diagnosedAt } })
}

export const reportIllness = defineVerb({
  summary:
    "A collector reports a member's illness from before the end of waiting: the membership ends, what was paid returns.",
  signers: 'desk of the collector',
  payload: Fields({ plan: Reference, cohort: Reference, index: CohortIndex, diagnosedAt: Time }),
  privatePart: 'optional',
  parties: partiesOfMember,
  rule(context) {
    const { payload } = context
    const member = requireMemberOfPlan(context, payload.index, '/payload/index')
    if (!isDeskOf(context.signer, member.cohort.collector)) context.refuse('aid.role')
    requireInForce(context, member, '/payload/index')
    if (member.exception.claim !== undefined) context.refuse('aid.claim-open', { field: '/payload/index' })
    endForIllness(context, member, payload.diagnosedAt, '/payload/diagnosedAt')
  },
})
