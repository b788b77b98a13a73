/**
 * Multiplication, squaring and change of layout modulo p = 2^255 - 19, as programs.
 *
 * A product of limbs i and j belongs to column i + j as it stands, for limbs are at absolute scale; where i + j is
 * past the last limb, it belongs to column i + j - n after one multiplication by 19 · 2^-255. A column is summed
 * exactly while it stays below 2^53 units of its scale; then its top is handed to the next column. Two chains of such
 * carries run side by side.
 *
 * Columns are *anchored*: each begins with fresh loads and ends with a store. V8 is free to move pure operations,
 * and would run all columns at once and spill; it does not move loads over stores. Measured: 1.6 times faster.
 */
import { LIMBS_11, LIMBS_12, limbCount } from './layout.mjs'
import { Program } from './program.mjs'

/** @typedef {import('./layout.mjs').Layout} Layout */

const range = (count) => Array.from({ length: count }, (_, i) => i)

/**
 * Where chains of carries begin. Measured, in ns a lane, of [0], [0, 6], [0, 4, 8]: eleven limbs squared in turns with
 * another square 10.2, 9.3, 9.8; twelve limbs multiplied 22.9, 19.6, 19.5.
 */
const CHAINS = [0, 6]

/** Columns in the order they are worked: the chains in turn. */
function columnOrder(count) {
  const chains = CHAINS.map((start, i) => range((CHAINS[i + 1] ?? count) - start).map((k) => start + k))
  return range(count).flatMap((turn) => chains.flatMap((chain) => chain.slice(turn, turn + 1)))
}

/**
 * Sums each column, hands its top on and writes the rest to `columns`, then all to `out`. `sumColumn(k)` makes the sum
 * of column k. Where `columns` is 'out', that is no operand.
 */
function carryColumns(program, { exponents }, columns, sumColumn) {
  const count = exponents.length - 1
  const tops = []
  for (const k of columnOrder(count)) {
    let column = sumColumn(k)
    if (!CHAINS.includes(k)) column = program.add(column, tops[k - 1])
    tops[k] = program.top(column, exponents[k + 1])
    program.store(columns, k, program.rest(column, tops[k]))
  }
  // Where a chain began, the carry into its first column comes last, and one more carry brings that to rest.
  const settled = []
  for (const k of CHAINS.toReversed()) {
    const carry = k === 0 ? program.wrap(tops[count - 1]) : tops[k - 1]
    const limb = program.add(program.load(columns, k), carry)
    const top = program.top(limb, exponents[k + 1])
    settled[k] = program.rest(limb, top)
    settled[k + 1] = program.add(program.load(columns, k + 1), top)
  }
  const moved = columns === 'out' ? [...settled.keys()].filter((k) => settled[k]) : range(count)
  for (const k of moved) program.store('out', k, settled[k] ?? program.load(columns, k))
}

/**
 * out = x · y, lane by lane; or, `swapped`, out = (x with its lanes changed over) · y. `out` may be an operand.
 *
 * Worked in four quarters, a half of x with a half of y, so that all that is multiplied stays in registers: 408
 * instructions, where columns worked as a whole made 510. Sums of columns lie in memory between quarters; those past
 * the last limb are wrapped round when the last quarter takes them up.
 * @param {Layout} layout
 */
export function multiply(layout, swapped = false) {
  const program = new Program()
  const count = limbCount(layout)
  const half = Math.ceil(count / 2)
  const [low, high] = [range(half), range(count).slice(half)]
  const x = []
  const y = []
  const loadX = (limbs) => {
    for (const i of limbs) x[i] = swapped ? program.swap(program.load('x', i)) : program.load('x', i)
  }
  const loadY = (limbs) => {
    for (const j of limbs) y[j] = program.load('y', j)
  }
  /** The sum so far, and of the products of column k those of limbs `xs` with limbs `ys`. */
  const addProducts = (sum, k, xs, ys) =>
    xs.reduce((total, i) => {
      const j = k - i
      if (!ys.includes(j)) return total
      // What begins a column is loaded anew, to anchor it.
      return total === undefined ? program.multiply(x[i], program.load('y', j)) : program.multiplyAdd(x[i], y[j], total)
    }, sum)
  const place = (k) => (k < count ? ['COLUMNS', k] : ['COLUMNS_PAST', k - count])
  const begun = new Set()
  const take = (k) => (begun.has(k) ? program.load(...place(k)) : undefined)
  const addQuarter = (xs, ys) => {
    for (let k = xs[0] + ys[0]; k <= xs.at(-1) + ys.at(-1); k++) {
      program.store(...place(k), addProducts(take(k), k, xs, ys))
      begun.add(k)
    }
  }
  loadX(high)
  loadY(high)
  addQuarter(high, high)
  loadY(low)
  addQuarter(high, low)
  loadX(low)
  loadY(high)
  addQuarter(low, high)
  loadY(low)
  carryColumns(program, layout, 'COLUMNS', (k) => {
    const sum = take(k)
    const past = take(k + count)
    return addProducts(past === undefined ? sum : program.wrapTo(sum, past), k, low, low)
  })
  return program
}

/**
 * out = x², lane by lane. `out` is not x. A product of two unlike limbs counts twice, and what lies past the last limb
 * wraps round; both is done to the sums, so that the limbs of x are all that registers hold.
 * @param {Layout} layout
 */
export function square(layout) {
  const program = new Program()
  const count = limbCount(layout)
  const x = range(count).map((i) => program.load('x', i))
  const unlike = (sum) => range(count).filter((i) => 2 * i < sum && sum - i < count).map((i) => [i, sum - i])
  const like = (sum) => (sum % 2 === 0 && sum / 2 < count ? [[sum / 2, sum / 2]] : [])
  carryColumns(program, layout, 'out', (k) => {
    let isAnchored = false
    const addTo = (sum, [i, j]) => {
      const first = isAnchored ? x[i] : program.load('x', i)
      isAnchored = true
      return sum === undefined ? program.multiply(first, x[j]) : program.multiplyAdd(first, x[j], sum)
    }
    const twice = (sum) => sum && program.add(sum, sum)
    const high = unlike(k + count).reduce(addTo, undefined)
    const low = unlike(k).reduce(addTo, undefined)
    // Where no square wraps round, the products of unlike limbs are doubled together.
    const sum = like(k + count).length
      ? program.wrapTo(twice(low), like(k + count).reduce(addTo, twice(high)))
      : twice(high === undefined ? low : program.wrapTo(low, high))
    return like(k).reduce(addTo, sum)
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
    const limb = program.sum(carry === undefined ? addends : [...addends, carry])
    if (j + 1 === pieces.length) return program.store('out', j, limb)
    carry = program.top(limb, to.exponents[j + 1])
    program.store('out', j, program.rest(limb, carry))
  })
  return program
}

/** For the chain of squarings in a root, and back. */
export const toLimbs11 = () => convert(LIMBS_12, LIMBS_11)
export const toLimbs12 = () => convert(LIMBS_11, LIMBS_12)
