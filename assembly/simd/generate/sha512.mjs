/** The compression function of SHA-512 (FIPS 180-4, 6.4.2), unrolled, its message schedule in locals. */
import { roundConstants } from './primes.mjs'

const rotate = (x, bits) => `rotr<u64>(${x}, ${bits})`
const range = (count) => Array.from({ length: count }, (_, i) => i)

/** Body of `compress512(state, block)`; `block` need not be aligned. */
export function printCompress512() {
  const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const lines = range(16).map((i) => `  let w${i} = bswap(load<u64>(block, ${8 * i}))`)
  lines.push(...letters.map((letter, i) => `  let ${letter} = load<u64>(state, ${8 * i})`))
  roundConstants(80, 64n).forEach((constant, round) => {
    const w = `w${round % 16}`
    if (round >= 16) {
      const [w1, w9, w14] = [1, 9, 14].map((offset) => `w${(round + offset) % 16}`)
      const sigma0 = `(${rotate(w1, 1)} ^ ${rotate(w1, 8)} ^ ${w1} >> 7)`
      const sigma1 = `(${rotate(w14, 19)} ^ ${rotate(w14, 61)} ^ ${w14} >> 6)`
      lines.push(`  ${w} += ${sigma0} + ${w9} + ${sigma1}`)
    }
    // The letters move on by one a round: instead of moving values, the names are dealt anew.
    const [a, b, c, d, e, f, g, h] = range(8).map((i) => letters[(i - round + 80) % 8])
    const sum1 = `(${rotate(e, 14)} ^ ${rotate(e, 18)} ^ ${rotate(e, 41)})`
    const sum0 = `(${rotate(a, 28)} ^ ${rotate(a, 34)} ^ ${rotate(a, 39)})`
    lines.push(`  ${h} += ${sum1} + (${g} ^ ${e} & (${f} ^ ${g})) + ${w} + 0x${constant.toString(16)}`)
    lines.push(`  ${d} += ${h}; ${h} += ${sum0} + (${a} & ${b} | ${c} & (${a} | ${b}))`)
  })
  lines.push(...letters.map((letter, i) => `  store<u64>(state, load<u64>(state, ${8 * i}) + ${letter}, ${8 * i})`))
  return lines.join('\n')
}
