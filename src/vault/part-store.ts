/**
 * The part store on LMDB, in a folder of its own. Two tables: `parts` (id → SHA-256 of the part ‖ part) and `unsettled`
 * (ids whose transactions may still commit or be dropped). Every write is one synced transaction. The checksum is
 * ours, since LMDB keeps none.
 *
 * It answers on the calling thread, where a block's worth of parts (4,096 of 500 bytes) takes 20 to 30 ms with its
 * sync; a node opens it on a thread of its own (`openPartThread`).
 */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { type Database, open, type RootDatabase } from 'lmdb'
import { concatBytes, equalBytes, LedgerError } from '../base/index.ts'
import type { ExpiredParts, PartStore, PartToKeep } from './types.ts'

const ID_BYTES = 32
const CHECKSUM_BYTES = 32

type Table = Database<Uint8Array, Uint8Array>

const checksumOf = (part: Uint8Array): Uint8Array => createHash('sha256').update(part).digest()

/** Whether a row does not match its checksum. */
export const partFault = (row: Uint8Array): boolean =>
  !equalBytes(checksumOf(row.subarray(CHECKSUM_BYTES)), row.subarray(0, CHECKSUM_BYTES))

/**
 * Runs `change` as one synced transaction. Commit point of all that this store writes. A crash before it leaves the
 * store as it was: of `keep`, no transaction was proposed yet; of `settle` and `erase`, the next sweep or erasure does
 * it again. A crash after it leaves the change whole: of `keep`, parts of a transaction that was never proposed, which
 * are swept when it has expired. A disk that refuses is `vault.write`; where it wrote all the same, the same holds as
 * after a crash.
 */
function write(root: RootDatabase, change: () => void): void {
  try {
    root.transactionSync(change)
  } catch (cause) {
    throw new LedgerError('vault.write', {}, cause)
  }
}

/** An id with `time` in front and zeros behind: the lowest id that expires at `time` or later. */
function lowestIdAt(time: number): Uint8Array {
  const id = new Uint8Array(ID_BYTES)
  new DataView(id.buffer).setUint32(0, Math.min(time, 0xffffffff))
  return id
}

function readPart(parts: Table, id: Uint8Array): Uint8Array | undefined {
  const stored = parts.get(id)
  if (stored === undefined) return undefined
  // LMDB hands out Buffers, whose own `slice` would be a view.
  if (partFault(stored)) throw new LedgerError('vault.corrupt')
  return new Uint8Array(stored.subarray(CHECKSUM_BYTES))
}

function readExpired(unsettled: Table, time: number, limit: number): ExpiredParts {
  const ids = [...unsettled.getKeys({ end: lowestIdAt(time), limit: limit + 1 })]
  return { ids: concatBytes(...ids.slice(0, limit)), more: ids.length > limit }
}

/** Opens the store in `folder`, which is made where it does not exist. */
export function openPartStore(folder: string): PartStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const root = open({
    path: folder,
    encoding: 'binary',
    keyEncoding: 'binary',
    maxDbs: 2,
    overlappingSync: false,
  })
  const options = { encoding: 'binary', keyEncoding: 'binary' } as const
  const parts: Table = root.openDB('parts', options)
  const unsettled: Table = root.openDB('unsettled', options)

  const keepNew = (kept: readonly PartToKeep[]): void => {
    for (const { id, part } of kept) {
      if (parts.doesExist(id)) continue
      parts.putSync(id, concatBytes(checksumOf(part), part))
      unsettled.putSync(id, new Uint8Array())
    }
  }
  const eraseNow = (ids: readonly Uint8Array[]): void => {
    for (const id of ids) {
      parts.removeSync(id)
      unsettled.removeSync(id)
    }
  }

  return {
    keep: async (kept) => write(root, () => keepNew(kept)),
    get: async (id) => readPart(parts, id),
    erase: async (ids) => write(root, () => eraseNow(ids)),
    expired: async (time, limit) => readExpired(unsettled, time, limit),
    settle: async (ids, drop) =>
      write(root, () => {
        for (let at = 0; at < ids.length; at += ID_BYTES) unsettled.removeSync(ids.slice(at, at + ID_BYTES))
        eraseNow(drop)
      }),
    close: () => root.close(),
  }
}
