/**
 * Rules by which waste goes from hand to hand: offered and accepted, on a manifest to the hauler, shipped to the plant
 * and received.
 */
import { WASTE_WEIGHTS_MAX } from '../../base/index.ts'
import { memberOf } from '../../protocol/index.ts'
import {
  type AnyRule,
  answerHandover,
  cancelHandover,
  findItem,
  type Handover,
  offerItems,
  putItem,
  recordEvent,
  refuse,
  requireForSigner,
  requireHeld,
} from '../custody/index.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole } from '../roles.ts'
import { ActorId, Fields, LocalId, OneOf, Reference, SetOf } from '../schema.ts'
import { splitReference } from '../table.ts'
import { requireAuthorised } from './authorisations.ts'
import { reweigh } from './balances.ts'
import { openDiscrepancy } from './differences.ts'
import { dueFromNow, lateAlarms, requireStage, setDue } from './stages.ts'
import { classesOf, hospitalOf, MANIFESTS, type Stage, WASTE, type WasteItem } from './state.ts'
import { isApart, requireWeights, showWeights, type Weighing, Weights } from './weights.ts'

const Items = SetOf(Reference, WASTE_WEIGHTS_MAX)
const HANDED: readonly Stage[] = ['department', 'collected', 'stored', 'transport']

/** The item, held by the signer, where it may go on now. */
function requireOffered(context: AnyRule, item: string, field: string, stages: readonly Stage[]): WasteItem {
  const row = requireHeld(WASTE, context, item, field)
  requireStage(context, row, stages, field)
  return row
}

function requireReceiver(context: AnyRule, to: string, field: string): void {
  const standing = context.port('identity.actor')(to)
  if (!standing?.active) refuse(WASTE, context, 'receiver-unfit', field)
  if (standing?.role === 'patient' || standing?.role === 'scale') {
    context.refuse('waste.not-next-link', { field })
  }
}

export const offer = defineVerb({
  summary:
    'Offers items to a named receiver: a colleague of the hospital, or from a hauler back to the hospital.',
  signers: 'the holder',
  payload: Fields({ offerId: LocalId, items: Items, to: ActorId }),
  parties: ({ to }, signer) => [{ member: signer.member }, { member: memberOf(to) }],
  rule(context) {
    const { payload, signer } = context
    const { offerId, items, to } = payload
    const rows = items.map((item, i) => requireOffered(context, item, `/payload/items/${i}`, HANDED))
    for (const [i, item] of items.entries()) {
      // Within the hospital and back to it. To a hauler waste goes on a manifest, to a plant as that manifest says.
      if (memberOf(to) !== hospitalOf(item)) context.refuse('waste.not-next-link', { field: '/payload/to' })
      if (rows[i]!.holder !== rows[0]!.holder) refuse(WASTE, context, 'not-holder', `/payload/items/${i}`)
    }
    requireReceiver(context, to, '/payload/to')
    const purpose = memberOf(to) === signer.member ? 'collection' : 'return'
    const ref = `${signer.member}:${offerId}`
    offerItems(WASTE, context, ref, { from: rows[0]!.holder!, to, items, purpose }, '/payload/offerId')
    recordEvent(WASTE, context, {
      verb: 'offer',
      items,
      from: signer.member,
      to: memberOf(to),
      facts: { handover: ref },
    })
  },
})

export const openManifest = defineVerb({
  summary:
    "Opens the manifest of a transport from the hospital's store, which offers its items to the hauler.",
  signers: 'the hospital, of what is stored',
  payload: Fields({ manifestId: LocalId, hauler: LocalId, plant: LocalId, items: Items }),
  privatePart: 'optional',
  parties: ({ hauler, plant }, signer) => [{ member: signer.member }, { member: hauler }, { member: plant }],
  rule(context) {
    const { payload, signer, state, time } = context
    const { manifestId, hauler, plant, items } = payload
    const rows = items.map((item, i) => requireOffered(context, item, `/payload/items/${i}`, ['stored']))
    const classes = [...new Set(rows.flatMap(classesOf))]
    requireLink(context, hauler, 'hauler', classes, '/payload/hauler')
    requireLink(context, plant, 'treatment-plant', classes, '/payload/plant')
    const ref = `${signer.member}:${manifestId}`
    const transfer = { from: signer.member, to: hauler, items, purpose: 'manifest' }
    offerItems(WASTE, context, ref, transfer, '/payload/manifestId')
    MANIFESTS.put(state, { hauler, plant, items, by: signer.actor, at: time }, signer.member, manifestId)
    recordEvent(WASTE, context, {
      verb: 'open-manifest',
      items,
      from: signer.member,
      to: hauler,
      facts: { handover: ref },
    })
  },
})

