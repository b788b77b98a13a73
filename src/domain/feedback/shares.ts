/**
 * How a reward is split over the rows of a data set: equally, by the largest remainder. The remainders of equal shares are equal; the
 * tie is broken by the order of rows, so that the first ones get one fen more. All integers: whatever is split adds up to the whole.
 */

/** What the rows from `from` to below `to` get together, of `reward` fen over `count` rows. */
export function sumOfShares(reward: number, count: number, from: number, to: number): number {
  const extraRows = reward % count
  const share = (reward - extraRows) / count
  const extra = Math.max(0, Math.min(to, extraRows) - Math.min(from, extraRows))
  return share * (to - from) + extra
}
