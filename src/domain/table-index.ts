/**
 * Indexes of a table: rows of other keys that follow from the table's own, so that what must be found by something else than
 * its id is found without a search. They enter the state digest as every row does: a key counts as written by its being
 * written, so the upkeep writes what changes and nothing else.
 */
import type { TObject } from 'typebox'
import type { StateReader, StateValue, StateWriter } from './contract.ts'
import { createRows, keyOf, type Rows, type Source } from './table-rows.ts'

export interface IndexDefinition<Value, Id extends readonly string[]> {
  /** `module/kind` */
  readonly name: string
  /** Names of its id's parts; those of the table's id are among them, by which the row is found from the index. */
  readonly id: readonly string[]
  /** What it holds: the row's fields of these names, unless `value` says another. Nothing where absent. */
  readonly row?: TObject
  readonly meaning: string
  /** Its id for a row; undefined where the row is not in the index. */
  readonly key?: (row: Value, ...id: Id) => readonly string[] | undefined
  /** Instead of `key` where one row stands in the index several times. */
  readonly keys?: (row: Value, ...id: Id) => readonly (readonly string[])[]
  readonly value?: (row: Value, ...id: Id) => StateValue
}

/** An index to list: its own rows, and as a source the table's. */
export interface Index<Found> extends Rows<StateValue, readonly string[]>, Source<Found> {
  list: Rows<StateValue, readonly string[]>['list']
}

/** Brings an index from a row as it was to what it is now; undefined where there was, or is, none. */
type Update = (
  state: StateWriter,
  id: readonly string[],
  before: StateValue | undefined,
  after: StateValue | undefined,
) => void

const NONE: readonly (readonly string[])[] = []

const isSameId = (a: readonly string[], b: readonly string[]): boolean => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Values of an index are flat but for short lists. */
const isSameValue = (a: StateValue, b: StateValue): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, value]) => {
    const other = b[name]
    return value === other || (typeof value === 'object' && JSON.stringify(value) === JSON.stringify(other))
  })

/** Takes these fields of a row, where it has them. */
function pickValue(names: readonly string[]): (row: StateValue) => StateValue {
  return (row) => {
    const value: { [name: string]: StateValue[string] } = {}
    for (const name of names) if (row[name] !== undefined) value[name] = row[name]
    return value
  }
}

/** Makes an index of a table whose id has these names; `at` finds a row of the table. */
export function createIndex<Found>(
  definition: IndexDefinition<never, never>,
  tableNames: readonly string[],
  at: (state: StateReader, id: readonly string[]) => Found,
): { readonly index: Index<Found>; readonly update: Update } {
  type Of<Result> = (row: StateValue, ...id: readonly string[]) => Result
  const { name, id: names, row = {}, meaning } = definition
  const keyFor = definition.key as Of<readonly string[] | undefined> | undefined
  const keysFor = definition.keys as Of<readonly (readonly string[])[]> | undefined
  const fields = Object.keys((row as Partial<TObject>).properties ?? {})
  const rowFor = (definition.value as Of<StateValue> | undefined) ?? pickValue(fields)
  const places = tableNames.map((part) => names.indexOf(part))

  const idsOf = (row: StateValue | undefined, id: readonly string[]) => {
    if (row === undefined) return NONE
    if (keysFor !== undefined) return keysFor(row, ...id)
    const one = keyFor!(row, ...id)
    return one === undefined ? NONE : [one]
  }

  const update: Update = (state, id, before, after) => {
    const [old, next] = [idsOf(before, id), idsOf(after, id)]
    for (const one of old) {
      if (!next.some((other) => isSameId(one, other))) state.delete(keyOf(name, one))
    }
    if (next.length === 0) return
    const value = rowFor(after!, ...id)
    const isKept = old.length > 0 && isSameValue(rowFor(before!, ...id), value)
    for (const one of next) {
      if (!isKept || !old.some((other) => isSameId(one, other))) state.put(keyOf(name, one), value)
    }
  }

  const rows = createRows<StateValue, readonly string[]>(name)
  const index = {
    ...rows,
    kind: { name, id: names, row, meaning },
    at: (state: StateReader, id: readonly string[]) =>
      at(
        state,
        places.map((place) => id[place]!),
      ),
  }
  return { index, update }
}
