/**
 * Weights: each is signed by a scale that the weighing member has enrolled, over ledger, item, grams and time, and
 * stands in the payload of the handover that it is for, so that one transaction is the handover. A scale's signature is
 * good for one item, a short time, and once.
 */
import Type, { type Static } from 'typebox'
import { WASTE_GRAMS_MAX, WASTE_WEIGHTS_MAX } from '../../base/index.ts'
import { weightInput } from '../../protocol/index.ts'
import { type AnyRule, findItem, type Handover } from '../custody/index.ts'
import { Count, Fields, Hash, Reference, Signature, Time } from '../schema.ts'
import { WASTE, type WasteItem } from './state.ts'

export const Weight = Fields({
  grams: Count(1, WASTE_GRAMS_MAX),
  at: Time,
  scale: Hash,
  signature: Signature,
})
export type Weight = Static<typeof Weight>

const WeightOf = Fields({ item: Reference, ...Weight.properties })
type WeightOf = Static<typeof WeightOf>

export const Weights = (minItems: number) => Type.Array(WeightOf, { minItems, maxItems: WASTE_WEIGHTS_MAX })

/** A weight whose scale is known. */
export interface Weighing {
  readonly item: string
  readonly grams: number
  readonly at: number
  /** Actor id. */
  readonly scale: string
}

/** Refuses a weight that no scale of the signer's member has taken of this item, lately and after the last one. */
export function requireWeight(
  context: AnyRule,
  item: string,
  weight: Weight,
  field: string,
  lastAt: number | undefined,
): Weighing {
  const { crypto, signer, time } = context
  const { grams, at, scale, signature } = weight
  const found = context.port('identity.signer')(scale)
  const isOwnScale = found?.active && found.actor.role === 'scale' && found.actor.member === signer.member
  if (!isOwnScale) context.refuse('waste.scale', { field: `${field}/scale` })
  const message = weightInput(crypto.ledgerId, item, grams, at)
  if (!crypto.verifySignature(scale, message, signature)) {
    context.refuse('waste.weight-signature', { field: `${field}/signature` })
  }
  const isLate = at < time - context.parameter('weightSecondsMax')
  const isEarly = at > time + context.parameter('weightAheadSecondsMax')
  if (isLate || isEarly || (lastAt !== undefined && at <= lastAt)) {
    context.refuse('waste.weight-time', { field: `${field}/at` })
  }
  return { item, grams, at, scale: found!.actor.actor }
}

/** Checks the weights of items of a handover, each once. */
export function requireWeights(
  context: AnyRule,
  handover: Handover,
  weights: readonly WeightOf[],
): readonly Weighing[] {
  const seen = new Set<string>()
  return weights.map(({ item, ...weight }, i) => {
    const field = `/payload/weights/${i}`
    if (!handover.items.includes(item) || seen.has(item)) {
      context.refuse('waste.weights', { field: `${field}/item` })
    }
    seen.add(item)
    return requireWeight(context, item, weight, field, findItem(WASTE, context.state, item)!.weighedAt)
  })
}

/** Whether two weights of one item lie so far apart that the links must explain it: beyond both bounds. */
export function isApart(context: AnyRule, { grams: expected }: WasteItem, measured: number): boolean {
  const difference = Math.abs(expected - measured)
  return (
    difference > context.parameter('differenceGrams') &&
    difference * 1000 > expected * context.parameter('differencePermille')
  )
}

/** Weights as an event tells them. */
export const showWeights = (weighings: readonly Weighing[]) =>
  weighings.map(({ item, grams, scale }) => ({ item, grams, scale }))
