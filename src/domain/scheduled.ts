/**
 * Values that governance changes at a block boundary. The change is stored when it is decided and read by
 * height, so nothing needs to happen at the boundary itself: only transactions write.
 */
import Type, { type TSchema } from 'typebox'
import type { Json } from '../protocol/index.ts'
import { Count, Fields } from './schema.ts'

/** A value, and the one that replaces it from a height on. */
export type Scheduled<Value extends Json> = {
  readonly value: Value
  readonly next?: { readonly value: Value; readonly fromHeight: number }
}

export const Height = Count(0, 2 ** 53 - 1)

/** A scheduled value of this schema. */
export const ScheduledOf = <const Schema extends TSchema>(value: Schema) =>
  Fields({ value, next: Type.Optional(Fields({ value, fromHeight: Height })) })

/** What holds at `height`. */
export const valueAt = <Value extends Json>(scheduled: Scheduled<Value>, height: number): Value =>
  scheduled.next !== undefined && height >= scheduled.next.fromHeight ? scheduled.next.value : scheduled.value

/** `value` from `fromHeight` on (later than `height`); what holds at `height` until then. */
export function scheduleFrom<Value extends Json>(
  current: Value,
  value: Value,
  fromHeight: number,
): Scheduled<Value> {
  return { value: current, next: { value, fromHeight } }
}
