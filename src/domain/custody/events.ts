/**
 * What happened, one row a transaction: in order of time for authorities, by member for those who took part, and by
 * item as a chain, each event naming the one before. An alarm is kept beside its event.
 */
import type { StateReader } from '../contract.ts'
import { timeKey } from '../table.ts'
import { type AnyRule, type Custody, findItem } from './custody.ts'
import { putItem } from './items.ts'
import { type EventRow, eventParts, type Facts, type Item, type Link } from './state.ts'

/** What a rule tells of what it did. */
export interface Occurrence {
  readonly verb: string
  readonly items: readonly string[]
  readonly parent?: string
  readonly from?: string
  readonly to?: string
  readonly facts?: Facts
  readonly alarms?: readonly { readonly kind: string; readonly items: readonly string[] }[]
  /** For what is about no item: what stands in its key instead, once and for all. */
  readonly subject?: readonly [owner: string, local: string]
  readonly parties?: readonly string[]
}

/** Writes an event and returns its name. */
export function recordEvent<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  occurrence: Occurrence,
): string {
  const { state, signer, time } = context
  const { verb, items, parent, from, to, facts = {}, alarms = [], subject } = occurrence
  const first = items[0] ?? parent
  const count = first === undefined ? 0 : findItem(custody, state, first)!.count + 1
  const [owner, local] = subject ?? custody.idOf(first!)
  const name = [timeKey(time), owner, local, String(count).padStart(6, '0')].join('/')

  const watchers = new Set([signer.member, ...(occurrence.parties ?? [])])
  for (const member of [from, to]) if (member !== undefined) watchers.add(member)
  const link = (ref: string): Link => {
    const row = findItem(custody, state, ref)!
    for (const member of custody.watchersOf(ref, row)) watchers.add(member)
    putItem(custody, context, ref, { ...row, count: row.count + 1, last: name })
    return row.last === undefined ? { ref } : { ref, prior: row.last }
  }
  const links = items.map(link)
  const parentLink = parent === undefined ? undefined : link(parent)
  const parties = [...watchers].sort()
  const row: EventRow = {
    verb,
    by: signer.actor,
    at: time,
    items: links,
    ...(parentLink !== undefined && { parent: parentLink }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    parties,
    facts,
  }
  custody.tables.events.put(state, row, ...eventParts(name))
  for (const alarm of alarms) {
    custody.tables.alarms.put(state, { items: alarm.items }, ...eventParts(name), alarm.kind)
    for (const member of parties) {
      custody.tables.alarmsOf.put(state, { items: alarm.items }, member, ...eventParts(name), alarm.kind)
    }
  }
  return name
}

export const findEvent = <Row extends Item>(
  custody: Custody<Row>,
  state: StateReader,
  name: string,
): EventRow | undefined => custody.tables.events.get(state, ...eventParts(name))

/** An event with its name. */
export interface NamedEvent {
  readonly name: string
  readonly row: EventRow
}

const linkOf = (row: EventRow, ref: string): Link | undefined =>
  row.items.find((link) => link.ref === ref) ?? (row.parent?.ref === ref ? row.parent : undefined)

/** The events that name an item, the last first, from `name` on. */
export function* eventsOfItem<Row extends Item>(
  custody: Custody<Row>,
  state: StateReader,
  ref: string,
  name: string | undefined,
): Generator<NamedEvent> {
  while (name !== undefined) {
    const row = findEvent(custody, state, name)!
    yield { name, row }
    name = linkOf(row, ref)?.prior
  }
}

/** The event before one, for an item that it names. */
export const priorOf = (row: EventRow, ref: string): string | undefined => linkOf(row, ref)?.prior

/**
 * Everything that happened to an item, the last first: what names it, and what happened to the containers in which it
 * lay while it lay there.
 */
export function* historyOf<Row extends Item>(
  custody: Custody<Row>,
  state: StateReader,
  ref: string,
): Generator<NamedEvent> {
  const item = findItem(custody, state, ref)
  if (item?.parent !== undefined) yield* historyAround(custody, state, item.parent, item.last)
  yield* walk(custody, state, ref, item?.last, undefined)
}

/** What happened to a container and those around it, back to the event `until`. */
function* historyAround<Row extends Item>(
  custody: Custody<Row>,
  state: StateReader,
  ref: string,
  until: string | undefined,
): Generator<NamedEvent> {
  const row = findItem(custody, state, ref)!
  if (row.parent !== undefined) yield* historyAround(custody, state, row.parent, row.last)
  yield* moves(ref, walk(custody, state, ref, row.last, until))
}

/** Without what went into a container or came out of it beside. */
function* moves(ref: string, events: Iterable<NamedEvent>): Generator<NamedEvent> {
  for (const event of events) if (event.row.parent?.ref !== ref) yield event
}

function* walk<Row extends Item>(
  custody: Custody<Row>,
  state: StateReader,
  ref: string,
  from: string | undefined,
  until: string | undefined,
): Generator<NamedEvent> {
  let name = from
  while (name !== undefined && name !== until) {
    const row: EventRow = findEvent(custody, state, name)!
    yield { name, row }
    const prior = priorOf(row, ref)
    const isUnpacked = row.verb === 'unpack' && row.parent !== undefined && row.parent.ref !== ref
    if (isUnpacked) {
      const container = row.parent!
      yield* moves(container.ref, walk(custody, state, container.ref, container.prior, prior))
    }
    name = prior
  }
}
