/** What may be asked of supply: whether a code is sound, recalls and who still has what, the data that DSCSA asks for, and what the engine answers. */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import type { Context, Read, ReadContext } from '../contract.ts'
import { custodyReads, findItem, historyOf, type NamedEvent, rootOf, seesItem } from '../custody/index.ts'
import { defineOldRead } from '../define.ts'
import { authority } from '../rights.ts'
import { isStaff } from '../roles.ts'
import { Act, ActorId, Fields, Hash, LocalId, Name, PackCode, Time } from '../schema.ts'
import { readPage } from '../table.ts'
import { REGULATORS } from './products.ts'
import {
  Gtin,
  hindranceOf,
  IN_HAND,
  LOTS,
  Lot,
  PRODUCTS,
  RECALLS,
  SUPPLY,
  type SupplyItem,
  supplyState,
} from './state.ts'

const Packs = Type.Integer()

function describe(context: Context, _ref: string, row: SupplyItem, root: SupplyItem) {
  const { quarantine } = root
  return {
    state: supplyState(context, row, root),
    ...(quarantine !== undefined && { quarantine: { ...quarantine } }),
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

const verification = defineOldRead({
  path: '/verify/:pack',
  summary:
    'Whether a code is that of a pack, of which product, lot and expiry, and whether it may be sold: any enrolled reader.',
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
  list: false,
  patientData: false,
  run(context) {
    const pack = String(context.query.pack)
    const row = findItem(SUPPLY, context.state, pack)
    if (row === undefined) return { pack, known: false, sellable: false }
    const [{ kind: gtin, batch: lot }] = row.contents as [SupplyItem['contents'][number]]
    const { row: root } = rootOf(SUPPLY, context.state, pack)!
    const isOver = row.ended !== undefined || root.ended !== undefined
    const sellable = !isOver && hindranceOf(context, row, root) === undefined
    const { expiry } = LOTS.get(context.state, gtin, lot)!
    return { pack, known: true, gtin, lot, expiry, state: supplyState(context, row, root), sellable }
  },
})

const recalls = defineOldRead({
  path: '/recalls',
  summary:
    "Recalled lots in order of time, each with the packs of it that the reader's member still holds: any enrolled reader.",
  query: Fields({}),
  answer: Fields({ gtin: Gtin, lot: Lot, at: Time, by: ActorId, held: Packs }),
  list: true,
  patientData: false,
  run(context) {
    const { reader, state } = context
    return readPage(context, RECALLS, [], ({ id: [at = '', gtin = '', lot = ''], value: { by } }) => {
      const held = isStaff(reader) ? (IN_HAND.get(state, gtin, lot, reader.member)?.packs ?? 0) : 0
      return { gtin, lot, at: Number(at), by, held }
    })
  },
})

const recalled = defineOldRead({
  path: '/recalled',
  summary:
    'Packs of a recalled lot that are still in hand, by holder: regulators and the manufacturer all of them, other staff their own.',
  query: Fields({ gtin: Gtin, lot: Lot }),
  answer: Fields({ holder: LocalId, packs: Packs }),
  list: true,
  patientData: false,
  run(context) {
    const { reader, state, query } = context
    const [gtin, lot] = [String(query.gtin), String(query.lot)]
    if (!isStaff(reader) || LOTS.get(state, gtin, lot)?.recall === undefined) return undefined
    const isMaker = PRODUCTS.get(state, gtin)?.manufacturer === reader.member
    if (isMaker || authority(...REGULATORS).holds(context, undefined)) {
      return readPage(context, IN_HAND, [gtin, lot], ({ id: [holder = ''], value }) => ({ holder, ...value }))
    }
    const own = IN_HAND.get(state, gtin, lot, reader.member)
    return { items: own === undefined ? [] : [{ holder: reader.member, ...own }] }
  },
})

const LotAnswer = Fields({
  gtin: Gtin,
  lot: Lot,
  expiry: Time,
  packs: Packs,
  recall: Type.Optional(Act),
})

const lotRead = defineOldRead({
  path: '/lots/:gtin/:lot',
  summary: 'A lot: expiry, packs made, recall: any enrolled reader.',
  query: Fields({ gtin: Gtin, lot: Lot }),
  answer: LotAnswer,
  list: false,
  patientData: false,
  run(context) {
    const [gtin, lot] = [String(context.query.gtin), String(context.query.lot)]
    const row = LOTS.get(context.state, gtin, lot)
    if (row === undefined) return undefined
    const { recall, ...rest } = row
    return { gtin, lot, ...rest, ...(recall !== undefined && { recall: { ...recall } }) }
  },
})

const product = defineOldRead({
  path: '/products/:gtin',
  summary: 'To whom a product is registered, and the commitment to what it is: any enrolled reader.',
  query: Fields({ gtin: Gtin }),
  answer: Fields({
    gtin: Gtin,
    manufacturer: LocalId,
    code: Type.Optional(Name),
    description: Hash,
    by: ActorId,
    at: Time,
  }),
  list: false,
  patientData: false,
  run(context) {
    const gtin = String(context.query.gtin)
    const row = PRODUCTS.get(context.state, gtin)
    return row && { gtin, ...row }
  },
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

const dscsa = defineOldRead({
  path: '/dscsa/:pack',
  summary: 'The ten items of DSCSA for a pack, for each change of hands: regulators, holder, named receiver.',
  query: Fields({ pack: PackCode }),
  answer: Fields({
    pack: PackCode,
    description: Hash,
    gtin: Gtin,
    lot: Lot,
    expiry: Time,
    manufacturer: LocalId,
    changes: Type.Array(
      Fields({ from: LocalId, to: LocalId, shippedAt: Time, receivedAt: Time, containers: Packs }),
    ),
  }),
  list: false,
  patientData: false,
  run(context: ReadContext): Json | undefined {
    const { state } = context
    const pack = String(context.query.pack)
    const row = findItem(SUPPLY, state, pack)
    if (row === undefined || !seesItem(profile, 'pack').holds(context, { pack })) return undefined
    const [{ kind: gtin, batch: lot }] = row.contents as [SupplyItem['contents'][number]]
    const { description, manufacturer } = PRODUCTS.get(state, gtin)!
    const { expiry } = LOTS.get(state, gtin, lot)!
    const changes = changesOf([...historyOf(SUPPLY, state, pack)], gtin, lot)
    return { pack, description, gtin, lot, expiry, manufacturer, changes: [...changes] }
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
