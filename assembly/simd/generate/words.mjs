/** Between limbs and integers: decoding 255-bit numbers, and freezing an element to its one value below p. */
import { LIMBS_12, LIMB_BYTES, limbCount } from './layout.mjs'

const limbs = Array.from({ length: limbCount(LIMBS_12) }, (_, i) => {
  const from = LIMBS_12.exponents[i]
  return { i, from, width: LIMBS_12.exponents[i + 1] - from }
})

/** 2^exponent as an AssemblyScript expression: asc reads no hexadecimal doubles, and few decimal ones exactly. */
const powerOfTwo = (exponent) => `reinterpret<f64>(0x${((BigInt(exponent) + 1023n) << 52n).toString(16)})`

/** Body of `decodeLane(out, ptr)`: the low 255 bits of 32 little-endian bytes, into the lane at `out`. */
export function printDecode() {
  const words = [0, 1, 2, 3].map((word) => `  const w${word} = load<u64>(ptr, ${8 * word})`)
  const stores = limbs.map(({ i, from, width }) => {
    const word = from >> 6
    const shift = from & 63
    const above = shift + width > 64 ? ` | w${word + 1} << ${64 - shift}` : ''
    const bits = `<i32>((w${word} >> ${shift}${above}) & 0x${(2 ** width - 1).toString(16)})`
    return `  store<f64>(out, <f64>${bits} * ${powerOfTwo(from)}, ${LIMB_BYTES * i})`
  })
  return [...words, ...stores].join('\n')
}

/**
 * Body of `freeze(ptr): u32` of the lane at `ptr`: bit 0 is the lowest bit of the value modulo p, bit 1 says whether
 * it is zero. Limbs are up to 2^40 units: carrying three times round leaves each in [0, 2^width), a number below
 * 2^255, which is the value or the value + p.
 */
export function printFreeze() {
  const loads = limbs.map(
    ({ i, from }) => `  let h${i} = <i64>(load<f64>(ptr, ${LIMB_BYTES * i}) * ${powerOfTwo(-from)})`,
  )
  const carryOnce = limbs.map(({ i, width }) => {
    const into = i === 0 ? '' : `h${i} += carry; `
    return `  ${into}carry = h${i} >> ${width}; h${i} &= 0x${(2 ** width - 1).toString(16)}`
  })
  const carries = [1, 2, 3].flatMap(() => [...carryOnce, '  h0 += 19 * carry'])
  const [lowest, ...others] = limbs
  const ones = ({ width }) => `0x${(2 ** width - 1).toString(16)}`
  const isTop = others.map((limb) => `h${limb.i} == ${ones(limb)}`).join(' && ')
  const p = `0x${(2 ** lowest.width - 19).toString(16)}`
  return [
    ...loads,
    '  let carry: i64 = 0',
    ...carries,
    `  const isPOrMore = h0 >= ${p} && ${isTop}`,
    `  const isZero = (${limbs.map(({ i }) => `h${i}`).join(' | ')}) == 0 || (isPOrMore && h0 == ${p})`,
    '  return (<u32>h0 & 1) ^ <u32>isPOrMore | <u32>isZero << 1',
  ].join('\n')
}
