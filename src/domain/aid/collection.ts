/**
 * Rules about what collectors bring: who has not paid, who has after all, and the money itself. The sponsor has
 * advanced a round when it was shared, so what is remitted goes to the sponsor; arrears that are never paid are the
 * sponsor's.
 */
import { assert, COHORT_MEMBERS_MAX } from '../../base/index.ts'
import type { Context, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { isDesk, isDeskOf } from '../roles.ts'
import { Fields, Reference, SetOf } from '../schema.ts'
import { splitReference } from '../table.ts'
import { partiesOfMember, requireMemberOfPlan } from './joining.ts'
import {
  type Member,
  paymentIn,
  paymentsOfMember,
  putException,
  requireMember,
  takesPart,
} from './members.ts'
import { requirePlan, requireSponsor } from './plans.ts'
import {
  CohortIndex,
  DateText,
  DUES,
  type DueRow,
  type PlanId,
  ROUNDS,
  type RoundRow,
  type Shared,
} from './state.ts'

const reported = Fields({
  plan: Reference,
  round: DateText,
  cohort: Reference,
  members: SetOf(CohortIndex, COHORT_MEMBERS_MAX),
})
type Reported = RuleContext<{
  readonly plan: string
  readonly round: string
  readonly cohort: string
  readonly members: readonly number[]
}>
const partiesOf = ({ plan }: { readonly plan: string }, signer: { readonly member: string }) => [
  { member: splitReference(plan)[0] },
  { member: signer.member },
]

type SharedRound = RoundRow & { readonly shared: Shared }

function requireShared(context: RuleContext<{ readonly round: string }>, id: PlanId): SharedRound {
  const at = { field: '/payload/round' }
  const round = ROUNDS.get(context.state, ...id, context.payload.round)
  if (round === undefined) return context.refuse('aid.round-unknown', at)
  if (round.shared === undefined) return context.refuse('aid.not-shared', at)
  return round as SharedRound
}

/**
 * The round, what the signer's member owes of it, and one member's payment; for the desk that collects from the cohort.
 */
function requireCollection(context: Reported) {
  const { payload, state } = context
  const plan = requirePlan(context, payload.plan)
  const { cohort } = requireMemberOfPlan(context, 0, '/payload/cohort')
  if (!isDeskOf(context.signer, cohort.collector)) context.refuse('aid.role')
  const round = requireShared(context, plan.id)
  if (context.time >= round.shared.graceUntil) context.refuse('aid.too-late', { field: '/payload/round' })
  const dueId = [...plan.id, payload.round, cohort.collector] as const
  const due = DUES.get(state, ...dueId)
  const amount = cohort.start <= payload.round ? paymentIn(context, cohort, round) : 0
  if (due === undefined || amount === 0)
    return context.refuse('aid.nothing-due', { field: '/payload/cohort' })
  return { round, due, dueId, amount }
}

export const reportArrears = defineVerb({
  summary: 'A collector reports who has not paid a round: from now they are in grace.',
  signers: 'desk of the collector',
  payload: reported,
  parties: partiesOf,
  rule(context) {
    const { payload, state } = context
    const { round, due, dueId, amount } = requireCollection(context)
    const arrears = due.arrears + amount * payload.members.length
    if (due.remitted > due.due - arrears) context.refuse('aid.remitted', { field: '/payload/round' })
    for (const [i, index] of payload.members.entries()) {
      const member = requireMember(context, payload.cohort, index, `/payload/members/${i}`)
      putArrears(context, member, { amount, until: round.shared.graceUntil }, `/payload/members/${i}`)
    }
    DUES.put(state, { ...due, arrears }, ...dueId)
  },
})

function putArrears(
  context: Reported,
  member: Member,
  { amount, until }: { readonly amount: number; readonly until: number },
  field: string,
): void {
  const { round } = context.payload
  const before = member.exception.arrears
  if (!takesPart(member, round)) context.refuse('aid.nothing-due', { field })
  if (before?.rounds.includes(round)) context.refuse('aid.in-arrears', { field })
  const arrears = {
    amount: (before?.amount ?? 0) + amount,
    rounds: [...(before?.rounds ?? []), round],
    until: before?.until ?? until,
    // From a claim that is open the arrears are deducted; it was filed while the membership stood.
    deducted: before?.deducted ?? member.exception.claim !== undefined,
  }
  putException(context, member, { ...member.exception, arrears })
}

export const settleArrears = defineVerb({
  summary: 'A collector reports who has paid a round within grace after all.',
  signers: 'desk of the collector',
  payload: reported,
  parties: partiesOf,
  rule(context) {
    const { payload, state } = context
    const { due, dueId, amount } = requireCollection(context)
    for (const [i, index] of payload.members.entries()) {
      const field = `/payload/members/${i}`
      const member = requireMember(context, payload.cohort, index, field)
      const { arrears, ...rest } = member.exception
      if (arrears === undefined || !arrears.rounds.includes(payload.round)) {
        return context.refuse('aid.not-in-arrears', { field })
      }
      const rounds = arrears.rounds.filter((round) => round !== payload.round)
      const left = { ...arrears, rounds, amount: arrears.amount - amount }
      putException(context, member, rounds.length === 0 ? rest : { ...rest, arrears: left })
    }
    DUES.put(state, { ...due, arrears: due.arrears - amount * payload.members.length }, ...dueId)
  },
})

/** What a collector still has to remit. */
export const outstandingOf = ({ due, arrears, remitted }: DueRow): number => due - arrears - remitted

export const remit = defineVerb({
  summary: 'A collector hands the sponsor what its members have paid of a round.',
  signers: 'desk of the collector',
  payload: Fields({ plan: Reference, round: DateText }),
  parties: partiesOf,
  rule(context) {
    const { payload, signer, state } = context
    const { id } = requirePlan(context, payload.plan)
    if (!isDesk(context.signer)) context.refuse('aid.role')
    requireShared(context, id)
    const dueId = [...id, payload.round, signer.member] as const
    const due = DUES.get(state, ...dueId)
    const amount = due === undefined ? 0 : outstandingOf(due)
    if (due === undefined || amount === 0)
      return context.refuse('aid.nothing-due', { field: '/payload/round' })
    assert(amount > 0, 'a collector remits what it owes')
    if (signer.member !== id[0]) {
      const transfer = { from: signer.member, to: id[0], currency: 'cny-fen', amount } as const
      context.port('settlement.transfer')(transfer)
    }
    DUES.put(state, { ...due, remitted: due.remitted + amount }, ...dueId)
  },
})

/**
 * What goes back to a member whose illness began in the waiting period: what it paid, without interest. Undefined
 * before that is known: until its last round is shared and the time to pay is over.
 */
export function returnableOf(context: Context, member: Member): number | undefined {
  const payments = paymentsOfMember(context, member)
  const last = payments.at(-1)?.row
  if (last !== undefined && (last.shared === undefined || context.time < last.shared.graceUntil))
    return undefined
  const paid = payments.reduce((sum, { amount = 0 }) => sum + amount, 0)
  return paid - (member.exception.arrears?.amount ?? 0)
}

export const giveBack = defineVerb({
  summary: 'The sponsor gives back what a member paid whose illness began in the waiting period.',
  signers: 'desk of the sponsor',
  payload: Fields({ plan: Reference, cohort: Reference, index: CohortIndex }),
  parties: partiesOfMember,
  rule(context) {
    const { payload, time } = context
    const at = { field: '/payload/index' }
    const { id } = requireSponsor(context, payload.plan)
    const member = requireMemberOfPlan(context, payload.index, at.field)
    if (member.exception.leave?.reason !== 'illness') context.refuse('aid.not-ill', at)
    if (member.exception.returned !== undefined) context.refuse('aid.returned', at)
    const amount = returnableOf(context, member) ?? context.refuse('aid.too-early', at)
    if (amount === 0) context.refuse('aid.nothing-due', at)
    // People of a cohort have no account here: their collector passes it on. From who joined alone it was collected by
    // the sponsor, and goes to its own account.
    const to = member.owner
    if (to !== id[0]) context.port('settlement.transfer')({ from: id[0], to, currency: 'cny-fen', amount })
    putException(context, member, { ...member.exception, returned: { amount, at: time } })
  },
})
