/**
 * A straight-line program over vectors of two doubles: the list of operations from which the field code is printed,
 * and over which a test proves by interval arithmetic that nothing is ever rounded. One list, two readers.
 *
 * @typedef {string} Value  A name; every value is made once.
 * @typedef {(
 *   | { kind: 'load', out: Value, pointer: string, limb: number }
 *   | { kind: 'store', pointer: string, limb: number, value: Value }
 *   | { kind: 'add' | 'subtract' | 'multiply', out: Value, a: Value, b: Value }
 *   | { kind: 'multiplyAdd', out: Value, a: Value, b: Value, c: Value }
 *   | { kind: 'wrap', out: Value, a: Value }
 *   | { kind: 'wrapAdd', out: Value, a: Value, b: Value }
 *   | { kind: 'top', out: Value, a: Value, exponent: number }
 *   | { kind: 'rest', out: Value, a: Value, top: Value }
 *   | { kind: 'swap' | 'cross', out: Value, a: Value }
 *   | { kind: 'lanes', out: Value, a: Value, b: Value, laneOfA: 0 | 1, laneOfB: 0 | 1 }
 *   | { kind: 'flip', out: Value, a: Value, signs: string }
 *   | { kind: 'scale', out: Value, a: Value, factors: [number, number] }
 * )} Operation
 *   A pointer is a name of the printed code, or a name and an offset: `p+192`.
 */

import { CUTS, LIMB_BYTES } from './layout.mjs'

/** Collects operations; each method appends one and names its result. */
export class Program {
  /** @type {Operation[]} */
  operations = []
  #values = 0

  #make(kind, fields) {
    const out = `t${this.#values++}`
    this.operations.push({ kind, out, ...fields })
    return out
  }

  /** Limb `limb` of the element at `pointer`. */
  load(pointer, limb) {
    return this.#make('load', { pointer, limb })
  }

  store(pointer, limb, value) {
    this.operations.push({ kind: 'store', pointer, limb, value })
  }

  add(a, b) {
    return this.#make('add', { a, b })
  }

  subtract(a, b) {
    return this.#make('subtract', { a, b })
  }

  multiply(a, b) {
    return this.#make('multiply', { a, b })
  }

  /** a · b + c. Product and sum are exact, so it does not matter whether they are fused (../field.ts). */
  multiplyAdd(a, b, c) {
    return this.#make('multiplyAdd', { a, b, c })
  }

  /** a · 19 · 2^-255: what a multiple of 2^255 is worth at the bottom, since 2^255 = 19 modulo p. */
  wrap(a) {
    return this.#make('wrap', { a })
  }

  /** sum + the `wrap` of a; without a sum, the latter. */
  wrapTo(sum, a) {
    return sum === undefined ? this.wrap(a) : this.#make('wrapAdd', { a, b: sum })
  }

  /** a rounded to a multiple of 2^exponent: what is handed on to the limb of that exponent. */
  top(a, exponent) {
    return this.#make('top', { a, exponent })
  }

  /** What stays of a when its `top` is handed on. */
  rest(a, top) {
    return this.#make('rest', { a, top })
  }

  /** (a0, a1) → (a1, a0) */
  swap(a) {
    return this.#make('swap', { a })
  }

  /** (a0, a1) → (a1 - a0, a1 + a0) */
  cross(a) {
    return this.#make('cross', { a })
  }

  /** (a[laneOfA], b[laneOfB]) */
  lanes(a, laneOfA, b, laneOfB) {
    return this.#make('lanes', { a, b, laneOfA, laneOfB })
  }

  /** a with the sign of each lane changed where the sign bit of the same lane of the variable `signs` is set. */
  flip(a, signs) {
    return this.#make('flip', { a, signs })
  }

  /** (a0 · factors[0], a1 · factors[1]), factors being small integers. */
  scale(a, factors) {
    return this.#make('scale', { a, factors })
  }

  /** Sum of `values`. */
  sum(values) {
    return values.reduce((a, b) => this.add(a, b))
  }

  /** AssemblyScript, one statement an operation. */
  print() {
    return this.operations.map((operation) => `  ${printOperation(operation)}`).join('\n')
  }
}

/** Arguments of a vector load or store: `p+192` and limb 2 make `p, 224`. */
function printAddress(pointer, limb) {
  const [base, offset = '0'] = pointer.split('+')
  return [base, Number(offset) + LIMB_BYTES * limb]
}

/** @param {Operation} operation */
function printOperation(operation) {
  const { kind, out, a, b } = operation
  const define = (expression) => `const ${out}: v128 = ${expression}`
  switch (kind) {
    case 'load': {
      const [base, offset] = printAddress(operation.pointer, operation.limb)
      return define(`v128.load(${base}, ${offset})`)
    }
    case 'store': {
      const [base, offset] = printAddress(operation.pointer, operation.limb)
      return `v128.store(${base}, ${operation.value}, ${offset})`
    }
    case 'add':
      return define(`f64x2.add(${a}, ${b})`)
    case 'subtract':
      return define(`f64x2.sub(${a}, ${b})`)
    case 'multiply':
      return define(`f64x2.mul(${a}, ${b})`)
    case 'multiplyAdd':
      return define(`multiplyAdd(${a}, ${b}, ${operation.c})`)
    case 'wrapAdd':
      return define(`multiplyAdd(${a}, nineteen, ${b})`)
    case 'wrap':
      return define(`f64x2.mul(${a}, nineteen)`)
    case 'top': {
      // Adding 1.5 · 2^(52 + e) leaves no bit below 2^e in a double; taking it away again gives a, so rounded.
      const rounder = `const r${out}: v128 = v128.load(ROUNDERS, ${LIMB_BYTES * CUTS.indexOf(operation.exponent)})`
      return `${rounder}; ${define(`f64x2.sub(f64x2.add(${a}, r${out}), r${out})`)}`
    }
    case 'rest':
      return define(`f64x2.sub(${a}, ${operation.top})`)
    case 'swap':
      return define(`v128.shuffle<f64>(${a}, ${a}, 1, 0)`)
    case 'cross':
      return define(`f64x2.add(v128.shuffle<f64>(${a}, ${a}, 1, 0), v128.xor(${a}, i64x2(i64.MIN_VALUE, 0)))`)
    case 'lanes':
      return define(`v128.shuffle<f64>(${a}, ${b}, ${operation.laneOfA}, ${2 + operation.laneOfB})`)
    case 'flip':
      return define(`v128.xor(${a}, ${operation.signs})`)
    case 'scale':
      return define(`f64x2.mul(${a}, f64x2(${operation.factors.join(', ')}))`)
    default:
      throw new Error(`unknown operation ${kind}`)
  }
}
