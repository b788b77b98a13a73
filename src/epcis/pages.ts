/**
 * One page of events over both modules, in order of time. Each module's read gives its own, by an index and as the
 * reader may see them; a page looks at no more than a page of each.
 */
import { type EpcisEvent, type EventAnswer, epcisEventOf } from './events.ts'
import type { Cursors, EpcisQuery } from './query.ts'
import { type CustodyModule, epcOf } from './terms.ts'

type Page = { readonly items: readonly EventAnswer[]; readonly next?: string }

/** Asks a module's read `/events` as the reader of the request; undefined where this reader may see nothing. */
export type ReadEvents = (
  module: CustodyModule,
  query: { readonly [name: string]: string | number | undefined },
) => Promise<Page | undefined>

export interface EventPage {
  readonly events: readonly EpcisEvent[]
  readonly next: Cursors | undefined
}

const MODULES: readonly CustodyModule[] = ['waste', 'supply']

/** The page that a query asks for. It may be shorter than asked, and empty, and still have a next. */
export async function readEventPage(query: EpcisQuery, read: ReadEvents): Promise<EventPage> {
  if (query.item === null) return { events: [], next: undefined }
  const asked = query.item === undefined ? MODULES : [query.item.module]
  const open = asked.filter((module) => query.cursors[module] !== null)
  const pages = await Promise.all(
    open.map(async (module) => {
      const { from, to, item, perPage: limit } = query
      const cursor = query.cursors[module] ?? undefined
      const wanted = { from, to, item: item?.ref, cursor, limit }
      const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
      return { module, page: (await read(module, given)) ?? { items: [] } }
    }),
  )
  // An item's chain runs backwards, everything else forwards.
  const direction = query.item === undefined ? 1 : -1
  const merged = pages
    .flatMap(({ module, page }) => page.items.map((event) => ({ module, event })))
    .sort((a, b) => direction * (a.event.at - b.event.at || 0))
    .slice(0, query.perPage)
  const cursors: { [module in CustodyModule]?: string | null } = {}
  for (const module of asked) {
    const found = pages.find((candidate) => candidate.module === module)
    const taken = merged.filter((one) => one.module === module)
    const isDone =
      found === undefined || (taken.length === found.page.items.length && found.page.next === undefined)
    const last = taken.at(-1)?.event.event ?? query.cursors[module]
    if (isDone) cursors[module] = null
    else if (last !== undefined) cursors[module] = last
  }
  const events = merged
    .map(({ module, event }) => epcisEventOf(module, event))
    .filter((event) => query.matches(event) && namesItem(query, event))
  const hasMore = asked.some((module) => cursors[module] !== null)
  const rest = MODULES.filter((module) => !asked.includes(module)).map((module) => [module, null] as const)
  return { events, next: hasMore ? { ...cursors, ...Object.fromEntries(rest) } : undefined }
}

/** MATCH_epc looks at what is packed, not at the container; MATCH_anyEPC at both. */
function namesItem({ item, includesParent }: EpcisQuery, event: EpcisEvent): boolean {
  if (item === undefined || item === null || includesParent) return true
  return [...(event.epcList ?? []), ...(event.childEPCs ?? [])].includes(epcOf(item.module, item.ref))
}
