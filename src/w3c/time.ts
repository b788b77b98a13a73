/** Times as credentials write them: RFC 3339 in UTC, whole seconds. */

/** RFC 3339 of unix seconds. */
export const formatTime = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`

/** Unix seconds of an RFC 3339 time in UTC without fraction, as medseal writes it; undefined for anything else. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return undefined
  const seconds = Date.parse(value) / 1000
  return Number.isInteger(seconds) && formatTime(seconds) === value ? seconds : undefined
}
