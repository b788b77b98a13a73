/**
 * How a pathway ends: the price goes to the provider, or back to the payer, or the arbiter divides it. Whoever gives
 * something up may do so at once; whoever takes must wait until the other has had time to dispute it.
 */
import { AMOUNT_MAX } from '../../base/index.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { isDesk } from '../roles.ts'
import { ActorId, Count, Fields } from '../schema.ts'
import { splitReference } from '../table.ts'
import {
  arbiterParty,
  isPayer,
  type NamedPathway,
  pathwayFields,
  pathwayParties,
  requirePathway,
  requireState,
  stateOf,
} from './pathways.ts'
import {
  attestationOf,
  isComplete,
  PATHWAYS,
  type PathwayRow,
  pathwayHold,
  type Settlement,
} from './state.ts'

type Side = 'provider' | 'payer'

/** For which side the signer speaks. */
function requireSide({ payload, signer, refuse }: RuleContext<NamedPathway>, row: PathwayRow): Side {
  if (isPayer(signer, row.payer)) return 'payer'
  const isProvider = signer.member === splitReference(payload.pathway)[0] && isDesk(signer)
  return isProvider ? 'provider' : refuse('care.role')
}

/** Ends a pathway: pays the provider its part, the rest goes back to the payer. */
function settle(
  context: RuleContext<NamedPathway>,
  row: PathwayRow,
  how: Settlement,
  toProvider: number,
): void {
  const { payload, signer, state, time } = context
  const [provider, local] = splitReference(payload.pathway)
  context.port('settlement.release')(pathwayHold(payload.pathway), [{ to: provider, amount: toProvider }])
  const settled = { how, toProvider, by: signer.actor, at: time }
  PATHWAYS.put(state, { ...row, settled }, provider, local)
}

/** Time to object has passed since what the signer's claim rests on. */
function requireUndisputed(context: RuleContext<NamedPathway>, since: number): void {
  if (context.time < since + context.parameter('objectionSeconds')) context.refuse('care.objection-open')
}

/** When the last of what must be attested was: a provider's claim rests on it. */
function completedAt(row: PathwayRow): number {
  const times = row.steps.map(({ step, mandatory }) => (mandatory ? (attestationOf(row, step)?.at ?? 0) : 0))
  return Math.max(row.outcome?.at ?? 0, ...times)
}

export const release = defineVerb({
  summary: 'Pays the provider once every mandatory step and the outcome are attested.',
  payload: Fields(pathwayFields),
  parties: pathwayParties,
  rule(context) {
    const row = requirePathway(context)
    const side = requireSide(context, row)
    requireState(context, row, 'ACTIVE')
    if (!isComplete(row)) context.refuse('care.incomplete')
    if (side === 'provider') requireUndisputed(context, completedAt(row))
    settle(context, row, 'RELEASED', row.price)
  },
})

export const refund = defineVerb({
  summary:
    'Gives the price back: the provider at any time, the payer where the outcome was missed or time is over.',
  payload: Fields(pathwayFields),
  parties: pathwayParties,
  rule(context) {
    const { time } = context
    const row = requirePathway(context)
    const side = requireSide(context, row)
    requireState(context, row, 'ACTIVE')
    if (side === 'payer') {
      if (isComplete(row)) context.refuse('care.complete')
      const missedAt = row.outcome?.met === false ? row.outcome.at : row.dueBy
      if (time < missedAt) context.refuse('care.not-due')
      requireUndisputed(context, missedAt)
    }
    settle(context, row, 'REFUNDED', 0)
  },
})

const disputed = { ...pathwayFields, arbiter: ActorId }
const disputeParties = (payload: NamedPathway & { readonly arbiter: string }) => [
  ...pathwayParties(payload),
  arbiterParty(payload.arbiter),
]

export const dispute = defineVerb({
  summary:
    'Provider or payer calls the named arbiter, once: nothing is paid until it decides, or its time is over.',
  payload: Fields(disputed),
  privatePart: 'optional',
  parties: disputeParties,
  rule(context) {
    const { payload, signer, state, time } = context
    const row = requirePathway(context)
    requireSide(context, row)
    requireArbiter(context, row)
    requireState(context, row, 'running')
    if (row.dispute !== undefined) context.refuse('care.dispute-made')
    const next = { ...row, dispute: { by: signer.actor, at: time } }
    PATHWAYS.put(state, next, ...splitReference(payload.pathway))
  },
})

export const arbitrate = defineVerb({
  summary: 'The named arbiter says how much of the price the provider gets; the rest goes back.',
  payload: Fields({ ...disputed, toProvider: Count(0, AMOUNT_MAX) }),
  privatePart: 'optional',
  parties: disputeParties,
  rule(context) {
    const { payload, signer } = context
    const row = requirePathway(context)
    requireArbiter(context, row)
    if (signer.actor !== row.arbiter) context.refuse('care.role')
    requireState(context, row, 'running')
    if (stateOf(context, row) !== 'DISPUTED') context.refuse('care.not-disputed')
    if (payload.toProvider > row.price) context.refuse('care.award', { field: '/payload/toProvider' })
    settle(context, row, 'ARBITRATED', payload.toProvider)
  },
})

function requireArbiter(
  { payload, refuse }: RuleContext<NamedPathway & { readonly arbiter: string }>,
  row: PathwayRow,
): void {
  if (payload.arbiter !== row.arbiter) refuse('care.unknown', { field: '/payload/arbiter' })
}
