/**
 * How many members a collector has, without a row a member. Joining and leaving are counted by the date from which they
 * hold; a round counts what has come up to its date into buckets of those that have paid the same this year. So a round
 * costs as many steps as there were dates and rounds, however many the members.
 */
import { assert } from '../../base/index.ts'
import type { Context, RuleContext } from '../contract.ts'
import type { Row } from '../table.ts'
import { type Bucket, COLLECTORS, type CollectorRow, LEAVES, type PlanId, STARTS } from './state.ts'

/** Rows read at once; a tally reads on until there are no more. */
const STEP_ROWS = 256

type Rule = RuleContext<unknown>
interface Movements {
  readonly starts: readonly { readonly date: string; readonly count: number }[]
  readonly leaves: readonly { readonly date: string; readonly start: string; readonly count: number }[]
}

function listAll(
  context: Context,
  table: Pick<typeof STARTS | typeof LEAVES, 'list'>,
  prefix: readonly string[],
): Row<{ readonly count: number }>[] {
  const rows: Row<{ readonly count: number }>[] = []
  for (let after: string | undefined; ; after = rows.at(-1)!.id.join('/')) {
    const step = table.list(context.state, prefix, { limit: STEP_ROWS, after })
    rows.push(...step)
    if (step.length < STEP_ROWS) return rows
  }
}

/** Everything not counted yet, in order of dates. Counted rows are deleted, so nothing else is there. */
function movementsOf(context: Context, id: readonly [...PlanId, string]): Movements {
  const starts = listAll(context, STARTS, id)
  const leaves = listAll(context, LEAVES, id)
  return {
    starts: starts.map(({ id: [date = ''], value }) => ({ date, count: value.count })),
    leaves: leaves.map(({ id: [date = '', start = ''], value }) => ({ date, start, count: value.count })),
  }
}

const sum = (rows: readonly { readonly count: number }[]): number =>
  rows.reduce((total, { count }) => total + count, 0)

/**
 * How many members of a collector are covered at 00:00 of a date that is not before the last round, and how many wait.
 */
export function countMembers(
  context: Context,
  id: readonly [...PlanId, string],
  row: CollectorRow,
  date: string,
): { readonly covered: number; readonly waiting: number } {
  const { starts, leaves } = movementsOf(context, id)
  const arrived = sum(row.buckets) + sum(starts.filter((start) => start.date <= date))
  return {
    covered: arrived - sum(leaves.filter((leave) => leave.date <= date)),
    waiting: sum(starts.filter((start) => start.date > date)),
  }
}

/** The round that is counted for. */
interface Count {
  readonly date: string
  /** Sum of the year's shares so far. */
  readonly base: number
  /** The first round of its year: nobody has paid anything in it. */
  readonly isNewYear: boolean
}

/** Buckets at 00:00 of a round's date. Pure; what must not be counted again is the caller's to delete. */
export function countBuckets(row: CollectorRow, movements: Movements, count: Count): Bucket[] {
  const { date, base, isNewYear } = count
  const buckets = isNewYear
    ? [{ upTo: row.countedTo, base: 0, count: sum(row.buckets) }]
    : row.buckets.map((bucket) => ({ ...bucket }))
  let newcomers = sum(movements.starts.filter((start) => start.date <= date))
  for (const leave of movements.leaves) {
    if (leave.date > date) continue
    if (leave.start > row.countedTo) newcomers -= leave.count
    else {
      const bucket = buckets.find(({ upTo }) => upTo >= leave.start)
      assert(bucket !== undefined && bucket.count >= leave.count, 'who leaves was counted')
      bucket.count -= leave.count
    }
  }
  assert(newcomers >= 0, 'who leaves had joined')
  const last = buckets.at(-1)
  if (last?.base === base) buckets[buckets.length - 1] = { upTo: date, base, count: last.count + newcomers }
  else buckets.push({ upTo: date, base, count: newcomers })
  return buckets.filter((bucket) => bucket.count > 0)
}

/** Counts a collector's members for a round and returns how many there are. */
export function countForRound(context: Rule, id: readonly [...PlanId, string], count: Count): number {
  const row = COLLECTORS.get(context.state, ...id)
  assert(row !== undefined, 'the collector was admitted')
  const movements = movementsOf(context, id)
  const buckets = countBuckets(row, movements, count)
  for (const { date } of movements.starts) if (date <= count.date) STARTS.delete(context.state, ...id, date)
  for (const { date, start } of movements.leaves) {
    if (date <= count.date) LEAVES.delete(context.state, ...id, date, start)
  }
  COLLECTORS.put(context.state, { ...row, buckets, countedTo: count.date }, ...id)
  return sum(buckets)
}

/** `count` more members (or fewer, where negative) are covered from 00:00 of `start` on. */
export function addStarts(
  context: Rule,
  id: readonly [...PlanId, string],
  start: string,
  count: number,
): void {
  const after = (STARTS.get(context.state, ...id, start)?.count ?? 0) + count
  assert(after >= 0, 'who does not start was to start')
  if (after === 0) STARTS.delete(context.state, ...id, start)
  else STARTS.put(context.state, { count: after }, ...id, start)
}

/**
 * One member that started on `start` is gone from 00:00 of `date` on; `by` -1 takes that back. Neither date is past.
 */
export function addLeave(
  context: Rule,
  id: readonly [...PlanId, string],
  dates: { readonly date: string; readonly start: string },
  by: 1 | -1,
): void {
  const { date, start } = dates
  // Who leaves before it is covered never takes part.
  if (date <= start) {
    addStarts(context, id, start, -by)
    return
  }
  const after = (LEAVES.get(context.state, ...id, date, start)?.count ?? 0) + by
  assert(after >= 0, 'a leave that is taken back was counted')
  if (after === 0) LEAVES.delete(context.state, ...id, date, start)
  else LEAVES.put(context.state, { count: after }, ...id, date, start)
}
