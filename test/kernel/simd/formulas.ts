/**
 * Walks the steps of the SIMD build's formulas over intervals, calls of field functions included, until the bounds of
 * all that goes from one formula into another no longer grow.
 */
import { decodedElement, type Element, elementOf, IntervalWalk, isWithin, joinElements } from './intervals.ts'
import type { Call, Generator, Program, Step } from './programs.ts'

type Memory = Map<string, Element>

/** Second halves of points and addends. */
const HALF = '+192'

export interface Options {
  readonly exactBits?: number
  /** Programs in the place of the generator's. */
  readonly programs?: Readonly<Record<string, Program>>
}

/** What the walk found out: bounds of what lasts, and how many bits the largest sum took. */
export interface Bounds {
  readonly lasting: ReadonlyMap<string, Element>
  readonly bits: number
}

export class FormulaWalk {
  readonly #generator: Generator
  readonly #programs: Record<string, Program>
  readonly #walk: IntervalWalk

  constructor(generator: Generator, options: Options = {}) {
    const { multiply, reduce, square, toLimbs11, toLimbs12, LIMBS_11, LIMBS_12 } = generator
    this.#generator = generator
    this.#walk = new IntervalWalk(options.exactBits)
    this.#programs = {
      multiply: multiply(LIMBS_12),
      multiplySwapped: multiply(LIMBS_12, true),
      square: square(LIMBS_12),
      reduce: reduce(LIMBS_12),
      multiply11: multiply(LIMBS_11),
      square11: square(LIMBS_11),
      toLimbs11: toLimbs11(),
      toLimbs12: toLimbs12(),
      ...options.programs,
    }
  }

  get bits(): number {
    return this.#walk.bits
  }

  /** Constants that formulas load. */
  constants(): Memory {
    const { D, INVERSE_D, P, LIMBS_12, ROOT_OF_MINUS_ONE, toLimbs } = this.#generator
    const element = (value: bigint) => elementOf(toLimbs(value, LIMBS_12), LIMBS_12)
    const twoD = element((2n * D) % P)
    return new Map([
      ['ONE', element(1n)],
      ['TWO', element(2n)],
      ['D', element(D)],
      ['TWO_D', twoD],
      ['INVERSE_D_AND_ONE', joinElements(element(INVERSE_D), element(1n))],
      ['TWO_D_AND_TWO', joinElements(twoD, element(2n))],
      ['ROOT_FACTOR', joinElements(element(1n), element(ROOT_OF_MINUS_ONE))],
    ])
  }

  /** Runs a formula on `memory`. */
  runFormula(name: string, memory: Memory): void {
    const steps = this.#generator.formulas[name]
    if (!steps) throw new Error(`no formula ${name}`)
    for (const step of steps) this.#runStep(step, memory)
  }

  #runStep(step: Step, memory: Memory): void {
    if ('program' in step) {
      this.#runProgram(step.program, memory)
    } else if ('call' in step) {
      this.#runCall(step, memory)
    } else {
      const other = new Map(memory)
      this.#runCall(step.then, memory)
      this.#runCall(step.otherwise, other)
      for (const [pointer, element] of other) {
        const mine = memory.get(pointer)
        memory.set(pointer, mine ? joinElements(mine, element) : element)
      }
    }
  }

  #runProgram(program: Program, memory: Memory): void {
    const copies = new Map([...memory].map(([pointer, element]) => [pointer, [...element]]))
    this.#walk.run(program, copies)
    for (const [pointer, element] of copies) memory.set(pointer, element)
  }

  #runCall({ call, args }: Call, memory: Memory): void {
    const [out = '', x = '', y = x] = args
    const operand = (pointer: string): Element => {
      const element = memory.get(pointer)
      if (!element) throw new Error(`${call} reads ${pointer}, which was not written`)
      return element
    }
    if (this.#generator.formulas[call]) this.runFormula(call, memory)
    else if (call === 'copyElement') memory.set(out, operand(x))
    else if (call === 'squareTimes11') memory.set(out, this.#squareTimes(operand(x), Number(y)))
    else if (call === 'squareBothTimes11') {
      const [secondOut, secondX, times] = args.slice(2) as [string, string, string]
      const second = this.#squareTimes(operand(secondX), Number(times))
      memory.set(out, this.#squareTimes(operand(x), Number(times)))
      memory.set(secondOut, second)
    } else memory.set(out, this.apply(call, operand(x), operand(y)))
  }

  /** The result of a field function. */
  apply(name: string, x: Element, y: Element = x): Element {
    const program = this.#programs[name]
    if (!program) throw new Error(`no program ${name}`)
    const memory: Memory = new Map([
      ['x', x],
      ['y', y],
    ])
    this.#runProgram(program, memory)
    return memory.get('out')!
  }

  /** Squares until `times` is up or results stay within what was seen before. */
  #squareTimes(x: Element, times: number): Element {
    let element = this.apply('square11', x)
    for (let i = 1; i < times; i++) {
      const next = this.apply('square11', element)
      if (isWithin(next, element)) return element
      element = joinElements(element, next)
    }
    return element
  }
}

