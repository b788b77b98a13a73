/** One suite over both part stores; the one on disk also across restarts and altered bytes. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { concatBytes, utf8 } from '../../src/base/index.ts'
import {
  createMemoryPartStore,
  openPartStore,
  openPartThread,
  type PartStore,
} from '../../src/vault/index.ts'

function idAt(expires: number, tail: number): Uint8Array {
  const id = new Uint8Array(32).fill(tail)
  new DataView(id.buffer).setUint32(0, expires)
  return id
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'medseal-parts-'))
const A = { id: idAt(100, 1), part: utf8('part A') }
const B = { id: idAt(100, 2), part: utf8('part B') }
const C = { id: idAt(300, 0), part: utf8('part C') }

const stores: readonly [name: string, open: () => Promise<PartStore>][] = [
  ['in memory', async () => createMemoryPartStore()],
  ['on disk', async () => openPartStore(newFolder())],
  ['on a thread', () => openPartThread(newFolder())],
]

describe.each(stores)('the part store %s', (_name, open) => {
  it('gives back copies of what it keeps, and nothing for other ids', async () => {
    const store = await open()
    await store.keep([A, B])
    await store.keep([])
    const part = await store.get(A.id)
    expect(part).toEqual(A.part)
    part!.fill(0)
    expect(await store.get(A.id)).toEqual(A.part)
    expect(await store.get(C.id)).toBeUndefined()
    await store.close()
  })

  it('keeps the first part of an id', async () => {
    const store = await open()
    await store.keep([A])
    await store.keep([{ id: A.id, part: utf8('another') }])
    expect(await store.get(A.id)).toEqual(A.part)
    await store.close()
  })

  it('erases for good, also what is not there', async () => {
    const store = await open()
    await store.keep([A, B])
    await store.erase([A.id, C.id])
    expect(await store.get(A.id)).toBeUndefined()
    expect(await store.get(B.id)).toEqual(B.part)
    expect((await store.expired(1000, 10)).ids).toEqual(B.id)
    await store.close()
  })

  it('finds what expired, in order and in pages, until it is settled', async () => {
    const store = await open()
    await store.keep([C, B, A])
    expect(await store.expired(100, 10)).toEqual({ ids: new Uint8Array(), more: false })
    expect(await store.expired(101, 10)).toEqual({ ids: concatBytes(A.id, B.id), more: false })
    expect(await store.expired(2 ** 33, 2)).toEqual({ ids: concatBytes(A.id, B.id), more: true })
    await store.settle(concatBytes(A.id, B.id), [B.id])
    expect((await store.expired(2 ** 33, 10)).ids).toEqual(C.id)
    expect(await store.get(A.id)).toEqual(A.part)
    expect(await store.get(B.id)).toBeUndefined()
    await store.close()
  })
})

describe('the part store on disk', () => {
  it('has everything again after it was closed', async () => {
    const folder = newFolder()
    const store = openPartStore(folder)
    await store.keep([A, B, C])
    await store.settle(A.id, [])
    await store.close()
    const again = openPartStore(folder)
    expect(await again.get(C.id)).toEqual(C.part)
    expect((await again.expired(2 ** 33, 10)).ids).toEqual(concatBytes(B.id, C.id))
    await again.close()
  })

  it('finds an altered part', async () => {
    const folder = newFolder()
    const store = openPartStore(folder)
    const part = utf8('a part that can be found in the file')
    await store.keep([{ id: A.id, part }])
    await store.close()
    const path = join(folder, 'data.mdb')
    const bytes = readFileSync(path)
    let at = bytes.indexOf(part)
    for (; at >= 0; at = bytes.indexOf(part, at + 1)) bytes[at]! ^= 1
    writeFileSync(path, bytes)
    const again = openPartStore(folder)
    await expect(again.get(A.id)).rejects.toMatchObject({ code: 'vault.corrupt' })
    await again.close()
  })
})

describe('the part store on a thread', () => {
  it('tells errors by their codes, and takes nothing once it is closed', async () => {
    const folder = newFolder()
    const store = await openPartThread(folder)
    const part = utf8('a part that can be found in the file')
    await store.keep([{ id: A.id, part }])
    expect(part).toHaveLength(36)
    await store.close()
    for (const call of [store.keep([A]), store.get(A.id), store.close()]) {
      await expect(call).rejects.toMatchObject({ code: 'vault.write' })
    }
  })

  it('does not open where there is no folder to be made', async () => {
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')
    await expect(openPartThread(join(file, 'below'))).rejects.toThrow()
  })
})
