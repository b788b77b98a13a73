import { randomBytes } from 'node:crypto'
import { x25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, utf8 } from '../../src/base/index.ts'
import {
  newContentKey,
  openContent,
  sealContent,
  unwrapContentKey,
  wrapContentKey,
} from '../../src/client/contents.ts'

const CHUNK = 65_536
const BOX = CHUNK + 16

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return concatBytes(...parts)
}

async function seal(bytes: Uint8Array, key: Uint8Array, salt?: Uint8Array) {
  const { ciphertext, sealed } = sealContent([bytes], key, salt)
  const box = await collect(ciphertext)
  return { box, ...(await sealed) }
}

describe('contents', () => {
  it('opens to the same bytes at every length around a chunk, however the streams are cut', async () => {
    const lengths = [
      0,
      1,
      31,
      32,
      33,
      CHUNK - 33,
      CHUNK - 32,
      CHUNK - 31,
      CHUNK,
      CHUNK + 1,
      3 * CHUNK - 32,
      3 * CHUNK,
    ]
    for (const length of lengths) {
      const key = newContentKey()
      const bytes = new Uint8Array(randomBytes(length))
      const { box, contentHash, length: sealedLength } = await seal(bytes, key)
      expect(sealedLength).toBe(box.length)
      const cuts = [0, Math.min(1, box.length), box.length >> 1, box.length]
      const parts = cuts.slice(1).map((end, i) => box.subarray(cuts[i]!, end))
      expect(await collect(openContent(parts, key, contentHash))).toEqual(bytes)
    }
  })

  it('gives one content one ciphertext a key and salt, and another for another salt', async () => {
    const key = newContentKey()
    const salt = new Uint8Array(randomBytes(32))
    const first = await seal(utf8('blood group 0'), key, salt)
    expect(await seal(utf8('blood group 0'), key, salt)).toEqual(first)
    const other = await seal(utf8('blood group 0'), key)
    expect(other.contentHash).not.toBe(first.contentHash)
    expect(other.vaultHash).not.toBe(first.vaultHash)
  })

  it('refuses a ciphertext that was altered, cut, reordered or extended', async () => {
    const key = newContentKey()
    const { box, contentHash } = await seal(new Uint8Array(randomBytes(3 * CHUNK)), key)
    const open = (bytes: Uint8Array) => collect(openContent([bytes], key, contentHash))
    const altered = [
      box.subarray(0, box.length - 1),
      box.subarray(0, BOX),
      box.subarray(0, 2 * BOX),
      box.subarray(BOX),
      concatBytes(box.subarray(BOX, 2 * BOX), box.subarray(0, BOX), box.subarray(2 * BOX)),
      concatBytes(box, new Uint8Array(1)),
      concatBytes(box, box),
      new Uint8Array(0),
    ]
    for (const bytes of altered) await expect(open(bytes)).rejects.toMatchObject({ code: 'content.altered' })
    await fc.assert(
      fc.asyncProperty(fc.nat(box.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const flipped = box.slice()
        flipped[at]! ^= 1 << bit
        await expect(open(flipped)).rejects.toMatchObject({ code: 'content.altered' })
      }),
      { numRuns: 50 },
    )
  })

  it('refuses a content that is not the one the ledger names', async () => {
    const key = newContentKey()
    const { box } = await seal(utf8('another'), key)
    await expect(collect(openContent([box], key, '00'.repeat(32)))).rejects.toMatchObject({
      code: 'content.altered',
    })
  })

  it('wraps a key for one reader; another, or an altered wrap, gets nothing', async () => {
    const contentKey = newContentKey()
    const [reader, stranger] = [x25519.utils.randomSecretKey(), x25519.utils.randomSecretKey()]
    const publicOf = (secret: Uint8Array) => x25519.getPublicKey(secret)
    const wrap = await wrapContentKey(contentKey, publicOf(reader))
    expect(wrap.length).toBeLessThan(512)
    expect(await unwrapContentKey(wrap, reader, publicOf(reader))).toEqual(contentKey)
    const refused = { code: 'content.altered' }
    await expect(unwrapContentKey(wrap, stranger, publicOf(stranger))).rejects.toMatchObject(refused)
    for (let part = 0; part < 5; part++) {
      const parts = wrap.split('.')
      parts[part] = (parts[part]![0] === 'A' ? 'B' : 'A') + parts[part]!.slice(1)
      await expect(unwrapContentKey(parts.join('.'), reader, publicOf(reader))).rejects.toMatchObject(refused)
    }
  })

  it('ends with the error of the stream it reads', async () => {
    async function* broken() {
      yield utf8('some')
      throw new Error('disk gone')
    }
    const { ciphertext, sealed } = sealContent(broken(), newContentKey())
    await expect(collect(ciphertext)).rejects.toThrow('disk gone')
    await expect(sealed).rejects.toThrow('disk gone')
  })
})
