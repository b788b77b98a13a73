/** Random payloads made from a schema, and the ways to break one. */
import fc from 'fast-check'
import type { TSchema } from 'typebox'
import { Reference, Signature } from '../../../src/domain/schema.ts'
import {
  DISPLAY_NAME_PATTERN,
  HASH_PATTERN,
  IDENTIFIER_PATTERN,
  LOCAL_ID_PATTERN,
  REFERENCE_PATTERN,
} from '../../../src/protocol/index.ts'

/** The JSON Schema keywords that payloads use. */
interface Shape {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly const?: unknown
  readonly anyOf?: readonly Shape[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Shape
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly properties?: { readonly [name: string]: Shape }
  readonly required?: readonly string[]
  readonly maxProperties?: number
}

const shapeOf = (schema: TSchema): Shape => schema as Shape

/** Names and hashes that mean something in the world under test, so that rules are reached behind their first check. */
export interface Vocabulary {
  readonly hashes: readonly string[]
  readonly localIds: readonly string[]
  readonly actors: readonly string[]
  readonly references: readonly string[]
}

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
const word = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'aZ09._-'), minLength: 1, maxLength })

function stringFrom(pattern: string, known: Vocabulary): fc.Arbitrary<string> {
  const from = (names: readonly string[], other: fc.Arbitrary<string>) =>
    names.length === 0 ? other : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...names) }, other)
  const pair = fc.tuple(word(31), word(31)).map((parts) => parts.join(':'))
  switch (pattern) {
    case HASH_PATTERN:
      return from(known.hashes, hex(64))
    case LOCAL_ID_PATTERN:
      return from(known.localIds, word(64))
    case IDENTIFIER_PATTERN:
    case REFERENCE_PATTERN:
      return from(
        known.actors.filter((name) => new RegExp(pattern).test(name)),
        pair,
      )
    case (Reference as Shape).pattern:
      return from(
        known.references.filter((name) => new RegExp(pattern).test(name)),
        pair,
      )
    case (Signature as Shape).pattern:
      return hex(128)
    case DISPLAY_NAME_PATTERN:
      return fc.constantFrom('Riverside Hospital', '河滨医院（东区）', 'A')
    default:
      return from(
        [...known.references, ...known.localIds].filter((name) => new RegExp(pattern).test(name)),
        fc.stringMatching(new RegExp(pattern)),
      )
  }
}

/** Values that fit a schema. */
export function fitting(schema: TSchema | Shape, known: Vocabulary): fc.Arbitrary<unknown> {
  const shape = shapeOf(schema as TSchema)
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum)
  if (shape.const !== undefined) return fc.constant(shape.const)
  if (shape.anyOf !== undefined) return fc.oneof(...shape.anyOf.map((option) => fitting(option, known)))
  switch (shape.type) {
    case 'string':
      return stringFrom(shape.pattern ?? '^[a-z]{1,8}$', known)
    case 'boolean':
      return fc.boolean()
    case 'integer': {
      const { minimum = 0, maximum = 2 ** 32 } = shape
      return fc.oneof(
        fc.integer({ min: minimum, max: Math.min(maximum, minimum + 3) }),
        bigInteger(minimum, maximum),
      )
    }
    case 'array': {
      const bounds = { minLength: shape.minItems ?? 0, maxLength: Math.min(shape.maxItems ?? 4, 4) }
      const item = fitting(shape.items!, known)
      return shape.uniqueItems
        ? fc.uniqueArray(item, { ...bounds, selector: (value) => JSON.stringify(value) })
        : fc.array(item, bounds)
    }
    case 'object': {
      const fields = Object.entries(shape.properties ?? {})
      if (shape.maxProperties === 1) {
        return fc.oneof(
          ...fields.map(([name, field]) => fitting(field, known).map((value) => ({ [name]: value }))),
        )
      }
      return recordOf(
        Object.fromEntries(fields.map(([name, field]) => [name, fitting(field, known)])),
        shape.required ?? [],
      )
    }
    default:
      throw new Error(`payloads do not use ${JSON.stringify(shape)}`)
  }
}

const recordOf = (
  fields: { readonly [name: string]: fc.Arbitrary<unknown> },
  required: readonly string[],
): fc.Arbitrary<unknown> => fc.record<{ [name: string]: unknown }>(fields, { requiredKeys: [...required] })

