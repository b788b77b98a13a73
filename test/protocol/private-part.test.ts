import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, JSON_DEPTH_MAX, PRIVATE_PART_BYTES_MAX, toHex, utf8 } from '../../src/base/index.ts'
import { type AnyJson, encodePrivatePart, parsePrivatePart, privateHash } from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { kernel } from './kernel.ts'

const salt = new Uint8Array(32).fill(0x5a)
const withText = (text: string) => concatBytes(salt, utf8(text))

describe('a private part', () => {
  test('is salt and canonical JSON, and hashes to privateHash', () => {
    const value = { resourceType: 'Observation', _status: null, value: 6.3, text: '血糖' }
    const part = encodePrivatePart(salt, value)
    expect(part).toEqual(withText('{"_status":null,"resourceType":"Observation","text":"血糖","value":6.3}'))
    expect(parsePrivatePart(part)).toEqual({ salt, value })
    expect(privateHash(kernel, part)).toBe(toHex(kernel.sha256(part)))
  })

  test('holds any JSON value', () => {
    checkProperty(
      fc.property(fc.jsonValue({ noUnicodeString: false, stringUnit: 'binary' }), (value) => {
        const json = JSON.parse(JSON.stringify(value)) as AnyJson
        expect(parsePrivatePart(encodePrivatePart(salt, json))?.value).toEqual(json)
      }),
      500,
    )
  })

  test('may be 64 KiB long and no longer', () => {
    const text = 'x'.repeat(PRIVATE_PART_BYTES_MAX - 32 - 2)
    const part = encodePrivatePart(salt, text)
    expect(part).toHaveLength(PRIVATE_PART_BYTES_MAX)
    expect(parsePrivatePart(part)?.value).toBe(text)
    expect(() => encodePrivatePart(salt, `${text}x`)).toThrow(RangeError)
    expect(parsePrivatePart(withText(`"${text}x"`))).toBeUndefined()
  })

  test('is not written with a wrong salt, or of what is not JSON', () => {
    expect(() => encodePrivatePart(salt.subarray(1), 1)).toThrow(RangeError)
    expect(() => encodePrivatePart(salt, undefined as unknown as AnyJson)).toThrow(TypeError)
  })

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['a salt cut short', salt.subarray(1)],
    ['a salt alone', salt],
    ['white space', withText('{"a": 1}')],
    ['unsorted keys', withText('{"b":1,"a":2}')],
    ['a key twice', withText('{"a":1,"a":1}')],
    ['1.0', withText('1.0')],
    ['1e400', withText('1e400')],
    ['-0', withText('-0')],
    ['a needless escape', withText('"\\u0041"')],
    ['an escaped lone surrogate', withText('"\\ud800"')],
    ['a BOM', withText('\ufeff1')],
    ['invalid UTF-8', concatBytes(salt, Uint8Array.of(0x22, 0xff, 0x22))],
    ['a trailing newline', withText('1\n')],
    ['deep nesting', withText('['.repeat(JSON_DEPTH_MAX + 1) + ']'.repeat(JSON_DEPTH_MAX + 1))],
    ['very deep nesting', withText('['.repeat(32_000) + ']'.repeat(32_000))],
    ['no JSON', withText('nought')],
  ])('of %s is none', (_, bytes) => {
    expect(parsePrivatePart(bytes)).toBeUndefined()
  })

  test('with brackets in its texts is not deep', () => {
    const part = encodePrivatePart(salt, ['['.repeat(200), '\\"[[{{'])
    expect(parsePrivatePart(part)).toBeDefined()
  })

  test('a key named __proto__ stays a key', () => {
    const value = parsePrivatePart(withText('{"__proto__":{"admin":true}}'))!.value as { admin?: boolean }
    expect(canonicalize(value)).toBe('{"__proto__":{"admin":true}}')
    expect(value.admin).toBeUndefined()
  })
})
