/** Rules by which packs leave circulation or are kept in it: dispensed once, quarantined, decommissioned, verified. */
import { CUSTODY_ITEMS_MAX } from '../../base/index.ts'
import type { PortContext } from '../contract.ts'
import {
  type AnyRule,
  endItem,
  findItem,
  ItemRef,
  putItem,
  recordEvent,
  refuse,
  requireHeld,
  requireOutermost,
  rootOf,
  speaksFor,
} from '../custody/index.ts'
import { defineVerb } from '../define.ts'
import type { PackDispense } from '../ports.ts'
import { hasMemberRole, isStaff, MEMBER, ownMember } from '../roles.ts'
import { Fields, OneOf, PackCode, SetOf, Time } from '../schema.ts'
import { requireFree } from './handovers.ts'
import { isRegulator } from './products.ts'
import { Gtin, LOTS, Lot, PRODUCTS, SUPPLY, type SupplyItem, supplyState } from './state.ts'

const Packs = SetOf(PackCode, CUSTODY_ITEMS_MAX)
const Items = SetOf(ItemRef, CUSTODY_ITEMS_MAX)
const DISPENSERS = ['pharmacy', 'hospital', 'retailer']
const REASONS = ['destroyed', 'damaged', 'lost', 'stolen', 'exported', 'sample'] as const

/** A pack that the signer holds loose, and that nothing keeps from a patient. */
function requireDispensable(context: AnyRule, pack: string, field: string): SupplyItem {
  const row = requireHeld(SUPPLY, context, pack, field)
  requireFree(context, row, field)
  return row
}

const wasSold = (row: SupplyItem | undefined): boolean => row?.ended?.how === 'dispensed'

function sell(context: AnyRule, packs: readonly string[]): void {
  for (const pack of packs) endItem(SUPPLY, context, pack, 'dispensed')
  recordEvent(SUPPLY, context, { verb: 'dispense', items: packs, from: context.signer.member })
}

export const dispense = defineVerb({
  summary:
    'Hands packs to patients, each once. A pack that was dispensed before is not sold again: the report is kept and raises an alarm.',
  signers: 'pharmacy, hospital or retailer that holds the packs',
  payload: Fields({ packs: Packs }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { payload, signer, state } = context
    if (!isStaff(signer) || !hasMemberRole(signer.memberRoles, DISPENSERS)) context.refuse('supply.role')
    const isSecond = (pack: string) => wasSold(findItem(SUPPLY, state, pack))
    const second = payload.packs.filter(isSecond)
    const first = payload.packs.filter((pack) => !isSecond(pack))
    for (const [i, pack] of payload.packs.entries()) {
      if (!second.includes(pack)) requireDispensable(context, pack, `/payload/packs/${i}`)
    }
    if (first.length > 0) sell(context, first)
    if (second.length > 0) {
      const makers = second.flatMap((pack) => makersOf(context, findItem(SUPPLY, state, pack)!))
      const alarms = [{ kind: 'second-sale', items: second }]
      recordEvent(SUPPLY, context, { verb: 'second-sale', items: second, parties: makers, alarms })
    }
  },
})

/** Who makes what is in an item: a copied code is a matter of theirs. */
const makersOf = ({ state }: AnyRule, { contents }: SupplyItem): readonly string[] =>
  contents.map(({ kind }) => PRODUCTS.get(state, kind)!.manufacturer)

/**
 * The port: a prescription's packs. One that was sold before is refused, so that nothing suspect counts as dispensed.
 */
export const dispenseTo =
  (context: PortContext) =>
  ({ pharmacy, packs }: PackDispense): void => {
    const memberRoles = context.port('identity.member')(pharmacy)?.roles ?? []
    const signer = { key: '', actor: pharmacy, member: pharmacy, role: MEMBER, memberRoles }
    const rule = { ...context, payload: undefined, signer, privateHash: undefined }
    for (const [i, pack] of packs.entries()) {
      const field = `/payload/packs/${i}`
      const isRepeated = packs.indexOf(pack) < i
      if (isRepeated || wasSold(findItem(SUPPLY, context.state, pack))) {
        context.refuse('supply.sold', { field })
      }
      if (requireDispensable(rule, pack, field).depth > 0) context.refuse('supply.not-pack', { field })
    }
    if (packs.length > 0) sell(rule, packs)
  }