const bigInteger = (min: number, max: number): fc.Arbitrary<number> =>
  fc.bigInt({ min: BigInt(min), max: BigInt(max) }).map(Number)

/** A payload that does not fit any more, and the field that must be named. */
export interface Broken {
  readonly what: string
  readonly payload: unknown
  readonly field: string
}

const WRONG_TYPES: readonly (readonly [type: string, value: unknown])[] = [
  ['null', null],
  ['number', 7.5],
  ['number', Number.NaN],
  ['object', { nested: {} }],
  ['array', [[]]],
]

/** Every way to break a payload, field by field, nested fields included. */
export function breakPayload(
  schema: TSchema | Shape,
  payload: unknown,
  pointer = '/payload',
): readonly Broken[] {
  const shape = shapeOf(schema as TSchema)
  const wrap = (what: string, value: unknown): Broken => ({ what, payload: value, field: pointer })
  const types = WRONG_TYPES.filter(([type]) => type !== shape.type).map(([, value]) =>
    wrap(`is ${value}`, value),
  )
  if (shape.type === 'object') return [...types, ...breakObject(shape, payload as Fields, pointer)]
  if (shape.type === 'array') return [...types, ...breakArray(shape, payload as readonly unknown[], pointer)]
  if (shape.type === 'integer') {
    const { minimum = 0, maximum = 0 } = shape
    const bad = [minimum - 1, maximum + 1, 2 ** 53, -1e300, String(payload), true]
    return [...types, ...bad.map((value) => wrap(`is ${value}`, value))]
  }
  if (shape.type === 'boolean') return [...types, wrap('is text', 'true'), wrap('is 1', 1)]
  if (shape.anyOf !== undefined) return types
  const text = String(payload)
  const bad = [
    '',
    `${text}\n`,
    `${text}\u0000`,
    'é漢😀',
    '\ud800',
    'x'.repeat(70_000),
    `${text} `,
    '__proto__/',
  ]
  return [...types, ...bad.map((value) => wrap(`is ${JSON.stringify(value.slice(0, 20))}`, value))]
}

type Fields = { readonly [name: string]: unknown }

function breakObject(shape: Shape, payload: Fields, pointer: string): readonly Broken[] {
  const broken: Broken[] = []
  for (const name of shape.required ?? []) {
    const { [name]: _missing, ...rest } = payload
    broken.push({ what: 'is missing', payload: rest, field: `${pointer}/${name}` })
  }
  for (const name of ['extra', 'constructor', 'toString', 'a~b']) {
    const field = `${pointer}/${name.replaceAll('~', '~0')}`
    broken.push({ what: 'is unknown', payload: { ...payload, [name]: 'x' }, field })
  }
  if (shape.maxProperties === 1) broken.push({ what: 'names nothing', payload: {}, field: pointer })
  const text = JSON.stringify(payload)
  const polluted = JSON.parse(`${text.slice(0, -1)}${text === '{}' ? '' : ','}"__proto__":{"admin":true}}`)
  broken.push({ what: 'is __proto__', payload: polluted, field: `${pointer}/__proto__` })
  for (const [name, field] of Object.entries(shape.properties ?? {})) {
    if (!Object.hasOwn(payload, name)) continue
    for (const inner of breakPayload(field, payload[name], `${pointer}/${name}`)) {
      broken.push({ ...inner, payload: { ...payload, [name]: inner.payload } })
    }
  }
  return broken
}

function breakArray(shape: Shape, payload: readonly unknown[], pointer: string): readonly Broken[] {
  const broken: Broken[] = []
  if ((shape.minItems ?? 0) > 0) broken.push({ what: 'is empty', payload: [], field: pointer })
  const first = payload[0]
  if (first === undefined) return broken
  const tooMany = Array.from({ length: (shape.maxItems ?? 0) + 1 }, () => first)
  if (shape.maxItems !== undefined) broken.push({ what: 'is too long', payload: tooMany, field: pointer })
  if (shape.uniqueItems) broken.push({ what: 'repeats', payload: [...payload, first], field: pointer })
  for (const inner of breakPayload(shape.items!, first, `${pointer}/0`)) {
    broken.push({ ...inner, payload: [inner.payload, ...payload.slice(1)] })
  }
  return broken
}
