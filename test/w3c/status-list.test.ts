import { gunzipSync, gzipSync } from 'node:zlib'
import { base64urlnopad } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeStatusList,
  encodeStatusList,
  makeStatusList,
  STATUS_LIST_ENTRIES,
  statusAt,
} from '../../src/w3c/status-list.ts'
import { readVectors } from '../support/vectors.ts'

describe('bitstring status list', () => {
  it('says of every entry what was set, after the way through its text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(STATUS_LIST_ENTRIES - 1), { maxLength: 50 }), async (set) => {
        const list = await decodeStatusList(await encodeStatusList(makeStatusList(set)))
        for (const index of set) expect(statusAt(list!, index)).toBe(true)
        const bits = list!.bits.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
        expect(bits).toBe(set.length)
      }),
      { numRuns: 20 },
    )
  })

  it('puts the first entry into the highest bit, and compresses with GZIP as the standard says', async () => {
    const text = await encodeStatusList(makeStatusList([0, 9]))
    expect(text[0]).toBe('u')
    const bits = gunzipSync(base64urlnopad.decode(text.slice(1)))
    expect([bits[0], bits[1], bits.length]).toEqual([0x80, 0x40, 16_384])
  })

  it.each(readVectors('status-list', 'name', 'set', 'encodedList'))(
    'reads the list $name',
    async (vector) => {
      const set = vector.set === '' ? [] : vector.set.split(',').map(Number)
      expect(await decodeStatusList(vector.encodedList)).toEqual(makeStatusList(set))
    },
  )

  it('knows nothing beyond the list', () => {
    expect(statusAt(makeStatusList([]), STATUS_LIST_ENTRIES)).toBeUndefined()
    expect(statusAt(makeStatusList([]), -1)).toBeUndefined()
    expect(statusAt(makeStatusList([]), 0.5)).toBeUndefined()
    expect(() => makeStatusList([STATUS_LIST_ENTRIES])).toThrow(RangeError)
    expect(() => makeStatusList([], 8)).toThrow(RangeError)
  })

  it('refuses what is malformed, short, or grows without bound', async () => {
    const encode = (bytes: Uint8Array) => `u${base64urlnopad.encode(new Uint8Array(gzipSync(bytes)))}`
    const hostile = [
      '',
      'u',
      'z123',
      'u!!!',
      encode(new Uint8Array(16_383)),
      encode(new Uint8Array(200_000_000)),
    ]
    hostile.push(encode(new Uint8Array(16_384)).slice(0, -4))
    for (const text of hostile) expect(await decodeStatusList(text)).toBeUndefined()
  })
})
