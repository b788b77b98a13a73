/** Rules about products and lots: registered by a regulator, commissioned by the manufacturer, recalled by either. */
import Type from 'typebox'
import { CUSTODY_ITEMS_MAX } from '../../base/index.ts'
import type { Actor } from '../contract.ts'
import { type AnyRule, createItem, recordEvent } from '../custody/index.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, isStaff, ownMember } from '../roles.ts'
import { Fields, LocalId, PackCode, SetOf, Time } from '../schema.ts'
import {
  CODES,
  CodePrefix,
  Gtin,
  gtinOf,
  isGtin,
  LOTS,
  Lot,
  PRODUCTS,
  type ProductRow,
  SUPPLY,
} from './state.ts'

export const REGULATORS = ['food-drug-regulator']
export const isRegulator = (actor: Actor): boolean =>
  isStaff(actor) && hasMemberRole(actor.memberRoles, REGULATORS)

export const registerProduct = defineVerb({
  summary:
    'A regulator registers a product, and the first digits of its codes, to its manufacturer; what it is, is in the private part.',
  signers: 'staff of a food-drug-regulator',
  payload: Fields({
    gtin: Gtin,
    code: Type.Optional(CodePrefix),
    manufacturer: LocalId,
  }),
  privatePart: 'required',
  parties: ({ manufacturer }, signer) => [{ member: manufacturer }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time, privateHash } = context
    const { gtin, code, manufacturer } = payload
    if (!isRegulator(signer)) context.refuse('supply.role')
    if (!isGtin(gtin)) context.refuse('supply.gtin', { field: '/payload/gtin' })
    if (PRODUCTS.has(state, gtin)) context.refuse('supply.product-taken', { field: '/payload/gtin' })
    if (code !== undefined && CODES.has(state, code)) {
      context.refuse('supply.product-taken', { field: '/payload/code' })
    }
    const standing = context.port('identity.member')(manufacturer)
    if (!standing?.active || !hasMemberRole(standing.roles, ['manufacturer'])) {
      context.refuse('supply.manufacturer-unfit', { field: '/payload/manufacturer' })
    }
    const description = privateHash ?? ''
    const row = { manufacturer, description, by: signer.actor, at: time }
    PRODUCTS.put(state, code === undefined ? row : { ...row, code }, gtin)
    if (code !== undefined) CODES.put(state, { gtin }, code)
  },
})

/** The product, where it is registered to the signer's member. */
function requireOwnProduct(context: AnyRule, gtin: string): ProductRow {
  const product = PRODUCTS.get(context.state, gtin)
  return product?.manufacturer === context.signer.member
    ? product
    : context.refuse('supply.product-unknown', { field: '/payload/gtin' })
}

export const commission = defineVerb({
  summary: 'A manufacturer puts packs of one lot into circulation: 20-digit codes, or GTIN and serial.',
  signers: 'the manufacturer of the product',
  payload: Fields({ packs: SetOf(PackCode, CUSTODY_ITEMS_MAX), gtin: Gtin, lot: Lot, expiry: Time }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { payload, signer, state, time } = context
    const { packs, gtin, lot, expiry } = payload
    if (!isStaff(signer) || !hasMemberRole(signer.memberRoles, ['manufacturer'])) {
      context.refuse('supply.role')
    }
    requireOwnProduct(context, gtin)
    if (expiry <= time) context.refuse('supply.expired', { field: '/payload/expiry' })
    const before = LOTS.get(state, gtin, lot)
    if (before !== undefined && before.expiry !== expiry) {
      context.refuse('supply.lot-expiry', { field: '/payload/expiry' })
    }
    if (before?.recall !== undefined) context.refuse('supply.recalled', { field: '/payload/lot' })
    LOTS.put(state, { expiry, packs: (before?.packs ?? 0) + packs.length }, gtin, lot)
    const unit = { holder: signer.member, depth: 0, children: 0, count: 0 }
    const contents = [{ kind: gtin, batch: lot, amount: 1 }]
    for (const [i, pack] of packs.entries()) {
      const field = `/payload/packs/${i}`
      if (gtinOf(state, pack) !== gtin) context.refuse('supply.code', { field })
      createItem(SUPPLY, context, pack, { ...unit, contents }, field)
    }
    const facts = { gtin, lot, expiry }
    recordEvent(SUPPLY, context, { verb: 'commission', items: packs, to: signer.member, facts })
  },
})

export const recall = defineVerb({
  summary:
    'The manufacturer or a regulator recalls a lot: from the next transaction on none of it is shipped or dispensed.',
  signers: 'the manufacturer or a regulator',
  payload: Fields({ gtin: Gtin, lot: Lot }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { payload, signer, state, time } = context
    const { gtin, lot } = payload
    if (!isStaff(signer)) context.refuse('supply.role')
    const isOfficial = isRegulator(signer)
    const manufacturer = isOfficial
      ? PRODUCTS.get(state, gtin)?.manufacturer
      : requireOwnProduct(context, gtin).manufacturer
    const row = LOTS.get(state, gtin, lot)
    if (row === undefined || manufacturer === undefined) {
      return context.refuse('supply.lot-unknown', { field: '/payload/lot' })
    }
    if (row.recall !== undefined) context.refuse('supply.recalled-before', { field: '/payload/lot' })
    LOTS.put(state, { ...row, recall: { by: signer.actor, at: time } }, gtin, lot)
    const facts = { gtin, lot, expiry: row.expiry }
    recordEvent(SUPPLY, context, {
      verb: 'recall',
      items: [],
      subject: [gtin, lot],
      parties: [manufacturer],
      facts,
    })
  },
})
