/**
 * Durations and instants as people and standards write them. The days of the rules' calendar: src/domain/calendar.ts.
 */

export const HOUR_SECONDS = 3_600
export const DAY_SECONDS = 86_400
/** 365 days: a bound of durations, never a date of the calendar. */
export const YEAR_SECONDS = 365 * DAY_SECONDS

/** `2024-07-01T08:30:00Z` of unix seconds: what FHIR calls an instant, and EPCIS a DateTimeStamp. */
export const instantOf = (seconds: number): string =>
  `${new Date(seconds * 1_000).toISOString().slice(0, 19)}Z`
