/**
 * How much a patient may keep in the vault of what it holds itself: some bytes are free, more cost points. The ledger
 * counts the lengths that the patient states; the vault gives out no content of another length than was stated, and
 * takes no more from a patient than the ledger allows it.
 */
import { QUOTA_UNITS_MAX } from '../../base/index.ts'
import type { Context, PortContext, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { ownMember } from '../roles.ts'
import { Amount, Count, Fields } from '../schema.ts'
import { QUOTAS, type QuotaRow } from './state.ts'

const quotaOf = (context: Context, owner: string): QuotaRow =>
  QUOTAS.get(context.state, owner) ?? { used: 0, extended: 0 }

/** Bytes that an owner may keep. Also the port `record.quota`. */
export const quotaBytes = (context: Context, owner: string): number =>
  context.parameter('quotaFreeBytes') + quotaOf(context, owner).extended

/** A patient states the length of what it has in the vault, and of nothing else; a facility states none. */
export function requireBytes(
  context: RuleContext<{ readonly vaultHash?: string; readonly bytes?: number }>,
  isOwn: boolean,
): void {
  const { vaultHash, bytes } = context.payload
  const isDue = isOwn && vaultHash !== undefined
  if (isDue !== (bytes !== undefined)) context.refuse('record.bytes', { field: '/payload/bytes' })
}

/** Counts a content against its owner's quota. */
export function takeQuota(context: PortContext, owner: string, bytes: number): void {
  const quota = quotaOf(context, owner)
  if (quota.used + bytes > quotaBytes(context, owner)) {
    context.refuse('record.quota-full', { field: '/payload/bytes' })
  }
  QUOTAS.put(context.state, { ...quota, used: quota.used + bytes }, owner)
}

/** What an erased record took is free again. */
export function giveQuota(context: PortContext, owner: string, bytes: number): void {
  const quota = quotaOf(context, owner)
  QUOTAS.put(context.state, { ...quota, used: quota.used - bytes }, owner)
}

export const extendQuota = defineVerb({
  summary:
    'A patient buys room for what it holds itself: points to the member that enrolled it and keeps it.',
  signers: 'a patient',
  payload: Fields({ units: Count(1, QUOTA_UNITS_MAX), points: Amount }),
  parties: ownMember,
  rule(context) {
    const { payload, signer, state } = context
    const { units, points } = payload
    if (signer.role !== 'patient') context.refuse('record.role')
    if (points !== units * context.parameter('quotaUnitPoints')) {
      context.refuse('record.price', { field: '/payload/points' })
    }
    const quota = quotaOf(context, signer.actor)
    const extended = quota.extended + units * context.parameter('quotaUnitBytes')
    if (context.parameter('quotaFreeBytes') + extended > context.parameter('quotaBytesMax')) {
      context.refuse('record.quota-limit', { field: '/payload/units' })
    }
    const payment = { from: signer.actor, to: signer.member, currency: 'points', amount: points } as const
    context.port('settlement.transfer')({ ...payment, reference: 'record.extend-quota' })
    QUOTAS.put(state, { ...quota, extended }, signer.actor)
  },
})

/** The quota as its read shows it. */
export function showQuota(context: Context, owner: string) {
  const { used, extended } = quotaOf(context, owner)
  const total = quotaBytes(context, owner)
  return {
    owner,
    used,
    total,
    left: Math.max(0, total - used),
    extended,
    unitBytes: context.parameter('quotaUnitBytes'),
    unitPoints: context.parameter('quotaUnitPoints'),
    totalMax: context.parameter('quotaBytesMax'),
  }
}
