/** State in memory, for rules under test: what the ledger's overlay does, without blocks. */
import { compareBytes, utf8 } from '../../../src/base/index.ts'
import type { StateChange, StateValue, StateWriter } from '../../../src/domain/index.ts'

export interface MemoryState extends StateWriter {
  /** Every row, in byte order of keys. */
  entries(): readonly (readonly [string, StateValue])[]
  /** Every key, in no order. */
  keys(): Iterable<string>
  /** A copy that shares nothing with this one. */
  copy(): MemoryState
  /** What differs under a prefix from an earlier copy. */
  changesSince(before: MemoryState, prefix: string): StateChange[]
}

export function createMemoryState(
  rows: ReadonlyMap<string, StateValue> = new Map<string, StateValue>(),
): MemoryState {
  const values = new Map(rows)
  const sortKeys = (keys: string[]) => keys.sort((a, b) => compareBytes(utf8(a), utf8(b)))
  return {
    get: (key) => values.get(key),
    put(key, value) {
      values.set(key, value)
    },
    delete(key) {
      values.delete(key)
    },
    list(prefix, { after, limit }) {
      const follows = (key: string) => after === undefined || compareBytes(utf8(key), utf8(after)) > 0
      const keys = sortKeys([...values.keys()].filter((key) => key.startsWith(prefix) && follows(key)))
      return keys.slice(0, limit).map((key) => [key, values.get(key)!] as const)
    },
    entries: () => sortKeys([...values.keys()]).map((key) => [key, values.get(key)!] as const),
    keys: () => values.keys(),
    copy: () => createMemoryState(values),
    changesSince(before, prefix) {
      const keys = [...before.keys(), ...values.keys()].filter((key) => key.startsWith(prefix))
      return [...new Set(keys)]
        .map((key) => ({ key, before: before.get(key), after: values.get(key) }))
        .filter((change) => change.before !== change.after)
    },
  }
}
