/** What waste stores beside the custody engine's tables: authorisations, manifests, deadlines, differences, balances. */
import Type from 'typebox'
import { type Content, type Custody, createTables, EventName, itemFields } from '../custody/index.ts'
import { Fields, LocalId, Name, OneOf, Period, Reference, type RowOf, Time } from '../schema.ts'
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

const Grams = Type.Integer()

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

/** `waste/authorisation/<member>`: the classes that a member may handle; the latest word holds. */
export type AuthorisationRow = {
  readonly classes: readonly WasteClass[]
  readonly until: number
  readonly by: string
  readonly at: number
}

/** `waste/manifest/<hospital>/<local>`: a transport from a hospital's store to a plant. */
export type ManifestRow = {
  readonly hauler: string
  readonly plant: string
  readonly items: readonly string[]
  readonly by: string
  readonly at: number
}

/** `waste/due/<deadline, ten digits>/<hospital>/<local>`: outermost items in order of their deadlines. */
export type DueRow = { readonly deadline: Deadline }

/** `waste/discrepancy/<time, ten digits>/<hospital>/<local>`: open differences. */
export type DiscrepancyRow = { readonly event: string }

/** `waste/balance/<hospital>/<month>/<class>`, grams: sealed = destroyed + inHand + explained, always. */
export type BalanceRow = {
  readonly sealed: number
  readonly destroyed: number
  readonly inHand: number
  /** Differences within the tolerance or resolved; less than 0 where scales found more. */
  readonly explained: number
}

export const AUTHORISATIONS = createTable<AuthorisationRow, [member: string]>('waste/authorisation')
export const MANIFESTS = createTable<ManifestRow, [hospital: string, local: string]>('waste/manifest')
export const DUES = createTable<DueRow, [time: string, hospital: string, local: string]>('waste/due')
export const DISCREPANCIES = createTable<DiscrepancyRow, [time: string, hospital: string, local: string]>(
  'waste/discrepancy',
)
export const BALANCES = createTable<BalanceRow, [hospital: string, month: string, wasteClass: string]>(
  'waste/balance',
)

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

export const totalOf = (contents: readonly Content[]): number =>
  contents.reduce((sum, { amount }) => sum + amount, 0)

/** The classes that lie in an item. */
export const classesOf = ({ contents }: WasteItem): readonly string[] => [
  ...new Set(contents.map(({ kind }) => kind)),
]
