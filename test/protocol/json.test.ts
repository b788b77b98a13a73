import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalBytes, canonicalJson, type Json } from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { arbitraryJson } from './arbitrary-json.ts'

/** `value` inside `depth` arrays. */
const nest = (value: Json, depth: number): Json => (depth === 0 ? value : [nest(value, depth - 1)])

describe('canonical JSON', () => {
  test('is what canonicalize writes, for every value that a body can hold', () => {
    checkProperty(
      fc.property(arbitraryJson, (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value))
      }),
      1_000,
    )
  })

  test('of the example of RFC 8785 section 3.2.3, as far as a body can hold it', () => {
    const value = {
      string: '€$\u000F\nA\'B"\\\\"/',
      literals: [true, false],
      numbers: [-1, 0, 9007199254740991],
    }
    expect(canonicalJson(value)).toBe(
      '{"literals":[true,false],"numbers":[-1,0,9007199254740991],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  test('sorts keys by code unit and takes maps without a prototype', () => {
    const map = Object.assign(Object.create(null), { b: 1, a: 2, B: 3, 'a-': 4, aa: 5, a0: 6 })
    expect(canonicalJson(map)).toBe('{"B":3,"a":2,"a-":4,"a0":6,"aa":5,"b":1}')
    expect(canonicalBytes('ä')).toEqual(Uint8Array.of(0x22, 0xc3, 0xa4, 0x22))
  })

  test('takes names that objects inherit as keys', () => {
    expect(canonicalJson({ toString: 1, constructor: 2, hasOwnProperty: 3 })).toBe(
      '{"constructor":2,"hasOwnProperty":3,"toString":1}',
    )
  })

  test('takes nesting of 16, refuses 17 and a cycle', () => {
    expect(canonicalJson(nest([], 15))).toBe(`${'['.repeat(16)}${']'.repeat(16)}`)
    expect(() => canonicalJson(nest([], 16))).toThrow(TypeError)
    const cycle: Json[] = []
    cycle.push(cycle)
    expect(() => canonicalJson(cycle)).toThrow(/nested deeper/)
  })

  test.each<[string, unknown, string]>([
    ['null', { a: [null] }, '/a/0 is null'],
    ['undefined', { a: undefined }, '/a is of type undefined'],
    ['a hole', [new Array(1)], '/0/0 is of type undefined'],
    ['a fraction', [1.5], '/0 is not an integer'],
    ['NaN', Number.NaN, 'the value is not an integer'],
    ['2^53', 2 ** 53, 'the value is not an integer'],
    ['-2^53', -(2 ** 53), 'the value is not an integer'],
    ['-0', [-0], '/0 is -0'],
    ['a BigInt', [1n], '/0 is of type bigint'],
    ['a function', { a: () => 1 }, '/a is of type function'],
    ['a lone high surrogate', ['\ud800'], '/0 holds a lone surrogate'],
    ['a lone low surrogate', { a: 'x\udc00y' }, '/a holds a lone surrogate'],
    ['an empty key', { '': 1 }, '/ has a key'],
    ['a key that starts with a digit', { '0a': 1 }, '/0a has a key'],
    ['a key with an underscore', { _birthDate: 1 }, '/_birthDate has a key'],
    ['__proto__', JSON.parse('{"__proto__":1}'), '/__proto__ has a key'],
    ['a key of 65 letters', { ['k'.repeat(65)]: 1 }, 'has a key'],
    ['a Date', { a: new Date(0) }, '/a is not a plain object'],
    ['bytes', { a: new Uint8Array(1) }, '/a is not a plain object'],
    ['a Map', new Map(), 'the value is not a plain object'],
  ])('refuses %s and names the place', (_, value, message) => {
    expect(() => canonicalJson(value as Json)).toThrow(TypeError)
    expect(() => canonicalJson(value as Json)).toThrow(message)
  })
})