export const quarantine = defineVerb({
  summary: 'Keeps items, with all that lies in them, from moving on: their holder, or a regulator.',
  signers: 'the holder or a regulator',
  payload: Fields({ items: Items }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { payload, signer, time } = context
    for (const [i, item] of payload.items.entries()) {
      const field = `/payload/items/${i}`
      const row = requireOutermost(SUPPLY, context, item, field, isRegulator(signer))
      if (!isRegulator(signer) && !speaksFor(signer, row.holder!)) {
        refuse(SUPPLY, context, 'not-holder', field)
      }
      if (row.quarantine !== undefined) context.refuse('supply.quarantined', { field })
      putItem(SUPPLY, context, item, { ...row, quarantine: { by: signer.member, at: time } })
    }
    recordEvent(SUPPLY, context, { verb: 'quarantine', items: payload.items, parties: holdersOf(context) })
  },
})

export const release = defineVerb({
  summary: 'Ends a quarantine: who ordered it, or a regulator.',
  signers: 'who ordered it or a regulator',
  payload: Fields({ items: Items }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { payload, signer, state } = context
    for (const [i, item] of payload.items.entries()) {
      const field = `/payload/items/${i}`
      const ordered = isStaff(signer) && findItem(SUPPLY, state, item)?.quarantine?.by === signer.member
      const mayEnd = ordered || isRegulator(signer)
      const row = requireOutermost(SUPPLY, context, item, field, mayEnd)
      const { quarantine: before, ...rest } = row
      if (before === undefined || !mayEnd) {
        context.refuse('supply.not-quarantined', { field })
      }
      putItem(SUPPLY, context, item, rest)
    }
    recordEvent(SUPPLY, context, { verb: 'release', items: payload.items, parties: holdersOf(context) })
  },
})

type Naming = AnyRule & { readonly payload: { readonly items: readonly string[] } }

const holdersOf = ({ state, payload }: Naming): readonly string[] =>
  payload.items.map((item) => findItem(SUPPLY, state, item)!.holder!)

export const decommission = defineVerb({
  summary: 'Takes items, with all that lies in them, out of circulation for good: their holder.',
  signers: 'the holder',
  payload: Fields({ items: Items, reason: OneOf(REASONS) }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { payload, signer } = context
    const { items, reason } = payload
    for (const [i, item] of items.entries()) requireHeld(SUPPLY, context, item, `/payload/items/${i}`)
    for (const item of items) endItem(SUPPLY, context, item, 'decommissioned')
    recordEvent(SUPPLY, context, { verb: 'decommission', items, from: signer.member, facts: { reason } })
  },
})

export const verify = defineVerb({
  summary:
    'Proves that a member checked a pack: product, lot and expiry on it are those of its code; what state it was in is kept.',
  signers: 'staff of any member',
  payload: Fields({ pack: PackCode, gtin: Gtin, lot: Lot, expiry: Time }),
  parties: ownMember,
  rule(context) {
    const { payload, signer, state } = context
    const { pack, gtin, lot, expiry } = payload
    if (!isStaff(signer)) context.refuse('supply.role')
    const row = findItem(SUPPLY, state, pack) ?? refuse(SUPPLY, context, 'unknown', '/payload/pack')
    const [content] = row.contents
    if (content!.kind !== gtin) context.refuse('supply.mismatch', { field: '/payload/gtin' })
    if (content!.batch !== lot) context.refuse('supply.mismatch', { field: '/payload/lot' })
    if (LOTS.get(state, gtin, lot)!.expiry !== expiry) {
      context.refuse('supply.mismatch', { field: '/payload/expiry' })
    }
    const found = supplyState(context, row, rootOf(SUPPLY, state, pack)!.row)
    recordEvent(SUPPLY, context, { verb: 'verify', items: [pack], facts: { state: found } })
  },
})
