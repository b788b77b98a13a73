/** Constants of the field and the curve as the SIMD build keeps them: doubles, each in both lanes. */
import { CUTS, LIMBS_12, P, toLimbs } from './layout.mjs'

const modulo = (value) => ((value % P) + P) % P

/** base^exponent modulo p. */
function power(base, exponent) {
  let result = 1n
  for (let square = modulo(base), left = exponent; left > 0n; left >>= 1n, square = (square * square) % P) {
    if (left & 1n) result = (result * square) % P
  }
  return result
}

/** d = -121665/121666 (RFC 8032 5.1). */
export const D = modulo(-121665n * power(121666n, P - 2n))
export const INVERSE_D = power(D, P - 2n)
/** √-1 = 2^((p-1)/4). */
export const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n)

/** The bits of a double, as a hexadecimal literal. */
function bitsOf(number) {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, number)
  return `0x${view.getBigUint64(0).toString(16)}`
}

const table = (name, comment, words) =>
  `/** ${comment} */\nexport const ${name} = memory.data<u64>([${words.join(', ')}], 16)\n`

const both = (numbers) => numbers.flatMap((number) => [number, number])
const element = (first, second = first) => {
  const lanes = [toLimbs(first, LIMBS_12), toLimbs(second, LIMBS_12)]
  return lanes[0].flatMap((limb, i) => [limb, lanes[1][i]])
}

/** The file of constants, and the names it exports. */
export function constants() {
  const tables = {
    ROUNDERS: [
      '1.5 · 2^(52 + e) of the exponents e at which limbs are cut',
      both(CUTS.map((e) => 1.5 * 2 ** (52 + e))),
    ],
    NINETEEN: ['19 · 2^-255', both([19 * 2 ** -255])],
    ONE: ['1', element(1n)],
    TWO: ['2', element(2n)],
    D: ['d', element(D)],
    TWO_D: ['2d', element(modulo(2n * D))],
    TWO_D_AND_TWO: ['2d | 2', element(modulo(2n * D), 2n)],
    INVERSE_D_AND_ONE: ['1/d | 1', element(INVERSE_D, 1n)],
    ROOT_OF_MINUS_ONE: ['√-1', element(ROOT_OF_MINUS_ONE)],
  }
  const printed = Object.entries(tables).map(([name, [comment, numbers]]) => table(name, comment, numbers.map(bitsOf)))
  return { names: Object.keys(tables), code: printed.join('\n') }
}
