/**
 * Rules about rounds: cases are published on two days of the month, and a week later their cost is shared. Both are one
 * transaction each, whatever the number of members: what every single one pays follows from the sums kept here.
 */
import Type from 'typebox'
import {
  AID_CASE_NUMBER_MAX,
  AID_CASES_AT_ONCE_MAX,
  AID_COLLECTORS_STATED_MAX,
  assert,
} from '../../base/index.ts'
import { dateOf } from '../calendar.ts'
import type { Context, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { Count, Fen, Fields, LocalId, Reference, SetOf } from '../schema.ts'
import { splitReference } from '../table.ts'
import { enterState, requireClaim } from './claim-state.ts'
import { feeOf, needOf, paymentsOf, shareOf } from './money.ts'
import { countPlan, listCollectors, type Plan, requireSponsor } from './plans.ts'
import { movePot } from './pot.ts'
import { isPublicationDay, shareTimeOf } from './schedule.ts'
import { CASES, DateText, DUES, Many, PLANS, ROUNDS, type RoundRow, YEARS, Year } from './state.ts'
import { countForRound } from './tally.ts'

/** A case's number as it stands in a key. */
export const padCase = (number: number): string => String(number).padStart(5, '0')

export const publish = defineVerb({
  summary:
    'The sponsor publishes cases that were agreed to; whoever is covered at 00:00 of this day shares them.',
  signers: 'desk of the sponsor',
  payload: Fields({ plan: Reference, claims: SetOf(Reference, AID_CASES_AT_ONCE_MAX) }),
  parties: ({ claims }, signer) => [
    { member: signer.member },
    ...claims.map((claim) => ({ actor: splitReference(claim)[0] })),
  ],
  rule(context) {
    const { payload, state, time } = context
    const plan = requireSponsor(context, payload.plan)
    const date = dateOf(time)
    if (!isPublicationDay(context, date)) context.refuse('aid.not-publication-day')
    const round =
      plan.row.openRound === date ? ROUNDS.get(state, ...plan.id, date)! : openRound(context, plan, date)
    if (round.published + payload.claims.length > context.parameter('casesMax')) {
      context.refuse('aid.round-full', { field: '/payload/claims' })
    }
    let { published, aid } = round
    for (const [i, reference] of payload.claims.entries()) {
      const claim = requireClaim(context, reference, `/payload/claims/${i}`)
      if (claim.plan !== payload.plan) context.refuse('aid.claim-unknown', { field: `/payload/claims/${i}` })
      if (claim.state !== 'PRELIMINARY_YES') {
        context.refuse('aid.claim-state', { field: `/payload/claims/${i}` })
      }
      published += 1
      aid += claim.amount
      CASES.put(state, { claim: reference }, ...plan.id, date, padCase(published))
      enterState(context, reference, { ...claim, round: date, number: published }, 'PUBLISHED')
    }
    const cases = round.cases + payload.claims.length
    ROUNDS.put(state, { ...round, published, cases, aid }, ...plan.id, date)
  },
})

/** Counts who is covered at 00:00 of the date, and begins its round. */
function openRound(context: RuleContext<unknown>, plan: Plan, date: string): RoundRow {
  const { state, time } = context
  const { id, row } = plan
  if (row.closedAt !== undefined) context.refuse('aid.closed', { field: '/payload/plan' })
  if (row.openRound !== undefined) context.refuse('aid.round-open', { field: '/payload/plan' })
  if (row.lastRound === date) context.refuse('aid.round-over', { field: '/payload/plan' })
  requireEnoughMembers(context, plan)
  const shareFrom = shareTimeOf(context, date)
  const year = dateOf(shareFrom).slice(0, 4)
  const lastRound = row.lastRound === undefined ? undefined : ROUNDS.get(state, ...id, row.lastRound)
  const isNewYear = lastRound?.year !== year
  // The cap of a year is the one that holds at its first round.
  const thisYear = YEARS.get(state, ...id, year) ?? { cap: context.parameter('capFen'), sum: 0 }
  YEARS.put(state, thisYear, ...id, year)
  const count = { date, base: thisYear.sum, isNewYear }
  const members = listCollectors(context, id).reduce(
    (sum, { collector }) => sum + countForRound(context, [...id, collector], count),
    0,
  )
  // What a terminated plan still owes when everybody has left is the sponsor's.
  if (members === 0 && row.terminatedAt === undefined) {
    context.refuse('aid.too-few-members', { field: '/payload/plan' })
  }
  PLANS.put(state, { ...row, openRound: date, lastRound: date }, ...id)
  const { cap, sum: sumBefore } = thisYear
  return { year, publishedAt: time, shareFrom, members, sumBefore, cap, published: 0, cases: 0, aid: 0 }
}

/** Below the least number of members a plan shares nothing new; a terminated one still shares what came before. */
function requireEnoughMembers(context: RuleContext<unknown>, { id, row }: Plan): void {
  if (row.terminatedAt !== undefined) return
  const { covered, waiting } = countPlan(context, id)
  if (covered + waiting < context.parameter('membersMin')) {
    context.refuse('aid.too-few-members', { field: '/payload/plan' })
  }
}

/** The numbers of a round as it would be shared now: what `aid.share` must say. */
export function statementOf(context: Context, { id, row }: Plan, date: string, round: RoundRow) {
  const { members, cases, aid, year, sumBefore, cap } = round
  const { balance } = row
  const fee = feeOf(aid, context.parameter('feePercent'))
  const need = needOf(aid, fee, balance)
  const share = shareOf(need, members, cases, context.parameter('perCaseFen'))
  const collectors = listCollectors(context, id)
    .map(({ collector, row: { buckets } }) => ({
      collector,
      members: buckets.reduce((sum, { count }) => sum + count, 0),
      due: paymentsOf({ sumBefore, share, cap }, buckets),
    }))
    .filter((line) => line.members > 0)
  const due = collectors.reduce((sum, line) => sum + line.due, 0)
  const sponsor = Math.max(0, need - due)
  return {
    plan: id.join(':'),
    round: date,
    year,
    sumBefore,
    cap,
    cases,
    aid,
    fee,
    balance,
    need,
    members,
    share,
    sponsor,
    collectors,
  }
}

export const Statement = {
  plan: Reference,
  round: DateText,
  year: Year,
  sumBefore: Fen,
  cap: Fen,
  cases: Count(0, AID_CASE_NUMBER_MAX),
  aid: Fen,
  fee: Fen,
  balance: Fen,
  need: Fen,
  members: Many,
  share: Fen,
  sponsor: Fen,
  collectors: Type.Array(
    Fields({ collector: LocalId, members: Count(1, Number.MAX_SAFE_INTEGER), due: Fen }),
    {
      maxItems: AID_COLLECTORS_STATED_MAX,
    },
  ),
}

export const share = defineVerb({
  summary:
    'The sponsor shares the cost of a round and states every number of it; one that is not the exact one is refused.',
  signers: 'desk of the sponsor',
  payload: Fields(Statement),
  parties: ({ collectors }, signer) => [
    { member: signer.member },
    ...collectors.map(({ collector }) => ({ member: collector })),
  ],
  rule(context) {
    const { payload, state, time } = context
    const plan = requireSponsor(context, payload.plan)
    const { id } = plan
    const date = payload.round
    const round =
      ROUNDS.get(state, ...id, date) ?? context.refuse('aid.round-unknown', { field: '/payload/round' })
    if (round.shared !== undefined) context.refuse('aid.shared', { field: '/payload/round' })
    if (time < round.shareFrom) context.refuse('aid.too-early', { field: '/payload/round' })
    const statement = statementOf(context, plan, date, round)
    requireStatement(context, statement)
    const { fee, need, share: perMember, sponsor, collectors, balance } = statement
    const due = collectors.reduce((sum, line) => sum + line.due, 0)
    const balanceAfter = balance + due + sponsor - round.aid - fee
    assert(balanceAfter >= 0, 'a round is paid for')
    const moved = movePot(context, plan, plan.row.held - balance + balanceAfter + round.aid)
    const { openRound: _, ...row } = moved
    PLANS.put(state, { ...row, balance: balanceAfter }, ...id)
    const graceUntil = time + context.parameter('graceSeconds')
    const shared = {
      at: time,
      fee,
      balanceBefore: balance,
      need,
      share: perMember,
      due,
      sponsor,
      balanceAfter,
      graceUntil,
    }
    ROUNDS.put(state, { ...round, shared }, ...id, date)
    YEARS.put(state, { cap: round.cap, sum: round.sumBefore + perMember }, ...id, round.year)
    for (const { collector, ...line } of collectors) {
      DUES.put(state, { ...line, arrears: 0, remitted: 0 }, ...id, date, collector)
    }
  },
})

/** Refuses numbers that are not the ledger's own, naming the first. */
function requireStatement(context: RuleContext<object>, statement: object): void {
  const stated = context.payload as { readonly [field: string]: unknown }
  for (const [field, value] of Object.entries(statement)) {
    const isSame = JSON.stringify(sortLines(stated[field])) === JSON.stringify(sortLines(value))
    if (!isSame) context.refuse('aid.statement', { field: `/payload/${field}` })
  }
}

/** Lines with their fields in one order, as canonical JSON has them. */
const sortLines = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(({ collector, due, members }) => ({ collector, due, members })) : value
