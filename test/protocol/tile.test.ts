import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as protocol from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { codeOf } from './code-of.ts'

describe('paths of tiles', () => {
  test.each<[string, protocol.TilePath]>([
    ['tile/0/000', { kind: 'tile', level: 0, index: 0, width: 256 }],
    ['tile/0/x001/x234/067', { kind: 'tile', level: 0, index: 1_234_067, width: 256 }],
    ['tile/2/000.p/1', { kind: 'tile', level: 2, index: 0, width: 1 }],
    ['tile/1/x273/112.p/255', { kind: 'tile', level: 1, index: 273_112, width: 255 }],
    ['tile/63/999', { kind: 'tile', level: 63, index: 999, width: 256 }],
    ['tile/entries/x001/000.p/17', { kind: 'entries', index: 1_000, width: 17 }],
    ['tile/0/x009/x007/x199/x254/x740/991', { kind: 'tile', level: 0, index: 2 ** 53 - 1, width: 256 }],
  ])('%s', (path, parts) => {
    expect(protocol.parseTilePath(path)).toEqual(parts)
    const { index, width } = parts
    const written =
      parts.kind === 'tile'
        ? protocol.tilePath(parts.level, index, width)
        : protocol.entriesPath(index, width)
    expect(written).toBe(path)
  })

  test('are read as they are written', () => {
    const [level, width] = [fc.integer({ min: 0, max: 63 }), fc.integer({ min: 1, max: 256 })]
    checkProperty(
      fc.property(level, fc.maxSafeNat(), width, (level, index, width) => {
        expect(protocol.parseTilePath(protocol.tilePath(level, index, width))).toEqual({
          kind: 'tile',
          level,
          index,
          width,
        })
        expect(protocol.parseTilePath(protocol.entriesPath(index, width))).toEqual({
          kind: 'entries',
          index,
          width,
        })
      }),
      1_000,
    )
  })

  test.each([
    '',
    '/tile/0/000',
    'tile/0/000/',
    'tile/0',
    'tile/00/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/0/0',
    'tile/0/0000',
    'tile/0/001/000',
    'tile/0/x000/001',
    'tile/0/x001',
    'tile/0/X001/000',
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/000.p/999',
    'tile/0/000.p/',
    'tile/0/000.p/1/',
    'tile/0/000\n',
    'tile/0/x009/x007/x199/x254/x740/992',
    'tile/0/x999/x999/x999/x999/x999/x999/999',
    'tile/entries/../0/000',
    'tile/data/000',
  ])('%j is none', (path) => {
    expect(protocol.parseTilePath(path)).toBeUndefined()
  })

  test.each([
    [-1, 0, 256],
    [64, 0, 256],
    [0.5, 0, 256],
    [0, -1, 256],
    [0, 2 ** 53, 256],
    [0, 0, 0],
    [0, 0, 257],
  ])('level %d, index %d, width %d are out of range', (level, index, width) => {
    expect(() => protocol.tilePath(level, index, width)).toThrow(RangeError)
  })

  test('widths of a tree of 70,000 leaves, the example of tlog-tiles', () => {
    const widths = (level: number, index: number) => protocol.tileWidth(level, index, 70_000)
    expect([widths(0, 272), widths(0, 273), widths(0, 274)]).toEqual([256, 112, 0])
    expect([widths(1, 0), widths(1, 1), widths(2, 0), widths(3, 0)]).toEqual([256, 17, 1, 0])
    expect([protocol.tileWidth(0, 0, 256), protocol.tileWidth(1, 0, 256)]).toEqual([256, 1])
  })
})

describe('entry bundles', () => {
  test('are read as they are written', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 256 })
    checkProperty(
      fc.property(entries, (entries) => {
        expect(protocol.decodeBundle(protocol.encodeBundle(entries))).toEqual(entries)
      }),
    )
  })

  test('hold each entry behind its length', () => {
    expect([...protocol.encodeBundle([Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)])]).toEqual([
      0, 2, 1, 2, 0, 0, 0, 1, 3,
    ])
    const longest = new Uint8Array(65_535).fill(5)
    expect(protocol.decodeBundle(protocol.encodeBundle([longest]))).toEqual([longest])
  })

  test('are not written too large', () => {
    expect(() => protocol.encodeBundle([new Uint8Array(65_536)])).toThrow(RangeError)
    expect(() => protocol.encodeBundle(Array.from({ length: 257 }, () => new Uint8Array(1)))).toThrow(
      RangeError,
    )
  })

  test.each<[string, number[]]>([
    ['half a length', [0]],
    ['an entry cut short', [0, 2, 1]],
    ['a length and nothing', [0, 1]],
    ['257 entries', new Array(514).fill(0)],
  ])('with %s are refused', (_, bytes) => {
    expect(codeOf(() => protocol.decodeBundle(Uint8Array.from(bytes)))).toBe('form.leaf')
  })

  test('of random bytes are read or refused', () => {
    checkProperty(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(['none', 'form.leaf']).toContain(codeOf(() => protocol.decodeBundle(bytes)))
      }),
      1_000,
    )
  })
})
