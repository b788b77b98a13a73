import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addMonths, startOfDay } from '../../src/domain/calendar.ts'
import { checkProperty } from '../support/property.ts'

/** Unix seconds of a date and time in China. */
const at = (text: string) => Date.parse(`${text}+08:00`) / 1000
const anyTime = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe('the calendar', () => {
  it('starts a day at midnight in China, as Date does', () => {
    checkProperty(
      fc.property(anyTime, (time) => {
        const local = new Date((time + 28_800) * 1000)
        local.setUTCHours(0, 0, 0, 0)
        expect(startOfDay(time)).toBe(local.getTime() / 1000 - 28_800)
      }),
      1_000,
    )
  })

  it('adds months as Date does where the day exists', () => {
    checkProperty(
      fc.property(anyTime, fc.integer({ min: 0, max: 300 }), (time, months) => {
        const local = new Date((time + 28_800) * 1000)
        const day = local.getUTCDate()
        local.setUTCMonth(local.getUTCMonth() + months)
        if (local.getUTCDate() !== day) local.setUTCDate(0)
        expect(addMonths(time, months)).toBe(local.getTime() / 1000 - 28_800)
      }),
      1_000,
    )
  })

  it.each([
    ['2024-02-29T10:00:00', 12, '2025-02-28T10:00:00'],
    ['2023-03-01T00:00:00', 12, '2024-03-01T00:00:00'],
    ['2024-01-31T23:59:59', 1, '2024-02-29T23:59:59'],
    ['2023-12-31T07:59:59', 2, '2024-02-29T07:59:59'],
    ['2099-12-31T12:00:00', 2, '2100-02-28T12:00:00'],
  ])('%s and %d months are %s', (from, months, to) => {
    expect(addMonths(at(from), months)).toBe(at(to))
  })
})
