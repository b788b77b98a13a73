/** The store in memory: same semantics as LMDB without the disk, for simulation, replays and tests. */
import { equalBytes } from '../base/index.ts'
import { type Guard, type Store, StoreConflict, TABLES, type Table, type Write } from './store.ts'

/** Keys as Latin-1 text: its order by code unit is the order of bytes. */
const textOfKey = (key: Uint8Array): string => Buffer.from(key).toString('latin1')

/** One table: values by key, and the keys in order, sorted again only when a range is read after new keys came. */
class MemoryTable {
  readonly #values = new Map<string, Uint8Array>()
  #sortedKeys: string[] | undefined = []

  get(key: Uint8Array): Uint8Array | undefined {
    const value = this.#values.get(textOfKey(key))
    return value && new Uint8Array(value)
  }

  apply(key: Uint8Array, value: Uint8Array | undefined): void {
    const text = textOfKey(key)
    if (value === undefined ? this.#values.delete(text) : !this.#values.has(text))
      this.#sortedKeys = undefined
    if (value !== undefined) this.#values.set(text, new Uint8Array(value))
  }

  range(start: Uint8Array, end: Uint8Array | undefined, limit: number): [Uint8Array, Uint8Array][] {
    this.#sortedKeys ??= [...this.#values.keys()].sort()
    const keys = this.#sortedKeys
    const endText = end && textOfKey(end)
    const found: [Uint8Array, Uint8Array][] = []
    for (let i = firstNotBelow(keys, textOfKey(start)); i < keys.length && found.length < limit; i++) {
      const key = keys[i]!
      if (endText !== undefined && key >= endText) break
      found.push([new Uint8Array(Buffer.from(key, 'latin1')), new Uint8Array(this.#values.get(key)!)])
    }
    return found
  }
}

function firstNotBelow(sorted: readonly string[], key: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
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
      for (const { table, key, value } of writes) tables.get(table)!.apply(key, value)
    },
    close: async () => {},
  }
}
