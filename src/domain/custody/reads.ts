/**
 * What may be asked of both profiles: an item and its history, what a member holds, what is offered to it, what
 * happened. Authorities see everything; a holder, a named receiver and those whom the profile names see an item whole;
 * others that took part see the events that they were party to.
 */
import Type, { type TProperties } from 'typebox'
import { PAGE_COUNT_DEFAULT } from '../../base/index.ts'
import { type Json, memberOf } from '../../protocol/index.ts'
import type { Context, Read, ReadContext } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { fillPage, type Page, type PageQuery, readPage } from '../page.ts'
import { anyOf, authority, only, type Right, staff, staffOfFound } from '../rights.ts'
import { isStaff } from '../roles.ts'
import { Fields, LocalId, pick, Reference, type RowOf, Time } from '../schema.ts'
import { type Entry, timeKey } from '../table.ts'
import { AlarmAnswer, EventAnswer, HandoverAnswer, StockAnswer, showEvent } from './answers.ts'
import { type Custody, findItem, isConcerned, rootOf } from './custody.ts'
import { eventsOfItem, findEvent, historyOf, type NamedEvent, priorOf } from './events.ts'
import { type Handover, type Item, ItemRef, itemFields } from './state.ts'

/** How a profile answers beside what the engine knows. */
export interface ReadProfile<Row extends Item> {
  readonly custody: Custody<Row>
  /** Roles of members that see everything. */
  readonly authorities: readonly string[]
  /** Fields of an item that are the profile's own, and their values; `root` is the outermost item around it. */
  readonly itemFields: TProperties
  readonly describe: (context: Context, ref: string, row: Row, root: Row) => { readonly [name: string]: Json }
}

type Asked = ReadContext<PageQuery>

/** Those who see an item and its history whole, the item being named by a fact. */
export function seesItem<Row extends Item, const Field extends string>(
  { custody, authorities }: ReadProfile<Row>,
  field: Field,
): Right<{ readonly [Name in Field]: string }> {
  return anyOf(
    authority(...authorities),
    only<{ readonly [Name in Field]: string }>(
      `staff of its holder, of the receiver to whom it is offered, and of ${custody.watchers}`,
      ({ state, reader }, facts) => isConcerned(custody, state, reader, facts[field]),
    ),
  )
}

const itemRead = <Row extends Item>(profile: ReadProfile<Row>): Read =>
  defineRead({
    path: '/items/:ref',
    summary: 'An item.',
    query: Fields({ ref: ItemRef }),
    answer: Fields({
      ref: ItemRef,
      ...pick(Fields(itemFields), 'holder', 'parent', 'from', 'offer', 'contents', 'ended'),
      outermost: ItemRef,
      ...profile.itemFields,
    }),
    patientData: false,
    find({ state, query }) {
      const row = findItem(profile.custody, state, query.ref)
      return row && { row }
    },
    for: seesItem(profile, 'ref'),
    show({ row }, context) {
      const { ref } = context.query
      const root = rootOf(profile.custody, context.state, ref)!
      const { holder, ended, offer, from } = root.row
      return {
        ref,
        ...(holder !== undefined && { holder }),
        ...(row.parent !== undefined && { parent: row.parent }),
        outermost: root.ref,
        ...(from !== undefined && { from }),
        ...(offer !== undefined && { offer }),
        contents: row.contents,
        ...(ended !== undefined && { ended }),
        ...profile.describe(context, ref, row, root.row),
      }
    },
  })

const contentsRead = <Row extends Item>(profile: ReadProfile<Row>): Read =>
  defineList({
    path: '/contents',
    summary: 'What lies directly in a container.',
    query: Fields({ item: ItemRef }),
    answer: Fields({ item: ItemRef, at: Time }),
    patientData: false,
    find({ state, query }) {
      const row = findItem(profile.custody, state, query.item)
      return row && { row }
    },
    for: seesItem(profile, 'item'),
    over: profile.custody.tables.children,
    under: ({ query }) => profile.custody.idOf(query.item),
    show: ({ childOwner, childLocal, at }) => ({ item: profile.custody.refOf(childOwner, childLocal), at }),
  })

