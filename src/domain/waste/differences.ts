/**
 * Rules about the end of waste, and about weights that lie too far apart: both links state one weight, the bureau
 * closes it.
 */
import { WASTE_GRAMS_MAX } from '../../base/index.ts'
import {
  type AnyRule,
  endItem,
  eventParts,
  findItem,
  isConcerned,
  putItem,
  recordEvent,
  refuse,
  requireHeld,
} from '../custody/index.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, isStaff } from '../roles.ts'
import { Count, Fields, OneOf, Reference } from '../schema.ts'
import { splitReference, timeKey } from '../table.ts'
import { BUREAU, requireAuthorised } from './authorisations.ts'
import { bookDestroyed, reweigh } from './balances.ts'
import { lateAlarms, requireStage, setDue } from './stages.ts'
import { classesOf, DISCREPANCIES, type Discrepancy, WASTE, type WasteItem } from './state.ts'
import { isApart, requireWeight, showWeights, Weight } from './weights.ts'

/** Which classes each method destroys; burning destroys all of them. */
const METHODS = {
  incineration: ['infectious', 'pathological', 'sharps', 'pharmaceutical', 'chemical'],
  autoclave: ['infectious', 'sharps'],
  microwave: ['infectious', 'sharps'],
  'chemical-disinfection': ['infectious', 'sharps'],
} as const
const METHOD_NAMES = ['incineration', 'autoclave', 'microwave', 'chemical-disinfection'] as const

export const destroy = defineVerb({
  summary: 'The plant destroys an item, weighed for the last time on its way into the furnace.',
  signers: 'the plant',
  payload: Fields({ item: Reference, method: OneOf(METHOD_NAMES), weight: Weight }),
  privatePart: 'optional',
  parties: ({ item }, signer) => [{ member: signer.member }, { member: splitReference(item)[0] }],
  rule(context) {
    const { payload, signer, state } = context
    const { item, method, weight } = payload
    const row = requireHeld(WASTE, context, item, '/payload/item')
    requireStage(context, row, ['plant'], '/payload/item')
    const classes = classesOf(row)
    requireAuthorised(context, signer.member, classes, '/payload/item')
    if (!classes.every((one) => (METHODS[method] as readonly string[]).includes(one))) {
      context.refuse('waste.method', { field: '/payload/method' })
    }
    const weighing = requireWeight(context, item, weight, '/payload/weight', row.weighedAt)
    const isDiscrepant = isApart(context, row, weighing.grams)
    if (!isDiscrepant) bookDestroyed(context, item, reweigh(context, item, row, weighing.grams))
    endItem(WASTE, context, item, 'destroyed')
    putItem(WASTE, context, item, {
      ...setDue(context, item, findItem(WASTE, state, item)!, undefined),
      weighedAt: weighing.at,
    })
    const discrepant = isDiscrepant ? [item] : []
    const event = recordEvent(WASTE, context, {
      verb: 'destroy',
      items: [item],
      from: signer.member,
      facts: {
        class: row.class,
        method,
        weights: showWeights([weighing]),
        ...(isDiscrepant && { discrepant }),
      },
      alarms: [
        ...lateAlarms(context, [[item, row]]),
        ...(isDiscrepant ? [{ kind: 'discrepancy', items: discrepant }] : []),
      ],
    })
    // What is missing stays in hand on paper until it is explained.
    if (isDiscrepant) openDiscrepancy(context, item, weighing.grams, [signer.member], event)
  },
})

/** Freezes an item whose weight lies too far from that of the link before. */
export function openDiscrepancy(
  context: AnyRule,
  item: string,
  measured: number,
  between: readonly string[],
  event: string,
): void {
  const { state, time } = context
  const row = findItem(WASTE, state, item)!
  const members = [...new Set(between)]
  const discrepancy: Discrepancy = {
    at: time,
    expected: row.grams,
    measured,
    between: members,
    event,
    stated: [],
  }
  putItem(WASTE, context, item, { ...row, discrepancy })
  DISCREPANCIES.put(state, { event }, timeKey(time), ...WASTE.idOf(item))
}

export const resolve = defineVerb({
  summary:
    'States the true weight of an item whose weights differ: each of the two links, then the environment bureau, which closes it.',
  signers: 'both links, then the environment-bureau',
  payload: Fields({ item: Reference, grams: Count(1, WASTE_GRAMS_MAX) }),
  privatePart: 'optional',
  parties: ({ item }, signer) => [{ member: signer.member }, { member: splitReference(item)[0] }],
  rule(context) {
    const { payload, signer, state } = context
    const { item, grams } = payload
    const isBureau = isStaff(signer) && hasMemberRole(signer.memberRoles, [BUREAU])
    const row = findItem(WASTE, state, item)
    const isLink = isStaff(signer) && row?.discrepancy?.between.includes(signer.member) === true
    if (row === undefined || !(isBureau || isLink || isConcerned(WASTE, state, signer, item))) {
      return refuse(WASTE, context, 'unknown', '/payload/item')
    }
    const { discrepancy } = row
    if (discrepancy === undefined) {
      return context.refuse('waste.not-discrepant', { field: '/payload/item' })
    }
    const { between, stated, event } = discrepancy
    if (!isBureau && !isLink) context.refuse('waste.not-concerned')
    if (!isBureau) {
      const others = stated.filter(({ member }) => member !== signer.member)
      const next = [...others, { member: signer.member, grams }]
      putItem(WASTE, context, item, { ...row, discrepancy: { ...discrepancy, stated: next } })
      recordEvent(WASTE, context, {
        verb: 'state-weight',
        items: [item],
        parties: between,
        facts: { corrects: event, grams },
      })
      return
    }
    const isAgreed = between.every((member) =>
      stated.some((statement) => statement.member === member && statement.grams === grams),
    )
    if (!isAgreed) context.refuse('waste.not-stated', { field: '/payload/grams' })
    close(context, item, row, grams)
    const facts = { corrects: event, grams }
    const name = recordEvent(WASTE, context, { verb: 'resolve', items: [item], parties: between, facts })
    correct(context, event, name)
  },
})

/** Sets the weight on which all agree, and lets the item go on; one that was destroyed is booked now. */
function close(context: AnyRule, item: string, row: WasteItem, grams: number): void {
  const { discrepancy, ...rest } = row
  DISCREPANCIES.delete(context.state, timeKey(discrepancy!.at), ...WASTE.idOf(item))
  if (row.parent === undefined && row.ended === undefined) {
    putItem(WASTE, context, item, rest)
    reweigh(context, item, rest, grams)
    return
  }
  const next = reweigh(context, item, rest, grams)
  bookDestroyed(context, item, next)
  putItem(WASTE, context, item, next)
}

/** Marks the event of a wrong weight with the one that corrects it. */
function correct(context: AnyRule, event: string, by: string): void {
  const { events } = WASTE.tables
  const row = events.get(context.state, ...eventParts(event))!
  const facts = { ...row.facts, corrected: [...(row.facts.corrected ?? []), { by, at: context.time }] }
  events.put(context.state, { ...row, facts }, ...eventParts(event))
}
