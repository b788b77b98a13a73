/**
 * What the custody engine stores, for the module whose tables it is given: items and what lies in them, what each
 * holder has, handovers that wait, what happened, and alarms.
 */
import Type, { type TObject } from 'typebox'
import { memberOf } from '../../protocol/index.ts'
import { ActorId, actFields, Count, Fields, LocalId, Name, pick, type RowOf, Time } from '../schema.ts'
import { createTable, type Kind, type Table, timeKey } from '../table.ts'

/** An item: a pack of 20 digits, or `<owner>:<local>`. */
export const ItemRef = Type.String({
  pattern: '^([0-9]{20}|[A-Za-z0-9._-]{1,64}:[A-Za-z0-9._-]{1,64})$',
})

/** The name of an event: time, key of its first item, count. */
export const EventName = Type.String({ pattern: '^[0-9]{10}(/[A-Za-z0-9._-]{1,64}){2}/[0-9]{6}$' })

export const ItemRefs = Type.Array(ItemRef)
const Amount = Type.Integer()
const Number53 = Count(0, Number.MAX_SAFE_INTEGER)

/** An amount of one kind and batch: packs of a product and lot, or grams of a class and month. */
export const Content = Fields({ kind: Name, batch: Name, amount: Amount })
export type Content = RowOf<typeof Content>

/** Fields of a unit or a container. Exactly one of `holder`, `parent` and `ended` stands in it. */
export const itemFields = {
  /** Who has it: a member or one of its people. */
  holder: Type.Optional(ActorId),
  /** The item in which it lies: its holder is that of the outermost. */
  parent: Type.Optional(ItemRef),
  /** Member that handed it over last. */
  from: Type.Optional(LocalId),
  /** The handover in which it is offered. */
  offer: Type.Optional(Name),
  /** What lies in it, through and through; of a unit what it is. In order of kind and batch. */
  contents: Type.Array(Content),
  /** It is no more. */
  ended: Type.Optional(Fields({ how: Name, at: Time, holder: ActorId })),
  /** Levels of items in it; 0 for a unit. */
  depth: Number53,
  /** Items that lie directly in it. */
  children: Number53,
  /** How many events name it, and the last of them. */
  count: Number53,
  last: Type.Optional(EventName),
}
const Item = Fields(itemFields)
export type Item = RowOf<typeof Item>

/** Items that their holder offers to a named receiver. */
export const Handover = Fields({
  from: ActorId,
  to: ActorId,
  items: ItemRefs,
  ...actFields,
  /** For a return to where it came from, or for the manifest of a transport. */
  purpose: Type.Optional(Name),
  answer: Type.Optional(Fields({ ...actFields, accepted: ItemRefs })),
})
export type Handover = RowOf<typeof Handover>

/** An item as an event names it, with the event before that named it. */
const Link = Fields({ ref: ItemRef, prior: Type.Optional(EventName) })
export type Link = RowOf<typeof Link>

/** What a module tells of an event beyond who, when and which items. */
export const Facts = Fields({
  class: Type.Optional(Name),
  method: Type.Optional(Name),
  reason: Type.Optional(Name),
  result: Type.Optional(Name),
  department: Type.Optional(Name),
  /** Weights that scales signed, in grams. */
  weights: Type.Optional(Type.Array(Fields({ item: ItemRef, grams: Amount, scale: ActorId }))),
  /** Items whose weight lay too far from that of the link before. */
  discrepant: Type.Optional(ItemRefs),
  /** What lies in the items, by product and lot. */
  lines: Type.Optional(Type.Array(Content)),
  gtin: Type.Optional(Name),
  lot: Type.Optional(LocalId),
  expiry: Type.Optional(Time),
  /** Reference of the handover that it begins or ends. */
  handover: Type.Optional(Name),
  /** State that a check found. */
  state: Type.Optional(Name),
  /** The event that this one corrects; of a wrong one, the events that correct it. */
  corrects: Type.Optional(EventName),
  corrected: Type.Optional(Type.Array(Fields({ by: EventName, at: Time }))),
  /** A weight that was stated, not measured. */
  grams: Type.Optional(Amount),
})
export type Facts = RowOf<typeof Facts>