/** Up to a page of `events`, after the one that the cursor names. */
function pageOf(
  { query: { limit = PAGE_COUNT_DEFAULT, cursor } }: { readonly query: PageQuery },
  events: Iterable<NamedEvent>,
  show: (event: NamedEvent) => boolean,
): Page<RowOf<typeof EventAnswer>> {
  let isBefore = cursor !== undefined
  const items: RowOf<typeof EventAnswer>[] = []
  let last = ''
  for (const event of events) {
    if (isBefore) {
      isBefore = event.name !== cursor
      continue
    }
    if (!show(event)) continue
    if (items.length === limit) return { items, next: last }
    items.push(showEvent(event))
    last = event.name
  }
  return { items }
}

/** Of what they were party to, staff sees its part. */
const tookPart = only('staff of who took part, its part', ({ reader }) => isStaff(reader))

function traceRead<Row extends Item>(profile: ReadProfile<Row>): Read {
  const whole = seesItem(profile, 'item')
  return defineList({
    path: '/trace',
    summary: 'The history of an item with that of the containers in which it lay, the last first.',
    query: Fields({ item: ItemRef }),
    answer: EventAnswer,
    patientData: false,
    find({ state, query }) {
      const row = findItem(profile.custody, state, query.item)
      return row && { row }
    },
    for: anyOf(whole, tookPart),
    page(context) {
      const { reader, state, query } = context
      const isWhole = whole.holds(context, query)
      const page = pageOf(
        context,
        historyOf(profile.custody, state, query.item),
        ({ row }) => isWhole || row.parties.includes(reader.member),
      )
      return isWhole || page.items.length > 0 || query.cursor !== undefined ? page : undefined
    },
  })
}

const inventoryRead = <Row extends Item>({ custody }: ReadProfile<Row>): Read =>
  defineList({
    path: '/inventory',
    summary:
      "What the reader's member holds, outermost items by kind and batch; a kind alone, or with a batch.",
    query: Fields({ kind: Type.Optional(LocalId), batch: Type.Optional(LocalId) }),
    answer: StockAnswer,
    patientData: false,
    for: staff,
    over: custody.tables.stock,
    under({ reader, query: { kind, batch } }) {
      if (kind === undefined) return [reader.member]
      return batch === undefined ? [reader.member, kind] : [reader.member, kind, batch]
    },
    show: ({ owner, local, kind, batch, amount }) => ({
      item: custody.refOf(owner, local),
      kind,
      batch,
      amount,
    }),
  })

function showHandover({
  owner,
  local,
  ...row
}: Entry<['owner', 'local'], Handover>): RowOf<typeof HandoverAnswer> {
  const base = { ref: `${owner}:${local}`, ...row }
  if (row.answer === undefined) return { ...base, state: 'OFFERED' }
  return { ...base, state: row.answer.accepted.length === 0 ? 'DECLINED' : 'RECEIVED' }
}

const offersRead = <Row extends Item>({ custody }: ReadProfile<Row>): Read =>
  defineList({
    path: '/offers',
    summary: "Handovers that wait for the reader's member or its people, the oldest first.",
    query: Fields({}),
    answer: HandoverAnswer,
    patientData: false,
    for: staff,
    over: custody.tables.handovers.indexes.waiting,
    under: ({ reader }) => [reader.member],
    show: showHandover,
  })

const handoverRead = <Row extends Item>({ custody, authorities }: ReadProfile<Row>): Read =>
  defineRead({
    path: '/handovers/:ref',
    summary: 'One handover with its answer.',
    query: Fields({ ref: Reference }),
    answer: HandoverAnswer,
    patientData: false,
    find: ({ state, query }) => custody.tables.handovers.entry(state, ...custody.idOf(query.ref)),
    for: anyOf(
      staffOfFound('sender', ({ from }: Handover) => memberOf(from)),
      staffOfFound('receiver', ({ to }: Handover) => memberOf(to)),
      authority(...authorities),
    ),
    show: (found) => showHandover(found),
  })

