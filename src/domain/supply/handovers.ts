/** Rules by which packs go down the chain, and back: packed, shipped, received, returned. */
import Type from 'typebox'
import { CUSTODY_ITEMS_MAX } from '../../base/index.ts'
import {
  type AnyRule,
  answerHandover,
  cancelHandover,
  findItem,
  ItemRef,
  offerItems,
  packItems,
  recordEvent,
  refuse,
  requireForSigner,
  requireHeld,
  sumContents,
  unpackItems,
} from '../custody/index.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, isStaff, ownMember } from '../roles.ts'
import { Fields, LocalId, OneOf, Reference, SetOf } from '../schema.ts'
import { splitReference } from '../table.ts'
import { hindranceOf, isPackRef, PRODUCTS, SUPPLY, type SupplyItem } from './state.ts'

const Items = SetOf(ItemRef, CUSTODY_ITEMS_MAX)
/** Who sends packs on, and to whom. */
const SENDERS = ['manufacturer', 'distributor']
const RECEIVERS = ['distributor', 'pharmacy', 'hospital', 'retailer']

/** Refuses what is recalled, expired or in quarantine. */
export function requireFree(context: AnyRule, row: SupplyItem, field: string): void {
  const hindrance = hindranceOf(context, row, row)
  if (hindrance !== undefined) context.refuse(`supply.${hindrance}`, { field })
}

export const pack = defineVerb({
  summary: 'Packs what a member holds into a case or on a pallet, new or its own, which then moves as one.',
  signers: 'the holder',
  payload: Fields({ container: LocalId, items: Items }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { payload, signer, state } = context
    const ref = `${signer.member}:${payload.container}`
    if (isPackRef(ref) || ref.length > 129) {
      context.refuse('supply.container-id', { field: '/payload/container' })
    }
    for (const [i, item] of payload.items.entries()) {
      const field = `/payload/items/${i}`
      const row = requireHeld(SUPPLY, context, item, field)
      if (row.quarantine !== undefined) context.refuse('supply.quarantined', { field })
    }
    const isNew = findItem(SUPPLY, state, ref) === undefined
    const row = isNew
      ? { holder: signer.member, contents: [], depth: 0, children: 0, count: 0 }
      : requireHeld(SUPPLY, context, ref, '/payload/container')
    if (row.quarantine !== undefined) context.refuse('supply.quarantined', { field: '/payload/container' })
    packItems(SUPPLY, context, { ref, row, isNew }, payload.items, {
      childrenMax: context.parameter('childrenMax'),
      linesMax: context.parameter('linesMax'),
      depthMax: context.parameter('depthMax'),
    })
    recordEvent(SUPPLY, context, { verb: 'pack', items: payload.items, parent: ref })
  },
})

export const unpack = defineVerb({
  summary: 'Takes items out of a case or off a pallet; an empty one is no more.',
  signers: 'the holder',
  payload: Fields({ container: ItemRef, items: Items }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { container, items } = context.payload
    const row = requireHeld(SUPPLY, context, container, '/payload/container')
    if (row.quarantine !== undefined) context.refuse('supply.quarantined', { field: '/payload/container' })
    unpackItems(SUPPLY, context, container, items)
    recordEvent(SUPPLY, context, { verb: 'unpack', items, parent: container })
  },
})

/** What lies in several items, by product and lot. */
const linesOf = (context: AnyRule, items: readonly string[]) =>
  items.reduce<SupplyItem['contents']>(
    (sum, item) => sumContents(sum, findItem(SUPPLY, context.state, item)!.contents),
    [],
  )

const sending = { shipmentId: LocalId, to: LocalId, items: Items }

