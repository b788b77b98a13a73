/** What may be asked of waste: the bureau's view of balances, deadlines and differences; who is authorised; and what the engine answers. */
import Type from 'typebox'
import { PAGE_COUNT_DEFAULT } from '../../base/index.ts'
import { type Json, memberOf } from '../../protocol/index.ts'
import type { Context, Read } from '../contract.ts'
import { custodyReads, EventName, findItem, ItemRef, rootOf } from '../custody/index.ts'
import { defineOldRead } from '../define.ts'
import { authority } from '../rights.ts'
import { isStaff } from '../roles.ts'
import { ActorId, Fields, LocalId, Name, Period, Reference, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { isOverdue } from './stages.ts'
import {
  AUTHORISATIONS,
  BALANCES,
  DISCREPANCIES,
  type Discrepancy,
  DUES,
  MANIFESTS,
  WASTE,
  type WasteItem,
} from './state.ts'

/** In China the health and the environment authorities watch over clinical waste together. */
export const AUTHORITIES = ['environment-bureau', 'health-commission']

const Grams = Type.Integer()

const DiscrepancyAnswer = Fields({
  at: Time,
  expected: Grams,
  measured: Grams,
  between: Type.Array(LocalId),
  event: EventName,
  stated: Type.Array(Fields({ member: LocalId, grams: Grams })),
})

const showDiscrepancy = (discrepancy: Discrepancy): Json => ({
  ...discrepancy,
  between: [...discrepancy.between],
  stated: [...discrepancy.stated],
})

/** The state of an item, as it follows from the outermost one around it. */
export function wasteState(row: WasteItem, root: WasteItem): string {
  if (root.discrepancy !== undefined) return 'DISCREPANT'
  const ended = row.ended ?? root.ended
  if (ended !== undefined) return ended.how === 'destroyed' ? 'DESTROYED' : 'UNPACKED'
  if (root.offer !== undefined) return 'OFFERED'
  return root.stage === 'department' ? 'SEALED' : root.stage.toUpperCase()
}

function describe(context: Context, _ref: string, row: WasteItem, root: WasteItem) {
  const { class: wasteClass, container, grams, department, labelled } = row
  const { due, manifest, discrepancy } = root
  return {
    class: wasteClass,
    container,
    grams,
    state: wasteState(row, root),
    overdue: isOverdue(root, context.time),
    ...(department !== undefined && { department }),
    ...(labelled !== undefined && { labelled }),
    ...(due !== undefined && { due: { ...due } }),
    ...(manifest !== undefined && { manifest }),
    ...(discrepancy !== undefined && { discrepancy: showDiscrepancy(discrepancy) }),
  }
}

const engineReads = custodyReads<WasteItem>({
  custody: WASTE,
  authorities: AUTHORITIES,
  itemFields: {
    class: Name,
    container: Name,
    grams: Grams,
    state: Name,
    overdue: Type.Boolean(),
    department: Type.Optional(LocalId),
    labelled: Type.Optional(Type.Boolean()),
    due: Type.Optional(Fields({ deadline: Name, at: Time })),
    manifest: Type.Optional(Reference),
    discrepancy: Type.Optional(DiscrepancyAnswer),
  },
  describe,
})

const balances = defineOldRead({
  path: '/balances',
  summary:
    'The mass balance of a hospital by month and class, grams; one month where it is named: its staff, authorities.',
  query: Fields({ hospital: LocalId, month: Type.Optional(Period) }),
  answer: Fields({
    month: Period,
    class: Name,
    sealed: Grams,
    destroyed: Grams,
    inHand: Grams,
    explained: Grams,
  }),
  list: true,
  patientData: false,
  run(context) {
    const { reader, query } = context
    const hospital = String(query.hospital)
    const maySee =
      (isStaff(reader) && reader.member === hospital) || authority(...AUTHORITIES).holds(context, undefined)
    if (!maySee) return undefined
    const prefix = query.month === undefined ? [hospital] : [hospital, String(query.month)]
    return readPage(context, BALANCES, prefix, ({ id, value }) => {
      const [month = '', wasteClass = ''] = [...prefix.slice(1), ...id]
      return { month, class: wasteClass, ...value }
    })
  },
})

const overdue = defineOldRead({
  path: '/overdue',
  summary:
    'Items whose deadline has passed and that have not moved on since, the longest overdue first: authorities.',
  query: Fields({}),
  answer: Fields({ item: ItemRef, deadline: Name, due: Time, holder: ActorId, grams: Grams }),
  list: true,
  patientData: false,
  run(context) {
    const { state, time, query } = context
    if (!authority(...AUTHORITIES).holds(context, undefined)) return undefined
    const limit = Number(query.limit ?? PAGE_COUNT_DEFAULT)
    const after = query.cursor === undefined ? undefined : String(query.cursor)
    const rows = DUES.list(state, [], { limit, after }).filter(({ id }) => Number(id[0]) < time)
    const items = rows.map(({ id: [due = '', hospital = '', local = ''], value: { deadline } }) => {
      const item = `${hospital}:${local}`
      const { holder, grams } = findItem(WASTE, state, item)!
      return { item, deadline, due: Number(due), holder: holder!, grams }
    })
    const last = rows.at(-1)
    return rows.length < limit || last === undefined ? { items } : { items, next: last.id.join('/') }
  },
})

const discrepancies = defineOldRead({
  path: '/discrepancies',
  summary:
    'Open differences of weights, the oldest first: authorities; of the two links each sees its own in alarms and items.',
  query: Fields({}),
  answer: Fields({ item: ItemRef, ...DiscrepancyAnswer.properties }),
  list: true,
  patientData: false,
  run(context) {
    const { state } = context
    if (!authority(...AUTHORITIES).holds(context, undefined)) return undefined
    return readPage(context, DISCREPANCIES, [], ({ id: [, hospital = '', local = ''] }) => {
      const item = `${hospital}:${local}`
      const { discrepancy } = findItem(WASTE, state, item)!
      return { item, ...(showDiscrepancy(discrepancy!) as { readonly [name: string]: Json }) }
    })
  },
})

const authorisation = defineOldRead({
  path: '/authorisations/:member',
  summary: 'Which classes a member may handle: any enrolled reader.',
  query: Fields({ member: LocalId }),
  answer: Fields({
    member: LocalId,
    classes: Type.Array(Name),
    until: Time,
    by: ActorId,
    at: Time,
    valid: Type.Boolean(),
  }),
  list: false,
  patientData: false,
  run(context) {
    const member = String(context.query.member)
    const row = AUTHORISATIONS.get(context.state, member)
    if (row === undefined) return undefined
    return { member, ...row, classes: [...row.classes], valid: context.time < row.until }
  },
})

const manifest = defineOldRead({
  path: '/manifests/:ref',
  summary:
    'A manifest with where each of its items is now: staff of the hospital, hauler and plant, authorities.',
  query: Fields({ ref: Reference }),
  answer: Fields({
    ref: Reference,
    hauler: LocalId,
    plant: LocalId,
    by: ActorId,
    at: Time,
    items: Type.Array(Fields({ item: ItemRef, grams: Grams, state: Name, holder: Type.Optional(ActorId) })),
  }),
  list: false,
  patientData: false,
  run(context) {
    const { reader, state, query } = context
    const ref = String(query.ref)
    const [hospital, local] = splitReference(ref)
    const row = MANIFESTS.get(state, hospital, local)
    if (row === undefined || !isStaff(reader)) return undefined
    const isLink = [hospital, row.hauler, row.plant].includes(memberOf(reader.member))
    if (!isLink && !authority(...AUTHORITIES).holds(context, undefined)) return undefined
    const items = row.items.map((item) => {
      const found = findItem(WASTE, state, item)!
      const { row: root } = rootOf(WASTE, state, item)!
      const holder = root.holder
      return {
        item,
        grams: found.grams,
        state: wasteState(found, root),
        ...(holder !== undefined && { holder }),
      }
    })
    return { ref, hauler: row.hauler, plant: row.plant, by: row.by, at: row.at, items }
  },
})

export const reads: readonly Read[] = [
  ...engineReads,
  balances,
  overdue,
  discrepancies,
  authorisation,
  manifest,
]
