/**
 * What the ledger asks of a disk: ordered tables of byte strings, read one by one or in ranges, changed by one
 * atomic, synced commit. Everything is synchronous: the ledger has a thread of its own, and LMDB's asynchronous
 * commit kills the process on a full disk. LMDB and memory stand behind this interface (`store-lmdb.ts`,
 * `store-memory.ts`); checksums are laid over either (`checked-store.ts`).
 */

/**
 * The tables, with what their keys are (integers are 8 bytes, big-endian):
 * `meta` names; `bundles` bundle index; `tiles` level (1 byte), tile index; `headers` height; `ids` transaction ids;
 * `parties` name of a party, 0x00, bundle index; `state` state keys.
 */
export const TABLES = ['meta', 'bundles', 'tiles', 'headers', 'ids', 'parties', 'state'] as const
export type Table = (typeof TABLES)[number]

/** One change. A `value` of undefined deletes. The store copies what it keeps. */
export interface Write {
  readonly table: Table
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

/** A record that must stand in the store as given (undefined: not at all) for a commit to happen. */
export type Guard = Write

/** Keys of a range: from `start` (inclusive), up to `end` (exclusive) where given, at most `limit` of them. */
export interface RangeOptions {
  readonly start: Uint8Array
  readonly end?: Uint8Array | undefined
  readonly limit: number
}

export interface Store {
  /** The value of `key`, the caller's own; undefined where there is none. */
  get(table: Table, key: Uint8Array): Uint8Array | undefined
  /** Keys and values in byte order of keys, the caller's own. */
  range(table: Table, options: RangeOptions): [key: Uint8Array, value: Uint8Array][]
  /**
   * Makes all of `writes` durable, or none of them, before it returns. Throws `StoreConflict`, having written
   * nothing, where `guard` does not hold: another process writes to the same folder. After any other error the
   * outcome is unknown until the store is opened again.
   */
  commit(writes: readonly Write[], guard?: Guard): void
  close(): Promise<void>
}

/** The guard of a commit did not hold; nothing was written. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict'
}

/** An integer as a key, so that byte order is the order of numbers. */
export function integerKey(value: number): Uint8Array {
  const key = new Uint8Array(8)
  const view = new DataView(key.buffer)
  view.setUint32(0, Math.floor(value / 2 ** 32))
  view.setUint32(4, value >>> 0)
  return key
}

/** Key of a tile. */
export function tileKey(level: number, index: number): Uint8Array {
  const key = new Uint8Array(9)
  key[0] = level
  key.set(integerKey(index), 1)
  return key
}
