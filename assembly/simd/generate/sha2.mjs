/**
 * The compression functions of SHA-256 and SHA-512 (FIPS 180-4, 6.2.2 and 6.4.2) on one message a lane: four of 32
 * bits, two of 64. Sixteen rounds are unrolled and run in a loop: a function of all rounds would be 20 KiB of code, and
 * two such fall out of the processor's instruction cache when they take turns (measured: 282 ns a Merkle node, with a
 * loop 208).
 */
import { initialState, roundConstants } from './primes.mjs'

/**
 * @typedef {{ bits: 32 | 64, rounds: number, sums: number[][], sigmas: number[][] }} Variant
 *   `sums` are the rotations of Σ0 and Σ1; `sigmas` two rotations and a shift of σ0 and σ1 each.
 */

/** @type {Variant} */
export const SHA256 = {
  bits: 32,
  rounds: 64,
  sums: [[2, 13, 22], [6, 11, 25]],
  sigmas: [[7, 18, 3], [17, 19, 10]],
}
/** @type {Variant} */
export const SHA512 = {
  bits: 64,
  rounds: 80,
  sums: [[28, 34, 39], [14, 18, 41]],
  sigmas: [[1, 8, 7], [19, 61, 6]],
}

const range = (count) => Array.from({ length: count }, (_, i) => i)
/** Words of a block, and rounds of a turn of the loop. */
const TURN = 16
const VECTOR_BYTES = 16
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

const lanesOf = ({ bits }) => 128 / bits
const load = (pointer, index) => `v128.load(${pointer}, ${VECTOR_BYTES * index})`
const store = (pointer, index, value) => `v128.store(${pointer}, ${value}, ${VECTOR_BYTES * index})`
const xor = (...terms) => terms.reduce((a, b) => `v128.xor(${a}, ${b})`)
const and = (a, b) => `v128.and(${a}, ${b})`
/** Word `index` of the schedule, of which the sixteen at hand are kept in a ring. */
const word = (index) => load('SCHEDULE', index % TURN)

/** The functions of FIPS 180-4, 4.1.2 and 4.1.3, as expressions. */
function functionsOf({ bits, sums, sigmas }) {
  const type = `i${bits}x${128 / bits}`
  const shift = (x, count) => `${type}.shr_u(${x}, ${count})`
  const rotate = (x, count) => `v128.or(${shift(x, count)}, ${type}.shl(${x}, ${bits - count}))`
  return {
    add: (...terms) => terms.reduce((a, b) => `${type}.add(${a}, ${b})`),
    sum: (which, x) => xor(...sums[which].map((count) => rotate(x, count))),
    sigma: (which, x) => {
      const [first, second, last] = sigmas[which]
      return xor(rotate(x, first), rotate(x, second), shift(x, last))
    },
  }
}

/** One round on the word in `w`; `k` points to the constants of this turn. */
function printRound({ add, sum }, round, w) {
  // The letters move on by one a round: instead of moving values, the names are dealt anew.
  const [a, b, c, d, e, f, g, h] = range(8).map((i) => LETTERS[(i - round + TURN) % 8])
  return [
    `${h} = ${add(h, add(w, load('k', round)), sum(1, e), xor(g, and(e, xor(f, g))))}`,
    `${d} = ${add(d, h)}`,
    // Stores anchor the round (see field.mjs). Measured when all rounds were unrolled: 1.25 times faster with one, 1.28
    // with two.
    store('ANCHOR', 0, d),
    `ab = ${xor(a, b)}`,
    `${h} = ${add(h, sum(0, a), xor(b, and('ab', 'bc')))}`,
    'bc = ab',
    store('ANCHOR', 0, h),
  ]
}

/** A round, and the word of the next turn in the place of its own. */
const printRoundAndWord = (functions, round) => [
  `const w${round} = ${word(round)}`,
  ...printRound(functions, round, `w${round}`),
  `const x${round} = ${word(round + 1)}`,
  `const y${round} = ${word(round + 14)}`,
  store(
    'SCHEDULE',
    round,
    functions.add(
      `w${round}`,
      word(round + 9),
      functions.sigma(0, `x${round}`),
      functions.sigma(1, `y${round}`),
    ),
  ),
]

/**
 * Body of a compression of STATE with the block in SCHEDULE, which it overwrites.
 * @param {Variant} variant
 */
export function printCompress(variant) {
  const functions = functionsOf(variant)
  const constants = `ROUND_CONSTANTS_${8 * variant.bits}`
  const lines = [
    ...LETTERS.map((letter, i) => `let ${letter} = ${load('STATE', i)}`),
    'let ab: v128',
    'let bc = v128.xor(b, c)',
    `let k: usize = ${constants}`,
    `for (; k < ${constants} + ${VECTOR_BYTES * (variant.rounds - TURN)}; k += ${VECTOR_BYTES * TURN}) {`,
    ...range(TURN).flatMap((round) => printRoundAndWord(functions, round)),
    '}',
    ...range(TURN).flatMap((round) => printRound(functions, round, word(round))),
    ...LETTERS.map((letter, i) => store('STATE', i, functions.add(letter, load('STATE', i)))),
  ]
  return lines.map((line) => `  ${line}`).join('\n')
}

/**
 * Tables of constants, each in all lanes: V8 makes a splat of a literal in three instructions.
 * @param {Variant} variant
 */
export function printTables(variant) {
  const { bits, rounds } = variant
  const table = (words) => {
    const all = words.flatMap((value) => Array(lanesOf(variant)).fill(`0x${value.toString(16)}`))
    return `memory.data<u${bits}>([${all.join(', ')}], 16)`
  }
  return [
    `const ROUND_CONSTANTS_${8 * bits} = ${table(roundConstants(rounds, BigInt(bits)))}`,
    `export const INITIAL_${8 * bits} = ${table(initialState(BigInt(bits)))}`,
  ].join('\n')
}
