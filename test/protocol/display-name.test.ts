/** The public name of a member: which characters it is made of, and that no reader of it can be misled. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DISPLAY_NAME_LENGTH_MAX } from '../../src/base/index.ts'
import { isDisplayName } from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'

const allowed = Array.from({ length: 0x11_0000 }, (_, point) => point)
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point))
  .filter((character) => isDisplayName(character))

describe('a display name', () => {
  test.each([
    'Riverside Hospital',
    '常州市第一人民医院（东区）',
    'Hôpital Saint-Louis',
    'Städtisches Klinikum Müller & Co.',
    'شىنجاڭ دوختۇرخانىسى',
    'Больница № 1'.replace('№', 'N'),
    '서울병원',
    '𠙶山医院',
    'A',
  ])('may be %s', (name) => {
    expect(isDisplayName(name)).toBe(true)
  })

  test.each([
    ['empty', ''],
    ['a space', ' '],
    ['not trimmed in front', ' Riverside'],
    ['not trimmed at the end', 'Riverside '],
    ['ended by a line', 'Riverside\n'],
    ['broken over lines', 'River\nside'],
    ['with a control', 'River\u0007side'],
    ['with a byte of zero', 'River\u0000side'],
    ['with a tabulator', 'River\tside'],
    ['turned by an override', 'River\u202eside'],
    ['turned by an isolate', 'River\u2067side'],
    ['with a mark of direction', 'River\u200fside'],
    ['with a zero width space', 'River\u200bside'],
    ['with a zero width joiner', 'River\u200dside'],
    ['with a soft hyphen', 'River\u00adside'],
    ['with a byte order mark', '\ufeffRiverside'],
    ['with a Hangul filler', 'River\u3164side'],
    ['with a no-break space', 'River\u00a0side'],
    ['with a tag character', 'River\u{e0041}side'],
    ['with a variation selector', '医\ufe00院'],
    ['not in NFC', 'Ho\u0302pital'],
    ['with a sign that NFC replaces', '10 \u212bngström'],
    ['with half of a pair', 'River\ud840side'],
    ['with a mark of HTML', 'River<side'],
  ])('is refused %s', (_, name) => {
    expect(isDisplayName(name)).toBe(false)
  })

  test('has at most 100 code points, however many UTF-16 units they are', () => {
    expect(isDisplayName('𠙶'.repeat(DISPLAY_NAME_LENGTH_MAX))).toBe(true)
    expect(isDisplayName('A'.repeat(DISPLAY_NAME_LENGTH_MAX + 1))).toBe(false)
  })

  test('has only letters, digits and punctuation that have long had a meaning', () => {
    expect(allowed.length).toBeGreaterThan(80_000)
    const strange = allowed.filter((character) => !/^[\p{L}\p{N}\p{P}+]$/u.test(character))
    expect(strange).toEqual([])
    const unseen = allowed.filter((character) =>
      /\p{Default_Ignorable_Code_Point}|\p{C}|\p{M}|\p{Z}/u.test(character),
    )
    expect(unseen).toEqual([])
  })

  test('is in NFC as it is, whatever characters meet in it', () => {
    expect(allowed.filter((character) => character.normalize('NFC') !== character)).toEqual([])
    const name = fc.array(fc.constantFrom(...allowed, ' '), { minLength: 1, maxLength: 100 })
    checkProperty(
      fc.property(name, (characters) => {
        const text = characters.join('')
        expect(text.normalize('NFC')).toBe(text)
      }),
      2_000,
    )
  })
})
