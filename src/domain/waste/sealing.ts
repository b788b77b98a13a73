/**
 * Rules about items of waste before they are handed over: sealed in a department, packed, taken out, put into the
 * store.
 */
import Type from 'typebox'
import { CUSTODY_ITEMS_MAX } from '../../base/index.ts'
import { monthOf } from '../calendar.ts'
import {
  type AnyRule,
  createItem,
  findItem,
  packItems,
  putItem,
  recordEvent,
  refuse,
  requireHeld,
  unpackItems,
} from '../custody/index.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, isStaff, ownMember } from '../roles.ts'
import { Fields, LocalId, OneOf, Reference, SetOf } from '../schema.ts'
import { requireAuthorised } from './authorisations.ts'
import { book } from './balances.ts'
import { dueFromNow, lateAlarms, requireStage, setDue } from './stages.ts'
import { CLASSES, hospitalOf, type Stage, totalOf, WASTE, type WasteClass, type WasteItem } from './state.ts'
import { requireWeight, showWeights, Weight } from './weights.ts'

const CONTAINERS = ['bag', 'sharps-box', 'drum'] as const
const Items = SetOf(Reference, CUSTODY_ITEMS_MAX)
/** Stages in the hands of the hospital. */
const IN_HOSPITAL: readonly Stage[] = ['department', 'collected', 'stored']

export const seal = defineVerb({
  summary: 'A department seals a bag, box or drum of one class, weighed by a scale of the hospital.',
  signers: 'staff of an authorised hospital',
  payload: Fields({
    bagId: LocalId,
    class: OneOf(CLASSES),
    department: LocalId,
    container: OneOf(CONTAINERS),
    weight: Weight,
  }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { payload, signer, time } = context
    const { bagId, class: wasteClass, department, container, weight } = payload
    if (!isStaff(signer) || !hasMemberRole(signer.memberRoles, ['hospital'])) context.refuse('waste.role')
    requireAuthorised(context, signer.member, [wasteClass], '/payload/class')
    if ((wasteClass === 'sharps') !== (container === 'sharps-box')) {
      context.refuse('waste.container', { field: '/payload/container' })
    }
    const ref = `${signer.member}:${bagId}`
    const weighing = requireWeight(context, ref, weight, '/payload/weight', undefined)
    const { grams, at } = weighing
    const month = monthOf(time)
    const row: WasteItem = {
      holder: signer.actor,
      contents: [{ kind: wasteClass, batch: month, amount: grams }],
      depth: 0,
      children: 0,
      count: 0,
      class: wasteClass,
      container,
      month,
      grams,
      weighedAt: at,
      stage: 'department',
      department,
    }
    createItem(WASTE, context, ref, row, '/payload/bagId')
    putItem(WASTE, context, ref, setDue(context, ref, row, dueFromNow(context, 'department')))
    book(context, signer.member, month, wasteClass, { sealed: grams })
    const facts = { class: wasteClass, department, weights: showWeights([weighing]) }
    recordEvent(WASTE, context, { verb: 'seal', items: [ref], to: signer.member, facts })
  },
})

export const pack = defineVerb({
  summary:
    'Packs items of one class into a box, which then moves as one; a small labelled pharmaceutical amount may go with infectious waste.',
  signers: 'who holds the items',
  payload: Fields({
    boxId: LocalId,
    class: OneOf(CLASSES),
    items: Items,
    labelled: Type.Optional(Type.Boolean()),
  }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { payload, signer } = context
    const ref = `${signer.member}:${payload.boxId}`
    const rows = payload.items.map((item, i) => requirePackable(context, item, i, ref))
    const existing = findItem(WASTE, context.state, ref)
    const container = existing === undefined ? newBox(context, rows[0]!) : requireBox(context, ref, rows[0]!)
    for (const [i, row] of rows.entries()) {
      const field = `/payload/items/${i}`
      if (row.holder !== container.holder) refuse(WASTE, context, 'not-holder', field)
      if (row.stage !== container.stage) context.refuse('waste.stage', { field })
    }
    const labelled = container.labelled === true || payload.labelled === true
    packItems(
      WASTE,
      context,
      { ref, row: container, isNew: existing === undefined },
      payload.items,
      boundsOf(context),
    )
    for (const item of payload.items) {
      putItem(WASTE, context, item, setDue(context, item, findItem(WASTE, context.state, item)!, undefined))
    }
    const packed = findItem(WASTE, context.state, ref)!
    const grams = container.grams + rows.reduce((sum, row) => sum + row.grams, 0)
    requireUnmixed(context, packed, grams, labelled)
    const weighedAt = Math.max(container.weighedAt, ...rows.map((row) => row.weighedAt))
    const next = { ...packed, grams, weighedAt, ...(labelled && { labelled }) }
    putItem(WASTE, context, ref, setDue(context, ref, next, earliestDue([container, ...rows])))
    const facts = { class: payload.class }
    recordEvent(WASTE, context, { verb: 'pack', items: payload.items, parent: ref, facts })
  },
})

