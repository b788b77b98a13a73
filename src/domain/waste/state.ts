/**
 * What waste stores beside the custody engine's tables: authorisations, manifests, deadlines, differences, balances.
 */
import Type from 'typebox'
import type { StateReader } from '../contract.ts'
import {
  type Content,
  type Custody,
  createTables,
  EventName,
  findItem,
  itemFields,
} from '../custody/index.ts'
import {
  actFields,
  Fields,
  LocalId,
  Name,
  OneOf,
  Period,
  pick,
  Reference,
  type RowOf,
  Time,
} from '../schema.ts'
import { createTable, splitReference } from '../table.ts'

/** Classes of clinical waste, as the catalogue of China has them (2021). */
export const CLASSES = ['infectious', 'pathological', 'sharps', 'pharmaceutical', 'chemical'] as const
export type WasteClass = (typeof CLASSES)[number]

/** Where an item is on its way. */
export const STAGES = ['department', 'collected', 'stored', 'transport', 'plant'] as const
export type Stage = (typeof STAGES)[number]

/** Which deadline runs: until it is stored, until it leaves the store, until it is destroyed. */
export const DEADLINES = ['department', 'store', 'destruction'] as const
export type Deadline = (typeof DEADLINES)[number]

export const Grams = Type.Integer()

/** A difference between the weights of two links. */
export const Discrepancy = Fields({
  at: Time,
  expected: Grams,
  measured: Grams,
  /** Members of the two links; the plant alone where it is between its receipt and its furnace. */
  between: Type.Array(LocalId),
  /** The event that found it. */
  event: EventName,
  /** The weight that each link has stated since. */
  stated: Type.Array(Fields({ member: LocalId, grams: Grams })),
})
export type Discrepancy = RowOf<typeof Discrepancy>

export const WasteItem = Fields({
  ...itemFields,
  class: OneOf(CLASSES),
  container: Name,
  /** Month in which it was sealed or packed: where differences of its own weight are booked. */
  month: Period,
  /** The weight on which the last two links agree. */
  grams: Grams,
  weighedAt: Time,
  stage: OneOf(STAGES),
  department: Type.Optional(LocalId),
  /** A pharmaceutical amount lies in it, and its label says so. */
  labelled: Type.Optional(Type.Boolean()),
  due: Type.Optional(Fields({ deadline: OneOf(DEADLINES), at: Time })),
  /** Reference of the manifest under which it travels. */
  manifest: Type.Optional(Reference),
  discrepancy: Type.Optional(Discrepancy),
})
export type WasteItem = RowOf<typeof WasteItem>

/** The latest word holds. */
export const AuthorisationRow = Fields({ classes: Type.Array(OneOf(CLASSES)), until: Time, ...actFields })

export const AUTHORISATIONS = createTable('waste/authorisation', {
  id: ['member'],
  row: AuthorisationRow,
  meaning: 'the classes that a member may handle',
})

export const ManifestRow = Fields({
  hauler: LocalId,
  plant: LocalId,
  items: Type.Array(Reference),
  ...actFields,
})

export const MANIFESTS = createTable('waste/manifest', {
  id: ['hospital', 'manifestId'],
  row: ManifestRow,
  meaning: "a transport from a hospital's store to a plant",
})

/**
 * By hand, and no index: items are the engine's, and a deadline that stays is written anew where a box gets more items.
 */
export const DUES = createTable('waste/due', {
  id: ['time', 'hospital', 'local'],
  row: Fields({ deadline: OneOf(DEADLINES) }),
  meaning: 'outermost items in order of their deadlines',
})

/** Grams: sealed = destroyed + inHand + explained, always. */
export const BalanceRow = Fields({
  sealed: Grams,
  destroyed: Grams,
  inHand: Grams,
  /** Differences within the tolerance or resolved; less than 0 where scales found more. */
  explained: Grams,
})

export const BALANCES = createTable('waste/balance', {
  id: ['hospital', 'month', 'class'],
  row: BalanceRow,
  meaning: 'the mass balance of a hospital by the month of sealing and class, grams',
})

export const hospitalOf = (ref: string): string => splitReference(ref)[0]

export const WASTE: Custody<WasteItem> = {
  module: 'waste',
  tables: createTables<WasteItem>('waste', WasteItem),
  idOf: splitReference,
  refOf: (owner, local) => `${owner}:${local}`,
  watchers: 'the hospital whose waste it is',
  // The hospital answers for its waste to the end.
  watchersOf: (ref) => [hospitalOf(ref)],
}

/** By hand, and no index: items are the engine's. */
const openDifferences = createTable('waste/discrepancy', {
  id: ['time', 'hospital', 'local'],
  row: Fields(pick(Discrepancy, 'event')),
  meaning: 'open differences, by when they were found',
})
/** A difference is listed as its item. */
export const DISCREPANCIES = {
  ...openDifferences,
  at(state: StateReader, [, hospital = '', local = '']: readonly string[]) {
    const item = WASTE.refOf(hospital, local)
    return { item, row: findItem(WASTE, state, item)! }
  },
}

export const totalOf = (contents: readonly Content[]): number =>
  contents.reduce((sum, { amount }) => sum + amount, 0)

/** The classes that lie in an item. */
export const classesOf = ({ contents }: WasteItem): readonly string[] => [
  ...new Set(contents.map(({ kind }) => kind)),
]
