/** Runs the SIMD build's operation lists on doubles, as the wasm does, for tests against BigInt. */
import type { Operation, Program } from './programs.ts'

type Lanes = readonly [number, number]

const P = 2n ** 255n - 19n
const NINETEEN = 19 * 2 ** -255

/** The value of limbs, modulo p. */
export function valueOfLimbs(limbs: readonly number[]): bigint {
  const sum = limbs.reduce((total, limb) => total + BigInt(limb), 0n)
  return ((sum % P) + P) % P
}

const each = (a: Lanes, make: (lane: number, index: 0 | 1) => number): Lanes => [make(a[0], 0), make(a[1], 1)]

function compute(operation: Operation, value: (name: string) => Lanes): Lanes {
  const a = value(operation.a)
  switch (operation.kind) {
    case 'add':
      return each(a, (lane, i) => lane + value(operation.b)[i])
    case 'subtract':
      return each(a, (lane, i) => lane - value(operation.b)[i])
    case 'multiply':
      return each(a, (lane, i) => lane * value(operation.b)[i])
    case 'multiplyAdd':
      return each(a, (lane, i) => lane * value(operation.b)[i] + value(operation.c)[i])
    case 'wrapAdd':
      return each(a, (lane, i) => lane * NINETEEN + value(operation.b)[i])
    case 'wrap':
      return each(a, (lane) => lane * NINETEEN)
    case 'top': {
      const rounder = 1.5 * 2 ** (52 + operation.exponent)
      return each(a, (lane) => lane + rounder - rounder)
    }
    case 'rest':
      return each(a, (lane, i) => lane - value(operation.top)[i])
    case 'swap':
      return [a[1], a[0]]
    default:
      throw new Error(`${operation.kind} is not an operation of field functions`)
  }
}

/** The two lanes of `out` that `program` writes, given the two lanes of its operands. */
export function runOnDoubles(
  program: Program,
  operands: Readonly<Record<string, readonly [readonly number[], readonly number[]]>>,
): [number[], number[]] {
  const values = new Map<string, Lanes>()
  const stored = new Map<string, Lanes>()
  const value = (name: string): Lanes => values.get(name)!
  for (const operation of program.operations) {
    const place = `${operation.pointer} ${operation.limb}`
    if (operation.kind === 'store') {
      stored.set(place, value(operation.value))
    } else if (operation.kind === 'load') {
      const lanes = operands[operation.pointer]
      values.set(
        operation.out,
        lanes ? [lanes[0][operation.limb]!, lanes[1][operation.limb]!] : stored.get(place)!,
      )
    } else {
      values.set(operation.out, compute(operation, value))
    }
  }
  const out = [...stored].filter(([place]) => place.startsWith('out ')).map(([, lanes]) => lanes)
  return [out.map((lanes) => lanes[0]), out.map((lanes) => lanes[1])]
}
