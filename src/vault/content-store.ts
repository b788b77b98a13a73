/**
 * Encrypted contents on disk: one file a content, named by the SHA-256 of its ciphertext, and an LMDB index beside
 * them: `contents` (address → whose it is, how long, whether erased and by what), `wraps` (address ‖ reader's key →
 * JWE), `erasing`, `usage` (member or patient → bytes), `counts` (the same → contents), `released` (accesses already
 * used), `progress` (how far erasures of the log were carried out). The node never holds a key to any of it.
 *
 * A file is complete and synced before its row is written, and a row is marked before its file is removed. So a crash
 * leaves at most a file without a row, which nobody can see and the next upload of the same content replaces, or a row
 * marked `erasing`, whose removal is finished when the store opens.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { type FileHandle, mkdir, open as openFile, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Database, open, type RootDatabase } from 'lmdb'
import {
  CONTENT_BYTES_MAX,
  CONTENT_COUNTED_BYTES_MIN,
  CONTENT_MEMBER_BYTES_MAX,
  CONTENT_WRAP_BYTES_MAX,
  CONTENT_WRAPS_A_READER_MAX,
  CONTENT_WRAPS_MAX,
  CONTENT_WRAPS_OF_READERS_MAX,
  CONTENTS_PER_MEMBER_MAX,
  CONTENTS_PER_PATIENT_MAX,
  DISK_HEADROOM_BYTES,
  LedgerError,
  toHex,
} from '../base/index.ts'
import { memberOf } from '../protocol/index.ts'
import type { ContentStore, StoredContent, StoredWrap, Upload } from './types.ts'

/** Bytes between two looks at quota and free space while a content comes in: one look costs 10 µs. */
const LOOK_BYTES = 8 * 1024 * 1024
const READ_BYTES = 256 * 1024
/** Key of the only row of `progress`. */
const ERASURES_DONE = 'erasuresDone'

/** Where the content of an address lies in the store's folder. */
export const contentPath = (folder: string, address: string): string =>
  join(folder, 'contents', address.slice(0, 2), address.slice(2))

/** On whom an owner's contents count: the member that enrolled a patient, and the patient itself. */
const accountsOf = (owner: string): readonly string[] => [...new Set([memberOf(owner), owner])]

/**
 * What a content counts on an account. The ledger counts a patient's bytes as they are; a member's bound is the node's
 * own, and a small content takes a block of the disk.
 */
const countedBytes = (account: string, owner: string, length: number): number =>
  account === memberOf(owner) ? Math.max(CONTENT_COUNTED_BYTES_MIN, length) : length

interface Tables {
  readonly root: RootDatabase
  readonly contents: Database<StoredContent, string>
  /** Addresses whose file may still be there, so that opening the store need not look at every row. */
  readonly erasing: Database<true, string>
  readonly wraps: Database<StoredWrap, string>
  readonly usage: Database<number, string>
  readonly counts: Database<number, string>
  readonly released: Database<number, string>
  readonly progress: Database<number, string>
}

/** Limits and free space, so that tests can be small and fill a disk. */
export interface ContentStoreOptions {
  readonly contentBytesMax?: number
  readonly memberBytesMax?: number
  readonly memberContentsMax?: number
  readonly patientContentsMax?: number
  /** Free bytes where the contents lie; the file system's own figure unless given. */
  readonly freeBytes?: () => Promise<number>
}

/** Opens the store in `folder`, which is made where it does not exist, and finishes what a crash left half done. */
export async function openContentStore(
  folder: string,
  options: ContentStoreOptions = {},
): Promise<ContentStore> {
  const incoming = join(folder, 'incoming')
  mkdirSync(incoming, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(incoming)) rmSync(join(incoming, name))
  const tables = openTables(folder)
  const store = new DiskContentStore(folder, tables, options)
  await store.finishErasures()
  return store
}

