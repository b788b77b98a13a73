/**
 * Pages of tables, for the reads that list: at most so many items after a cursor, with the cursor of the page that
 * follows.
 */
import { PAGE_COUNT_DEFAULT } from '../base/index.ts'
import type { Context, StateReader } from './contract.ts'
import type { Row } from './table-rows.ts'

/** What lists answer: `next` is the cursor of the page that follows, absent at the end. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next?: string }

/** What a reader of a list may say of the page it wants. */
export type PageQuery = { readonly limit?: number | undefined; readonly cursor?: string | undefined }

interface Listing<Value> {
  list(
    state: StateReader,
    prefix: readonly string[],
    options: { limit: number; after?: string | undefined },
  ): readonly Row<Value>[]
}

type PageContext = Context & { readonly query: PageQuery }

const spanOf = ({ query: { limit = PAGE_COUNT_DEFAULT, cursor } }: PageContext) => ({ limit, after: cursor })

/**
 * One page of a table for a list read. `show` makes an item of a row, or undefined for one that this reader
 * may not see, so a page may be shorter than its limit and still have a next.
 */
export function readPage<Value, Item>(
  context: PageContext,
  table: Listing<Value>,
  prefix: readonly string[],
  show: (row: Row<Value>) => Item | undefined,
): Page<Item> {
  const span = spanOf(context)
  const rows = table.list(context.state, prefix, span)
  const items = rows.map(show).filter((item) => item !== undefined)
  const last = rows.at(-1)
  return rows.length < span.limit || last === undefined ? { items } : { items, next: last.id.join('/') }
}

/**
 * The same over several prefixes at once, in order of what follows them: one page of all the subjects of a patient. The
 * ids behind the prefixes must differ. Each prefix gives at most a page of rows, so the cost is bounded by their
 * number.
 */
export function readMergedPage<Value, Item>(
  context: PageContext,
  table: Listing<Value>,
  prefixes: readonly (readonly string[])[],
  show: (row: Row<Value>, prefix: readonly string[]) => Item | undefined,
): Page<Item> {
  const span = spanOf(context)
  const rows = prefixes
    .flatMap((prefix) => table.list(context.state, prefix, span).map((row) => ({ row, prefix })))
    .map((found) => ({ ...found, key: found.row.id.join('/') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, span.limit)
  const items = rows.map(({ row, prefix }) => show(row, prefix)).filter((item) => item !== undefined)
  const last = rows.at(-1)
  return rows.length < span.limit || last === undefined ? { items } : { items, next: last.key }
}
