/** Rules about a plan as a whole: founded, its collectors and jurors admitted, terminated, closed. */
import { AID_COLLECTORS_LISTED_MAX } from '../../base/index.ts'
import { dateOf } from '../calendar.ts'
import type { Context, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, isDesk, isDeskOf, MEMBER } from '../roles.ts'
import { ActorId, Count, Fields, LocalId, Reference } from '../schema.ts'
import { splitReference } from '../table.ts'
import { divideByWeight } from './money.ts'
import { movePot } from './pot.ts'
import { COLLECTORS, type CollectorRow, JURORS, PLANS, type PlanId, type PlanRow } from './state.ts'
import { countMembers } from './tally.ts'

type Rule = RuleContext<unknown>

/** A plan with its id. */
export interface Plan {
  readonly id: PlanId
  readonly row: PlanRow
}

/** The plan, where there is one. */
export function requirePlan(context: Rule, reference: string): Plan {
  const id = splitReference(reference)
  const row =
    PLANS.get(context.state, ...id) ?? context.refuse('aid.plan-unknown', { field: '/payload/plan' })
  return { id, row }
}

/** The plan, where the signer is its sponsor's desk. */
export function requireSponsor(context: Rule, reference: string): Plan {
  const plan = requirePlan(context, reference)
  if (!isDeskOf(context.signer, plan.id[0])) context.refuse('aid.role')
  return plan
}

/** Collectors of a plan in order of ids. */
export const listCollectors = (
  context: Context,
  id: PlanId,
): readonly { readonly collector: string; readonly row: CollectorRow }[] =>
  COLLECTORS.list(context.state, id, { limit: AID_COLLECTORS_LISTED_MAX }).map(
    ({ id: [collector = ''], value }) => ({
      collector,
      row: value,
    }),
  )

/** Members of a plan now: covered at 00:00 today, and waiting. */
export function countPlan(
  context: Context,
  id: PlanId,
): { readonly covered: number; readonly waiting: number } {
  const today = dateOf(context.time)
  let [covered, waiting] = [0, 0]
  for (const { collector, row } of listCollectors(context, id)) {
    const counted = countMembers(context, [...id, collector], row, today)
    covered += counted.covered
    waiting += counted.waiting
  }
  return { covered, waiting }
}

export const found = defineVerb({
  summary: 'A sponsor founds a mutual aid plan; it is the first to collect for it.',
  signers: "the sponsor's key",
  payload: Fields({ planId: LocalId }),
  parties: (_, signer) => [{ member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    const isSponsor = hasMemberRole(signer.memberRoles, ['mutual-aid-sponsor'])
    if (signer.role !== MEMBER || !isSponsor) context.refuse('aid.role')
    const id: PlanId = [signer.member, payload.planId]
    if (PLANS.has(state, ...id)) context.refuse('aid.plan-exists', { field: '/payload/planId' })
    PLANS.put(state, { foundedAt: time, balance: 0, held: 0, openClaims: 0 }, ...id)
    COLLECTORS.put(state, { since: time, buckets: [], countedTo: '' }, ...id, signer.member)
  },
})

export const admitCollector = defineVerb({
  summary: 'The sponsor lets a platform bring members to the plan and collect from them.',
  signers: 'desk of the sponsor (key, employee)',
  payload: Fields({ plan: Reference, collector: LocalId }),
  parties: ({ collector }, signer) => [{ member: collector }, { member: signer.member }],
  rule(context) {
    const { payload, state, time } = context
    const { id, row } = requireSponsor(context, payload.plan)
    if (row.terminatedAt !== undefined) context.refuse('aid.terminated', { field: '/payload/plan' })
    const at = { field: '/payload/collector' }
    const member = context.port('identity.member')(payload.collector)
    if (!member?.active || !hasMemberRole(member.roles, ['platform']))
      context.refuse('aid.collector-unfit', at)
    if (COLLECTORS.has(state, ...id, payload.collector)) context.refuse('aid.collector-exists', at)
    if (listCollectors(context, id).length >= context.parameter('collectorsMax')) {
      context.refuse('aid.collectors-full', at)
    }
    // Counting begins with the last round: before it there is nobody.
    const countedTo = row.lastRound ?? ''
    COLLECTORS.put(state, { since: time, buckets: [], countedTo }, ...id, payload.collector)
  },
})

export const examine = defineVerb({
  summary: "The sponsor records a juror's exam; only who has passed votes.",
  signers: 'desk of the sponsor',
  payload: Fields({ plan: Reference, juror: ActorId, score: Count(0, 100) }),
  parties: ({ juror }, signer) => [{ actor: juror }, { member: signer.member }],
  rule(context) {
    const { payload, state, time } = context
    const { id } = requireSponsor(context, payload.plan)
    const juror = context.port('identity.actor')(payload.juror)
    const isFit = juror?.active && juror.role === 'juror' && COLLECTORS.has(state, ...id, juror.member)
    if (!isFit) return context.refuse('aid.juror-unfit', { field: '/payload/juror' })
    const { score } = payload
    const passed = score >= context.parameter('examScoreMin')
    const [member, local] = splitReference(payload.juror)
    JURORS.put(state, { score, passed, at: time }, ...id, member, local)
  },
})

export const terminate = defineVerb({
  summary:
    'Ends a plan that has fewer members than it needs: nobody joins any more; what befell members before is still shared.',
  signers: 'desk of a collector',
  payload: Fields({ plan: Reference }),
  parties: ({ plan }, signer) => [{ member: splitReference(plan)[0] }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    const { id, row } = requirePlan(context, payload.plan)
    const isCollector = COLLECTORS.has(state, ...id, signer.member)
    if (!isCollector || !isDesk(context.signer)) context.refuse('aid.role')
    if (row.terminatedAt !== undefined) context.refuse('aid.terminated', { field: '/payload/plan' })
    const { covered, waiting } = countPlan(context, id)
    if (covered + waiting >= context.parameter('membersMin')) {
      context.refuse('aid.enough-members', { field: '/payload/plan' })
    }
    PLANS.put(state, { ...row, terminatedAt: time }, ...id)
  },
})

export const close = defineVerb({
  summary:
    'Closes a terminated plan when no claim can come any more: what is left goes back to the collectors, for their members.',
  signers: 'desk of the sponsor',
  payload: Fields({ plan: Reference }),
  parties: (_, signer) => [{ member: signer.member }],
  rule(context) {
    const { payload, state, time } = context
    const { id, row } = requireSponsor(context, payload.plan)
    const at = { field: '/payload/plan' }
    if (row.terminatedAt === undefined) return context.refuse('aid.not-terminated', at)
    if (row.closedAt !== undefined) context.refuse('aid.closed', at)
    if (time < row.terminatedAt + context.parameter('claimWindowSeconds')) context.refuse('aid.too-early', at)
    if (row.openRound !== undefined) context.refuse('aid.round-open', at)
    if (row.openClaims > 0) context.refuse('aid.claims-open', at)
    const collectors = listCollectors(context, id)
    const weights = collectors.map(({ row: { buckets } }) =>
      buckets.reduce((sum, { count }) => sum + count, 0),
    )
    const isEmpty = weights.every((weight) => weight === 0)
    const parts = isEmpty ? weights : divideByWeight(row.balance, weights)
    const payments = collectors
      .map(({ collector }, i) => ({ to: collector, amount: parts[i]! }))
      .filter(({ to, amount }) => amount > 0 && to !== id[0])
    const moved = movePot(context, { id, row }, 0, payments)
    PLANS.put(state, { ...moved, balance: 0, closedAt: time }, ...id)
  },
})