export const ship = defineVerb({
  summary: 'Ships packs, cases or pallets down the chain: nothing expired, recalled or in quarantine.',
  signers: 'manufacturer or distributor that holds the items',
  payload: Fields(sending),
  privatePart: 'optional',
  parties: ({ to }, signer) => [{ member: signer.member }, { member: to }],
  rule(context) {
    const { payload, signer } = context
    const { shipmentId, to, items } = payload
    if (!isStaff(signer) || !hasMemberRole(signer.memberRoles, SENDERS)) context.refuse('supply.role')
    for (const [i, item] of items.entries()) {
      const field = `/payload/items/${i}`
      requireFree(context, requireHeld(SUPPLY, context, item, field), field)
    }
    const standing = context.port('identity.member')(to)
    if (to === signer.member || standing === undefined || !hasMemberRole(standing.roles, RECEIVERS)) {
      return context.refuse('supply.not-next-link', { field: '/payload/to' })
    }
    if (!standing.active) refuse(SUPPLY, context, 'receiver-unfit', '/payload/to')
    const handover = { from: signer.member, to, items }
    const ref = `${signer.member}:${shipmentId}`
    offerItems(SUPPLY, context, ref, handover, '/payload/shipmentId')
    const facts = { handover: ref, lines: linesOf(context, items) }
    recordEvent(SUPPLY, context, { verb: 'ship', items, from: signer.member, to, facts })
  },
})

export const returnItems = defineVerb({
  summary:
    'Sends items back to the member from which they came, or to their manufacturer; also what is recalled, expired or in quarantine.',
  signers: 'the holder',
  payload: Fields(sending),
  privatePart: 'optional',
  parties: ({ to }, signer) => [{ member: signer.member }, { member: to }],
  rule(context) {
    const { payload, signer, state } = context
    const { shipmentId, to, items } = payload
    for (const [i, item] of items.entries()) {
      const row = requireHeld(SUPPLY, context, item, `/payload/items/${i}`)
      const isMade = row.contents.every(({ kind }) => PRODUCTS.get(state, kind)?.manufacturer === to)
      if (to === signer.member || !(row.from === to || isMade)) {
        context.refuse('supply.not-next-link', { field: '/payload/to' })
      }
    }
    if (!context.port('identity.member')(to)?.active) refuse(SUPPLY, context, 'receiver-unfit', '/payload/to')
    const handover = { from: signer.member, to, items, purpose: 'return' }
    const ref = `${signer.member}:${shipmentId}`
    offerItems(SUPPLY, context, ref, handover, '/payload/shipmentId')
    const facts = { handover: ref, lines: linesOf(context, items) }
    recordEvent(SUPPLY, context, { verb: 'return', items, from: signer.member, to, facts })
  },
})

export const receive = defineVerb({
  summary: 'The named receiver answers a shipment: all of it, some, or none.',
  signers: 'the named receiver',
  payload: Fields({
    shipment: Reference,
    result: OneOf(['full', 'partial', 'reject']),
    items: Type.Optional(Items),
  }),
  privatePart: 'optional',
  parties: ({ shipment }, signer) => [{ member: signer.member }, { member: splitReference(shipment)[0] }],
  rule(context) {
    const { payload } = context
    const { shipment, result } = payload
    const handover = requireForSigner(SUPPLY, context, shipment, '/payload/shipment')
    const { from, to } = handover
    for (const [i, item] of (payload.items ?? []).entries()) {
      if (!handover.items.includes(item)) {
        context.refuse('supply.not-shipped', { field: `/payload/items/${i}` })
      }
    }
    const accepted = result === 'full' ? (payload.items ?? handover.items) : (payload.items ?? [])
    const all = handover.items.length
    const expected = accepted.length === all ? 'full' : accepted.length === 0 ? 'reject' : 'partial'
    if (result !== expected) context.refuse('supply.result', { field: '/payload/result' })
    answerHandover(SUPPLY, context, shipment, handover, accepted)
    const rejected = handover.items.filter((item) => !accepted.includes(item))
    if (rejected.length > 0)
      recordEvent(SUPPLY, context, {
        verb: 'reject',
        items: rejected,
        from,
        to,
        facts: { handover: shipment },
      })
    if (accepted.length === 0) return
    const facts = { handover: shipment, result, lines: linesOf(context, accepted) }
    recordEvent(SUPPLY, context, { verb: 'receive', items: accepted, from, to, facts })
  },
})

export const cancel = defineVerb({
  summary: 'Ends a shipment that was not answered: who sent it takes it back, or the receiver declines.',
  signers: 'either side',
  payload: Fields({ shipment: Reference }),
  parties: ({ shipment }, signer) => [{ member: signer.member }, { member: splitReference(shipment)[0] }],
  rule(context) {
    const { shipment } = context.payload
    const { from, to, items } = cancelHandover(SUPPLY, context, shipment, '/payload/shipment')
    recordEvent(SUPPLY, context, { verb: 'cancel', items, from, to, facts: { handover: shipment } })
  },
})
