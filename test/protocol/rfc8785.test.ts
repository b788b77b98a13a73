/** RFC 8785 by its own examples: all of it in private parts, and in bodies the part of it that a body can hold. */
import { describe, expect, it } from 'vitest'
import { decodeUtf8, utf8 } from '../../src/base/index.ts'
import { type AnyJson, canonicalJson, encodePrivatePart, parsePrivatePart } from '../../src/protocol/index.ts'
import { bytesOf, readVectors } from '../support/vectors.ts'

const SALT = new Uint8Array(32)
const textOf = (value: AnyJson): string => decodeUtf8(encodePrivatePart(SALT, value).subarray(SALT.length))
const numbers = readVectors('rfc8785-numbers', 'double', 'text').map(({ double, text }) => ({
  value: new DataView(bytesOf(double).buffer).getFloat64(0),
  text,
}))

describe('numbers of RFC 8785', () => {
  it.each(numbers.filter(({ text }) => text !== 'refused'))('are written as $text', ({ value, text }) => {
    expect(textOf(value)).toBe(text)
    const part = encodePrivatePart(SALT, value)
    expect(parsePrivatePart(part)?.value).toBe(value === 0 ? 0 : value)
  })

  it.each(numbers.filter(({ text }) => text === 'refused'))(
    'have no text where they are $value',
    ({ value }) => {
      expect(() => encodePrivatePart(SALT, value)).toThrow()
    },
  )

  it.each(numbers)('are in a body the integers of 53 bits alone: $value', ({ value, text }) => {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) expect(canonicalJson(value)).toBe(text)
    else expect(() => canonicalJson(value)).toThrow(TypeError)
  })
})

describe('names of RFC 8785', () => {
  const ORDERED = ['\r', '1', '\u0080', 'ö', '€', '\u{1f600}', '\ufb33']
  const mapOf = (names: readonly string[]): AnyJson => Object.fromEntries(names.map((name) => [name, 0]))

  it.each([
    ['as the section lists them', ['€', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', 'ö']],
    ['backwards', ORDERED.toReversed()],
    ['in order', ORDERED],
  ])('are sorted by UTF-16 code unit, given %s', (_, given) => {
    const text = `{${ORDERED.map((name) => `${JSON.stringify(name)}:0`).join(',')}}`
    expect(textOf(mapOf(given))).toBe(text)
    const backwards = `{${ORDERED.toReversed()
      .map((name) => `${JSON.stringify(name)}:0`)
      .join(',')}}`
    expect(parsePrivatePart(new Uint8Array([...SALT, ...utf8(backwards)]))).toBeUndefined()
  })
})

describe('strings of RFC 8785', () => {
  it.each([
    ['\u20ac$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'],
    ['\b\t\n\f\r', '"\\b\\t\\n\\f\\r"'],
    ['\u0000\u001f', '"\\u0000\\u001f"'],
    ['\u007f\u2028\ufeff', '"\u007f\u2028\ufeff"'],
  ])('write %j', (value, text) => {
    expect(textOf(value)).toBe(text)
    expect(canonicalJson(value)).toBe(text)
  })
})
