/**
 * The calendar of a plan: on which days cases are published, from when their cost is shared, and from which day a
 * change counts.
 */
import { addDays, dateOf, startOfDate } from '../calendar.ts'
import type { Context } from '../contract.ts'

const dayOf = (date: string): number => Number(date.slice(8))

/** Whether cases are published on this date. */
export const isPublicationDay = (context: Context, date: string): boolean =>
  [context.parameter('publishDayFirst'), context.parameter('publishDaySecond')].includes(dayOf(date))

/** 00:00 of the day from which a round published on `date` is shared: the next one of that number. */
export function shareTimeOf(context: Context, date: string): number {
  const isFirst = dayOf(date) === context.parameter('publishDayFirst')
  const day = context.parameter(isFirst ? 'shareDayFirst' : 'shareDaySecond')
  let shareOn = date
  while (dayOf(shareOn) !== day) shareOn = addDays(shareOn, 1)
  return startOfDate(shareOn)!
}

/** The first date at whose 00:00 somebody is covered: never the day of joining, which may have been counted. */
export function startDateOf(joinedAt: number, coveredFrom: number): string {
  const next = addDays(dateOf(joinedAt), 1)
  const reached = dateOf(coveredFrom)
  const start = startOfDate(reached) === coveredFrom ? reached : addDays(reached, 1)
  return start > next ? start : next
}

/** The first date at whose 00:00 somebody that left at `time` is gone. */
export const leaveDateOf = (time: number): string => addDays(dateOf(time), 1)
