import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apportion, equalShare } from '../../src/domain/apportion.ts'
import { checkProperty } from '../support/property.ts'

describe('dividing an amount', () => {
  it.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [101, [1, 1, 1], [34, 34, 33]],
    [10, [500, 300, 200], [5, 3, 2]],
    [7, [0, 1, 0], [0, 7, 0]],
    [1, [333, 333, 334], [0, 0, 1]],
    [0, [3, 4], [0, 0]],
    [2 ** 53 - 1, [1_000], [2 ** 53 - 1]],
  ])('%d by %j gives %j', (total, weights, parts) => {
    expect(apportion(total, weights)).toEqual(parts)
  })

  it('needs something to divide by', () => {
    for (const weights of [[], [0, 0]]) expect(() => apportion(5, weights)).toThrow(/broken invariant/)
  })

  it('loses nothing, and gives nobody a whole unit more or less than its share', () => {
    const weight = fc.integer({ min: 0, max: 1_000_000 })
    const weights = fc
      .array(weight, { minLength: 1, maxLength: 16 })
      .filter((list) => list.some((value) => value > 0))
    checkProperty(
      fc.property(fc.maxSafeNat(), weights, (total, list) => {
        const parts = apportion(total, list)
        const sum = BigInt(list.reduce((all, value) => all + value, 0))
        expect(parts.reduce((all, part) => all + BigInt(part), 0n)).toBe(BigInt(total))
        for (const [i, part] of parts.entries()) {
          // |part - total * weight / sum| < 1, in whole numbers.
          const difference = BigInt(part) * sum - BigInt(total) * BigInt(list[i]!)
          expect(difference < sum && difference > -sum).toBe(true)
        }
      }),
    )
  })

  it('gives one of many equal shares what it gives it among all', () => {
    const totals = fc.oneof(fc.nat(1_000), fc.maxSafeNat())
    checkProperty(
      fc.property(totals, fc.integer({ min: 1, max: 500 }), (total, count) => {
        const shares = Array.from({ length: count }, (_, index) => equalShare(total, count, index))
        expect(shares).toEqual(apportion(total, new Array(count).fill(1)))
      }),
    )
  })
})
