import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open as openIndex } from 'lmdb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { concatBytes, DISK_HEADROOM_BYTES, utf8 } from '../../src/base/index.ts'
import { type ContentStore, openContentStore, type StoredContent } from '../../src/vault/index.ts'

const A = { owner: 'hospital-a', uploader: 'hospital-a:dr-wang' }
const B = { owner: 'hospital-b:patient-1', uploader: 'hospital-b:patient-1' }
const BY = 'ab'.repeat(32)

const addressOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function* streamOf(bytes: Uint8Array, partBytes = 1_000) {
  for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes)
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part.slice())
  return concatBytes(...parts)
}

describe('the content store', () => {
  let folder: string
  let store: ContentStore
  const bytes = new Uint8Array(randomBytes(300_000))
  const address = addressOf(bytes)
  const filePath = () => join(folder, 'contents', address.slice(0, 2), address.slice(2))

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-contents-'))
    store = await openContentStore(folder)
  })
  afterEach(async () => {
    await store.close()
    await rm(folder, { recursive: true })
  })

  it('gives back what it took, after it was closed and opened', async () => {
    await store.put(address, A, streamOf(bytes))
    await store.putWrap(address, 'aa', { wrap: 'jwe-1' })
    await store.close()
    store = await openContentStore(folder)
    expect(await collect(store.read(address))).toEqual(bytes)
    expect(store.wrap(address, 'aa')).toEqual({ wrap: 'jwe-1' })
    expect(store.wrap(address, 'bb')).toBeUndefined()
    expect(store.usage('hospital-a')).toBe(bytes.length)
  })

  it('counts one content once, also when it comes twice at once', async () => {
    await Promise.all([1, 2, 3].map(() => store.put(address, A, streamOf(bytes))))
    expect(store.usage('hospital-a')).toBe(bytes.length)
    expect(await readdir(join(folder, 'incoming'))).toEqual([])
  })

  it('leaves nothing of bytes that are not what their address says, or of a stream that breaks', async () => {
    await expect(store.put(address, A, streamOf(bytes.subarray(1)))).rejects.toMatchObject({
      code: 'content.address',
    })
    async function* broken() {
      yield bytes.subarray(0, 10)
      throw new Error('connection lost')
    }
    await expect(store.put(address, A, broken())).rejects.toThrow('connection lost')
    expect(store.describe(address)).toBeUndefined()
    expect(store.usage('hospital-a')).toBe(0)
    expect(await readdir(join(folder, 'incoming'))).toEqual([])
  })

  it('refuses a content over its size, a member over its quota, and a disk over its headroom', async () => {
    await store.close()
    let free = 2 ** 40
    store = await openContentStore(folder, {
      contentBytesMax: 400_000,
      memberBytesMax: 500_000,
      freeBytes: async () => free,
    })
    const large = new Uint8Array(400_001)
    await expect(store.put(addressOf(large), A, streamOf(large))).rejects.toMatchObject({
      code: 'form.too-large',
    })
    await store.put(address, A, streamOf(bytes))
    const second = new Uint8Array(randomBytes(300_000))
    await expect(store.put(addressOf(second), A, streamOf(second))).rejects.toMatchObject({
      code: 'content.quota',
    })
    free = 1_000
    await expect(store.put(addressOf(second), B, streamOf(second))).rejects.toMatchObject({
      code: 'content.disk-full',
    })
    free = 2 ** 40
    await store.put(addressOf(second), B, streamOf(second))
    expect(store.usage('hospital-b')).toBe(300_000)
  })

  it('counts a small content as a block of the disk, and bounds how many there are', async () => {
    await store.close()
    const limits = { memberBytesMax: 40_000, memberContentsMax: 5, patientContentsMax: 2 }
    store = await openContentStore(folder, { ...limits, freeBytes: async () => 2 ** 40 })
    const small = (i: number) => Buffer.from(`text${i}`)
    const keep = (owner: string, i: number) =>
      store.put(addressOf(small(i)), { owner, uploader: owner }, streamOf(small(i)))
    for (const i of [1, 2]) await keep('hospital-a:ann', i)
    expect([store.usage('hospital-a'), store.usage('hospital-a:ann')]).toEqual([2 * 4_096, 10])
    await expect(keep('hospital-a:ann', 3)).rejects.toMatchObject({ code: 'content.quota' })
    for (const i of [3, 4, 5]) await keep('hospital-a', i)
    await expect(keep('hospital-a', 6)).rejects.toMatchObject({ code: 'content.quota' })
    await expect(keep('hospital-a:ben', 6)).rejects.toMatchObject({ code: 'content.quota' })
    await store.erase(addressOf(small(1)), 'ab'.repeat(32))
    expect([store.usage('hospital-a'), store.usage('hospital-a:ann')]).toEqual([4 * 4_096, 5])
    await keep('hospital-a:ann', 6)
    await store.close()
    store = await openContentStore(folder, { memberBytesMax: 5 * 4_096, freeBytes: async () => 2 ** 40 })
    await expect(keep('hospital-a', 7)).rejects.toMatchObject({ code: 'content.quota' })
  })

  it('refuses a patient over its own quota, while its member has room', async () => {
    const ann = { owner: 'hospital-a:ann', uploader: 'hospital-a:ann', ownerBytesMax: 350_000 }
    await store.put(address, ann, streamOf(bytes))
    const second = new Uint8Array(randomBytes(350_001 - bytes.length))
    await expect(store.put(addressOf(second), ann, streamOf(second))).rejects.toMatchObject({
      code: 'content.quota',
    })
    const fitting = second.subarray(1)
    await store.put(addressOf(fitting), ann, streamOf(fitting))
    await store.put(addressOf(second), { ...ann, owner: 'hospital-a:bob' }, streamOf(second))
    expect(store.usage('hospital-a:ann')).toBe(350_000)
    expect(store.usage('hospital-a')).toBe(350_000 + second.length)
    await store.erase(address, BY)
    expect(store.usage('hospital-a:ann')).toBe(350_000 - bytes.length)
    const third = new Uint8Array(randomBytes(bytes.length))
    await store.put(addressOf(third), ann, streamOf(third))
  })

  it('lets an access be used once, also across a restart and at the same moment', async () => {
    const id = new Uint8Array(randomBytes(32))
    const results = await Promise.allSettled([store.consume(id, 1), store.consume(id, 1)])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await store.close()
    store = await openContentStore(folder)
    await expect(store.consume(id, 2)).rejects.toMatchObject({ code: 'content.released' })
  })

  it('erases the bytes and every wrap, for good', async () => {
    await store.put(address, A, streamOf(bytes))
    await store.putWrap(address, 'aa', { wrap: 'jwe' })
    await store.erase(address, BY)
    expect(store.describe(address)).toMatchObject({ state: 'erased', erasedBy: BY })
    expect(store.wrap(address, 'aa')).toBeUndefined()
    expect(store.usage('hospital-a')).toBe(0)
    await expect(collect(store.read(address))).rejects.toMatchObject({ code: 'read.not-found' })
    await expect(store.putWrap(address, 'aa', { wrap: 'jwe' })).rejects.toMatchObject({
      code: 'read.not-found',
    })
    expect(await readdir(join(folder, 'contents', address.slice(0, 2)))).toEqual([])
    await expect(store.put(address, A, streamOf(bytes))).rejects.toMatchObject({ code: 'content.erased' })
  })

  it('reads nothing of an upload that announces more than there is room for', async () => {
    await store.close()
    store = await openContentStore(folder, { contentBytesMax: 1_000, memberBytesMax: 500 })
    let readCount = 0
    async function* counted() {
      readCount++
      yield bytes
    }
    const announced = (lengthExpected: number) => store.put(address, { ...A, lengthExpected }, counted())
    await expect(announced(1_001)).rejects.toMatchObject({ code: 'form.too-large' })
    await expect(announced(501)).rejects.toMatchObject({ code: 'content.quota' })
    await store.close()
    store = await openContentStore(folder, { freeBytes: async () => DISK_HEADROOM_BYTES + 500 })
    await expect(announced(501)).rejects.toMatchObject({ code: 'content.disk-full' })
    expect(readCount).toBe(0)
  })

  it('remembers how far erasures of the log were carried out', async () => {
    expect(store.erasuresDone()).toBe(0)
    await store.setErasuresDone(7)
    await store.close()
    store = await openContentStore(folder)
    expect(store.erasuresDone()).toBe(7)
  })

  it('finishes an erasure and forgets an upload that a crash cut short', async () => {
    await store.put(address, A, streamOf(bytes))
    await store.close()
    const root = openIndex({ path: join(folder, 'index'), maxDbs: 6, encoding: 'json' })
    const contents = root.openDB<StoredContent, string>('contents', { encoding: 'json' })
    await contents.put(address, { ...A, length: bytes.length, state: 'erasing', erasedBy: BY })
    await root.openDB<true, string>('erasing', { encoding: 'json' }).put(address, true)
    await root.close()
    await writeFile(join(folder, 'incoming', 'half'), 'half an upload')
    store = await openContentStore(folder)
    expect(store.describe(address)?.state).toBe('erased')
    expect(await readdir(join(folder, 'incoming'))).toEqual([])
    await expect(open(filePath())).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('says so where the disk altered a content', async () => {
    await store.put(address, A, streamOf(bytes))
    const file = await open(filePath(), 'r+')
    await file.write(utf8('X'), 0, 1, 1_000)
    await file.close()
    await expect(collect(store.read(address))).rejects.toMatchObject({ code: 'vault.corrupt' })
    await rm(filePath())
    await mkdir(join(filePath(), '..'), { recursive: true })
    await expect(collect(store.read(address))).rejects.toMatchObject({ code: 'vault.corrupt' })
  })

  it('bounds the readers of one content, and keeps the places of its owner apart from those of its readers', async () => {
    await store.put(address, A, streamOf(bytes))
    const place = (number: number, by?: string) =>
      store.putWrap(address, number.toString(16).padStart(64, '0'), {
        wrap: 'jwe',
        ...(by !== undefined && { by }),
      })
    const full = { code: 'content.wraps' }
    let number = 0
    for (let i = 0; i < 64; i++) await place(number++, 'hospital-a:reader')
    await expect(place(number, 'hospital-a:reader')).rejects.toMatchObject(full)
    for (let i = 64; i < 512; i++) await place(number++, `hospital-b:${i}`)
    await expect(place(number, 'hospital-b:one-more')).rejects.toMatchObject(full)
    for (let i = 0; i < 1_024; i++) await place(number++)
    await expect(place(number)).rejects.toMatchObject(full)

    await store.putWrap(address, '0'.repeat(64), { wrap: 'a newer wrap', by: 'hospital-a:reader' })
    expect(store.wrap(address, '0'.repeat(64))?.wrap).toBe('a newer wrap')
    await store.removeWrap(address, '0'.repeat(64))
    expect(store.wrap(address, '0'.repeat(64))).toBeUndefined()
    await place(number, 'hospital-b:one-more')
  })
})
