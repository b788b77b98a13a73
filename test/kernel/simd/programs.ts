/** The programs and formulas that the SIMD build's code is printed from (assembly/simd/generate), with their types. */

export interface Layout {
  readonly exponents: readonly number[]
}

export interface Operation {
  readonly kind:
    | 'load'
    | 'store'
    | 'add'
    | 'subtract'
    | 'multiply'
    | 'multiplyAdd'
    | 'wrap'
    | 'wrapAdd'
    | 'top'
    | 'rest'
    | 'swap'
    | 'cross'
    | 'lanes'
    | 'flip'
    | 'scale'
  readonly out: string
  readonly a: string
  readonly b: string
  readonly c: string
  readonly pointer: string
  readonly limb: number
  readonly value: string
  readonly exponent: number
  readonly top: string
  readonly laneOfA: 0 | 1
  readonly laneOfB: 0 | 1
  readonly factors: readonly [number, number]
}

export interface Program {
  readonly operations: readonly Operation[]
}

export interface Call {
  readonly call: string
  readonly args: readonly string[]
}

export type Step =
  | Call
  | { readonly choose: string; readonly then: Call; readonly otherwise: Call }
  | { readonly program: Program }

export interface Generator {
  readonly P: bigint
  readonly D: bigint
  readonly INVERSE_D: bigint
  readonly ROOT_OF_MINUS_ONE: bigint
  readonly LIMBS_11: Layout
  readonly LIMBS_12: Layout
  toLimbs(value: bigint, layout: Layout): number[]
  multiply(layout: Layout, swapped?: boolean): Program
  square(layout: Layout): Program
  reduce(layout: Layout): Program
  toLimbs11(): Program
  toLimbs12(): Program
  readonly formulas: Readonly<Record<string, readonly Step[]>>
}

const FILES = ['layout', 'constants', 'field', 'points', 'roots']

/** Loads the generator's modules, which are plain JavaScript. */
export async function loadGenerator(): Promise<Generator> {
  const modules = await Promise.all(
    FILES.map((file) => import(new URL(`../../../assembly/simd/generate/${file}.mjs`, import.meta.url).href)),
  )
  const [layout, constants, field, points, roots] = modules
  const isFormula = ([, value]: [string, unknown]) => Array.isArray(value)
  const formulas = Object.fromEntries([...Object.entries(points), ...Object.entries(roots)].filter(isFormula))
  return { ...layout, ...constants, ...field, formulas } as Generator
}
