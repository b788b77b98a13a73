/**
 * What may be asked of waste: the bureau's view of balances, deadlines and differences; who is authorised; and what the
 * engine answers.
 */
import Type from 'typebox'
import type { Context, Read } from '../contract.ts'
import { custodyReads, findItem, ItemRef, rootOf } from '../custody/index.ts'
import { defineList, defineRead } from '../define.ts'
import { fillPage } from '../page.ts'
import { anyOf, authority, everyone, staffOf } from '../rights.ts'
import { ActorId, Fields, LocalId, Name, OneOf, omit, Period, pick, Reference, Time } from '../schema.ts'
import { isOverdue } from './stages.ts'
import {
  AUTHORISATIONS,
  AuthorisationRow,
  BALANCES,
  BalanceRow,
  DEADLINES,
  DISCREPANCIES,
  Discrepancy,
  DUES,
  Grams,
  MANIFESTS,
  ManifestRow,
  type Stage,
  WASTE,
  WasteItem,
} from './state.ts'

/** In China the health and the environment authorities watch over clinical waste together. */
export const AUTHORITIES = ['environment-bureau', 'health-commission']
const authorities = authority(...AUTHORITIES)

const WASTE_STATES = [
  'SEALED',
  'COLLECTED',
  'STORED',
  'TRANSPORT',
  'PLANT',
  'OFFERED',
  'DISCREPANT',
  'DESTROYED',
  'UNPACKED',
] as const
export type WasteState = (typeof WASTE_STATES)[number]

const STATE_AT: { readonly [Name in Stage]: WasteState } = {
  department: 'SEALED',
  collected: 'COLLECTED',
  stored: 'STORED',
  transport: 'TRANSPORT',
  plant: 'PLANT',
}

/** The state of an item, as it follows from the outermost one around it. */
export function wasteState(row: WasteItem, root: WasteItem): WasteState {
  if (root.discrepancy !== undefined) return 'DISCREPANT'
  const ended = row.ended ?? root.ended
  if (ended !== undefined) return ended.how === 'destroyed' ? 'DESTROYED' : 'UNPACKED'
  return root.offer === undefined ? STATE_AT[root.stage] : 'OFFERED'
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
    ...(due !== undefined && { due }),
    ...(manifest !== undefined && { manifest }),
    ...(discrepancy !== undefined && { discrepancy }),
  }
}

const engineReads = custodyReads<WasteItem>({
  custody: WASTE,
  authorities: AUTHORITIES,
  itemFields: {
    ...pick(WasteItem, 'class', 'container', 'grams'),
    state: OneOf(WASTE_STATES),
    overdue: Type.Boolean(),
    ...pick(WasteItem, 'department', 'labelled', 'due', 'manifest', 'discrepancy'),
  },
  describe,
})

const balances = defineList({
  path: '/balances',
  summary: 'The mass balance of a hospital by month and class, grams; one month where it is named.',
  query: Fields({ hospital: LocalId, month: Type.Optional(Period) }),
  answer: Fields({ month: Period, class: Name, ...BalanceRow.properties }),
  patientData: false,
  for: anyOf(staffOf('hospital'), authorities),
  over: BALANCES,
  under: ({ query: { hospital, month } }) => (month === undefined ? [hospital] : [hospital, month]),
  show: ({ hospital: _, ...row }) => row,
})

const overdue = defineList({
  path: '/overdue',
  summary: 'Items whose deadline has passed and that have not moved on since, the longest overdue first.',
  query: Fields({}),
  answer: Fields({ item: ItemRef, deadline: OneOf(DEADLINES), due: Time, holder: ActorId, grams: Grams }),
  patientData: false,
  for: authorities,
  // Rows are in order of time: the first one that is not due yet ends the list.
  page({ state, time, query }) {
    return fillPage({ query }, (limit, after) => {
      const rows = DUES.list(state, [], { limit, after }).filter(({ id }) => Number(id[0]) < time)
      return rows.map(({ id, value: { deadline } }) => ({
        key: id.join('/'),
        show() {
          const [due = '', hospital = '', local = ''] = id
          const item = WASTE.refOf(hospital, local)
          const { holder, grams } = findItem(WASTE, state, item)!
          return { item, deadline, due: Number(due), holder: holder!, grams }
        },
      }))
    })
  },
})

const discrepancies = defineList({
  path: '/discrepancies',
  summary:
    'Open differences of weights, the oldest first; of the two links each sees its own in alarms and items.',
  query: Fields({}),
  answer: Fields({ item: ItemRef, ...Discrepancy.properties }),
  patientData: false,
  for: authorities,
  over: DISCREPANCIES,
  show: ({ item, row }) => ({ item, ...row.discrepancy! }),
})

const authorisation = defineRead({
  path: '/authorisations/:member',
  summary: 'Which classes a member may handle.',
  query: Fields({ member: LocalId }),
  answer: Fields({ member: LocalId, ...AuthorisationRow.properties, valid: Type.Boolean() }),
  patientData: false,
  find: ({ state, query }) => AUTHORISATIONS.entry(state, query.member),
  for: everyone,
  show: (found, { time }) => ({ ...found, valid: time < found.until }),
})

const manifest = defineRead({
  path: '/manifests/:ref',
  summary: 'A manifest with where each of its items is now.',
  query: Fields({ ref: Reference }),
  answer: Fields({
    ref: Reference,
    ...omit(ManifestRow, 'items'),
    items: Type.Array(
      Fields({ item: ItemRef, grams: Grams, state: OneOf(WASTE_STATES), holder: Type.Optional(ActorId) }),
    ),
  }),
  patientData: false,
  find: ({ state, query }) => MANIFESTS.find(state, query.ref),
  for: anyOf(staffOf('hospital'), staffOf('hauler'), staffOf('plant'), authorities),
  show({ hospital: _hospital, manifestId: _manifest, ...row }, { state }) {
    const items = row.items.map((item) => {
      const found = findItem(WASTE, state, item)!
      const { row: root } = rootOf(WASTE, state, item)!
      const { holder } = root
      return {
        item,
        grams: found.grams,
        state: wasteState(found, root),
        ...(holder !== undefined && { holder }),
      }
    })
    return { ...row, items }
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
