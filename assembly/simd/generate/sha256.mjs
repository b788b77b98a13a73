/**
 * The compression function of SHA-256 (FIPS 180-4, 6.2.2) on four messages at once, one a lane. Sixteen rounds are
 * unrolled and run four times: all 64 would be 20 KiB of code, and more than one such function falls out of the
 * processor's instruction cache whenever they take turns (measured: 282 ns a Merkle node, with one loop 208).
 */
import { initialState, roundConstants } from './primes.mjs'

const range = (count) => Array.from({ length: count }, (_, i) => i)
const ROUNDS = 64
/** Words of a block, and rounds of a turn of the loop. */
const TURN = 16
const WORD_BYTES = 16
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

const add = (...terms) => terms.reduce((a, b) => `i32x4.add(${a}, ${b})`)
const xor = (...terms) => terms.reduce((a, b) => `v128.xor(${a}, ${b})`)
const and = (a, b) => `v128.and(${a}, ${b})`
const shift = (x, bits) => `i32x4.shr_u(${x}, ${bits})`
const rotate = (x, bits) => `v128.or(${shift(x, bits)}, i32x4.shl(${x}, ${32 - bits}))`
const load = (pointer, index) => `v128.load(${pointer}, ${WORD_BYTES * index})`
const store = (pointer, index, value) => `v128.store(${pointer}, ${value}, ${WORD_BYTES * index})`

const SIGMAS = { 0: [7, 18, 3], 1: [17, 19, 10] }
const sigma = (which, x) => {
  const [first, second, last] = SIGMAS[which]
  return xor(rotate(x, first), rotate(x, second), shift(x, last))
}
const sum = (which, x) => xor(...(which === 0 ? [2, 13, 22] : [6, 11, 25]).map((bits) => rotate(x, bits)))

/** Word `index` of the schedule, of which the sixteen at hand are kept in a ring. */
const word = (index) => load('SCHEDULE', index % TURN)

/** One round on the word in `w`; `k` points to the constants of this turn. */
function printRound(round, w) {
  // The letters move on by one a round: instead of moving values, the names are dealt anew.
  const [a, b, c, d, e, f, g, h] = range(8).map((i) => LETTERS[(i - round + TURN) % 8])
  return [
    `${h} = ${add(h, add(w, load('k', round)), sum(1, e), xor(g, and(e, xor(f, g))))}`,
    `${d} = ${add(d, h)}`,
    // Stores anchor the round (see field.mjs): measured 212 ns a Merkle node without, 170 with one, 166 with two.
    store('ANCHOR', 0, d),
    `ab = ${xor(a, b)}`,
    `${h} = ${add(h, sum(0, a), xor(b, and('ab', 'bc')))}`,
    'bc = ab',
    store('ANCHOR', 0, h),
  ]
}

/** The rounds of a turn that puts the words of the next turn in the place of its own. */
const printTurn = (round) => [
  `const w${round} = ${word(round)}`,
  ...printRound(round, `w${round}`),
  `const x${round} = ${word(round + 1)}`,
  `const y${round} = ${word(round + 14)}`,
  store('SCHEDULE', round, add(`w${round}`, word(round + 9), sigma(0, `x${round}`), sigma(1, `y${round}`))),
]

/** Body of a compression of STATE with the block in SCHEDULE, which it overwrites. */
export function printCompress() {
  const lines = [
    ...LETTERS.map((letter, i) => `let ${letter} = ${load('STATE', i)}`),
    'let ab: v128',
    'let bc = v128.xor(b, c)',
    'let k: usize = ROUND_CONSTANTS',
    `for (; k < ROUND_CONSTANTS + ${WORD_BYTES * (ROUNDS - TURN)}; k += ${WORD_BYTES * TURN}) {`,
    ...range(TURN).flatMap(printTurn),
    '}',
    ...range(TURN).flatMap((round) => printRound(round, word(round))),
    ...LETTERS.map((letter, i) => store('STATE', i, add(letter, load('STATE', i)))),
  ]
  return lines.map((line) => `  ${line}`).join('\n')
}

const table = (words) =>
  `memory.data<u32>([${words.flatMap((value) => [value, value, value, value]).join(', ')}], 16)`

/** Tables of constants, each in four lanes. V8 makes a splat of a literal in three instructions. */
export const printTables = () =>
  [
    `const ROUND_CONSTANTS = ${table(roundConstants(ROUNDS, 32n))}`,
    `export const INITIAL_256 = ${table(initialState(32n))}`,
  ].join('\n')
