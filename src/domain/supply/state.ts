/** What supply stores beside the custody engine's tables: products, lots, recalls, and how many packs of a lot each member has. */
import Type from 'typebox'
import { memberOf } from '../../protocol/index.ts'
import type { Context, StateReader } from '../contract.ts'
import { type Custody, createTables, itemFields } from '../custody/index.ts'
import { Act, Fields, type RowOf } from '../schema.ts'
import { createTable, splitReference } from '../table.ts'

/** A pack (its product code and serial), or a container of the member that packed it. */
export const SupplyItem = Fields({
  ...itemFields,
  /** Kept from moving on by this member. */
  quarantine: Type.Optional(Act),
})
export type SupplyItem = RowOf<typeof SupplyItem>

/** `supply/product/<gtin>`: a regulator registered it to its manufacturer. */
export type ProductRow = {
  readonly manufacturer: string
  /** First seven digits of its 20-digit codes. */
  readonly code?: string
  /** Commitment to name, strength, form and size of the pack, which are in the private part. */
  readonly description: string
  readonly by: string
  readonly at: number
}

/** `supply/code/<seven digits>`: the product of 20-digit codes that begin so. */
export type CodeRow = { readonly gtin: string }

/** `supply/lot/<gtin>/<lot>` */
export type LotRow = {
  readonly expiry: number
  /** Packs commissioned. */
  readonly packs: number
  readonly recall?: RowOf<typeof Act>
}

/** `supply/recall/<time, ten digits>/<gtin>/<lot>` */
export type RecallRow = { readonly by: string }

/** `supply/in-hand/<gtin>/<lot>/<member>`: packs of a lot that a member holds, whatever they lie in. */
export type InHandRow = { readonly packs: number }

export const PRODUCTS = createTable<ProductRow, [gtin: string]>('supply/product')
export const CODES = createTable<CodeRow, [code: string]>('supply/code')
export const LOTS = createTable<LotRow, [gtin: string, lot: string]>('supply/lot')
export const RECALLS = createTable<RecallRow, [time: string, gtin: string, lot: string]>('supply/recall')
export const IN_HAND = createTable<InHandRow, [gtin: string, lot: string, member: string]>('supply/in-hand')

const CODE_DIGITS = 7

/** GS1's number of a product: 14 digits, the last a check digit. */
export const Gtin = Type.String({ pattern: '^[0-9]{14}$' })
/** What a manufacturer calls a batch: up to 20 characters, as GS1 has it. */
export const Lot = Type.String({ pattern: '^[A-Za-z0-9._-]{1,20}$' })
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
