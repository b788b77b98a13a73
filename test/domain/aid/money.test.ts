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
import { parameters } from '../../../src/domain/aid/parameters.ts'
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

  it('holds for every plan that parameters allow, up to the greatest round that the ledger numbers', () => {
    const upTo = (name: string) => {
      const { min, max } = parameters[name]!
      return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }))
    }
    const round = fc.record({
      amount: fc.oneof(upTo('amountYoungFen'), upTo('amountOldFen')),
      cases: upTo('casesMax'),
      percent: upTo('feePercent'),
      perCase: upTo('perCaseFen'),
      cap: upTo('capFen'),
      members: fc.oneof(fc.constantFrom(1, 1e9), people),
      // What was left over is a part of the rounding of earlier rounds: below a fen for each member.
      balance: fc.integer({ min: 0, max: 1e9 }),
      roundsBefore: fc.integer({ min: 0, max: 23 }),
    })
    checkProperty(
      fc.property(round, ({ amount, cases, percent, perCase, cap, members, balance, roundsBefore }) => {
        const aid = amount * cases
        const fee = feeOf(aid, percent)
        const need = needOf(aid, fee, balance)
        const share = shareOf(need, members, cases, perCase)
        const sumBefore = share * roundsBefore
        const due = paymentsOf({ sumBefore, share, cap }, [{ base: 0, count: members }])
        const numbers = [aid, fee, need, share, sumBefore, due, due + Math.max(0, need - due) + balance]
        expect(numbers.filter((number) => !Number.isSafeInteger(number))).toEqual([])
        expect(BigInt(aid)).toBe(BigInt(amount) * BigInt(cases))
        expect(BigInt(need)).toBe(
          [BigInt(aid) + BigInt(fee) - BigInt(balance), 0n].reduce((a, b) => (a > b ? a : b)),
        )
      }),
      2_000,
    )
  })

  it('is refused beyond what the ledger holds exactly', () => {
    const inexact = expect.objectContaining({ code: 'rule.inexact' })
    expect(() => feeOf(2 ** 53 - 1, 200)).toThrow(inexact)
    expect(() => needOf(2 ** 53 - 1, 1, 0)).toThrow(inexact)
    expect(needOf(2 ** 53 - 1, 2 ** 53 - 1, 2 ** 53 - 1)).toBe(2 ** 53 - 1)
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