/** Refuses whoever is not an active link of this role that is authorised for the classes. */
function requireLink(
  context: AnyRule,
  member: string,
  role: string,
  classes: readonly string[],
  field: string,
): void {
  const standing = context.port('identity.member')(member)
  if (standing === undefined || !hasMemberRole(standing.roles, [role])) {
    context.refuse('waste.not-next-link', { field })
  }
  if (!standing.active) refuse(WASTE, context, 'receiver-unfit', field)
  requireAuthorised(context, member, classes, field)
}

export const ship = defineVerb({
  summary: 'The hauler brings items of a manifest to its plant, which they are offered to.',
  signers: 'the hauler of the manifest',
  payload: Fields({ shipmentId: LocalId, manifest: Reference, items: Items }),
  privatePart: 'optional',
  parties: ({ manifest }, signer) => [{ member: signer.member }, { member: splitReference(manifest)[0] }],
  rule(context) {
    const { payload, signer, state } = context
    const { shipmentId, manifest: manifestRef, items } = payload
    const refuseManifest = (field: string) => context.refuse('waste.manifest', { field })
    const manifest = MANIFESTS.get(state, ...splitReference(manifestRef))
    if (manifest?.hauler !== signer.member) return refuseManifest('/payload/manifest')
    const rows = items.map((item, i) => {
      const row = requireOffered(context, item, `/payload/items/${i}`, ['transport'])
      return row.manifest === manifestRef ? row : refuseManifest(`/payload/items/${i}`)
    })
    const { plant } = manifest
    requireLink(context, plant, 'treatment-plant', [...new Set(rows.flatMap(classesOf))], '/payload/manifest')
    const ref = `${signer.member}:${shipmentId}`
    const transfer = { from: signer.member, to: plant, items, purpose: 'transport' }
    offerItems(WASTE, context, ref, transfer, '/payload/shipmentId')
    recordEvent(WASTE, context, {
      verb: 'ship',
      items,
      from: signer.member,
      to: plant,
      facts: { handover: ref },
    })
  },
})

export const accept = defineVerb({
  summary:
    'The named receiver takes over everything that it was offered, each item weighed by a scale of its own.',
  signers: 'the named receiver',
  payload: Fields({ offer: Reference, weights: Weights(1) }),
  privatePart: 'optional',
  parties: ({ offer: ref }, signer) => [{ member: signer.member }, { member: splitReference(ref)[0] }],
  rule(context) {
    const { payload, signer } = context
    const handover = requireForSigner(WASTE, context, payload.offer, '/payload/offer')
    if (handover.purpose === 'transport') refuse(WASTE, context, 'handover-unknown', '/payload/offer')
    const weighings = requireWeights(context, handover, payload.weights)
    if (weighings.length < handover.items.length) {
      context.refuse('waste.weights', { field: '/payload/weights' })
    }
    const classes = handover.items.flatMap((item) => classesOf(findItem(WASTE, context.state, item)!))
    requireAuthorised(context, signer.member, classes, '/payload/offer')
    takeOver(context, 'accept', payload.offer, handover, weighings)
  },
})

export const receive = defineVerb({
  summary:
    'The plant answers a shipment: all of it, some, or none; what it takes is weighed by a scale of its own.',
  signers: 'the plant',
  payload: Fields({
    shipment: Reference,
    result: OneOf(['full', 'partial', 'reject']),
    weights: Weights(0),
  }),
  privatePart: 'optional',
  parties: ({ shipment }, signer) => [{ member: signer.member }, { member: splitReference(shipment)[0] }],
  rule(context) {
    const { payload, signer, state } = context
    const { shipment, result, weights } = payload
    const handover = requireForSigner(WASTE, context, shipment, '/payload/shipment')
    if (handover.purpose !== 'transport') refuse(WASTE, context, 'handover-unknown', '/payload/shipment')
    const weighings = requireWeights(context, handover, weights)
    const all = handover.items.length
    const expected = weighings.length === all ? 'full' : weighings.length === 0 ? 'reject' : 'partial'
    if (result !== expected) context.refuse('waste.weights', { field: '/payload/weights' })
    const classes = weighings.flatMap(({ item }) => classesOf(findItem(WASTE, state, item)!))
    if (result !== 'reject') requireAuthorised(context, signer.member, classes, '/payload/shipment')
    takeOver(context, 'receive', shipment, handover, weighings, result)
  },
})

