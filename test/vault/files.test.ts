/** The vault's files as a whole: copied while the vault is in use, and checked byte by byte. */
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import {
  type ContentStore,
  checkVault,
  copyVault,
  type DocumentStore,
  openContentStore,
  openDocumentStore,
  openPartStore,
  type PartStore,
  vaultFoldersOf,
} from '../../src/vault/index.ts'

const OWNER = { owner: 'hospital', uploader: 'hospital:dr-li' }
const idOf = (byte: number) => new Uint8Array(32).fill(byte)
const contentOf = (byte: number) => new Uint8Array(3_000).fill(byte)
const addressOf = (byte: number) => createHash('sha256').update(contentOf(byte)).digest('hex')

let folder: string
let parts: PartStore
let contents: ContentStore
let documents: DocumentStore
const vault = () => join(folder, 'vault')

async function open(path: string) {
  const folders = vaultFoldersOf(path)
  parts = openPartStore(folders.parts)
  contents = await openContentStore(folders.contents)
  documents = openDocumentStore(folders.documents)
}
const close = () => Promise.all([parts.close(), contents.close(), documents.close()])
const keep = (byte: number) =>
  contents.put(
    addressOf(byte),
    OWNER,
    (async function* () {
      yield contentOf(byte)
    })(),
  )

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medseal-vault-files-'))
  await open(vault())
  await parts.keep([{ id: idOf(1), part: utf8('a private part') }])
  await documents.put('certificate/1', { a: 1 })
  for (const byte of [1, 2, 3]) await keep(byte)
  await contents.putWrap(addressOf(1), 'aa', { wrap: 'jwe' })
  await contents.erase(addressOf(3), 'ab'.repeat(32))
})
afterEach(async () => {
  await close()
  await rm(folder, { recursive: true })
})

describe('a copy', () => {
  it('taken while the vault is open has everything in it, and what was erased is not', async () => {
    const copy = join(folder, 'copy')
    await copyVault(vault(), copy)
    await close()
    await open(copy)
    expect(await parts.get(idOf(1))).toEqual(utf8('a private part'))
    expect(await documents.get('certificate/1')).toEqual({ a: 1 })
    expect(contents.wrap(addressOf(1), 'aa')).toEqual({ wrap: 'jwe' })
    for await (const part of contents.read(addressOf(1))) expect(new Uint8Array(part)).toEqual(contentOf(1))
    expect(contents.describe(addressOf(3))).toMatchObject({ state: 'erased' })
    await expect(
      readFile(join(copy, 'objects/contents', addressOf(3).slice(0, 2), addressOf(3).slice(2))),
    ).rejects.toThrow()
    expect(await checkVault(copy)).toMatchObject({ parts: 1, documents: 1, contents: 2, problems: [] })
  })

  it('taken while contents are erased and brought is whole all the same', async () => {
    const copy = join(folder, 'busy')
    for (let byte = 10; byte < 40; byte++) await keep(byte)
    const copying = copyVault(vault(), copy)
    for (let byte = 10; byte < 40; byte += 2) {
      await contents.erase(addressOf(byte), 'cd'.repeat(32))
      await keep(byte + 100)
    }
    await copying
    expect((await checkVault(copy)).problems).toEqual([])
  })
})

describe('a check', () => {
  it('names what was flipped, cut and lost', async () => {
    const pathOf = (byte: number) =>
      join(vault(), 'objects/contents', addressOf(byte).slice(0, 2), addressOf(byte).slice(2))
    await writeFile(pathOf(1), contentOf(1).fill(9, 5, 6))
    await rm(pathOf(2))
    await keep(4)
    await writeFile(pathOf(4), contentOf(4).subarray(1))
    await close()
    for (const [path, text] of [
      ['data.mdb', 'a private part'],
      ['documents/data.mdb', '{"a":1}'],
    ] as const) {
      const bytes = await readFile(join(vault(), path))
      const at = bytes.indexOf(text)
      expect(at).toBeGreaterThan(0)
      bytes[at + 2]! ^= 1
      await writeFile(join(vault(), path), bytes)
    }
    const { problems } = await checkVault(vault())
    expect(problems.map(({ store, message }) => `${store}: ${message}`).sort()).toEqual([
      'contents: It does not hash to its address.',
      'contents: It has 2999 bytes, not 3000.',
      'contents: The index has it, the disk has not.',
      'documents: It does not match its checksum.',
      'parts: It does not match its checksum.',
    ])
    await open(vault())
  })

  it('of a vault that was never opened finds nothing', async () => {
    expect(await checkVault(join(folder, 'none'))).toEqual({
      parts: 0,
      documents: 0,
      contents: 0,
      problems: [],
    })
  })
})
