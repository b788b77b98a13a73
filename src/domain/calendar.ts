/**
 * The calendar of the rules: integer arithmetic on days, at the fixed offset of China Standard Time (UTC+8,
 * no daylight saving since 1991), so that every machine agrees on what day it is. The civil-day algorithms
 * are those of the proleptic Gregorian calendar, with eras of 400 years that begin on the first of March.
 */
import { DAY_SECONDS } from '../base/index.ts'

const OFFSET_SECONDS = 28_800
const DAYS_PER_ERA = 146_097
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468

interface Civil {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
}

/** The date on which a time (unix seconds, before 1970 negative) falls. */
function civilOf(time: number): Civil {
  const days = Math.floor((time + OFFSET_SECONDS) / DAY_SECONDS) + EPOCH_DAYS
  const era = Math.floor(days / DAYS_PER_ERA)
  const dayOfEra = days - era * DAYS_PER_ERA
  const leapDays =
    Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  // Months counted from March: 0 to 11, in a pattern of 153 days for five of them.
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/** Unix seconds of 00:00 of a date. */
function startOf({ year, month, day }: Civil): number {
  const marchYear = month <= 2 ? year - 1 : year
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const monthFromMarch = month > 2 ? month - 3 : month + 9
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return (era * DAYS_PER_ERA + dayOfEra - EPOCH_DAYS) * DAY_SECONDS - OFFSET_SECONDS
}

function daysOfMonth(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return isLeap ? 29 : 28
}

/** 00:00 of the day on which a time falls. */
export const startOfDay = (time: number): number => startOf(civilOf(time))

/** The same time of day, `months` later; where that month has no such day, on its last. */
export function addMonths(time: number, months: number): number {
  const { year, month, day } = civilOf(time)
  const index = year * 12 + month - 1 + months
  const later = { year: Math.floor(index / 12), month: (index % 12) + 1 }
  const laterDay = Math.min(day, daysOfMonth(later.year, later.month))
  return startOf({ ...later, day: laterDay }) + time - startOfDay(time)
}

/** The date on which a time falls, `YYYY-MM-DD`: dates in this form sort as they follow one another. */
export function dateOf(time: number): string {
  const { year, month, day } = civilOf(time)
  const padded = (value: number, width: number) => String(value).padStart(width, '0')
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`
}

/** Unix seconds of 00:00 of a date `YYYY-MM-DD`, before 1970 negative; undefined where there is no such day. */
export function startOfDate(date: string): number | undefined {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month)) return undefined
  return startOf({ year, month, day })
}

/** The date `days` later. The date must exist. */
export const addDays = (date: string, days: number): string => dateOf(startOfDate(date)! + days * DAY_SECONDS)

/** Whole years from a date of birth to a time. Who is born on a 29th of February is a year older on the 28th. */
export function ageAt(bornOn: string, time: number): number {
  const born = startOfDate(bornOn)!
  const years = civilOf(time).year - civilOf(born).year
  return addMonths(born, 12 * years) <= time ? years : years - 1
}

/** The month in which a time falls, `YYYY-MM`. */
export const monthOf = (time: number): string => dateOf(time).slice(0, 7)
