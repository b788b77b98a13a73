import { describe, expect, it } from 'vitest'
import { generateVisit } from '../../src/demo/generator.ts'

const options = { seed: 7, patients: 50, until: 1_767_225_600 }
const visits = (count: number, given = options) =>
  Array.from({ length: count }, (_, i) => generateVisit(i, given))

describe('the generator', () => {
  it('makes the same visits from the same seed, others from another', () => {
    expect(visits(50)).toEqual(visits(50))
    expect(visits(50)).not.toEqual(visits(50, { ...options, seed: 8 }))
  })

  it('spreads visits over patients and the days before, some of them late', () => {
    const made = visits(5_000)
    expect(new Set(made.map(({ name }) => name)).size).toBe(5_000)
    expect(new Set(made.map(({ contentHash }) => contentHash)).size).toBe(5_000)
    expect(new Set(made.map(({ patient }) => patient)).size).toBe(50)
    const late = made.filter(({ time }) => options.until - time > 7 * 86_400).length
    expect(late).toBeGreaterThan(50)
    expect(late).toBeLessThan(200)
    for (const { time } of made) {
      expect(Number.isInteger(time)).toBe(true)
      expect(time).toBeLessThanOrEqual(options.until)
      expect(time).toBeGreaterThan(options.until - 91 * 86_400)
    }
  })
})
