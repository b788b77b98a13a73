/** What the strict reading of JSON refuses beyond the grammar, and that it refuses nothing else. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import { parseStrictJson } from '../../src/protocol/index.ts'

const read = (text: string, integersOnly = false) => parseStrictJson(utf8(text), { integersOnly })

describe('strict JSON', () => {
  test('is what JSON.parse makes of any value that is written once', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), fc.constantFrom(undefined, 1), (value, space) => {
        const text = JSON.stringify(value, null, space)
        expect(read(text)).toEqual({ ok: true, value: JSON.parse(text), text })
      }),
    )
  })

  test('finds a key twice wherever it stands and however it is spelled', () => {
    const before = fc.jsonValue().map((value) => `"before":${JSON.stringify(value)},`)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), before, fc.boolean(), (key, other, spelled) => {
        const plain = JSON.stringify(key)
        const units = Array.from({ length: key.length }, (_, i) =>
          key.charCodeAt(i).toString(16).padStart(4, '0'),
        )
        const again = spelled ? `"${units.map((unit) => `\\u${unit}`).join('')}"` : plain
        fc.pre(key !== 'before')
        expect(read(`[[{${other}${plain}:{},"x${key.length}":[1,{"y":2}], ${again} :3}]]`)).toEqual({
          ok: false,
          message: `The key "${key}" stands twice in one map.`,
        })
      }),
    )
  })

  test.each([
    ['the same key in two maps', '[{"a":1},{"a":{"a":2}}]', true],
    ['a key as a value', '{"a":"a","b":"a"}', true],
    ['marks inside strings', '{"a":"{\\"a\\":1,\\"a\\":2}","b":"\\\\","c":"[,]"}', true],
    ['a key that ends in a backslash', '{"a\\\\":1,"a":2,"a\\\\\\"":3}', true],
    ['the same after an empty map', '{"a":{},"a":1}', false],
    ['the same after an array', '{"a":[{}],"b":[],"a":1}', false],
    ['64 levels', `${'['.repeat(64)}${']'.repeat(64)}`, true],
    ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`, false],
    ['no JSON', '{"a":1,}', false],
    ['a byte order mark', '\ufeff{}', false],
  ])('%s', (_name, text, isSound) => {
    expect(read(text).ok).toBe(isSound)
  })

  test.each([
    ['0', true],
    ['-7', true],
    ['9007199254740991', true],
    ['9007199254740992', false],
    ['-0', false],
    ['1.0', false],
    ['1e2', false],
    ['1E+2', false],
  ])('as integers only: %s', (number, isSound) => {
    for (const text of [number, `[1,${number} ]`, `{"a":${number}}`]) {
      expect(read(text, true).ok, text).toBe(isSound)
      expect(read(text).ok, text).toBe(true)
    }
  })

  test('takes strings of many MiB, full of quotes and backslashes', () => {
    const long = '\\"'.repeat(4 << 20)
    expect(read(JSON.stringify({ [long]: 1, long }))).toMatchObject({ ok: true, value: { long } })
    expect(read(`{"a":1,"b":${JSON.stringify(long)},"a":2}`).ok).toBe(false)
  })

  test('refuses bytes that are not UTF-8', () => {
    expect(parseStrictJson(Uint8Array.of(0x22, 0xff, 0x22), { integersOnly: false }).ok).toBe(false)
  })
})
