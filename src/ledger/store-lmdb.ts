/**
 * The store on disk: one LMDB environment, a named database a table. Only `transactionSync` is used, with
 * `overlappingSync` and `separateFlushed` off, so a commit that returned is on the disk; `useWritemap` stays off, for
 * it dies by SIGBUS on a full disk. LMDB's files carry no checksums: see `checked-store.ts`.
 */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Database, open } from 'lmdb'
import { equalBytes, FREE_PAGES_KEPT_MAX, FREE_PAGES_LOADED_MAX } from '../base/index.ts'
import { type Guard, type Store, StoreConflict, TABLES, type Table, type Write } from './store.ts'

type BinaryTable = Database<Uint8Array, Uint8Array>

const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const

/** Options that the package takes and its types do not name. */
const FREE_PAGES = {
  maxFreeSpaceToLoad: FREE_PAGES_LOADED_MAX,
  maxFreeSpaceToRetain: FREE_PAGES_KEPT_MAX,
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  fsyncSync(folder)
  closeSync(folder)
}

/** A Buffer as the Uint8Array that it is: `slice` of a Buffer would give a view where everyone expects a copy. */
const plainView = (bytes: Uint8Array) => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)

/**
 * Opens, or creates where absent, the store in folder `dir`; with `readOnly` one that is there, beside whoever writes
 * to it.
 */
export function openLmdbStore(
  dir: string,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Store {
  if (!readOnly) mkdirSync(dir, { recursive: true, mode: 0o700 })
  const root = open<Uint8Array, Uint8Array>({
    path: dir,
    ...BINARY,
    ...FREE_PAGES,
    noSubdir: false,
    maxDbs: TABLES.length,
    overlappingSync: false,
    separateFlushed: false,
    readOnly,
  })
  const tables = new Map<Table, BinaryTable>(
    TABLES.map((table) => [table, root.openDB<Uint8Array, Uint8Array>({ name: table, ...BINARY })]),
  )

  // A synced file is lost all the same where the folder that names it is not on the disk.
  if (!readOnly) {
    syncFolder(dir)
    syncFolder(dirname(dir))
  }

  const holds = (guard: Guard) => {
    const found = tables.get(guard.table)!.getBinary(guard.key)
    return found === undefined || guard.value === undefined
      ? found === guard.value
      : equalBytes(found, guard.value)
  }

  return {
    get(table, key) {
      const value = tables.get(table)!.getBinary(key)
      return value && plainView(value)
    },
    range(table, { start, end, limit }) {
      const options = end === undefined ? { start, limit } : { start, end, limit }
      return [...tables.get(table)!.getRange(options)].map(({ key, value }) => [
        plainView(key),
        plainView(value),
      ])
    },
    commit(writes: readonly Write[], guard?: Guard) {
      root.transactionSync(() => {
        // Write transactions exclude one another across processes, so a guard that holds here holds at the commit.
        if (guard && !holds(guard)) throw new StoreConflict('the store changed under the ledger')
        for (const { table, key, value } of writes) {
          if (value === undefined) tables.get(table)!.removeSync(key)
          else tables.get(table)!.putSync(key, value)
        }
      })
    },
    close: () => root.close(),
  }
}

/**
 * Copies the store in folder `dir`, as its last commit left it, to the empty folder `target`. It may be open elsewhere.
 */
export async function copyLmdbStore(dir: string, target: string): Promise<void> {
  const root = open({ path: dir, ...BINARY, noSubdir: false, readOnly: true })
  try {
    await root.backup(target, false)
  } finally {
    await root.close()
  }
}
