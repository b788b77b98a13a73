/**
 * What may be asked of supply: whether a code is sound, recalls and who still has what, the data that DSCSA asks for,
 * and what the engine answers.
 */
import Type from 'typebox'
import type { Context, Read } from '../contract.ts'
import { custodyReads, findItem, historyOf, type NamedEvent, rootOf, seesItem } from '../custody/index.ts'
import { defineList, defineRead } from '../define.ts'
import { readPage } from '../page.ts'
import { anyOf, authority, everyone, only, staffOf } from '../rights.ts'
import { isStaff } from '../roles.ts'
import { Act, Fields, LocalId, Name, PackCode, pick, Time } from '../schema.ts'
import { REGULATORS } from './products.ts'
import {
  Gtin,
  hindranceOf,
  IN_HAND,
  LOTS,
  Lot,
  LotRow,
  Packs,
  PRODUCTS,
  ProductRow,
  SUPPLY,
  type SupplyItem,
  supplyState,
} from './state.ts'

function describe(context: Context, _ref: string, row: SupplyItem, root: SupplyItem) {
  const { quarantine } = root
  return {
    state: supplyState(context, row, root),
    ...(quarantine !== undefined && { quarantine }),
  }
}

const profile = {
  custody: SUPPLY,
  authorities: REGULATORS,
  itemFields: {
    state: Name,
    quarantine: Type.Optional(Fields({ by: LocalId, at: Time })),
  },
  describe,
}

/** Of a pack: what it is. */
const lotOf = ({ contents }: SupplyItem) => {
  const { kind: gtin, batch: lot } = contents[0]!
  return { gtin, lot }
}

const verification = defineRead({
  path: '/verify/:pack',
  summary: 'Whether a code is that of a pack, of which product, lot and expiry, and whether it may be sold.',
  query: Fields({ pack: PackCode }),
  answer: Fields({
    pack: PackCode,
    known: Type.Boolean(),
    gtin: Type.Optional(Gtin),
    lot: Type.Optional(Lot),
    expiry: Type.Optional(Time),
    state: Type.Optional(Name),
    sellable: Type.Boolean(),
  }),
  patientData: false,
  for: everyone,
  show(_, context) {
    const { pack } = context.query
    const row = findItem(SUPPLY, context.state, pack)
    if (row === undefined) return { pack, known: false, sellable: false }
    const { gtin, lot } = lotOf(row)
    const { row: root } = rootOf(SUPPLY, context.state, pack)!
    const isOver = row.ended !== undefined || root.ended !== undefined
    const sellable = !isOver && hindranceOf(context, row, root) === undefined
    const { expiry } = LOTS.get(context.state, gtin, lot)!
    return { pack, known: true, gtin, lot, expiry, state: supplyState(context, row, root), sellable }
  },
})

const recalls = defineList({
  path: '/recalls',
  summary: "Recalled lots in order of time, each with the packs of it that the reader's member still holds.",
  query: Fields({}),
  answer: Fields({ gtin: Gtin, lot: Lot, ...pick(Act, 'at', 'by'), held: Packs }),
  patientData: false,
  for: everyone,
  over: LOTS.indexes.recalled,
  show({ gtin, lot, recall }, { reader, state }) {
    const held = isStaff(reader) ? (IN_HAND.get(state, gtin, lot, reader.member)?.packs ?? 0) : 0
    return { gtin, lot, ...recall!, held }
  },
})

/** Those who see every holder of a recalled lot. */
const seesHolders = anyOf(authority(...REGULATORS), staffOf('manufacturer'))

const recalled = defineList({
  path: '/recalled',
  summary: 'Packs of a recalled lot that are still in hand, by holder.',
  query: Fields({ gtin: Gtin, lot: Lot }),
  answer: Fields({ holder: LocalId, packs: Packs }),
  patientData: false,
  find({ state, query: { gtin, lot } }) {
    if (LOTS.get(state, gtin, lot)?.recall === undefined) return undefined
    return { manufacturer: PRODUCTS.get(state, gtin)!.manufacturer }
  },
  for: anyOf(
    seesHolders,
    only('staff of any other member, what it holds itself', ({ reader }) => isStaff(reader)),
  ),
  page(context) {
    const { found, reader, state, query } = context
    const { gtin, lot } = query
    if (seesHolders.holds(context, found)) {
      return readPage(context, IN_HAND, [gtin, lot], ({ id: [holder = ''], value }) => ({ holder, ...value }))
    }
    const own = IN_HAND.get(state, gtin, lot, reader.member)
    return { items: own === undefined ? [] : [{ holder: reader.member, ...own }] }
  },
})

const lotRead = defineRead({
  path: '/lots/:gtin/:lot',
  summary: 'A lot: expiry, packs made, recall.',
  query: Fields({ gtin: Gtin, lot: Lot }),
  answer: Fields({ gtin: Gtin, lot: Lot, ...LotRow.properties }),
  patientData: false,
  find: ({ state, query }) => LOTS.entry(state, query.gtin, query.lot),
  for: everyone,
  show: (found) => found,
})

const product = defineRead({
  path: '/products/:gtin',
  summary: 'To whom a product is registered, and the commitment to what it is.',
  query: Fields({ gtin: Gtin }),
  answer: Fields({ gtin: Gtin, ...ProductRow.properties }),
  patientData: false,
  find: ({ state, query }) => PRODUCTS.entry(state, query.gtin),
  for: everyone,
  show: (found) => found,
})

/** One change of hands: when it was shipped and received, between whom, and how many packs of the lot went along. */
type Change = {
  readonly from: string
  readonly to: string
  readonly shippedAt: number
  readonly receivedAt: number
  readonly containers: number
}

/** Receipts of a history, the last first, each with the shipment that it answers. */
function changesOf(events: readonly NamedEvent[], gtin: string, lot: string): readonly Change[] {
  return events.flatMap(({ row }, i) => {
    if (row.verb !== 'receive') return []
    const shipment = events.slice(i).find(({ row: { verb } }) => verb === 'ship' || verb === 'return')!
    const line = row.facts.lines?.find(({ kind, batch }) => kind === gtin && batch === lot)
    const { from = '', to = '', at } = row
    return [{ from, to, shippedAt: shipment.row.at, receivedAt: at, containers: line?.amount ?? 0 }]
  })
}

const dscsa = defineRead({
  path: '/dscsa/:pack',
  summary: 'The ten items of DSCSA for a pack, for each change of hands.',
  query: Fields({ pack: PackCode }),
  answer: Fields({
    pack: PackCode,
    ...pick(ProductRow, 'description', 'manufacturer'),
    gtin: Gtin,
    lot: Lot,
    expiry: Time,
    changes: Type.Array(
      Fields({ from: LocalId, to: LocalId, shippedAt: Time, receivedAt: Time, containers: Packs }),
    ),
  }),
  patientData: false,
  find({ state, query }) {
    const row = findItem(SUPPLY, state, query.pack)
    return row && { row }
  },
  for: seesItem(profile, 'pack'),
  show({ row }, { state, query: { pack } }) {
    const { gtin, lot } = lotOf(row)
    const { description, manufacturer } = PRODUCTS.get(state, gtin)!
    const { expiry } = LOTS.get(state, gtin, lot)!
    const changes = changesOf([...historyOf(SUPPLY, state, pack)], gtin, lot)
    return { pack, description, gtin, lot, expiry, manufacturer, changes }
  },
})

export const reads: readonly Read[] = [
  ...custodyReads<SupplyItem>(profile),
  verification,
  recalls,
  recalled,
  lotRead,
  product,
  dscsa,
]
