/** The shapes in which the reads of both profiles answer. */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import { ActorId, Fields, LocalId, Name, Time } from '../schema.ts'
import type { NamedEvent } from './events.ts'

/** An item: a pack of 20 digits, or `<owner>:<local>`. */
export const ItemRef = Type.String({
  pattern: '^([0-9]{20}|[A-Za-z0-9._-]{1,64}:[A-Za-z0-9._-]{1,64})$',
})

/** The name of an event: time, key of its first item, count. */
export const EventName = Type.String({ pattern: '^[0-9]{10}(/[A-Za-z0-9._-]{1,64}){2}/[0-9]{6}$' })

const Names = Type.Array(ItemRef)
const Amount = Type.Integer()

export const ContentAnswer = Fields({ kind: Name, batch: Name, amount: Amount })

const FactsAnswer = Fields({
  class: Type.Optional(Name),
  method: Type.Optional(Name),
  reason: Type.Optional(Name),
  result: Type.Optional(Name),
  department: Type.Optional(Name),
  weights: Type.Optional(Type.Array(Fields({ item: ItemRef, grams: Amount, scale: ActorId }))),
  discrepant: Type.Optional(Names),
  lines: Type.Optional(Type.Array(ContentAnswer)),
  gtin: Type.Optional(Name),
  lot: Type.Optional(LocalId),
  expiry: Type.Optional(Time),
  handover: Type.Optional(Name),
  state: Type.Optional(Name),
  corrects: Type.Optional(EventName),
  corrected: Type.Optional(Type.Array(Fields({ by: EventName, at: Time }))),
  grams: Type.Optional(Amount),
})

export const EventAnswer = Fields({
  event: EventName,
  verb: Name,
  by: ActorId,
  at: Time,
  items: Names,
  parent: Type.Optional(ItemRef),
  from: Type.Optional(LocalId),
  to: Type.Optional(LocalId),
  facts: FactsAnswer,
})

export const HandoverAnswer = Fields({
  ref: Name,
  from: ActorId,
  to: ActorId,
  items: Names,
  by: ActorId,
  at: Time,
  purpose: Type.Optional(Name),
  answer: Type.Optional(Fields({ by: ActorId, at: Time, accepted: Names })),
  state: Name,
})

export const AlarmAnswer = Fields({ event: EventName, kind: Name, at: Time, by: ActorId, items: Names })

export const StockAnswer = Fields({ item: ItemRef, kind: Name, batch: Name, amount: Amount })

/** An event without the chain that holds it together. */
export function showEvent({ name, row }: NamedEvent): Json {
  const { verb, by, at, items, parent, from, to, facts } = row
  return {
    event: name,
    verb,
    by,
    at,
    items: items.map(({ ref }) => ref),
    ...(parent !== undefined && { parent: parent.ref }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    facts: facts as Json,
  }
}