export const cancel = defineVerb({
  summary:
    'Ends an offer, manifest or shipment that was not answered: who offered takes it back, or the receiver declines.',
  signers: 'either side',
  payload: Fields({ offer: Reference }),
  parties: ({ offer: ref }, signer) => [{ member: signer.member }, { member: splitReference(ref)[0] }],
  rule(context) {
    const { from, to, items } = cancelHandover(WASTE, context, context.payload.offer, '/payload/offer')
    recordEvent(WASTE, context, {
      verb: 'cancel',
      items,
      from: memberOf(from),
      to: memberOf(to),
      facts: { handover: context.payload.offer },
    })
  },
})

/** Moves what was weighed to the receiver. A weight too far from the last one freezes its item. */
function takeOver(
  context: AnyRule,
  verb: 'accept' | 'receive',
  ref: string,
  handover: Handover,
  weighings: readonly Weighing[],
  result?: string,
): void {
  const { state } = context
  const before = weighings.map(({ item }) => [item, findItem(WASTE, state, item)!] as const)
  const [from, to] = [memberOf(handover.from), memberOf(handover.to)]
  const accepted = weighings.map(({ item }) => item)
  answerHandover(WASTE, context, ref, handover, accepted)
  const apart = weighings.filter(({ grams }, i) => isApart(context, before[i]![1], grams))
  for (const [i, { item, grams, at }] of weighings.entries()) {
    let row = arrive(context, item, { ...findItem(WASTE, state, item)!, weighedAt: at }, handover, ref)
    putItem(WASTE, context, item, row)
    if (!apart.includes(weighings[i]!)) row = reweigh(context, item, row, grams)
  }
  const rejected = handover.items.filter((item) => !accepted.includes(item))
  if (rejected.length > 0) {
    const alarms = [{ kind: 'rejected', items: rejected }]
    recordEvent(WASTE, context, {
      verb: 'reject',
      items: rejected,
      from,
      to,
      facts: { handover: ref },
      alarms,
    })
  }
  if (accepted.length === 0) return
  const discrepant = apart.map(({ item }) => item)
  const event = recordEvent(WASTE, context, {
    verb,
    items: accepted,
    from,
    to,
    facts: {
      handover: ref,
      weights: showWeights(weighings),
      ...(result !== undefined && { result }),
      ...(discrepant.length > 0 && { discrepant }),
    },
    alarms: [
      // These two end a deadline; within the hospital and at the plant it runs on.
      ...(endsDeadline(handover) ? lateAlarms(context, before) : []),
      ...(discrepant.length > 0 ? [{ kind: 'discrepancy', items: discrepant }] : []),
    ],
  })
  for (const { item, grams } of apart) openDiscrepancy(context, item, grams, [from, to], event)
}

const endsDeadline = ({ purpose }: Handover): boolean => purpose === 'manifest' || purpose === 'return'

/** The stage and deadline that an item comes to with a handover. */
function arrive(
  context: AnyRule,
  item: string,
  row: WasteItem,
  { purpose }: Handover,
  ref: string,
): WasteItem {
  switch (purpose) {
    case 'manifest': {
      const due = dueFromNow(context, 'destruction')
      return { ...setDue(context, item, row, due), stage: 'transport', manifest: ref }
    }
    case 'transport':
      return { ...row, stage: 'plant' }
    case 'return': {
      const { manifest: _manifest, ...rest } = row
      return { ...setDue(context, item, rest, dueFromNow(context, 'department')), stage: 'collected' }
    }
    default:
      return { ...row, stage: row.stage === 'department' ? 'collected' : row.stage }
  }
}
