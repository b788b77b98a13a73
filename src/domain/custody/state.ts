/**
 * What the custody engine stores, for the module whose tables it is given: items and what lies in them, what each holder
 * has, handovers that wait, what happened, and alarms.
 */
import type { Act } from '../contract.ts'
import { createTable, type Table } from '../table.ts'

/** An amount of one kind and batch: packs of a product and lot, or grams of a class and month. */
export type Content = {
  readonly kind: string
  readonly batch: string
  readonly amount: number
}

/** `<module>/item/<owner>/<local>`: a unit or a container. Exactly one of `holder`, `parent` and `ended` stands in it. */
export type Item = {
  /** Who has it: a member or one of its people. */
  readonly holder?: string
  /** The item in which it lies: its holder is that of the outermost. */
  readonly parent?: string
  /** It is no more. */
  readonly ended?: { readonly how: string; readonly at: number; readonly holder: string }
  /** Member that handed it over last. */
  readonly from?: string
  /** The handover in which it is offered. */
  readonly offer?: string
  /** What lies in it, through and through; of a unit what it is. In order of kind and batch. */
  readonly contents: readonly Content[]
  /** Levels of items in it; 0 for a unit. */
  readonly depth: number
  /** Items that lie directly in it. */
  readonly children: number
  /** How many events name it, and the last of them. */
  readonly count: number
  readonly last?: string
}

/** `<module>/child/<owner>/<local>/<owner>/<local>`: what lies directly in an item. */
export type ChildRow = { readonly at: number }

/** `<module>/stock/<member>/<kind>/<batch>/<owner>/<local>`: an outermost item that a member holds. */
export type StockRow = { readonly amount: number }

/** `<module>/handover/<owner>/<local>`: items that their holder offers to a named receiver. */
export type Handover = {
  readonly from: string
  readonly to: string
  readonly items: readonly string[]
  readonly by: string
  readonly at: number
  /** For a return to where it came from, or for the manifest of a transport. */
  readonly purpose?: string
  readonly answer?: Act & { readonly accepted: readonly string[] }
}

/** `<module>/waiting/<member>/<time, ten digits>/<owner>/<local>`: a handover that waits for this member. */
export type WaitingRow = { readonly to: string }

/** An item as an event names it, with the event before that named it. */
export type Link = { readonly ref: string; readonly prior?: string }

/** What a module tells of an event beyond who, when and which items. */
export type Facts = {
  readonly class?: string
  readonly method?: string
  readonly reason?: string
  readonly result?: string
  readonly department?: string
  /** Weights that scales signed, in grams. */
  readonly weights?: readonly { readonly item: string; readonly grams: number; readonly scale: string }[]
  /** Items whose weight lay too far from that of the link before. */
  readonly discrepant?: readonly string[]
  /** What lies in the items, by product and lot. */
  readonly lines?: readonly Content[]
  readonly gtin?: string
  readonly lot?: string
  readonly expiry?: number
  /** Reference of the handover that it begins or ends. */
  readonly handover?: string
  /** State that a check found. */
  readonly state?: string
  /** A weight that was stated, not measured. */
  readonly grams?: number
  /** The event that this one corrects; of a wrong one, the events that correct it. */
  readonly corrects?: string
  readonly corrected?: readonly Act[]
}

/** `<module>/event/<time, ten digits>/<owner>/<local>/<count, six digits>` */
export type EventRow = {
  readonly verb: string
  readonly by: string
  readonly at: number
  readonly items: readonly Link[]
  /** The container that they went into or came out of. */
  readonly parent?: Link
  /** Members between which they move. */
  readonly from?: string
  readonly to?: string
  /** Members that are party to it. */
  readonly parties: readonly string[]
  readonly facts: Facts
}

/** `<module>/event-of/<member>/<event>` */
export type EventOfRow = { readonly verb: string }

/** `<module>/alarm/<event>/<kind>` and `<module>/alarm-of/<member>/<event>/<kind>` */
export type AlarmRow = { readonly items: readonly string[] }

export type ItemId = [owner: string, local: string]
type EventId = [time: string, owner: string, local: string, count: string]

/** The tables of one module. */
export interface Tables<Row extends Item> {
  readonly items: Table<Row, ItemId>
  readonly children: Table<ChildRow, [owner: string, local: string, childOwner: string, childLocal: string]>
  readonly stock: Table<StockRow, [member: string, kind: string, batch: string, ...ItemId]>
  readonly handovers: Table<Handover, ItemId>
  readonly waiting: Table<WaitingRow, [member: string, time: string, ...ItemId]>
  readonly events: Table<EventRow, EventId>
  readonly eventsOf: Table<EventOfRow, [member: string, ...EventId]>
  readonly alarms: Table<AlarmRow, [...EventId, kind: string]>
  readonly alarmsOf: Table<AlarmRow, [member: string, ...EventId, kind: string]>
}

export type CustodyModule = 'waste' | 'supply'

export const createTables = <Row extends Item>(module: CustodyModule): Tables<Row> => ({
  items: createTable(`${module}/item`),
  children: createTable(`${module}/child`),
  stock: createTable(`${module}/stock`),
  handovers: createTable(`${module}/handover`),
  waiting: createTable(`${module}/waiting`),
  events: createTable(`${module}/event`),
  eventsOf: createTable(`${module}/event-of`),
  alarms: createTable(`${module}/alarm`),
  alarmsOf: createTable(`${module}/alarm-of`),
})

/** An event as rows and readers name it: the four parts of its key. */
export const eventParts = (event: string): EventId => event.split('/') as EventId
