/** The shapes in which the reads of both profiles answer. */

import Type from 'typebox'
import { ActorId, Fields, Name, OneOf, omit, Reference, type RowOf, Time } from '../schema.ts'
import type { NamedEvent } from './events.ts'
import { Content, EventName, EventRow, Handover, ItemRef, ItemRefs } from './state.ts'

/** An event without the chain that holds it together. */
export const EventAnswer = Fields({
  event: EventName,
  ...omit(EventRow, 'items', 'parent', 'parties'),
  items: ItemRefs,
  parent: Type.Optional(ItemRef),
})

export const HandoverAnswer = Fields({
  ref: Reference,
  ...Handover.properties,
  state: OneOf(['OFFERED', 'RECEIVED', 'DECLINED']),
})

export const AlarmAnswer = Fields({ event: EventName, kind: Name, at: Time, by: ActorId, items: ItemRefs })

export const StockAnswer = Fields({ item: ItemRef, ...Content.properties })

export function showEvent({ name, row }: NamedEvent): RowOf<typeof EventAnswer> {
  const { items, parent, parties: _, ...shown } = row
  return {
    event: name,
    ...shown,
    items: items.map(({ ref }) => ref),
    ...(parent !== undefined && { parent: parent.ref }),
  }
}
