/**
 * Typed tables over the state: one kind of key, `module/kind/owner/id`, and one shape of value. Ids hold no
 * `/`, so keys of two tables never meet. The shapes are listed in the module's doc page, because they enter
 * the state digest.
 */
import { PAGE_COUNT_DEFAULT } from '../base/index.ts'
import type { Context, StateReader, StateValue, StateWriter } from './contract.ts'

/** One row as a list gives it: the id's parts that follow the prefix, and the value. */
export interface Row<Value> {
  readonly id: readonly string[]
  readonly value: Value
}

/** What lists answer: `next` is the cursor of the page that follows, absent at the end. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string }

export interface Table<Value extends StateValue, Id extends readonly string[]> {
  /** The state key of a row. */
  key(...id: Id): string
  get(state: StateReader, ...id: Id): Value | undefined
  has(state: StateReader, ...id: Id): boolean
  put(state: StateWriter, value: Value, ...id: Id): void
  delete(state: StateWriter, ...id: Id): void
  /** Rows whose id starts with `prefix`, in byte order, at most `limit`, after the id parts `after`. */
  list(
    state: StateReader,
    prefix: readonly string[],
    options: { limit: number; after?: string | undefined },
  ): readonly Row<Value>[]
}

/** The table of the keys `<name>/<part>/<part>…`; `name` is `module/kind`. */
export function createTable<Value extends StateValue, Id extends readonly string[]>(
  name: string,
): Table<Value, Id> {
  const keyOf = (id: readonly string[]) => {
    let key = name
    for (const part of id) key += `/${part}`
    return key
  }
  return {
    key: (...id) => keyOf(id),
    get: (state, ...id) => state.get(keyOf(id)) as Value | undefined,
    has: (state, ...id) => state.get(keyOf(id)) !== undefined,
    put: (state, value, ...id) => state.put(keyOf(id), value),
    delete: (state, ...id) => state.delete(keyOf(id)),
    list(state, prefix, { limit, after }) {
      const start = prefix.length === 0 ? `${name}/` : `${keyOf(prefix)}/`
      const rows = state.list(start, { limit, after: after === undefined ? undefined : start + after })
      return rows.map(([key, value]) => ({ id: key.slice(start.length).split('/'), value: value as Value }))
    },
  }
}

/**
 * One page of a table for a list read. `show` makes an item of a row, or undefined for one that this reader
 * may not see, so a page may be shorter than its limit and still have a next.
 */
export function readPage<Value extends StateValue, Id extends readonly string[], Item>(
  context: Context & { readonly query: { readonly [name: string]: string | number | undefined } },
  table: Table<Value, Id>,
  prefix: readonly string[],
  show: (row: Row<Value>) => Item | undefined,
): Page<Item> {
  const limit = Number(context.query.limit ?? PAGE_COUNT_DEFAULT)
  const after = context.query.cursor === undefined ? undefined : String(context.query.cursor)
  const rows = table.list(context.state, prefix, { limit, after })
  const items = rows.map(show).filter((item) => item !== undefined)
  const last = rows.at(-1)
  return rows.length < limit || last === undefined ? { items } : { items, next: last.id.join('/') }
}

/** A time as it stands in keys: byte order is the order of time. */
export const timeKey = (time: number): string => String(time).padStart(10, '0')

/**
 * The same over several prefixes at once, in order of what follows them: one page of all the subjects of a patient. The
 * ids behind the prefixes must differ. Each prefix gives at most a page of rows, so the cost is bounded by their number.
 */
export function readMergedPage<Value extends StateValue, Id extends readonly string[], Item>(
  context: Context & { readonly query: { readonly [name: string]: string | number | undefined } },
  table: Table<Value, Id>,
  prefixes: readonly (readonly string[])[],
  show: (row: Row<Value>) => Item,
): Page<Item> {
  const limit = Number(context.query.limit ?? PAGE_COUNT_DEFAULT)
  const after = context.query.cursor === undefined ? undefined : String(context.query.cursor)
  const rows = prefixes
    .flatMap((prefix) => table.list(context.state, prefix, { limit, after }))
    .map((row) => ({ ...row, key: row.id.join('/') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, limit)
  const items = rows.map(show)
  const last = rows.at(-1)
  return rows.length < limit || last === undefined ? { items } : { items, next: last.key }
}

/**
 * Owner and local id of a reference `<owner>:<local>`, split at its last colon (a patient's own objects hold
 * two).
 */
export function splitReference(reference: string): [owner: string, local: string] {
  const colon = reference.lastIndexOf(':')
  return [reference.slice(0, colon), reference.slice(colon + 1)]
}
