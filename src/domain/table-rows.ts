/** The keys under a name, `<name>/<part>/<part>…`: what a table and each of its indexes read of the state. */
import type { TSchema } from 'typebox'
import type { StateReader } from './contract.ts'

/** One row as a list gives it: the id's parts that follow the prefix, and the value. */
export interface Row<Value> {
  readonly id: readonly string[]
  readonly value: Value
}

/** What can be read of the keys `<name>/<part>/<part>…`. */
export interface Rows<Value, Id extends readonly string[]> {
  /** The state key of a row. */
  key(...id: Id): string
  get(state: StateReader, ...id: Id): Value | undefined
  has(state: StateReader, ...id: Id): boolean
  /** Rows whose id starts with `prefix`, in byte order, at most `limit`, after the id parts `after`. */
  list(
    state: StateReader,
    prefix: readonly string[],
    options: { limit: number; after?: string | undefined },
  ): readonly Row<Value>[]
}

/** One kind of key, as docs tell it. */
export interface Kind {
  readonly name: string
  readonly id: readonly string[]
  readonly row: TSchema
  readonly meaning: string
}

/** What a list goes through: rows under a prefix, found by keys whose parts have names. */
export interface Source<Found> {
  readonly kind: Kind
  list(
    state: StateReader,
    prefix: readonly string[],
    options: { limit: number; after?: string | undefined },
  ): readonly Row<unknown>[]
  /** The row that a key stands for. */
  at(state: StateReader, id: readonly string[]): Found
}

/** A table with its indexes, as docs tell them. */
export interface Kept {
  readonly kind: Kind
  readonly indexes?: { readonly [name: string]: { readonly kind: Kind } }
}

export const keyOf = (name: string, id: readonly string[]): string => {
  let key = name
  for (const part of id) key += `/${part}`
  return key
}

/** What is read of the keys under a name. */
export const createRows = <Value, Id extends readonly string[]>(name: string): Rows<Value, Id> => ({
  key: (...id) => keyOf(name, id),
  get: (state, ...id) => state.get(keyOf(name, id)) as Value | undefined,
  has: (state, ...id) => state.get(keyOf(name, id)) !== undefined,
  list(state, prefix, { limit, after }) {
    const start = prefix.length === 0 ? `${name}/` : `${keyOf(name, prefix)}/`
    const rows = state.list(start, { limit, after: after === undefined ? undefined : start + after })
    return rows.map(([key, value]) => ({ id: key.slice(start.length).split('/'), value: value as Value }))
  },
})
