/**
 * Documents on disk: they outlive the process, are replaced only where the caller says so, and a changed byte is found.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DISK_HEADROOM_BYTES } from '../../src/base/index.ts'
import { createMemoryDocumentStore, type DocumentStore, openDocumentStore } from '../../src/vault/index.ts'

const DOCUMENT = { name: '王小明', list: [1, 2, { deep: null }] }
const plenty = async () => 2 * DISK_HEADROOM_BYTES

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medseal-documents-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const stores: readonly [name: string, open: () => DocumentStore][] = [
  ['on disk', () => openDocumentStore(folder, { freeBytes: plenty })],
  ['in memory', createMemoryDocumentStore],
]

describe.each(stores)('documents %s', (_name, open) => {
  it('come back as they were put, until they are removed', async () => {
    const store = open()
    expect(await store.get('file/a')).toBeUndefined()
    expect(await store.put('file/a', DOCUMENT)).toBe(true)
    expect(await store.get('file/a')).toEqual(DOCUMENT)
    expect(await store.get('file/b')).toBeUndefined()
    await store.remove('file/a')
    await store.remove('file/a')
    expect(await store.get('file/a')).toBeUndefined()
    await store.close()
  })

  it('are replaced where the caller says so', async () => {
    const store = open()
    const isNewer = (at: number) => (kept: unknown) => at > (kept as { at: number }).at
    expect(await store.put('list', { at: 5 }, isNewer(5))).toBe(true)
    expect(await store.put('list', { at: 5 }, isNewer(5))).toBe(false)
    const both = await Promise.all([7, 6].map((at) => store.put('list', { at }, isNewer(at))))
    expect(both).toEqual([true, false])
    expect(await store.get('list')).toEqual({ at: 7 })
    await store.close()
  })
})

describe('documents on disk', () => {
  it('outlive the process that put them', async () => {
    const first = openDocumentStore(folder, { freeBytes: plenty })
    await first.put('file/a', DOCUMENT)
    await first.close()
    const second = openDocumentStore(folder, { freeBytes: plenty })
    expect(await second.get('file/a')).toEqual(DOCUMENT)
    await second.close()
  })

  it('are not served once a byte of them has changed', async () => {
    const first = openDocumentStore(folder, { freeBytes: plenty })
    await first.put('file/a', { text: 'FINDABLE' })
    await first.close()
    const path = join(folder, 'data.mdb')
    const bytes = readFileSync(path)
    const at = bytes.indexOf('FINDABLE')
    expect(at).toBeGreaterThan(0)
    bytes[at]! ^= 1
    writeFileSync(path, bytes)
    const second = openDocumentStore(folder, { freeBytes: plenty })
    await expect(second.get('file/a')).rejects.toMatchObject({ code: 'vault.corrupt' })
    await second.close()
  })

  it('leave the last of the disk to the ledger', async () => {
    const store = openDocumentStore(folder, { freeBytes: async () => DISK_HEADROOM_BYTES - 1 })
    await expect(store.put('file/a', DOCUMENT)).rejects.toMatchObject({ code: 'content.disk-full' })
    expect(await store.get('file/a')).toBeUndefined()
    await store.close()
  })
})
