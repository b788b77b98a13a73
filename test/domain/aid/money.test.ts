import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  divideByWeight,
  feeOf,
  needOf,
  paymentOf,
  paymentsOf,
  shareOf,
} from '../../../src/domain/aid/money.ts'
import { checkProperty } from '../../support/property.ts'

const fen = fc.integer({ min: 0, max: 1e13 })
const people = fc.integer({ min: 1, max: 1e9 })

describe('exact money', () => {
  it('rounds fee and share up, to the fen, beyond 2^53 in between', () => {
    expect(feeOf(30_000_000, 8)).toBe(2_400_000)
    expect(feeOf(1, 8)).toBe(1)
    expect(feeOf(0, 8)).toBe(0)
    checkProperty(
      fc.property(fen, people, fc.integer({ min: 0, max: 100 }), (amount, members, percent) => {
        const fee = BigInt(feeOf(amount, percent))
        expect(fee * 100n >= BigInt(amount) * BigInt(percent)).toBe(true)
        expect((fee - 1n) * 100n < BigInt(amount) * BigInt(percent)).toBe(true)
        const share = BigInt(shareOf(amount, members, 1e9, 1e6))
        expect(share * BigInt(members) >= BigInt(amount)).toBe(true)
        expect((share - 1n) * BigInt(members) < BigInt(amount)).toBe(true)
      }),
    )
  })

  it('never takes a need below nothing, nor a share above what cases allow', () => {
    expect(needOf(100, 8, 200)).toBe(0)
    expect(needOf(100, 8, 7)).toBe(101)
    expect(shareOf(1_000_000, 10, 3, 10)).toBe(30)
    expect(shareOf(1_000_000, 0, 3, 10)).toBe(0)
  })

  it('asks in all what the cap leaves, whatever the rounds', () => {
    const shares = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 24 })
    checkProperty(
      fc.property(
        shares,
        fc.integer({ min: 1, max: 18_800 }),
        fc.integer({ min: 0, max: 24 }),
        (list, cap, first) => {
          let [sumBefore, paid] = [0, 0]
          const base = list.slice(0, first).reduce((sum, share) => sum + share, 0)
          for (const [i, share] of list.entries()) {
            if (i >= first) {
              const payment = paymentOf({ sumBefore, share, cap }, base)
              expect(payment).toBe(Math.min(share, cap - paid))
              expect(paymentsOf({ sumBefore, share, cap }, [{ base, count: 3 }])).toBe(3 * payment)
              paid += payment
            }
            sumBefore += share
          }
        },
      ),
    )
  })

  it('divides what is left exactly', () => {
    expect(divideByWeight(3, [5, 2])).toEqual([2, 1])
    expect(divideByWeight(1, [1, 1])).toEqual([1, 0])
    checkProperty(
      fc.property(fen, fc.array(people, { minLength: 1, maxLength: 8 }), (amount, weights) => {
        const parts = divideByWeight(amount, weights)
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount)
        const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n)
        for (const [i, part] of parts.entries()) {
          const exact = BigInt(amount) * BigInt(weights[i]!)
          expect(BigInt(part) * total - exact < total && exact - BigInt(part) * total < total).toBe(true)
        }
      }),
    )
  })
})
