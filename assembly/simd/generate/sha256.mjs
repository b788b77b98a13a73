/**
 * The compression function of SHA-256 (FIPS 180-4, 6.2.2) on four messages at once, one a lane, unrolled.
 *
 * A schedule word is known in part: of the second block of a Merkle node most words are constants. The printer works
 * them out beforehand, so one description serves blocks of any kind.
 */
import { initialState, roundConstants } from './primes.mjs'

const range = (count) => Array.from({ length: count }, (_, i) => i)
const ROUNDS = 64
const WORD_BYTES = 16

const ROUND_CONSTANTS = roundConstants(ROUNDS, 32n).map(Number)
const INITIAL = initialState(32n).map(Number)

const add = (...terms) => terms.reduce((a, b) => `i32x4.add(${a}, ${b})`)
const xor = (...terms) => terms.reduce((a, b) => `v128.xor(${a}, ${b})`)
const and = (a, b) => `v128.and(${a}, ${b})`
const shift = (x, bits) => `i32x4.shr_u(${x}, ${bits})`
const rotate = (x, bits) => `v128.or(${shift(x, bits)}, i32x4.shl(${x}, ${32 - bits}))`
/** Constants are loaded from a table: V8 makes a splat of a literal in three instructions. */
const TABLE = []
function splat(word) {
  if (!TABLE.includes(word)) TABLE.push(word)
  return `v128.load(SHA256_TABLE, ${WORD_BYTES * TABLE.indexOf(word)})`
}

const SIGMAS = { 0: [7, 18, 3], 1: [17, 19, 10] }
const sigma = (which, x) => {
  const [first, second, last] = SIGMAS[which]
  return xor(rotate(x, first), rotate(x, second), shift(x, last))
}
const rotateWord = (x, bits) => ((x >>> bits) | (x << (32 - bits))) >>> 0
const sigmaOfWord = (which, x) => {
  const [first, second, last] = SIGMAS[which]
  return (rotateWord(x, first) ^ rotateWord(x, second) ^ (x >>> last)) >>> 0
}
const sum = (which, x) => xor(...(which === 0 ? [2, 13, 22] : [6, 11, 25]).map((bits) => rotate(x, bits)))

/** A word of the schedule: a constant, and whether words that vary are added to it. */
const constant = (value) => ({ value, isVaried: false })
const VARIED = { value: 0, isVaried: true }

/** The words that a round of the schedule takes, and what each goes through. */
const sources = (round) => [
  { from: round - 16, make: (x) => x, fold: (x) => x },
  { from: round - 15, make: (x) => sigma(0, x), fold: (x) => sigmaOfWord(0, x) },
  { from: round - 7, make: (x) => x, fold: (x) => x },
  { from: round - 2, make: (x) => sigma(1, x), fold: (x) => sigmaOfWord(1, x) },
]

/** Appends the making of schedule word `round` (16 and up) to `lines`; its constant part where it does not vary. */
function extendSchedule(lines, words, round) {
  const varied = sources(round).filter(({ from }) => words[from].isVaried)
  const fixed = sources(round).filter(({ from }) => !words[from].isVaried)
  const value = fixed.reduce((total, { from, fold }) => (total + fold(words[from].value)) >>> 0, 0)
  if (varied.length === 0) return constant(value)
  const terms = varied.map(({ from, make }) => {
    lines.push(`  const s${round}_${from} = v128.load(SCHEDULE, ${WORD_BYTES * from})`)
    return make(`s${round}_${from}`)
  })
  if (value !== 0) terms.push(splat(value))
  lines.push(`  const w${round} = ${add(...terms)}`, `  v128.store(SCHEDULE, w${round}, ${WORD_BYTES * round})`)
  return VARIED
}

/**
 * Body of a compression of STATE with a block of 16 words, of which those that vary lie in SCHEDULE. A first block starts from the initial state.
 */
function printCompress(block, isFirst) {
  const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const words = [...block]
  const start = (i) => (isFirst ? splat(INITIAL[i]) : `v128.load(STATE, ${WORD_BYTES * i})`)
  const lines = letters.map((letter, i) => `  let ${letter} = ${start(i)}`)
  lines.push('  let ab: v128', '  let bc = v128.xor(b, c)')
  for (const round of range(ROUNDS)) {
    if (round >= 16) words.push(extendSchedule(lines, words, round))
    const { value, isVaried } = words[round]
    const fixed = splat((ROUND_CONSTANTS[round] + value) >>> 0)
    const word = !isVaried ? fixed : add(round < 16 ? `v128.load(SCHEDULE, ${WORD_BYTES * round})` : `w${round}`, fixed)
    // The letters move on by one a round: instead of moving values, the names are dealt anew.
    const [a, b, c, d, e, f, g, h] = range(8).map((i) => letters[(i - round + ROUNDS) % 8])
    lines.push(
      `  ${h} = ${add(h, word, sum(1, e), xor(g, and(e, xor(f, g))))}`,
      `  ${d} = ${add(d, h)}`,
      // Stores anchor the round (see field.mjs): measured 212 ns a Merkle node without, 170 with one, 166 with two.
      `  v128.store(ANCHOR, ${d})`,
      `  ab = ${xor(a, b)}`,
      `  ${h} = ${add(h, sum(0, a), xor(b, and('ab', 'bc')))}`,
      '  bc = ab',
      `  v128.store(ANCHOR, ${h})`,
    )
  }
  lines.push(...letters.map((letter, i) => `  v128.store(STATE, ${add(letter, start(i))}, ${WORD_BYTES * i})`))
  return lines.join('\n')
}

/** A block of which all words vary. */
const anyBlock = range(16).map(() => VARIED)
/** The second block of a Merkle node: the last byte of 65, the padding bit and the length. */
const nodeTail = range(16).map((i) => (i === 0 ? VARIED : constant(i === 15 ? 8 * 65 : 0)))

export const printCompressFirst = () => printCompress(anyBlock, true)
export const printCompressNext = () => printCompress(anyBlock, false)
export const printCompressNodeTail = () => printCompress(nodeTail, false)

/** The table of constants that the printed code loads, each in four lanes. To be printed after the code. */
export const printTable = () =>
  `const SHA256_TABLE = memory.data<u32>([${TABLE.flatMap((word) => [word, word, word, word]).join(', ')}], 16)`
