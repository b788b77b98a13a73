/** The store in memory: same semantics as LMDB without the disk, for simulation, replays and tests. */
import { equalBytes } from '../base/index.ts'
import { SortedKeys } from './sorted-keys.ts'
import { type Guard, type Store, StoreConflict, TABLES, type Table, type Write } from './store.ts'

/** Keys as Latin-1 text: its order by code unit is the order of bytes. */
const textOfKey = (key: Uint8Array): string => Buffer.from(key).toString('latin1')

/** One table: values by key, and the keys in order. */
class MemoryTable {
  readonly #values = new Map<string, Uint8Array>()
  readonly #keys = new SortedKeys()

  get(key: Uint8Array): Uint8Array | undefined {
    const value = this.#values.get(textOfKey(key))
    return value && new Uint8Array(value)
  }

  /** Takes over `value`. */
  apply(key: string, value: Uint8Array | undefined): void {
    if (value === undefined) {
      if (this.#values.delete(key)) this.#keys.remove(key)
      return
    }
    if (!this.#values.has(key)) this.#keys.add(key)
    this.#values.set(key, value)
  }

  range(start: Uint8Array, end: Uint8Array | undefined, limit: number): [Uint8Array, Uint8Array][] {
    const endText = end && textOfKey(end)
    const found: [Uint8Array, Uint8Array][] = []
    for (const key of this.#keys.from(textOfKey(start))) {
      if (found.length >= limit || (endText !== undefined && key >= endText)) break
      found.push([new Uint8Array(Buffer.from(key, 'latin1')), new Uint8Array(this.#values.get(key)!)])
    }
    return found
  }
}

/** An empty store in memory. It lives on after `close`, so that a restart can be played by opening it again. */
export function createMemoryStore(): Store {
  const tables = new Map<Table, MemoryTable>(TABLES.map((table) => [table, new MemoryTable()]))
  const holds = (guard: Guard) => {
    const found = tables.get(guard.table)!.get(guard.key)
    return found === undefined || guard.value === undefined
      ? found === guard.value
      : equalBytes(found, guard.value)
  }
  return {
    get: (table, key) => tables.get(table)!.get(key),
    range: (table, { start, end, limit }) => tables.get(table)!.range(start, end, limit),
    commit(writes: readonly Write[], guard?: Guard) {
      if (guard && !holds(guard)) throw new StoreConflict('the store changed under the ledger')
      // Copied first, applied after: a write that can not be read leaves nothing behind.
      const copies = writes.map(({ table, key, value }) => ({
        table: tables.get(table)!,
        key: textOfKey(key),
        value: value && new Uint8Array(value),
      }))
      for (const { table, key, value } of copies) table.apply(key, value)
    },
    close: async () => {},
  }
}
