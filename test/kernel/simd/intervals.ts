/**
 * Interval arithmetic over the SIMD build's operation lists. A value is a multiple of 2^unit, at most count · 2^unit
 * in size, in either lane. It is exact in a double while count <= 2^53; the walk throws where that can not be shown.
 */
import type { Layout, Operation, Program } from './programs.ts'

export interface Interval {
  readonly unit: number
  readonly count: bigint
}

/** An element: an interval a limb. */
export type Element = readonly Interval[]

export class InexactError extends Error {}

/** What a double holds exactly. */
const EXACT_BITS = 53

/** 19 · 2^-255. */
const NINETEEN: Interval = { unit: -255, count: 19n }

const bitsOf = (count: bigint): string => (Math.log2(Number(count)) || 0).toFixed(2)

const scaled = ({ unit, count }: Interval, to: number): bigint => count << BigInt(unit - to)

export function join(a: Interval, b: Interval): Interval {
  if (a.count === 0n) return b
  if (b.count === 0n) return a
  const unit = Math.min(a.unit, b.unit)
  return scaled(a, unit) > scaled(b, unit)
    ? { unit, count: scaled(a, unit) }
    : { unit, count: scaled(b, unit) }
}

export const joinElements = (a: Element, b: Element): Element => a.map((limb, i) => join(limb, b[i]!))

/** Whether every value of `a` is one of `b`'s. */
export const isWithin = (a: Element, b: Element): boolean =>
  a.every(({ unit, count }, i) => {
    const limit = b[i]!
    return count === 0n || (unit >= limit.unit && scaled({ unit, count }, limit.unit) <= limit.count)
  })

/** The walk over one program. */
export class IntervalWalk {
  readonly #values = new Map<string, Interval>()
  readonly #exactBits: number
  /** The most bits that a value took. */
  bits = 0

  constructor(exactBits = EXACT_BITS) {
    this.#exactBits = exactBits
  }

  /** Runs `program` on `memory`, which maps pointers to elements, and writes its stores there. */
  run(program: Program, memory: Map<string, Interval[]>): void {
    this.#values.clear()
    for (const operation of program.operations) this.#step(operation, memory)
  }

  #value(name: string): Interval {
    const value = this.#values.get(name)
    if (!value) throw new Error(`${name} is used before it is made`)
    return value
  }

  #checkExact(operation: Operation, interval: Interval): Interval {
    this.bits = Math.max(this.bits, Math.log2(Number(interval.count)))
    if (interval.count <= 1n << BigInt(this.#exactBits)) return interval
    throw new InexactError(`${operation.kind} makes ${operation.out} of ${bitsOf(interval.count)} bits`)
  }

  #step(operation: Operation, memory: Map<string, Interval[]>): void {
    if (operation.kind === 'store') {
      const element = memory.get(operation.pointer) ?? []
      element[operation.limb] = this.#value(operation.value)
      memory.set(operation.pointer, element)
      return
    }
    this.#values.set(operation.out, this.#checkExact(operation, this.#result(operation, memory)))
  }

  #sum(a: Interval, b: Interval): Interval {
    if (a.count === 0n) return b
    if (b.count === 0n) return a
    const unit = Math.min(a.unit, b.unit)
    return { unit, count: scaled(a, unit) + scaled(b, unit) }
  }

  #product(a: Interval, b: Interval): Interval {
    return { unit: a.unit + b.unit, count: a.count * b.count }
  }

  #result(operation: Operation, memory: Map<string, Interval[]>): Interval {
    const a = () => this.#value(operation.a)
    const b = () => this.#value(operation.b)
    switch (operation.kind) {
      case 'load': {
        const limb = memory.get(operation.pointer)?.[operation.limb]
        if (!limb)
          throw new Error(`limb ${operation.limb} of ${operation.pointer} is read before it is written`)
        return limb
      }
      case 'add':
      case 'subtract':
        return this.#sum(a(), b())
      case 'multiply':
        return this.#product(a(), b())
      // Exact, so that it is the same whether the product is rounded by itself or not.
      case 'multiplyAdd':
        return this.#sum(this.#checkExact(operation, this.#product(a(), b())), this.#value(operation.c))
      case 'wrap':
        return this.#product(a(), NINETEEN)
      case 'wrapAdd':
        return this.#sum(this.#checkExact(operation, this.#product(a(), NINETEEN)), b())
      case 'top':
        return this.#top(operation, a())
      case 'rest':
        return this.#rest(a(), this.#value(operation.top))
      case 'cross':
        return this.#sum(a(), a())
      case 'lanes':
        return join(a(), b())
      case 'scale': {
        const factor = Math.max(...operation.factors.map(Math.abs))
        return { unit: a().unit, count: a().count * BigInt(factor) }
      }
      case 'swap':
      case 'flip':
        return a()
      default:
        throw new Error(`unknown operation ${operation.kind}`)
    }
  }

  /** a + 1.5 · 2^(52 + e) must stay between 2^(52 + e) and 2^(53 + e), where a double's last bit is 2^e. */
  #top(operation: Operation, a: Interval): Interval {
    const { exponent } = operation
    if (a.unit >= exponent) return a
    const step = 1n << BigInt(exponent - a.unit)
    if (a.count > step << 51n) throw new InexactError(`top of ${bitsOf(a.count)} bits at 2^${exponent}`)
    return { unit: exponent, count: (a.count + step / 2n) / step }
  }

  /** What rounding to a multiple of `top`'s unit leaves: at most half of it. */
  #rest(a: Interval, top: Interval): Interval {
    if (a.unit >= top.unit) return { unit: a.unit, count: 0n }
    const half = 1n << BigInt(top.unit - a.unit - 1)
    return { unit: a.unit, count: a.count < half ? a.count : half }
  }
}

/** The element of exactly these limbs. */
export function elementOf(limbs: readonly number[], { exponents }: Layout): Element {
  return limbs.map((limb, i) => ({
    unit: exponents[i]!,
    count: BigInt(Math.abs(limb) / 2 ** exponents[i]!),
  }))
}

/** Elements whose limbs are whole numbers of `width` bits and not negative, as decoding makes them. */
export function decodedElement({ exponents }: Layout): Element {
  return exponents.slice(0, -1).map((exponent, i) => ({
    unit: exponent,
    count: (1n << BigInt(exponents[i + 1]! - exponent)) - 1n,
  }))
}