export const EventRow = Fields({
  verb: Name,
  ...actFields,
  items: Type.Array(Link),
  /** The container that they went into or came out of. */
  parent: Type.Optional(Link),
  /** Members between which they move. */
  from: Type.Optional(LocalId),
  to: Type.Optional(LocalId),
  facts: Facts,
  /** Members that are party to it. */
  parties: Type.Array(LocalId),
})
export type EventRow = RowOf<typeof EventRow>

const AlarmRow = Fields({ items: ItemRefs })
export type AlarmRow = RowOf<typeof AlarmRow>

const ITEM = ['owner', 'local'] as const
const EVENT = ['time', 'owner', 'local', 'count'] as const

export type ItemId = [owner: string, local: string]
type EventId = [time: string, owner: string, local: string, count: string]

export type CustodyModule = 'waste' | 'supply'

const itemTable = <Schema extends TObject>(module: CustodyModule, row: Schema) =>
  createTable(`${module}/item`, { id: ITEM, row, meaning: 'a unit or a container' })

const handoverTable = (module: CustodyModule) =>
  createTable(`${module}/handover`, {
    id: ITEM,
    row: Handover,
    meaning: 'items that their holder offers to a named receiver, and its answer',
    indexes: {
      waiting: {
        name: `${module}/waiting`,
        id: ['member', 'time', ...ITEM],
        row: Fields(pick(Handover, 'to')),
        meaning: 'handovers that wait for a member',
        key: ({ to, at, answer }, ...id) =>
          answer === undefined ? [memberOf(to), timeKey(at), ...id] : undefined,
      },
    },
  })

const eventTable = (module: CustodyModule) =>
  createTable(`${module}/event`, {
    id: EVENT,
    row: EventRow,
    meaning: 'what happened, in order of time, by the key of its first item and its count, six digits',
    indexes: {
      ofMember: {
        name: `${module}/event-of`,
        id: ['member', ...EVENT],
        row: Fields(pick(EventRow, 'verb')),
        meaning: 'what a member is party to',
        keys: ({ parties }, ...id) => parties.map((member) => [member, ...id]),
      },
    },
  })

/** By hand, and no index: when an item was packed stands in no item. */
const childTable = (module: CustodyModule) =>
  createTable(`${module}/child`, {
    id: [...ITEM, 'childOwner', 'childLocal'],
    row: Fields({ at: Time }),
    meaning: 'what lies directly in an item',
  })

/**
 * By hand, and no index: what is counted beside is counted at each change, and rows are written anew where nothing
 * changes.
 */
const stockTable = (module: CustodyModule) =>
  createTable(`${module}/stock`, {
    id: ['member', 'kind', 'batch', ...ITEM],
    row: Fields(pick(Content, 'amount')),
    meaning: 'what an outermost item holds, by the member that has it',
  })

const alarmTable = (module: CustodyModule) =>
  createTable(`${module}/alarm`, {
    id: [...EVENT, 'kind'],
    row: AlarmRow,
    meaning: 'an alarm that an event raised, and about which items',
  })

/** By hand, and no index: whom an alarm concerns is said by its event. */
const alarmOfTable = (module: CustodyModule) =>
  createTable(`${module}/alarm-of`, {
    id: ['member', ...EVENT, 'kind'],
    row: AlarmRow,
    meaning: 'the same for each member that is party to the event',
  })

/** The tables of one module. */
export interface Tables<Row extends Item> {
  readonly items: Table<Row, ItemId> & { readonly kind: Kind }
  readonly children: ReturnType<typeof childTable>
  readonly stock: ReturnType<typeof stockTable>
  readonly handovers: ReturnType<typeof handoverTable>
  readonly events: ReturnType<typeof eventTable>
  readonly alarms: ReturnType<typeof alarmTable>
  readonly alarmsOf: ReturnType<typeof alarmOfTable>
}

/** `item` is the schema of the module's items: the engine's fields and its own. */
export const createTables = <Row extends Item>(module: CustodyModule, item: TObject): Tables<Row> => ({
  items: itemTable(module, item) as unknown as Tables<Row>['items'],
  children: childTable(module),
  stock: stockTable(module),
  handovers: handoverTable(module),
  events: eventTable(module),
  alarms: alarmTable(module),
  alarmsOf: alarmOfTable(module),
})

/** An event as rows and readers name it: the four parts of its key. */
export const eventParts = (event: string): EventId => event.split('/') as EventId
