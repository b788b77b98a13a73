/**
 * How a field element lies in memory: limbs of doubles at absolute scale, limb i a multiple of 2^exponents[i].
 * A limb is 16 bytes, two doubles: two elements lie side by side, one a lane.
 */

/**
 * @typedef {{ exponents: number[] }} Layout
 *   One more exponent than there are limbs; the last is 255, where limbs wrap round.
 */

/** Bytes from one limb to the next. */
export const LIMB_BYTES = 16

/** The prime, 2^255 - 19. */
export const P = 2n ** 255n - 19n

/** @returns {Layout} */
const layoutOf = (count) => ({
  exponents: Array.from({ length: count + 1 }, (_, i) => Math.ceil((255 * i) / count)),
})

/** 21.25 bits a limb: room for products of sums, so points are added without carries between. */
export const LIMBS_12 = layoutOf(12)
/** 23.2 bits a limb: a sixth fewer products, no room to spare. For the long chain of squarings in a root. */
export const LIMBS_11 = layoutOf(11)

export const limbCount = (layout) => layout.exponents.length - 1

/** Exponents at which limbs are cut, in the order of the table ROUNDERS. */
export const CUTS = [...new Set([...LIMBS_11.exponents, ...LIMBS_12.exponents])]
  .filter((e) => e > 0)
  .sort((a, b) => a - b)

/** The limbs of `value`, cut so that each lies within half its width of zero. */
export function toLimbs(value, { exponents }) {
  const limbs = []
  let left = value > P / 2n ? value - P : value
  for (let i = 0; i + 1 < exponents.length; i++) {
    const width = BigInt(exponents[i + 1] - exponents[i])
    const limb = i + 2 === exponents.length ? left : BigInt.asIntN(Number(width), left)
    limbs.push(Number(limb) * 2 ** exponents[i])
    left = (left - limb) >> width
  }
  return limbs
}
