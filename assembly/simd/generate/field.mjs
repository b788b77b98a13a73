/**
 * Multiplication, squaring and change of layout modulo p = 2^255 - 19, as programs.
 *
 * A product of limbs i and j belongs to column i + j as it stands, for limbs are at absolute scale; where i + j is
 * past the last limb, it belongs to column i + j - n after one multiplication by 19 · 2^-255. A column is summed
 * exactly while it stays below 2^53 units of its scale; then its top is handed to the next column. Two or three
 * chains of such carries run side by side.
 *
 * Columns are *anchored*: each begins with fresh loads and ends with a store. V8 is free to move pure operations,
 * and would run all columns at once and spill; it does not move loads over stores. Measured: 1.6 times faster.
 */
import { LIMBS_11, LIMBS_12, limbCount } from './layout.mjs'
import { Program } from './program.mjs'

/** @typedef {import('./layout.mjs').Layout} Layout */

const range = (count) => Array.from({ length: count }, (_, i) => i)

/**
 * How columns are worked: where chains of carries begin, and in how many partial sums a column is kept. Measured, in ns a
 * lane: eleven limbs squared 14.4 with two chains and two sums, 13.8 with three and three.
 */
const FOR_PRODUCTS = { starts: [0, 6], sums: 2 }
const FOR_SQUARES = { starts: [0, 4, 8], sums: 3 }

/** Products of a column of `multiply` that load y anew. Of 1, 4, 8 and 12, 4 was the fastest by a little. */
const ANCHORS = 4

/** Columns in the order they are worked: the chains in turn. */
function columnOrder(count, starts) {
  const chains = starts.map((start, i) => range((starts[i + 1] ?? count) - start).map((k) => start + k))
  return range(count).flatMap((turn) => chains.flatMap((chain) => chain.slice(turn, turn + 1)))
}

/**
 * Sums each column, hands its top on and writes the rest to `out`, which may be an operand: until the end, columns lie
 * in scratch. `products(k)` makes the products of column k.
 */
function carryColumns(program, { exponents }, { starts, sums }, products) {
  const count = exponents.length - 1
  const tops = []
  for (const k of columnOrder(count, starts)) {
    let column = program.sum(products(k), sums)
    if (!starts.includes(k)) column = program.add(column, tops[k - 1])
    tops[k] = program.top(column, exponents[k + 1])
    program.store('COLUMNS', k, program.rest(column, tops[k]))
  }
  // Where a chain began, the carry into its first column comes last, and one more carry brings that to rest.
  const settled = []
  for (const k of starts.toReversed()) {
    const carry = k === 0 ? program.wrap(tops[count - 1]) : tops[k - 1]
    const limb = program.add(program.load('COLUMNS', k), carry)
    const top = program.top(limb, exponents[k + 1])
    settled[k] = program.rest(limb, top)
    settled[k + 1] = program.add(program.load('COLUMNS', k + 1), top)
  }
  for (const k of range(count)) program.store('out', k, settled[k] ?? program.load('COLUMNS', k))
}

/**
 * out = x · y, lane by lane; or, `swapped`, out = (x with its lanes changed over) · y.
 * @param {Layout} layout
 */
export function multiply(layout, swapped = false) {
  const program = new Program()
  const count = limbCount(layout)
  const y = range(count).map((j) => program.load('y', j))
  const wrapped = y.map((value, j) => (j === 0 ? value : program.wrap(value)))
  const x = range(count)
    .map((i) => program.load('x', i))
    .map((value) => (swapped ? program.swap(value) : value))
  carryColumns(program, layout, FOR_PRODUCTS, (k) => [
    ...range(k + 1).map((i) => program.multiply(x[i], i < ANCHORS ? program.load('y', k - i) : y[k - i])),
    ...range(count - k - 1).map((i) => program.multiply(x[k + 1 + i], wrapped[count - 1 - i])),
  ])
  return program
}

/**
 * out = x², lane by lane. A product of two unlike limbs counts twice: one of them is doubled.
 * @param {Layout} layout
 */
export function square(layout) {
  const program = new Program()
  const count = limbCount(layout)
  const x = range(count).map((i) => program.load('x', i))
  const doubled = x.map((value) => program.add(value, value))
  const wrapped = x.map((value, i) => (2 * i >= count ? program.wrap(value) : value))
  carryColumns(program, layout, FOR_SQUARES, (k) => {
    const first = program.multiply(program.load('x', 0), k === 0 ? x[0] : doubled[k])
    const inside = range(k + 1)
      .filter((i) => i > 0 && 2 * i <= k)
      .map((i) => program.multiply(2 * i === k ? x[i] : doubled[i], x[k - i]))
    const outside = range(count)
      .filter((i) => i > k && 2 * i <= k + count)
      .map((i) => program.multiply(2 * i === k + count ? x[i] : doubled[i], wrapped[k + count - i]))
    return [first, ...inside, ...outside]
  })
  return program
}

/**
 * out = x with every limb brought to rest at once: each hands its top on, but takes what it is given uncarried. For
 * sums of a few elements.
 * @param {Layout} layout
 */
export function reduce(layout) {
  const program = new Program()
  const { exponents } = layout
  const count = limbCount(layout)
  const x = range(count).map((i) => program.load('x', i))
  const tops = x.map((limb, i) => program.top(limb, exponents[i + 1]))
  const rests = x.map((limb, i) => program.rest(limb, tops[i]))
  const carries = [program.wrap(tops[count - 1]), ...tops]
  rests.forEach((rest, i) => program.store('out', i, program.add(rest, carries[i])))
  return program
}

/**
 * out = x, which has the limbs of `from`, in the limbs of `to`: every limb is cut at the exponents of `to` that lie
 * inside it, the pieces are summed, and one chain of carries brings them to rest. `out` may be x.
 * @param {Layout} from @param {Layout} to
 */
function convert(from, to) {
  const program = new Program()
  const pieces = range(limbCount(to)).map(() => [])
  const x = range(limbCount(from)).map((i) => program.load('x', i))
  x.forEach((limb, i) => {
    let left = limb
    // Downwards from the limb's end; the sum of its pieces is the limb.
    for (let j = limbCount(to) - 1; to.exponents[j] > from.exponents[i]; j--) {
      if (to.exponents[j] >= from.exponents[i + 1]) continue
      const piece = program.top(left, to.exponents[j])
      pieces[j].push(piece)
      left = program.rest(left, piece)
    }
    pieces[to.exponents.findLastIndex((exponent) => exponent <= from.exponents[i])].push(left)
  })
  let carry
  pieces.forEach((addends, j) => {
    const limb = program.sum(carry === undefined ? addends : [...addends, carry], 1)
    if (j + 1 === pieces.length) return program.store('out', j, limb)
    carry = program.top(limb, to.exponents[j + 1])
    program.store('out', j, program.rest(limb, carry))
  })
  return program
}

/** For the chain of squarings in a root, and back. */
export const toLimbs11 = () => convert(LIMBS_12, LIMBS_11)
export const toLimbs12 = () => convert(LIMBS_11, LIMBS_12)
