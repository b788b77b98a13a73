/**
 * The plan's escrow: the balance of earlier rounds, and aid that was shared and not yet paid. It is one hold on the
 * sponsor's account, so the sponsor can not spend it, and stands in for what its collectors have not remitted yet.
 */
import { assert } from '../../base/index.ts'
import type { RuleContext } from '../contract.ts'
import type { PlanId, PlanRow } from './state.ts'

interface Payment {
  readonly to: string
  readonly amount: number
}

/** The plan's reference: at every moment it has one hold. */
const holdIdOf = (id: PlanId): string => id.join(':')

/**
 * Pays out of the escrow and leaves `next` fen in it; what it grows by comes from the sponsor's account, what it
 * shrinks by beyond the payments goes back there. Refuses, by settlement, a sponsor that has too little. Returns the
 * changed row, which is the caller's to store.
 */
export function movePot(
  context: RuleContext<unknown>,
  plan: { readonly id: PlanId; readonly row: PlanRow },
  next: number,
  payments: readonly Payment[] = [],
): PlanRow {
  const { id, row } = plan
  const paid = payments.reduce((sum, { amount }) => sum + amount, 0)
  assert(paid <= row.held, 'a plan pays what it holds')
  if (row.held > 0) context.port('settlement.release')(holdIdOf(id), payments)
  if (next > 0) {
    context.port('settlement.hold')(holdIdOf(id), { from: id[0], currency: 'cny-fen', amount: next })
  }
  return { ...row, held: next }
}
