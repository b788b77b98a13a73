/**
 * The exact money of a round. Whole fen; products are made in BigInt, because members × fen may pass 2^53, and every
 * division says which way it rounds. Results are plain numbers again; one beyond 2^53 - 1 is refused.
 */
import { exact } from '../refusal.ts'

const product = (a: number, b: number): bigint => BigInt(a) * BigInt(b)
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const divideUp = (a: bigint, b: bigint): bigint => (a + b - 1n) / b

/** `percent` of `aid`, rounded up. */
export const feeOf = (aid: number, percent: number): number => exact(divideUp(product(aid, percent), 100n))

/** What members and sponsor must bring: aid and fee, less what is left of earlier rounds. */
export const needOf = (aid: number, fee: number, balance: number): number =>
  exact(max(0n, BigInt(aid) + BigInt(fee) - BigInt(balance)))

/** A member's share: the need divided, rounded up, at most `perCase` for each case. Of nobody, nothing. */
export function shareOf(need: number, members: number, cases: number, perCase: number): number {
  if (members === 0) return 0
  const equal = divideUp(BigInt(need), BigInt(members))
  const most = product(perCase, cases)
  return exact(equal < most ? equal : most)
}

/** The shares of a year as a member meets them in one round. */
export interface YearShares {
  /** Sum of the year's shares before the round. */
  readonly sumBefore: number
  readonly share: number
  /** Most that a member pays in the year. */
  readonly cap: number
}

/**
 * What a member pays in a round, `base` being the sum of the year's shares before it took part. Round by round it pays
 * min(share, cap - paid), so in all min(cap, sum of its shares), whatever the order.
 */
export const paymentOf = ({ sumBefore, share, cap }: YearShares, base: number): number =>
  Math.min(cap, sumBefore + share - base) - Math.min(cap, sumBefore - base)

/** The same of many members at once. */
export function paymentsOf(
  shares: YearShares,
  buckets: readonly { readonly base: number; readonly count: number }[],
): number {
  return exact(buckets.reduce((sum, { base, count }) => sum + product(paymentOf(shares, base), count), 0n))
}

/** Divides `amount` in proportion to `weights`, exactly: largest remainders first, the earlier of equal ones. */
export function divideByWeight(amount: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n)
  const parts = weights.map((weight, index) => ({
    index,
    whole: product(amount, weight) / total,
    rest: product(amount, weight) % total,
  }))
  let left = BigInt(amount) - parts.reduce((sum, { whole }) => sum + whole, 0n)
  const byRest = [...parts].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest < b.rest ? 1 : -1))
  const result = parts.map(({ whole }) => whole)
  for (const { index } of byRest) {
    if (left === 0n) break
    result[index] = result[index]! + 1n
    left -= 1n
  }
  return result.map(exact)
}
