/**
 * Every sum of the SIMD build's floating-point field is exact: shown by interval arithmetic over the very operations
 * that its code is printed from, along every chain of formulas. And the operations compute what they say, at the
 * extremes of these bounds too: run on doubles, against BigInt.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { runOnDoubles, valueOfLimbs } from './doubles.ts'
import { FormulaWalk, findBounds } from './formulas.ts'
import { decodedElement, type Element, elementOf, InexactError } from './intervals.ts'
import { type Generator, type Layout, loadGenerator, type Program } from './programs.ts'

let generator: Generator

beforeAll(async () => {
  generator = await loadGenerator()
})

/** Largest limbs that an element of these bounds may have, as doubles. */
const extremes = (element: Element): number[] => element.map(({ unit, count }) => Number(count) * 2 ** unit)

describe('bounds of the field', () => {
  it('are exact along every chain of formulas', () => {
    const { lasting, bits } = findBounds(generator)
    expect([...lasting.keys()].sort()).toEqual(['addend', 'addend+192', 'point', 'point+192', 'value'])
    expect(bits).toBeLessThanOrEqual(53)
    // Freezing turns limbs into integers of 2^40 units at most: sums and differences of what lasts are far below.
    for (const { count } of [...lasting.values()].flat()) expect(count < 1n << 38n).toBe(true)
  })

  it('would not be shown for a double of 52 bits', () => {
    expect(() => findBounds(generator, { exactBits: 52 })).toThrow(InexactError)
  })

  it('would not be shown with a carry left out', () => {
    const { operations } = generator.square(generator.LIMBS_11)
    const top = operations.find(({ kind }) => kind === 'top')!
    const mutant = operations.map((operation) =>
      operation.kind === 'rest' && operation.top === top.out
        ? { ...operation, kind: 'add' as const, a: operation.a, b: operation.a }
        : operation,
    )
    expect(() => findBounds(generator, { programs: { square11: { operations: mutant } } })).toThrow(
      InexactError,
    )
  })

  it('would not be shown for ten limbs, or for sums of two elements in eleven', () => {
    const layout: Layout = { exponents: Array.from({ length: 11 }, (_, i) => Math.ceil(25.5 * i)) }
    const small = decodedElement(layout)
    const ten = new FormulaWalk(generator, { programs: { ten: generator.multiply(layout) } })
    expect(() => ten.apply('ten', small)).toThrow(InexactError)
    const walk = new FormulaWalk(generator)
    const reduced = walk.apply('toLimbs11', walk.apply('multiply', decodedElement(generator.LIMBS_12)))
    const doubled = reduced.map(({ unit, count }) => ({ unit, count: 2n * count }))
    expect(() => walk.apply('multiply11', reduced)).not.toThrow()
    expect(() => walk.apply('multiply11', doubled, reduced)).toThrow(InexactError)
  })
})

describe('operations of the field', () => {
  /** Pairs of elements at and near the bounds of `element`, and at random between them. */
  function* operands(element: Element): Iterable<[number[], number[]]> {
    const limits = extremes(element)
    const signs = [() => 1, () => -1, (i: number) => (i % 2 ? 1 : -1), (i: number) => (i % 3 ? -1 : 1)]
    for (const first of signs) {
      for (const second of signs)
        yield [limits.map((l, i) => l * first(i)), limits.map((l, i) => l * second(i))]
    }
    let state = 0x2545f491
    const random = () => {
      state = (state * 1103515245 + 12345) & 0x7fffffff
      return state / 0x40000000 - 1
    }
    const between = () => element.map(({ unit, count }) => Math.trunc(Number(count) * random()) * 2 ** unit)
    for (let i = 0; i < 200; i++) yield [between(), between()]
  }

  const check = (program: Program, layout: Layout, element: Element, isSquare: boolean) => {
    for (const [x, y] of operands(element)) {
      const [first, second] = runOnDoubles(program, { x: [x, y], y: [y, x] })
      const [a, b] = [valueOfLimbs(x), valueOfLimbs(y)]
      expect(valueOfLimbs(first!)).toBe(modulo(isSquare ? a * a : a * b))
      expect(valueOfLimbs(second!)).toBe(modulo(isSquare ? b * b : a * b))
      expect(first!.length).toBe(layout.exponents.length - 1)
    }
  }
  const modulo = (value: bigint) => ((value % generator.P) + generator.P) % generator.P

  it('multiply and square in twelve limbs', () => {
    const element = findBounds(generator).lasting.get('point')!
    check(generator.multiply(generator.LIMBS_12), generator.LIMBS_12, element, false)
    check(generator.square(generator.LIMBS_12), generator.LIMBS_12, element, true)
  })

  it('multiply and square in eleven limbs', () => {
    const walk = new FormulaWalk(generator)
    const element = walk.apply('toLimbs11', walk.apply('multiply', decodedElement(generator.LIMBS_12)))
    check(generator.multiply(generator.LIMBS_11), generator.LIMBS_11, element, false)
    check(generator.square(generator.LIMBS_11), generator.LIMBS_11, element, true)
  })

  it('change between eleven and twelve limbs', () => {
    for (const value of [
      0n,
      1n,
      18n,
      generator.P - 1n,
      generator.P / 2n,
      generator.P / 3n,
      2n ** 254n + 5n,
    ]) {
      const x = generator.toLimbs(value, generator.LIMBS_12)
      const [eleven] = runOnDoubles(generator.toLimbs11(), { x: [x, x] })
      expect(valueOfLimbs(eleven!)).toBe(modulo(value))
      const [twelve] = runOnDoubles(generator.toLimbs12(), { x: [eleven!, eleven!] })
      expect(valueOfLimbs(twelve!)).toBe(modulo(value))
      expect(elementOf(twelve!, generator.LIMBS_12)).toHaveLength(12)
    }
  })
})
