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
  /** What was written to it since it was made, by key; undefined for a deletion. */
  readonly written: ReadonlyMap<string, StateValue | undefined>
  /** What differs under a prefix from an earlier copy. */
  changesSince(before: MemoryState, prefix: string): StateChange[]
}

export function createMemoryState(
  rows: ReadonlyMap<string, StateValue> = new Map<string, StateValue>(),
): MemoryState {
  const values = new Map(rows)
  const written = new Map<string, StateValue | undefined>()
  const sorted = (keys: readonly string[]) =>
    keys.map((key) => [key, utf8(key)] as const).sort(([, a], [, b]) => compareBytes(a, b))
  return {
    get: (key) => values.get(key),
    put(key, value) {
      values.set(key, value)
      written.set(key, value)
    },
    delete(key) {
      values.delete(key)
      written.set(key, undefined)
    },
    list(prefix, { after, limit }) {
      const from = after === undefined ? undefined : utf8(after)
      return sorted([...values.keys()].filter((key) => key.startsWith(prefix)))
        .filter(([, bytes]) => from === undefined || compareBytes(bytes, from) > 0)
        .slice(0, limit)
        .map(([key]) => [key, values.get(key)!] as const)
    },
    entries: () => sorted([...values.keys()]).map(([key]) => [key, values.get(key)!] as const),
    keys: () => values.keys(),
    written,
    copy: () => createMemoryState(values),
    changesSince(before, prefix) {
      const keys = [...before.keys(), ...values.keys()].filter((key) => key.startsWith(prefix))
      return [...new Set(keys)]
        .map((key) => ({ key, before: before.get(key), after: values.get(key) }))
        .filter((change) => change.before !== change.after)
    },
  }
}