/** What authorities see of everybody, and staff where its member is party. */
const sharedRight = (authorities: readonly string[]): Right<unknown> =>
  anyOf(
    authority(...authorities),
    only('staff of a member, what it is party to', ({ reader }) => isStaff(reader)),
  )

const alarmsRead = <Row extends Item>({ custody, authorities }: ReadProfile<Row>): Read =>
  defineList({
    path: '/alarms',
    summary: 'Alarms in order of time.',
    query: Fields({}),
    answer: AlarmAnswer,
    patientData: false,
    for: sharedRight(authorities),
    page(context) {
      const { reader, state } = context
      const show = (id: readonly string[], items: readonly string[]) => {
        const event = id.slice(0, 4).join('/')
        const { by, at } = findEvent(custody, state, event)!
        return { event, kind: id[4]!, at, by, items }
      }
      const { alarms, alarmsOf } = custody.tables
      return authority(...authorities).holds(context, undefined)
        ? readPage(context, alarms, [], ({ id, value }) => show(id, value.items))
        : readPage(context, alarmsOf, [reader.member], ({ id, value }) => show(id, value.items))
    },
  })

type EventsQuery = PageQuery & { readonly from?: number; readonly to?: number; readonly item?: string }

/** Names of events in order of time, for a reader. */
function eventNames<Row extends Item>(
  { custody, authorities }: ReadProfile<Row>,
  context: ReadContext<EventsQuery>,
  limit: number,
  after: string | undefined,
): readonly string[] {
  const { reader, state } = context
  const { events } = custody.tables
  const rows = authority(...authorities).holds(context, undefined)
    ? events.list(state, [], { limit, after })
    : events.indexes.ofMember.list(state, [reader.member], { limit, after })
  return rows.map(({ id }) => id.join('/'))
}

function eventsRead<Row extends Item>(profile: ReadProfile<Row>): Read {
  const { custody, authorities } = profile
  const whole = seesItem(profile, 'item')
  return defineList({
    path: '/events',
    summary: 'What happened, in order of time, or to one item, the last first.',
    query: Fields({ from: Type.Optional(Time), to: Type.Optional(Time), item: Type.Optional(ItemRef) }),
    answer: EventAnswer,
    patientData: false,
    for: sharedRight(authorities),
    page(context) {
      const { reader, state, query } = context
      const { from = 0, to = 2 ** 32, item, limit = PAGE_COUNT_DEFAULT, cursor } = query
      if (item !== undefined) {
        const isWhole = whole.holds(context, { item })
        return pageOf(
          { query: { limit } },
          eventsOfItem(custody, state, item, startOf(custody, context, item)),
          ({ row }) => row.at >= from && row.at < to && (isWhole || row.parties.includes(reader.member)),
        )
      }
      const start = cursor ?? (from === 0 ? undefined : timeKey(from))
      return fillPage({ query: { limit, cursor: start } }, (count, after) => {
        const names = eventNames(profile, context, count, after)
        const found = names.filter((name) => Number(name.slice(0, 10)) < to)
        return found.map((name) => ({
          key: name,
          show: () => showEvent({ name, row: findEvent(custody, state, name)! }),
        }))
      })
    },
  })
}

/** Where the chain of an item goes on after the cursor. */
function startOf<Row extends Item>(
  custody: Custody<Row>,
  { state, query: { cursor } }: Asked,
  ref: string,
): string | undefined {
  if (cursor === undefined) return findItem(custody, state, ref)?.last
  const row = /^([^/]+\/){3}[^/]+$/.test(cursor) ? findEvent(custody, state, cursor) : undefined
  return row && priorOf(row, ref)
}

/** The reads of a profile that the engine answers. */
export const custodyReads = <Row extends Item>(profile: ReadProfile<Row>): readonly Read[] => [
  itemRead(profile),
  contentsRead(profile),
  traceRead(profile),
  inventoryRead(profile),
  offersRead(profile),
  handoverRead(profile),
  alarmsRead(profile),
  eventsRead(profile),
]