function openTables(folder: string): Tables {
  const root = open({ path: join(folder, 'index'), maxDbs: 7, overlappingSync: false, encoding: 'json' })
  const table = <Value>(name: string) => root.openDB<Value, string>(name, { encoding: 'json' })
  return {
    root,
    contents: table('contents'),
    erasing: table('erasing'),
    wraps: table('wraps'),
    usage: table('usage'),
    counts: table('counts'),
    released: table('released'),
    progress: table('progress'),
  }
}

class DiskContentStore implements ContentStore {
  readonly #folder: string
  readonly #tables: Tables
  readonly #contentBytesMax: number
  readonly #memberBytesMax: number
  readonly #memberContentsMax: number
  readonly #patientContentsMax: number
  readonly #freeBytes: () => Promise<number>
  /** Bytes of uploads under way, by member and patient: they count against the quota before they are in the index. */
  readonly #arriving = new Map<string, number>()

  constructor(folder: string, tables: Tables, options: ContentStoreOptions) {
    this.#folder = folder
    this.#tables = tables
    this.#contentBytesMax = options.contentBytesMax ?? CONTENT_BYTES_MAX
    this.#memberBytesMax = options.memberBytesMax ?? CONTENT_MEMBER_BYTES_MAX
    this.#memberContentsMax = options.memberContentsMax ?? CONTENTS_PER_MEMBER_MAX
    this.#patientContentsMax = options.patientContentsMax ?? CONTENTS_PER_PATIENT_MAX
    this.#freeBytes =
      options.freeBytes ??
      (async () => {
        const { bavail, bsize } = await statfs(folder)
        return bavail * bsize
      })
  }

  async put(address: string, upload: Upload, stream: AsyncIterable<Uint8Array>): Promise<StoredContent> {
    const known = this.describe(address)
    if (known?.state === 'kept') return known
    if (known !== undefined) throw new LedgerError('content.erased')
    const { owner, uploader, lengthExpected = 0 } = upload
    if (lengthExpected > this.#contentBytesMax) throw new LedgerError('form.too-large', { field: '/content' })
    const look = (bytes: number) => this.#look(upload, bytes)
    // Before the first byte is read: who announces more than there is room for need not send it.
    await look(lengthExpected)
    const temporary = join(this.#folder, 'incoming', randomUUID())
    const file = await openFile(temporary, 'wx', 0o600)
    let [arrived, counted] = [0, 0]
    try {
      const hash = createHash('sha256')
      for await (const part of stream) {
        const lookDue = Math.floor(arrived / LOOK_BYTES) !== Math.floor((arrived + part.length) / LOOK_BYTES)
        arrived += part.length
        if (arrived > this.#contentBytesMax) throw new LedgerError('form.too-large', { field: '/content' })
        if (lookDue) await look(part.length)
        this.#arrive(owner, part.length)
        counted += part.length
        hash.update(part)
        await writeWhole(file, part)
      }
      await look(0)
      if (hash.digest('hex') !== address) throw new LedgerError('content.address')
      await file.sync()
      await file.close()
      await this.#place(temporary, this.#pathOf(address))
      return await this.#record(address, { owner, uploader, length: arrived, state: 'kept' })
    } catch (error) {
      await file.close().catch(() => undefined)
      await rm(temporary, { force: true })
      throw asDiskFull(error)
    } finally {
      this.#arrive(owner, -counted)
    }
  }

  describe(address: string): StoredContent | undefined {
    return this.#tables.contents.get(address)
  }

  async *read(address: string): AsyncGenerator<Uint8Array> {
    const content = this.describe(address)
    if (content?.state !== 'kept') throw new LedgerError('read.not-found')
    const file = await openFile(this.#pathOf(address), 'r').catch((cause) => {
      throw new LedgerError('vault.corrupt', { message: 'A content is in the index but not on disk.' }, cause)
    })
    try {
      const hash = createHash('sha256')
      for (;;) {
        const { buffer, bytesRead } = await file.read(new Uint8Array(READ_BYTES), 0, READ_BYTES)
        if (bytesRead === 0) break
        hash.update(buffer.subarray(0, bytesRead))
        yield buffer.subarray(0, bytesRead)
      }
      // The reader has the bytes by now, and its cipher refuses them too; the error ends the answer short.
      if (hash.digest('hex') !== address) throw new LedgerError('vault.corrupt')
    } finally {
      await file.close()
    }
  }

  async putWrap(address: string, readerKey: string, wrap: StoredWrap): Promise<void> {
    if (wrap.wrap.length > CONTENT_WRAP_BYTES_MAX) throw new LedgerError('form.too-large', { field: '/wrap' })
    // Commit point: a crash before it leaves the reader without this wrap, after it with it; its owner puts it again
    // either way.
    this.#write(() => {
      if (this.describe(address)?.state !== 'kept') throw new LedgerError('read.not-found')
      const key = wrapKey(address, readerKey)
      const others = [...this.#tables.wraps.getRange({ start: `${address}/`, end: `${address}0` })]
        .filter((other) => other.key !== key)
        .map(({ value }) => value)
      if (!hasPlace(others, wrap.by)) throw new LedgerError('content.wraps')
      this.#tables.wraps.putSync(key, wrap)
    })
  }

  wrap(address: string, readerKey: string): StoredWrap | undefined {
    return this.#tables.wraps.get(wrapKey(address, readerKey))
  }

  async removeWrap(address: string, readerKey: string): Promise<void> {
    // Commit point: a crash before it leaves the wrap, and whoever takes it away does so again.
    this.#write(() => this.#tables.wraps.removeSync(wrapKey(address, readerKey)))
  }

  async consume(openId: Uint8Array, time: number): Promise<void> {
    const id = toHex(openId)
    // Commit point, before the first byte is released. A crash after it leaves an access that is spent though nothing
    // was read: whoever opened opens again, on the record. The other order would release twice.
    this.#write(() => {
      if (this.#tables.released.doesExist(id)) throw new LedgerError('content.released')
      this.#tables.released.putSync(id, time)
    })
  }

