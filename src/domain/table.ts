/**
 * Typed tables over the state: one kind of key, `module/kind/owner/id`, and one shape of value. Ids hold no
 * `/`, so keys of two tables never meet. The shapes enter the state digest; each module's doc page lists them. A table
 * keeps its own indexes: `table-index.ts`. Pages of a table for reads: `page.ts`.
 */
import type { TObject } from 'typebox'
import type { StateReader, StateValue, StateWriter } from './contract.ts'
import type { RowOf } from './schema.ts'
import { createIndex, type Index, type IndexDefinition } from './table-index.ts'
import { createRows, type Kind, keyOf, type Row, type Rows, type Source } from './table-rows.ts'

/** The parts of an id, one for each of its names. */
export type Parts<Names extends readonly string[]> = { readonly [Index in keyof Names]: string }
/** A row with the parts of its id by name: what reads find, guard and show. */
export type Entry<Names extends readonly string[], Value> = {
  readonly [Name in Names[number]]: string
} & Value

export interface Table<Value extends StateValue, Id extends readonly string[]> extends Rows<Value, Id> {
  /** Writes a row, and what of its indexes changes by it. */
  put(state: StateWriter, value: Value, ...id: Id): void
  delete(state: StateWriter, ...id: Id): void
}

/** A table whose rows have a schema. */
export interface SchemaTable<
  Value extends StateValue,
  Names extends readonly string[],
  IndexName extends string,
> extends Table<Value, Parts<Names>>,
    Source<Entry<Names, Value>> {
  readonly indexes: { readonly [Name in IndexName]: Index<Entry<Names, Value>> }
  /** A row with its id by name; undefined where there is none. */
  entry(state: StateReader, ...id: Parts<Names>): Entry<Names, Value> | undefined
  /** The row that a reference `<owner>:<local>` names, with the reference. */
  find(state: StateReader, reference: string): (Entry<Names, Value> & { readonly ref: string }) | undefined
  list(
    state: StateReader,
    prefix: readonly string[],
    options: { limit: number; after?: string | undefined },
  ): readonly Row<Value>[]
}

export interface TableDefinition<
  Names extends readonly string[],
  Schema extends TObject,
  IndexName extends string,
> {
  /** Names of the id's parts, in order. */
  readonly id: Names
  readonly row: Schema
  /** One line, for docs. */
  readonly meaning: string
  readonly indexes?: { readonly [Name in IndexName]: IndexDefinition<RowOf<Schema>, Parts<Names>> }
}

const nameParts = (names: readonly string[], id: readonly string[]) =>
  Object.fromEntries(names.map((name, i) => [name, id[i]!]))

/** The table of the keys `<name>/<part>/<part>…`; `name` is `module/kind`. */
export function createTable<
  const Names extends readonly string[],
  Schema extends TObject,
  IndexName extends string = never,
>(
  name: string,
  definition: TableDefinition<Names, Schema, IndexName>,
): SchemaTable<RowOf<Schema> & StateValue, Names, IndexName>
export function createTable(
  name: string,
  definition: Omit<Kind, 'name'> & {
    readonly indexes?: { readonly [name: string]: IndexDefinition<never, never> }
  },
): unknown {
  const rows = createRows<StateValue, readonly string[]>(name)
  const { id: names, row, meaning } = definition
  const entry = (state: StateReader, ...id: readonly string[]) => {
    const value = rows.get(state, ...id)
    return value && { ...nameParts(names, id), ...value }
  }
  const at = (state: StateReader, id: readonly string[]) => entry(state, ...id)
  const indexes = Object.entries(definition.indexes ?? {}).map(
    ([label, index]) => [label, createIndex(index, names, at)] as const,
  )
  const upkeeps = indexes.map(([, { update }]) => update)
  return {
    ...rows,
    kind: { name, id: names, row, meaning },
    indexes: Object.fromEntries(indexes.map(([label, { index }]) => [label, index])),
    put(state: StateWriter, value: StateValue, ...id: readonly string[]) {
      const key = keyOf(name, id)
      if (upkeeps.length > 0) {
        const before = state.get(key)
        for (const update of upkeeps) update(state, id, before, value)
      }
      state.put(key, value)
    },
    delete(state: StateWriter, ...id: readonly string[]) {
      const key = keyOf(name, id)
      if (upkeeps.length > 0) {
        const before = state.get(key)
        for (const update of upkeeps) update(state, id, before, undefined)
      }
      state.delete(key)
    },
    at,
    entry,
    find(state: StateReader, reference: string) {
      const found = entry(state, ...splitReference(reference))
      return found && { ref: reference, ...found }
    },
  }
}

/** A time as it stands in keys: byte order is the order of time. */
export const timeKey = (time: number): string => String(time).padStart(10, '0')

/**
 * Owner and local id of a reference `<owner>:<local>`, split at its last colon (a patient's own objects hold
 * two).
 */
export function splitReference(reference: string): [owner: string, local: string] {
  const colon = reference.lastIndexOf(':')
  return [reference.slice(0, colon), reference.slice(colon + 1)]
}

export type { Index } from './table-index.ts'
export type { Kept, Kind, Row, Rows, Source } from './table-rows.ts'
