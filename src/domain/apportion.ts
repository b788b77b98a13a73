/**
 * Divides an amount by weights so that the parts add up to it exactly: each gets the whole part of its share, and what
 * is left goes one by one to the largest remainders, the earlier of two equal ones first. BigInt, because amount times
 * weight may pass 2^53.
 */
import { assert } from '../base/index.ts'

/** Parts of `total` in the order of `weights`, whole numbers of 0 or more of which one at least is above 0. */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + BigInt(weight), 0n)
  assert(sum > 0n && total >= 0, 'there is something to divide by')
  const shares = weights.map((weight, index) => {
    const product = BigInt(total) * BigInt(weight)
    return { index, part: Number(product / sum), remainder: product % sum }
  })
  const left = total - shares.reduce((all, { part }) => all + part, 0)
  const order = [...shares].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  )
  const raised = new Set(order.slice(0, left).map(({ index }) => index))
  return shares.map(({ index, part }) => part + (raised.has(index) ? 1 : 0))
}

/** What `apportion` gives the one at `index` of `count` equal weights, without going through the others. */
export function equalShare(total: number, count: number, index: number): number {
  const left = total % count
  return (total - left) / count + (index < left ? 1 : 0)
}
