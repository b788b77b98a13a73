import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, test } from 'vitest'
import { BATCH_COUNT_MAX, LedgerError } from '../../src/base/index.ts'
import { type BatchItem, decodeBatch, encodeBatch } from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { codeOf } from './code-of.ts'

const packr = new Packr({ useRecords: false })
const bytes = fc.uint8Array({ maxLength: 300 })
const item = fc
  .tuple(bytes, fc.option(bytes))
  .map(([entry, part]): BatchItem => (part === null ? { entry } : { entry, privatePart: part }))
const items = fc.array(item, { minLength: 1, maxLength: 40 })

/** Bytes as numbers, so that a Buffer equals a Uint8Array. */
const plain = (bytes: Uint8Array | null): number[] | null => bytes && [...bytes]

/** The error that a batch of these bytes gives. */
function errorOf(...batch: number[]): LedgerError {
  try {
    decodeBatch(Uint8Array.from(batch))
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
  throw new Error('the batch was accepted')
}

describe('a batch', () => {
  test('is read as it is written', () => {
    checkProperty(
      fc.property(items, (items) => {
        expect(decodeBatch(encodeBatch(items))).toEqual(items)
      }),
    )
  })

  test('is read as msgpackr writes it, and the other way round', () => {
    checkProperty(
      fc.property(items, (items) => {
        const shape = items.map(({ entry, privatePart }) => [entry, privatePart ?? null])
        const decoded = decodeBatch(packr.pack(shape))
        expect(decoded.map((item) => [item.entry, item.privatePart ?? null].map(plain))).toEqual(
          shape.map((pair) => pair.map(plain)),
        )
        const unpacked = packr.unpack(encodeBatch(items)) as (Uint8Array | null)[][]
        expect(unpacked.map((pair) => pair.map(plain))).toEqual(shape.map((pair) => pair.map(plain)))
      }),
      50,
    )
  })

  test('takes headers of every width', () => {
    const expected = [{ entry: Uint8Array.of(7) }]
    expect(decodeBatch(Uint8Array.of(0x91, 0x92, 0xc4, 1, 7, 0xc0))).toEqual(expected)
    expect(decodeBatch(Uint8Array.of(0xdc, 0, 1, 0xdc, 0, 2, 0xc5, 0, 1, 7, 0xc0))).toEqual(expected)
    expect(decodeBatch(Uint8Array.of(0xdd, 0, 0, 0, 1, 0xdd, 0, 0, 0, 2, 0xc6, 0, 0, 0, 1, 7, 0xc0))).toEqual(
      expected,
    )
  })

  test('leaves entries of any length to the kernel', () => {
    expect(decodeBatch(Uint8Array.of(0x91, 0x92, 0xc4, 0, 0xc4, 0))).toEqual([
      { entry: new Uint8Array(0), privatePart: new Uint8Array(0) },
    ])
    const entry = new Uint8Array(70_000).fill(1)
    expect(decodeBatch(encodeBatch([{ entry }]))).toEqual([{ entry }])
  })

  test('has at most 4,096 items', () => {
    const full = Array.from({ length: BATCH_COUNT_MAX }, () => ({ entry: Uint8Array.of(1) }))
    expect(decodeBatch(encodeBatch(full))).toHaveLength(BATCH_COUNT_MAX)
    expect(() => encodeBatch([...full, ...full])).toThrow(RangeError)
    expect(() => encodeBatch([])).toThrow(RangeError)
  })

  test('gives views, not copies', () => {
    const batch = encodeBatch([{ entry: Uint8Array.of(1, 2) }])
    expect(decodeBatch(batch)[0]!.entry.buffer).toBe(batch.buffer)
  })
})

describe('a batch of the wrong form', () => {
  test.each<[string, number[], number | undefined]>([
    ['nothing', [], undefined],
    ['a map', [0x81, 0x92, 0xc4, 0, 0xc0], undefined],
    ['bytes', [0xc4, 0], undefined],
    ['no items', [0x90], undefined],
    ['4,097 items', [0xdc, 0x10, 0x01], undefined],
    ['2^32-1 items', [0xdd, 0xff, 0xff, 0xff, 0xff], undefined],
    ['half a header', [0xdc, 0], undefined],
    ['a missing item', [0x92, 0x92, 0xc4, 0, 0xc0], 1],
    ['an item that is bytes', [0x91, 0xc4, 0], 0],
    ['an item of one', [0x91, 0x91, 0xc4, 0], 0],
    ['an item of three', [0x91, 0x93, 0xc4, 0, 0xc0, 0xc0], 0],
    ['nil for an entry', [0x91, 0x92, 0xc0, 0xc0], 0],
    ['a text for an entry', [0x91, 0x92, 0xa1, 0x61, 0xc0], 0],
    ['a number for an entry', [0x91, 0x92, 0x07, 0xc0], 0],
    ['an extension for an entry', [0x91, 0x92, 0xd4, 1, 0, 0xc0], 0],
    ['a nested array for an entry', [0x91, 0x92, 0x92, 0xc4, 0, 0xc0, 0xc0], 0],
    ['true for a private part', [0x91, 0x92, 0xc4, 0, 0xc3], 0],
    ['an entry cut short', [0x91, 0x92, 0xc4, 2, 1], 0],
    ['an entry of 2^32-1 bytes', [0x91, 0x92, 0xc6, 0xff, 0xff, 0xff, 0xff, 1], 0],
    ['half a length', [0x91, 0x92, 0xc6, 0, 0], 0],
    ['no private part', [0x91, 0x92, 0xc4, 0], 0],
    ['a trailing byte', [0x91, 0x92, 0xc4, 0, 0xc0, 0xc0], undefined],
  ])('%s: form.request, naming the item', (_, batch, at) => {
    const error = errorOf(...batch)
    expect(error.code).toBe('form.request')
    expect(error.details.item).toBe(at)
    expect(error.details.field).toBe(at === undefined ? undefined : `/${at}`)
    expect(error.details.message).toMatch(/\.$/)
  })

  test('cut anywhere is refused', () => {
    const batch = encodeBatch([
      { entry: Uint8Array.of(1, 2, 3) },
      { entry: Uint8Array.of(4), privatePart: Uint8Array.of(5) },
    ])
    for (let length = 0; length < batch.length; length++) {
      expect(codeOf(() => decodeBatch(batch.subarray(0, length)))).toBe('form.request')
    }
  })

  test('of random or damaged bytes is read or refused', () => {
    const marker = fc.constantFrom(0x90, 0x91, 0x92, 0x93, 0xc0, 0xc4, 0xc5, 0xc6, 0xdc, 0xdd, 0, 1, 2, 0xff)
    checkProperty(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.array(marker, { maxLength: 30 })),
        (batch) => {
          const code = codeOf(() => {
            for (const { entry } of decodeBatch(Uint8Array.from(batch))) expect(entry.length).toBeLessThan(30)
          })
          expect(['none', 'form.request']).toContain(code)
        },
      ),
      5_000,
    )
  })
})
