/**
 * Pages of tables, for the reads that list: at most so many items after a cursor, with the cursor of the page that
 * follows.
 */
import { PAGE_COUNT_DEFAULT, PAGE_ROWS_MAX } from '../base/index.ts'
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

/** A row that a page looks at: its cursor, and what it shows to this reader; undefined for nothing. */
export interface PageRow<Item> {
  readonly key: string
  readonly show: () => Item | undefined
}

/**
 * Fills a page from rows in order, `look` gives at most so many after a cursor. Rows that this reader may not see leave
 * no gap: the page is full unless the list ends, and has a next only where something more is shown. So neither its
 * length nor its cursor tells of a row that is hidden; but where PAGE_ROWS_MAX rows were looked at the page ends, and
 * its cursor is the last of those. (The API seals cursors: outside they say nothing at all.)
 */
export function fillPage<Item>(
  { query: { limit = PAGE_COUNT_DEFAULT, cursor } }: { readonly query: PageQuery },
  look: (count: number, after: string | undefined) => readonly PageRow<Item>[],
): Page<Item> {
  const items: Item[] = []
  let [after, last] = [cursor, cursor]
  for (let lookedAt = 0; lookedAt < PAGE_ROWS_MAX; ) {
    const count = Math.min(limit + 1, PAGE_ROWS_MAX - lookedAt)
    const rows = look(count, after)
    for (const { key, show } of rows) {
      after = key
      const item = show()
      if (item === undefined) continue
      if (items.length === limit) return { items, next: last! }
      items.push(item)
      last = key
    }
    if (rows.length < count) return { items }
    lookedAt += count
  }
  return { items, next: items.length === limit ? last! : after! }
}

/** One page of a table for a list read. `show` makes an item of a row, or undefined for one that is left out. */
export function readPage<Value, Item>(
  context: PageContext,
  table: Listing<Value>,
  prefix: readonly string[],
  show: (row: Row<Value>) => Item | undefined,
): Page<Item> {
  return readMergedPage(context, table, [prefix], show)
}

/**
 * The same over several prefixes at once, in order of what follows them: one page of all the subjects of a patient. The
 * ids behind the prefixes must differ. Each prefix gives as many rows as are looked at, so the cost is bounded by their
 * number.
 */
export function readMergedPage<Value, Item>(
  context: PageContext,
  table: Listing<Value>,
  prefixes: readonly (readonly string[])[],
  show: (row: Row<Value>, prefix: readonly string[]) => Item | undefined,
): Page<Item> {
  return fillPage(context, (limit, after) =>
    prefixes
      .flatMap((prefix) =>
        table.list(context.state, prefix, { limit, after }).map((row) => ({
          key: row.id.join('/'),
          show: () => show(row, prefix),
        })),
      )
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, limit),
  )
}
