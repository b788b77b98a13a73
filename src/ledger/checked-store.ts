/**
 * Checksums over a store. Single flipped bits in an LMDB file were seen to alter values unnoticed, so every record
 * carries a CRC-32 of its table, key and value: all flips of up to three bits and all bursts of up to 32 are found
 * when the record is read, also one that moved to another key. A checksum finds accidents; against someone who
 * rewrites the file the log's own hashes stand. A record that is missing is not seen here but by whoever expects it.
 */
import { crc32 } from 'node:zlib'
import { LedgerError, toHex, utf8 } from '../base/index.ts'
import { type Store, TABLES, type Table, type Write } from './store.ts'

const CHECKSUM_BYTES = 4

const tableSeeds = new Map<Table, number>(TABLES.map((table) => [table, crc32(utf8(table))]))

const checksum = (table: Table, key: Uint8Array, value: Uint8Array): number =>
  crc32(value, crc32(key, tableSeeds.get(table)!))

/** `writes` with their checksums. One buffer holds all of the records: blocks have thousands of small ones. */
function seal(writes: readonly Write[]): Write[] {
  const length = writes.reduce(
    (sum, { value }) => sum + (value === undefined ? 0 : value.length + CHECKSUM_BYTES),
    0,
  )
  const records = Buffer.allocUnsafe(length)
  let at = 0
  return writes.map(({ table, key, value }) => {
    if (value === undefined) return { table, key, value }
    const start = at
    records.set(value, start)
    at = records.writeUInt32BE(checksum(table, key, value), start + value.length)
    return { table, key, value: records.subarray(start, at) }
  })
}

/** The value in a record. LedgerError `ledger.corrupt`, naming table and key, where the checksum does not fit. */
export function openRecord(table: Table, key: Uint8Array, record: Uint8Array): Uint8Array {
  const value = record.subarray(0, Math.max(0, record.length - CHECKSUM_BYTES))
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  if (record.length < CHECKSUM_BYTES || view.getUint32(value.length) !== checksum(table, key, value)) {
    throw new LedgerError('ledger.corrupt', {
      message: `The record ${describeKey(table, key)} of table ${table} does not match its checksum.`,
      table,
      key: describeKey(table, key),
    })
  }
  return value
}

/** A key as a reader of an error can use it: text for `meta` and `state`, hex for the others. */
export const describeKey = (table: Table, key: Uint8Array): string =>
  table === 'meta' || table === 'state' ? Buffer.from(key).toString('latin1') : toHex(key)

/** `store` with a checksum on every record, made at commit and verified at each read. Closing it closes `store`. */
export function createCheckedStore(store: Store): Store {
  return {
    get(table, key) {
      const record = store.get(table, key)
      return record && openRecord(table, key, record)
    },
    range: (table, options) =>
      store.range(table, options).map(([key, record]) => [key, openRecord(table, key, record)]),
    commit: (writes, guard) => store.commit(seal(writes), guard && seal([guard])[0]),
    close: () => store.close(),
  }
}