type Packing = AnyRule & {
  readonly payload: { readonly class: WasteClass; readonly items: readonly string[] }
}

/** An item of the hospital's own, held and unfrozen, of a class that may go into this box. */
function requirePackable(context: Packing, item: string, i: number, box: string): WasteItem {
  const field = `/payload/items/${i}`
  const row = requireHeld(WASTE, context, item, field)
  requireStage(context, row, IN_HOSPITAL, field)
  if (hospitalOf(item) !== hospitalOf(box)) refuse(WASTE, context, 'not-holder', field)
  const { class: wasteClass } = context.payload
  const isAdded = wasteClass === 'infectious' && row.class === 'pharmaceutical'
  if (row.class !== wasteClass && !isAdded) context.refuse('waste.mixed', { field })
  return row
}

function newBox({ payload, time }: Packing, first: WasteItem): WasteItem {
  return {
    holder: first.holder!,
    ...(first.from !== undefined && { from: first.from }),
    contents: [],
    depth: 0,
    children: 0,
    count: 0,
    class: payload.class,
    container: 'box',
    month: monthOf(time),
    grams: 0,
    weighedAt: 0,
    stage: first.stage,
  }
}

/** A box that is there, of this class, held by the same hands. */
function requireBox(context: Packing, ref: string, first: WasteItem): WasteItem {
  const field = '/payload/boxId'
  const row = requireHeld(WASTE, context, ref, field)
  if (row.container !== 'box') refuse(WASTE, context, 'not-container', field)
  requireStage(context, row, [first.stage], field)
  if (row.class !== context.payload.class) context.refuse('waste.class', { field: '/payload/class' })
  return row
}

/** Refuses a box of infectious waste with more of a pharmaceutical class than is small, or without its label. */
function requireUnmixed(context: AnyRule, row: WasteItem, grams: number, labelled: boolean): void {
  const added = totalOf(row.contents.filter(({ kind }) => kind !== row.class))
  const isSmall = added * 1000 <= grams * context.parameter('mixedPermilleMax')
  if (added > 0 && !(isSmall && labelled)) context.refuse('waste.mixed', { field: '/payload/items' })
}

const boundsOf = (context: AnyRule) => ({
  childrenMax: context.parameter('childrenMax'),
  linesMax: context.parameter('linesMax'),
  depthMax: context.parameter('depthMax'),
})

function earliestDue(rows: readonly WasteItem[]): WasteItem['due'] {
  const dues = rows.flatMap(({ due }) => (due === undefined ? [] : [due]))
  return dues.reduce<WasteItem['due']>((first, due) => (first && first.at <= due.at ? first : due), undefined)
}

export const unpack = defineVerb({
  summary: 'Takes items out of a box that has not left the hospital; an empty box is no more.',
  signers: 'who holds the box, in the hospital',
  payload: Fields({ box: Reference, items: Items }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { payload, state } = context
    const { box: ref, items } = payload
    const box = requireHeld(WASTE, context, ref, '/payload/box')
    requireStage(context, box, IN_HOSPITAL, '/payload/box')
    unpackItems(WASTE, context, ref, items)
    let grams = box.grams
    for (const item of items) {
      const row = findItem(WASTE, state, item)!
      grams -= row.grams
      const next: WasteItem = { ...row, stage: box.stage, weighedAt: box.weighedAt }
      putItem(WASTE, context, item, setDue(context, item, next, box.due))
    }
    const after = findItem(WASTE, state, ref)!
    if (after.ended === undefined) {
      putItem(WASTE, context, ref, { ...after, grams })
    } else {
      // What the box weighed otherwise than its contents ends with it.
      book(context, hospitalOf(ref), box.month, box.class, { explained: grams })
      putItem(WASTE, context, ref, { ...setDue(context, ref, after, undefined), grams: 0 })
    }
    recordEvent(WASTE, context, { verb: 'unpack', items, parent: ref, facts: { class: box.class } })
  },
})

export const store = defineVerb({
  summary: "Puts items into the hospital's store, where they may stay for 48 hours.",
  signers: 'the holder, in the hospital',
  payload: Fields({ items: Items }),
  privatePart: 'optional',
  parties: ownMember,
  rule(context) {
    const { payload, signer } = context
    const rows = payload.items.map((item, i) => {
      const field = `/payload/items/${i}`
      const row = requireHeld(WASTE, context, item, field)
      requireStage(context, row, ['department', 'collected'], field)
      requireAuthorised(context, signer.member, [row.class], field)
      return [item, row] as const
    })
    for (const [item, row] of rows) {
      const next = setDue(context, item, row, dueFromNow(context, 'store'))
      putItem(WASTE, context, item, { ...next, stage: 'stored' })
    }
    const alarms = lateAlarms(context, rows)
    recordEvent(WASTE, context, { verb: 'store', items: payload.items, to: signer.member, alarms })
  },
})