  isConsumed(openId: Uint8Array): boolean {
    return this.#tables.released.doesExist(toHex(openId))
  }

  async erase(address: string, by: string): Promise<void> {
    const content = this.describe(address)
    if (content?.state !== 'kept') return
    // Commit point of an erasure: from here on nothing of it is served. A crash before it leaves the content, and the
    // order in the log is carried out at the next start.
    this.#write(() => {
      this.#tables.contents.putSync(address, { ...content, state: 'erasing', erasedBy: by })
      this.#tables.erasing.putSync(address, true)
      const wraps = [...this.#tables.wraps.getKeys({ start: `${address}/`, end: `${address}0` })]
      for (const key of wraps) this.#tables.wraps.removeSync(key)
      this.#count(content, -1)
    })
    // A crash here leaves the row at `erasing`: nothing is served, and opening the store removes the file.
    await this.#finishErasure(address)
  }

  erasuresDone(): number {
    return this.#tables.progress.get(ERASURES_DONE) ?? 0
  }

  async setErasuresDone(index: number): Promise<void> {
    // Commit point. A crash before it has orders carried out again that were carried out: that changes nothing.
    this.#write(() => this.#tables.progress.putSync(ERASURES_DONE, index))
  }

  usage(owner: string): number {
    return this.#tables.usage.get(owner) ?? 0
  }

  async close(): Promise<void> {
    await this.#tables.root.close()
  }

  async finishErasures(): Promise<void> {
    const half = [...this.#tables.erasing.getKeys()]
    for (const address of half) await this.#finishErasure(address)
  }

  async #finishErasure(address: string): Promise<void> {
    await rm(this.#pathOf(address), { force: true })
    await syncFolder(dirname(this.#pathOf(address)))
    // Commit point: a crash before it leaves a row at `erasing` without a file, which opening the store finishes.
    this.#write(() => {
      this.#tables.contents.putSync(address, { ...this.describe(address)!, state: 'erased' })
      this.#tables.erasing.removeSync(address)
    })
  }

  async #record(address: string, content: StoredContent): Promise<StoredContent> {
    // Commit point of an upload. A crash before it leaves a file without a row; after it the content is kept, and
    // whoever sends it again is told so without sending it.
    this.#write(() => {
      // Another upload of the same content may have come in meanwhile; it counts once.
      if (this.describe(address) !== undefined) return
      this.#tables.contents.putSync(address, content)
      this.#count(content, 1)
    })
    const stored = this.describe(address)!
    if (stored.state === 'kept') return stored
    // It was erased while these bytes came in.
    await rm(this.#pathOf(address), { force: true })
    throw new LedgerError('content.erased')
  }

  /** Moves a complete file to its place; synced, file and folder, when resolved. */
  async #place(temporary: string, path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    // A crash before this leaves a file in `incoming`, which opening the store removes; after it a whole file without a
    // row, which nobody sees and the next upload replaces.
    await rename(temporary, path)
    await syncFolder(dirname(path))
    await syncFolder(dirname(dirname(path)))
  }

  /** Refuses what would go over the quota of member or patient, or eat the space kept for the ledger. */
  async #look({ owner, ownerBytesMax }: Upload, nextBytes: number): Promise<void> {
    const [member = owner] = accountsOf(owner)
    const arriving = (account: string) => (this.#arriving.get(account) ?? 0) + nextBytes
    const isOver =
      this.usage(member) + countedBytes(member, owner, arriving(member)) > this.#memberBytesMax ||
      this.usage(owner) + arriving(owner) > (ownerBytesMax ?? this.#memberBytesMax) ||
      this.#countOf(member) >= this.#memberContentsMax ||
      (owner !== member && this.#countOf(owner) >= this.#patientContentsMax)
    if (isOver) throw new LedgerError('content.quota')
    if ((await this.#freeBytes()) < DISK_HEADROOM_BYTES + nextBytes)
      throw new LedgerError('content.disk-full')
  }

  #arrive(owner: string, bytes: number): void {
    for (const account of accountsOf(owner)) {
      const total = (this.#arriving.get(account) ?? 0) + bytes
      if (total === 0) this.#arriving.delete(account)
      else this.#arriving.set(account, total)
    }
  }

  #countOf(account: string): number {
    return this.#tables.counts.get(account) ?? 0
  }

  /** Adds a content to its accounts (1), or takes it off them (-1). */
  #count({ owner, length }: StoredContent, sign: 1 | -1): void {
    for (const account of accountsOf(owner)) {
      const bytes = this.usage(account) + sign * countedBytes(account, owner, length)
      // Never below nothing: an older store counted less for small contents, and no contents at all.
      this.#tables.usage.putSync(account, Math.max(0, bytes))
      this.#tables.counts.putSync(account, Math.max(0, this.#countOf(account) + sign))
    }
  }

  #write(change: () => void): void {
    try {
      this.#tables.root.transactionSync(change)
    } catch (error) {
      throw error instanceof LedgerError ? error : new LedgerError('vault.write', {}, error)
    }
  }

  #pathOf(address: string): string {
    return contentPath(this.#folder, address)
  }
}

/** Whether one more wrap may stand beside these: the owner's places are its own. */
export function hasPlace(others: readonly StoredWrap[], by: string | undefined): boolean {
  const ofReaders = others.filter((wrap) => wrap.by !== undefined)
  if (by === undefined) return others.length - ofReaders.length < CONTENT_WRAPS_MAX
  const own = ofReaders.filter((wrap) => wrap.by === by)
  return ofReaders.length < CONTENT_WRAPS_OF_READERS_MAX && own.length < CONTENT_WRAPS_A_READER_MAX
}

const wrapKey = (address: string, readerKey: string): string => `${address}/${readerKey}`

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}

async function syncFolder(path: string): Promise<void> {
  const folder = await openFile(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function asDiskFull(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'ENOSPC' || code === 'EDQUOT' ? new LedgerError('content.disk-full', {}, error) : error
}
