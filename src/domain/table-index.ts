/**
 * Indexes of a table: rows of other keys that follow from the table's own, so that what must be found by something else
 * than its id is found without a search. They enter the state digest as every row does: a key counts as written by its
 * being written, so the upkeep writes what changes and nothing else.
 */
import type { TObject } from 'typebox'
import { canonicalJson, type Json } from '../protocol/index.ts'
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

/**
 * Whether a field has the same value; a row that changes shares what it keeps, so that most of it need not be looked
 * into.
 */
const isSameField = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b))

const isSameOn = (names: readonly string[], a: StateValue, b: StateValue): boolean => {
  for (const name of names) if (!isSameField(a[name], b[name])) return false
  return true
}

/** Takes these fields of a row, where it has them. */
function pickFields(names: readonly string[], row: StateValue): StateValue {
  const value: { [name: string]: Json } = {}
  for (const name of names) {
    const field = row[name]
    if (field !== undefined) value[name] = field
  }
  return value
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
  const made = definition.value as Of<StateValue> | undefined
  const rowFor: Of<StateValue> = made ?? ((value) => pickFields(fields, value))
  const isSameValue = (a: StateValue, b: StateValue, id: readonly string[]) =>
    made === undefined ? isSameOn(fields, a, b) : isSameField(made(a, ...id), made(b, ...id))
  const places = tableNames.map((part) => names.indexOf(part))

  const idsOf = (row: StateValue | undefined, id: readonly string[]) =>
    row === undefined ? NONE : keysFor!(row, ...id)

  const update: Update = (state, id, before, after) => {
    const [old, next] = [idsOf(before, id), idsOf(after, id)]
    for (const one of old) {
      if (!next.some((other) => isSameId(one, other))) state.delete(keyOf(name, one))
    }
    if (next.length === 0) return
    const isKept = old.length > 0 && isSameValue(before!, after!, id)
    for (const one of next) {
      if (isKept && old.some((other) => isSameId(one, other))) continue
      state.put(keyOf(name, one), rowFor(after!, ...id))
    }
  }

  /** Most rows stand in an index once, and stay where they are as they change: without a list for each. */
  const updateOne: Update = (state, id, before, after) => {
    const old = before && keyFor!(before, ...id)
    const next = after && keyFor!(after, ...id)
    const isStill = old !== undefined && next !== undefined && isSameId(old, next)
    if (isStill && isSameValue(before!, after!, id)) return
    if (old !== undefined && !isStill) state.delete(keyOf(name, old))
    if (next !== undefined) state.put(keyOf(name, next), rowFor(after!, ...id))
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
  return { index, update: keysFor === undefined ? updateOne : update }
}