/**
 * Bounds of points and addends over all chains of formulas: starting from the identity and from decoded points, every
 * formula is run on all that any formula gave, until nothing grows. Throws where a sum might be rounded.
 */
export function findBounds(generator: Generator, options: Options = {}): Bounds {
  const walk = new FormulaWalk(generator, options)
  const constants = walk.constants()
  const one = constants.get('ONE')!
  const lasting = new Map<string, Element>([
    ['point', one],
    [`point${HALF}`, one],
  ])
  const grow = (name: string, element: Element | undefined) => {
    if (!element) throw new Error(`${name} was not written`)
    const before = lasting.get(name)
    const after = before ? joinElements(before, element) : element
    const hasGrown = !before || !isWithin(after, before)
    lasting.set(name, after)
    return hasGrown
  }
  const halves = (name: string, as: string, memory: Memory) => {
    memory.set(as, lasting.get(name)!)
    memory.set(`${as}${HALF}`, lasting.get(`${name}${HALF}`)!)
  }
  const keep = (name: string, from: string, memory: Memory) => {
    const first = grow(name, memory.get(from))
    return grow(`${name}${HALF}`, memory.get(`${from}${HALF}`)) || first
  }
  const decoding: Memory = new Map([...constants, ['Y', decodedElement(generator.LIMBS_12)]])
  walk.runFormula('prepareRoots', decoding)
  // Two decodings in turns: the second has what the first has.
  decoding.set('SECOND_POWER', decoding.get('POWER')!)
  for (const formula of ['raiseBothToRootExponent', 'findRootCandidates', 'fixRoots', 'makeAffineAddends'])
    walk.runFormula(formula, decoding)
  keep('addend', 'out', decoding)
  keep('addend', 'out2', decoding)
  for (let round = 0, isGrowing = true; isGrowing; round++) {
    if (round > 20) throw new Error('bounds do not settle')
    const memory: Memory = new Map(constants)
    for (const as of ['point', 'p', 'q']) halves('point', as, memory)
    for (const as of ['addend', 'a', 'b']) halves('addend', as, memory)
    const results: boolean[] = []
    for (const [formula, name, out] of [
      ['addAddend', 'point', 'point'],
      ['setToAddend', 'point', 'point'],
      ['double', 'point', 'point'],
      ['addAffinePair', 'point', 'p'],
      ['addAffinePair', 'point', 'q'],
      ['makeAddend', 'addend', 'out'],
    ] as const) {
      const copy = new Map(memory)
      walk.runFormula(formula, copy)
      results.push(keep(name, out, copy))
    }
    // Tables are made affine: Z and products of them are inverted, and coordinates multiplied by the inverses.
    const inverting = new Map([...memory, ['VALUE', lasting.get(`point${HALF}`)!]])
    results.push(grow('value', walk.apply('multiply', lasting.get(`point${HALF}`)!)))
    inverting.set('VALUE', joinElements(inverting.get('VALUE')!, lasting.get('value')!))
    walk.runFormula('invert', inverting)
    results.push(grow('value', inverting.get('INVERSE')))
    for (const half of ['', HALF]) {
      results.push(
        grow(`point${half}`, walk.apply('multiply', lasting.get(`point${half}`)!, lasting.get('value')!)),
      )
    }
    isGrowing = results.some(Boolean)
  }
  return { lasting, bits: walk.bits }
}
