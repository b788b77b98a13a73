/**
 * What supply stores beside the custody engine's tables: products, lots, recalls, and how many packs of a lot each
 * member has.
 */
import Type from 'typebox'
import { memberOf } from '../../protocol/index.ts'
import type { Context, StateReader } from '../contract.ts'
import { type Custody, createTables, itemFields } from '../custody/index.ts'
import { Act, actFields, Fields, Hash, LocalId, pick, type RowOf, Time } from '../schema.ts'
import { createTable, splitReference, timeKey } from '../table.ts'

/** A pack (its product code and serial), or a container of the member that packed it. */
export const SupplyItem = Fields({
  ...itemFields,
  /** Kept from moving on by this member. */
  quarantine: Type.Optional(Act),
})
export type SupplyItem = RowOf<typeof SupplyItem>

/** GS1's number of a product: 14 digits, the last a check digit. */
export const Gtin = Type.String({ pattern: '^[0-9]{14}$' })
/** With what the 20-digit codes of a product begin. */
export const CodePrefix = Type.String({ pattern: '^[0-9]{7}$' })
/** What a manufacturer calls a batch: up to 20 characters, as GS1 has it. */
export const Lot = Type.String({ pattern: '^[A-Za-z0-9._-]{1,20}$' })

export const ProductRow = Fields({
  manufacturer: LocalId,
  /** First seven digits of its 20-digit codes. */
  code: Type.Optional(CodePrefix),
  /** Commitment to name, strength, form and size of the pack, which are in the private part. */
  description: Hash,
  ...actFields,
})
export type ProductRow = RowOf<typeof ProductRow>

export const PRODUCTS = createTable('supply/product', {
  id: ['gtin'],
  row: ProductRow,
  meaning: 'a product, as a regulator registered it to its manufacturer',
})

/** By hand, and no index: the key does not name the product. */
export const CODES = createTable('supply/code', {
  id: ['code'],
  row: Fields({ gtin: Gtin }),
  meaning: 'the product of 20-digit codes that begin with these seven digits',
})

export const Packs = Type.Integer()

export const LotRow = Fields({
  expiry: Time,
  /** Commissioned. */
  packs: Packs,
  recall: Type.Optional(Act),
})

export const LOTS = createTable('supply/lot', {
  id: ['gtin', 'lot'],
  row: LotRow,
  meaning: 'a lot of a product, and its recall where it was recalled',
  indexes: {
    recalled: {
      name: 'supply/recall',
      id: ['time', 'gtin', 'lot'],
      row: Fields(pick(Act, 'by')),
      meaning: 'recalled lots, by when they were recalled',
      key: ({ recall }, ...id) => (recall === undefined ? undefined : [timeKey(recall.at), ...id]),
      value: ({ recall }) => ({ by: recall!.by }),
    },
  },
})

/** By hand, and no index: it is counted. */
export const IN_HAND = createTable('supply/in-hand', {
  id: ['gtin', 'lot', 'holder'],
  row: Fields({ packs: Packs }),
  meaning: 'packs of a lot that a member holds, whatever they lie in',
})

const CODE_DIGITS = 7

/** Whether a reference is read as a pack's: 20 digits as they stand, or as their two parts, or a GTIN and serial. */
export const isPackRef = (ref: string): boolean => /^([0-9]{20}|[0-9]{14}:.+|[0-9]{7}:[0-9]{13})$/.test(ref)

export const SUPPLY: Custody<SupplyItem> = {
  module: 'supply',
  tables: createTables<SupplyItem>('supply', SupplyItem),
  idOf: (ref) =>
    ref.includes(':') ? splitReference(ref) : [ref.slice(0, CODE_DIGITS), ref.slice(CODE_DIGITS)],
  refOf: (owner, local) =>
    isPackRef(`${owner}:${local}`) && owner.length === CODE_DIGITS ? owner + local : `${owner}:${local}`,
  watchers: 'who had it when it ended',
  watchersOf: (_ref, { ended }) => (ended === undefined ? [] : [memberOf(ended.holder)]),
  onStock(context, member, { kind, batch }, change) {
    const packs = (IN_HAND.get(context.state, kind, batch, member)?.packs ?? 0) + change
    if (packs === 0) IN_HAND.delete(context.state, kind, batch, member)
    else IN_HAND.put(context.state, { packs }, kind, batch, member)
  },
}

/** The product that a 20-digit code or SGTIN names; undefined where no product has it. */
export function gtinOf(state: StateReader, pack: string): string | undefined {
  const colon = pack.indexOf(':')
  return colon >= 0 ? pack.slice(0, colon) : CODES.get(state, pack.slice(0, CODE_DIGITS))?.gtin
}

/** Whether the last digit is the check digit of the others (GS1 General Specifications 7.9). */
export function isGtin(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < 13; i++) sum += Number(digits[i]) * (i % 2 === 0 ? 3 : 1)
  return (10 - (sum % 10)) % 10 === Number(digits[13])
}

/** What keeps an item from moving on, the outermost one's quarantine included; undefined where nothing does. */
export function hindranceOf(
  { state, time }: Pick<Context, 'state' | 'time'>,
  { contents }: SupplyItem,
  root: SupplyItem,
): 'recalled' | 'expired' | 'quarantined' | undefined {
  const lots = contents.map(({ kind, batch }) => LOTS.get(state, kind, batch)!)
  if (lots.some(({ recall }) => recall !== undefined)) return 'recalled'
  if (lots.some(({ expiry }) => time >= expiry)) return 'expired'
  return root.quarantine === undefined ? undefined : 'quarantined'
}

/** The state of an item, as it follows from the outermost one around it and from its lots. */
export function supplyState(
  context: Pick<Context, 'state' | 'time'>,
  row: SupplyItem,
  root: SupplyItem,
): string {
  const ended = row.ended ?? root.ended
  if (ended !== undefined) return ended.how.toUpperCase()
  const hindrance = hindranceOf(context, row, root)
  if (hindrance !== undefined) return hindrance.toUpperCase()
  return root.offer === undefined ? 'ACTIVE' : 'IN_TRANSIT'
}
