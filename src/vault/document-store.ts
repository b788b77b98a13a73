/**
 * Small JSON documents by name on LMDB, in a folder of its own: certificates that institutions put up for checking, and
 * their status lists. They are read in public and hold no secret. Every write is one synced transaction; each row
 * carries a checksum over name and text, since LMDB keeps none.
 */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { open } from 'lmdb'
import { concatBytes, DISK_HEADROOM_BYTES, decodeUtf8, equalBytes, LedgerError, utf8 } from '../base/index.ts'
import type { DocumentStore } from './types.ts'

const CHECKSUM_BYTES = 32

const checksumOf = (name: string, text: Uint8Array): Uint8Array =>
  createHash('sha256').update(`${name}\n`).update(text).digest()

/** Whether a row does not match its checksum. */
export const documentFault = (name: Uint8Array, row: Uint8Array): boolean =>
  !equalBytes(checksumOf(decodeUtf8(name), row.subarray(CHECKSUM_BYTES)), row.subarray(0, CHECKSUM_BYTES))

export interface DocumentStoreOptions {
  /** Free bytes where the documents lie; the file system's own figure unless given. */
  readonly freeBytes?: () => Promise<number>
}

/** Opens the store in `folder`, which is made where it does not exist. */
export function openDocumentStore(folder: string, options: DocumentStoreOptions = {}): DocumentStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const rows = open<Uint8Array, string>({ path: folder, encoding: 'binary', overlappingSync: false })
  const freeBytes =
    options.freeBytes ??
    (async () => {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize
    })
  const write = <Result>(change: () => Result): Result => {
    // Commit point. A crash before it leaves the document that stood there, after it the new one; who sent it was not
    // answered and sends it again, which changes nothing.
    try {
      return rows.transactionSync(change)
    } catch (error) {
      throw error instanceof LedgerError ? error : new LedgerError('vault.write', {}, error)
    }
  }
  const read = (name: string): unknown => {
    const row = rows.get(name)
    if (row === undefined) return undefined
    const text = row.subarray(CHECKSUM_BYTES)
    if (!equalBytes(checksumOf(name, text), row.subarray(0, CHECKSUM_BYTES))) {
      throw new LedgerError('vault.corrupt')
    }
    return JSON.parse(decodeUtf8(text))
  }
  return {
    async put(name, document, mayReplace = () => true) {
      if ((await freeBytes()) < DISK_HEADROOM_BYTES) throw new LedgerError('content.disk-full')
      const text = utf8(JSON.stringify(document))
      return write(() => {
        const kept = read(name)
        if (kept !== undefined && !mayReplace(kept)) return false
        rows.putSync(name, concatBytes(checksumOf(name, text), text))
        return true
      })
    },
    get: async (name) => read(name),
    async remove(name) {
      write(() => rows.removeSync(name))
    },
    close: () => rows.close(),
  }
}
