/**
 * What may be asked of both profiles: an item and its history, what a member holds, what is offered to it, what happened.
 * Authorities see everything; a holder, a named receiver and those whom the profile names see an item whole; others that
 * took part see the events that they were party to.
 */
import Type, { type TProperties } from 'typebox'
import { PAGE_COUNT_DEFAULT } from '../../base/index.ts'
import type { Json } from '../../protocol/index.ts'
import { memberOf } from '../../protocol/index.ts'
import type { Actor, Context, Read, ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { hasMemberRole, isStaff } from '../roles.ts'
import { ActorId, Fields, LocalId, Reference, Time } from '../schema.ts'
import { readPage, timeKey } from '../table.ts'
import {
  AlarmAnswer,
  ContentAnswer,
  EventAnswer,
  HandoverAnswer,
  ItemRef,
  StockAnswer,
  showEvent,
} from './answers.ts'
import { type Custody, findItem, rootOf } from './custody.ts'
import { eventsOfItem, findEvent, historyOf, type NamedEvent, priorOf } from './events.ts'
import type { Item } from './state.ts'

/** How a profile answers beside what the engine knows. */
export interface ReadProfile<Row extends Item> {
  readonly custody: Custody<Row>
  /** Roles of members that see everything. */
  readonly authorities: readonly string[]
  /** Fields of an item that are the profile's own, and their values; `root` is the outermost item around it. */
  readonly itemFields: TProperties
  readonly describe: (context: Context, ref: string, row: Row, root: Row) => { readonly [name: string]: Json }
}

export const isAuthority = (reader: Actor, roles: readonly string[]): boolean =>
  isStaff(reader) && hasMemberRole(reader.memberRoles, roles)

/** Whether a reader sees an item and its history whole. */
export function seesWhole<Row extends Item>(
  { custody, authorities }: ReadProfile<Row>,
  context: ReadContext,
  ref: string,
): boolean {
  const { reader, state } = context
  if (isAuthority(reader, authorities)) return true
  const root = rootOf(custody, state, ref)
  const row = findItem(custody, state, ref)
  if (!isStaff(reader) || root === undefined || row === undefined) return false
  const { holder = root.row.ended?.holder, offer } = root.row
  const receiver = offer && custody.tables.handovers.get(state, ...custody.idOf(offer))?.to
  const concerned = [holder, receiver, ...custody.watchersOf(ref, row)]
  return concerned.some((one) => one !== undefined && memberOf(one) === reader.member)
}

const itemRead = <Row extends Item>(profile: ReadProfile<Row>): Read =>
  defineOldRead({
    path: '/items/:ref',
    summary: 'An item: authorities, its holder, the receiver to whom it is offered, those it came from.',
    query: Fields({ ref: ItemRef }),
    answer: Fields({
      ref: ItemRef,
      holder: Type.Optional(ActorId),
      parent: Type.Optional(ItemRef),
      outermost: ItemRef,
      from: Type.Optional(LocalId),
      offer: Type.Optional(Type.String()),
      contents: Type.Array(ContentAnswer),
      ended: Type.Optional(Fields({ how: Type.String(), at: Time, holder: ActorId })),
      ...profile.itemFields,
    }),
    list: false,
    patientData: false,
    run(context) {
      const { custody } = profile
      const ref = String(context.query.ref)
      const row = findItem(custody, context.state, ref)
      if (row === undefined || !seesWhole(profile, context, ref)) return undefined
      const root = rootOf(custody, context.state, ref)!
      const { holder, ended, offer, from } = root.row
      return {
        ref,
        ...(holder !== undefined && { holder }),
        ...(row.parent !== undefined && { parent: row.parent }),
        outermost: root.ref,
        ...(from !== undefined && { from }),
        ...(offer !== undefined && { offer }),
        contents: [...row.contents],
        ...(ended !== undefined && { ended }),
        ...profile.describe(context, ref, row, root.row),
      }
    },
  })

const contentsRead = <Row extends Item>(profile: ReadProfile<Row>): Read =>
  defineOldRead({
    path: '/contents',
    summary: 'What lies directly in a container: who may see the container.',
    query: Fields({ item: ItemRef }),
    answer: Fields({ item: ItemRef, at: Time }),
    list: true,
    patientData: false,
    run(context) {
      const { custody } = profile
      const ref = String(context.query.item)
      if (findItem(custody, context.state, ref) === undefined) return undefined
      if (!seesWhole(profile, context, ref)) return undefined
      const prefix = custody.idOf(ref)
      return readPage(
        context,
        custody.tables.children,
        prefix,
        ({ id: [owner = '', local = ''], value }) => ({
          item: custody.refOf(owner, local),
          ...value,
        }),
      )
    },
  })

/** Up to a page of `events`, after the one that the cursor names. */
function pageOf(
  context: ReadContext,
  events: Iterable<NamedEvent>,
  show: (event: NamedEvent) => boolean,
): Json {
  const limit = Number(context.query.limit ?? PAGE_COUNT_DEFAULT)
  const { cursor } = context.query
  let isBefore = cursor !== undefined
  const items: Json[] = []
  let last = ''
  for (const event of events) {
    if (isBefore) {
      isBefore = event.name !== cursor
      continue
    }
    if (items.length === limit) return { items, next: last }
    if (!show(event)) continue
    items.push(showEvent(event))
    last = event.name
  }
  return { items }
}

const traceRead = <Row extends Item>(profile: ReadProfile<Row>): Read =>
  defineOldRead({
    path: '/trace',
    summary:
      'The history of an item with that of the containers in which it lay, the last first: who may see the item; who took part, its part.',
    query: Fields({ item: ItemRef }),
    answer: EventAnswer,
    list: true,
    patientData: false,
    run(context) {
      const { reader, state, query } = context
      const ref = String(query.item)
      if (findItem(profile.custody, state, ref) === undefined || !isStaff(reader)) return undefined
      const isWhole = seesWhole(profile, context, ref)
      const page = pageOf(
        context,
        historyOf(profile.custody, state, ref),
        ({ row }) => isWhole || row.parties.includes(reader.member),
      ) as { readonly items: readonly Json[] }
      return isWhole || page.items.length > 0 || query.cursor !== undefined ? page : undefined
    },
  })

const inventoryRead = <Row extends Item>({ custody }: ReadProfile<Row>): Read =>
  defineOldRead({
    path: '/inventory',
    summary:
      "What the reader's member holds, outermost items by kind and batch; a kind alone, or with a batch: its staff.",
    query: Fields({ kind: Type.Optional(LocalId), batch: Type.Optional(LocalId) }),
    answer: StockAnswer,
    list: true,
    patientData: false,
    run(context) {
      const { reader, query } = context
      if (!isStaff(reader)) return undefined
      const chosen =
        query.kind === undefined ? [] : [query.kind, ...(query.batch === undefined ? [] : [query.batch])]
      const prefix = [reader.member, ...chosen.map(String)]
      return readPage(context, custody.tables.stock, prefix, ({ id, value }) => {
        const [kind = '', batch = '', owner = '', local = ''] = [...prefix.slice(1), ...id]
        return { item: custody.refOf(owner, local), kind, batch, ...value }
      })
    },
  })

function showHandover<Row extends Item>(
  { custody }: ReadProfile<Row>,
  context: ReadContext,
  owner: string,
  local: string,
): Json {
  const row = custody.tables.handovers.get(context.state, owner, local)!
  const state =
    row.answer === undefined ? 'OFFERED' : row.answer.accepted.length === 0 ? 'DECLINED' : 'RECEIVED'
  return { ref: `${owner}:${local}`, ...(row as unknown as { readonly [name: string]: Json }), state }
}

const offersRead = <Row extends Item>(profile: ReadProfile<Row>): Read =>
  defineOldRead({
    path: '/offers',
    summary: "Handovers that wait for the reader's member or its people, the oldest first: its staff.",
    query: Fields({}),
    answer: HandoverAnswer,
    list: true,
    patientData: false,
    run(context) {
      const { reader } = context
      if (!isStaff(reader)) return undefined
      const { waiting } = profile.custody.tables
      return readPage(context, waiting, [reader.member], ({ id: [, owner = '', local = ''] }) =>
        showHandover(profile, context, owner, local),
      )
    },
  })

const handoverRead = <Row extends Item>(profile: ReadProfile<Row>): Read =>
  defineOldRead({
    path: '/handovers/:ref',
    summary: 'One handover with its answer: staff of both sides, authorities.',
    query: Fields({ ref: Reference }),
    answer: HandoverAnswer,
    list: false,
    patientData: false,
    run(context) {
      const { reader, state, query } = context
      const { custody, authorities } = profile
      const [owner, local] = custody.idOf(String(query.ref))
      const row = custody.tables.handovers.get(state, owner, local)
      if (row === undefined || !isStaff(reader)) return undefined
      const isSide = [row.from, row.to].some((side) => memberOf(side) === reader.member)
      return isSide || isAuthority(reader, authorities)
        ? showHandover(profile, context, owner, local)
        : undefined
    },
  })

const alarmsRead = <Row extends Item>({ custody, authorities }: ReadProfile<Row>): Read =>
  defineOldRead({
    path: '/alarms',
    summary: 'Alarms in order of time: authorities all, staff of a member those to which it is party.',
    query: Fields({}),
    answer: AlarmAnswer,
    list: true,
    patientData: false,
    run(context) {
      const { reader, state } = context
      if (!isStaff(reader)) return undefined
      const show = (id: readonly string[], items: readonly string[]) => {
        const event = id.slice(0, 4).join('/')
        const { by, at } = findEvent(custody, state, event)!
        return { event, kind: id[4]!, at, by, items: [...items] }
      }
      const { alarms, alarmsOf } = custody.tables
      return isAuthority(reader, authorities)
        ? readPage(context, alarms, [], ({ id, value }) => show(id, value.items))
        : readPage(context, alarmsOf, [reader.member], ({ id, value }) => show(id, value.items))
    },
  })

/** Names of events in order of time from `from` to before `to`, for a reader. */
function eventNames<Row extends Item>(
  { custody, authorities }: ReadProfile<Row>,
  context: ReadContext,
  limit: number,
): readonly string[] {
  const { reader, state, query } = context
  const { cursor, from } = query
  const after = cursor !== undefined ? String(cursor) : from !== undefined ? timeKey(Number(from)) : undefined
  const { events, eventsOf } = custody.tables
  const rows = isAuthority(reader, authorities)
    ? events.list(state, [], { limit, after })
    : eventsOf.list(state, [reader.member], { limit, after })
  return rows.map(({ id }) => id.join('/'))
}

const eventsRead = <Row extends Item>(profile: ReadProfile<Row>): Read =>
  defineOldRead({
    path: '/events',
    summary:
      'What happened, in order of time, or to one item, the last first: authorities all, staff of a member what it is party to.',
    query: Fields({ from: Type.Optional(Time), to: Type.Optional(Time), item: Type.Optional(ItemRef) }),
    answer: EventAnswer,
    list: true,
    patientData: false,
    run(context) {
      const { reader, state, query } = context
      const { custody, authorities } = profile
      if (!isStaff(reader)) return undefined
      const { from = 0, to = 2 ** 32 } = query
      const isWithin = (at: number) => at >= Number(from) && at < Number(to)
      if (query.item !== undefined) {
        const ref = String(query.item)
        const isWhole = isAuthority(reader, authorities) || seesWhole(profile, context, ref)
        const start = startOf(profile, context, ref)
        return pageOf(
          { ...context, query: { ...query, cursor: undefined } },
          eventsOfItem(custody, state, ref, start),
          ({ row }) => isWithin(row.at) && (isWhole || row.parties.includes(reader.member)),
        )
      }
      const limit = Number(query.limit ?? PAGE_COUNT_DEFAULT)
      const names = eventNames(profile, context, limit)
      const found = names.filter((name) => Number(name.slice(0, 10)) < Number(to))
      const items = found.map((name) => showEvent({ name, row: findEvent(custody, state, name)! }))
      return found.length < limit ? { items } : { items, next: found.at(-1)! }
    },
  })

/** Where the chain of an item goes on after the cursor. */
function startOf<Row extends Item>(
  { custody }: ReadProfile<Row>,
  { state, query }: ReadContext,
  ref: string,
): string | undefined {
  if (query.cursor === undefined) return findItem(custody, state, ref)?.last
  const row = /^([^/]+\/){3}[^/]+$/.test(String(query.cursor))
    ? findEvent(custody, state, String(query.cursor))
    : undefined
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
