/**
 * The vault's files as a whole: a copy of them while the vault is in use, and a check of every stored byte. Both read
 * only.
 *
 * A copy is taken after that of the ledger. Then it has every part and content that the ledger's copy refers to, save
 * those that were erased meanwhile, and perhaps some that it does not know yet.
 */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { copyFile, mkdir, open as openFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { open, type RootDatabase } from 'lmdb'
import { toHex } from '../base/index.ts'
import { contentPath } from './content-store.ts'
import { documentFault } from './document-store.ts'
import { partFault } from './part-store.ts'
import type { StoredContent } from './types.ts'

/** Where the three stores lie in the vault's folder. */
export const vaultFoldersOf = (folder: string) => ({
  parts: folder,
  contents: join(folder, 'objects'),
  documents: join(folder, 'documents'),
})

type Encoding = 'binary' | 'json'

/** Opens an LMDB environment for reading, beside whoever writes to it. */
async function reading<Result>(
  folder: string,
  encoding: Encoding,
  use: (root: RootDatabase<Uint8Array, string | Uint8Array>) => Promise<Result>,
): Promise<Result> {
  const root = open<Uint8Array, string | Uint8Array>({
    path: folder,
    noSubdir: false,
    encoding,
    maxDbs: 6,
    readOnly: true,
  })
  try {
    return await use(root)
  } finally {
    await root.close()
  }
}

const hasStore = (folder: string): boolean => existsSync(join(folder, 'data.mdb'))

async function copyStore(from: string, to: string): Promise<void> {
  if (!hasStore(from)) return
  await mkdir(to, { recursive: true, mode: 0o700 })
  await rm(join(to, 'data.mdb'), { force: true })
  await reading(from, 'binary', (root) => root.backup(to, false))
  await syncPath(join(to, 'data.mdb'))
  await syncPath(to)
}

async function syncPath(path: string): Promise<void> {
  const file = await openFile(path, 'r')
  await file.sync().finally(() => file.close())
}

/** Contents that the index in `folder` (of the contents) says are kept, by address. */
async function listContents(folder: string): Promise<[address: string, content: StoredContent][]> {
  if (!hasStore(join(folder, 'index'))) return []
  return reading(join(folder, 'index'), 'json', async (root) => {
    const rows = root.openDB<StoredContent, string>('contents', { encoding: 'json' })
    return [...rows.getRange()].map(({ key, value }) => [key, value])
  })
}

/**
 * Copies the vault in folder `from` to the new folder `to`; durable when resolved. A content that is erased while it is
 * copied is erased in the copy as well.
 */
export async function copyVault(from: string, to: string): Promise<void> {
  const [source, target] = [vaultFoldersOf(from), vaultFoldersOf(to)]
  await mkdir(to, { recursive: true, mode: 0o700 })
  await copyStore(source.parts, target.parts)
  await copyStore(source.documents, target.documents)
  // A file that is gone was erased after the index was copied: the index is copied again until it names only what is
  // there.
  for (let complete = false; !complete; ) {
    await copyStore(join(source.contents, 'index'), join(target.contents, 'index'))
    complete = true
    for (const [address, { state }] of await listContents(target.contents)) {
      const copy = contentPath(target.contents, address)
      if (state !== 'kept') await rm(copy, { force: true })
      else if (!existsSync(copy))
        complete = (await copyContent(source.contents, target.contents, address)) && complete
    }
  }
  await syncPath(to)
}

/** False where the file is not there any more. */
async function copyContent(from: string, to: string, address: string): Promise<boolean> {
  const [path, copy] = [contentPath(from, address), contentPath(to, address)]
  await mkdir(dirname(copy), { recursive: true, mode: 0o700 })
  try {
    await copyFile(path, copy)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return isStillListed(from, address)
  }
  await syncPath(copy)
  await syncPath(dirname(copy))
  return true
}

/** A content that is listed as kept and whose file is gone was lost, not erased: the copy goes on without it. */
const isStillListed = async (folder: string, address: string): Promise<boolean> =>
  (await listContents(folder)).some(([key, { state }]) => key === address && state === 'kept')

/** Something wrong in a vault. */
export interface VaultProblem {
  readonly store: 'parts' | 'documents' | 'contents'
  /** Transaction id or address in hex, or the document's name. */
  readonly key: string
  readonly message: string
}

export interface VaultReport {
  readonly parts: number
  readonly documents: number
  readonly contents: number
  readonly problems: readonly VaultProblem[]
}

/** Compares every part and document with its checksum, and every content with its address. */
export async function checkVault(
  folder: string,
  onProgress: (done: number) => void = () => {},
): Promise<VaultReport> {
  const folders = vaultFoldersOf(folder)
  const problems: VaultProblem[] = []
  let done = 0
  const see = (store: VaultProblem['store'], key: string, message: string | undefined): void => {
    if (message !== undefined) problems.push({ store, key, message })
    onProgress(++done)
  }
  const checkRows = async (
    store: 'parts' | 'documents',
    path: string,
    table: string | undefined,
    isSound: (key: Uint8Array, row: Uint8Array) => boolean,
  ): Promise<number> => {
    if (!hasStore(path)) return 0
    return reading(path, 'binary', async (root) => {
      const options = { encoding: 'binary', keyEncoding: 'binary' } as const
      const rows = table === undefined ? root : root.openDB<Uint8Array, Uint8Array>(table, options)
      let count = 0
      for (const { key, value } of rows.getRange()) {
        const bytes = typeof key === 'string' ? Buffer.from(key) : key
        const name = typeof key === 'string' ? key : toHex(key)
        see(store, name, isSound(bytes, value) ? undefined : 'It does not match its checksum.')
        count += 1
      }
      return count
    })
  }
  const parts = await checkRows('parts', folders.parts, 'parts', (_, row) => !partFault(row))
  const documents = await checkRows(
    'documents',
    folders.documents,
    undefined,
    (name, row) => !documentFault(name, row),
  )
  const kept = (await listContents(folders.contents)).filter(([, { state }]) => state === 'kept')
  for (const [address, { length }] of kept) {
    see('contents', address, await findContentFault(contentPath(folders.contents, address), address, length))
  }
  return { parts, documents, contents: kept.length, problems }
}

async function findContentFault(path: string, address: string, length: number): Promise<string | undefined> {
  if (!existsSync(path)) return 'The index has it, the disk has not.'
  const hash = createHash('sha256')
  let bytes = 0
  for await (const part of createReadStream(path)) {
    hash.update(part as Uint8Array)
    bytes += (part as Uint8Array).length
  }
  if (bytes !== length) return `It has ${bytes} bytes, not ${length}.`
  return hash.digest('hex') === address ? undefined : 'It does not hash to its address.'
}
