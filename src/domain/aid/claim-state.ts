/** How claims move from state to state: every step is kept with who made it. */
import type { Context, RuleContext } from '../contract.ts'
import { isStaffOf } from '../roles.ts'
import { splitReference } from '../table.ts'
import { findMember, type Member, putException } from './members.ts'
import {
  CLAIMS,
  type ClaimRow,
  type ClaimState,
  INSURED,
  PLANS,
  ROUNDS,
  type StoredClaimState,
} from './state.ts'

/** A claim that the signer may know of: the claimant, and staff of the sponsor. */
export function requireClaim(context: RuleContext<unknown>, reference: string, field: string): ClaimRow {
  const { signer } = context
  const row = findClaim(context, reference)
  const isKnown =
    row !== undefined &&
    (splitReference(reference)[0] === signer.actor ||
      (isStaffOf(signer, splitReference(row.plan)[0]) && signer.role !== 'juror'))
  return isKnown ? row : context.refuse('aid.claim-unknown', { field })
}

export const findClaim = (context: Context, reference: string): ClaimRow | undefined =>
  CLAIMS.get(context.state, ...splitReference(reference))

/**
 * The state at this time: an objection can come until the round is shared, and what was not objected to is confirmed.
 */
export function stateOfClaim(context: Context, row: ClaimRow): ClaimState {
  if (row.state !== 'PUBLISHED' && row.state !== 'CONFIRMED') return row.state
  const round = ROUNDS.get(context.state, ...splitReference(row.plan), row.round ?? '')
  if (round?.shared !== undefined) return 'SHARED'
  return round !== undefined && context.time >= round.shareFrom ? 'CONFIRMED' : row.state
}

/** Stores a claim in its next state. */
export function enterState(
  context: RuleContext<unknown>,
  reference: string,
  row: ClaimRow,
  next: StoredClaimState,
): void {
  const { state, signer, time } = context
  const steps = [...row.steps, { state: next, at: time, by: signer.actor }]
  CLAIMS.put(state, { ...row, state: next, steps }, ...splitReference(reference))
}

/**
 * Ends a claim that is not paid: its person may claim again, and arrears that were to be deducted end the membership
 * now.
 */
export function dropClaim(context: RuleContext<unknown>, row: ClaimRow): void {
  const { state } = context
  const plan = splitReference(row.plan)
  INSURED.delete(state, ...plan, row.insured)
  countOpenClaims(context, row.plan, -1)
  const member = memberOfClaim(context, row)
  const { claim: _, arrears, ...rest } = member.exception
  const kept = arrears?.deducted
    ? { arrears: { ...arrears, deducted: false, until: Math.max(arrears.until, context.time) } }
    : arrears && { arrears }
  putException(context, member, { ...rest, ...kept })
}

/** The member that a claim is of. */
export const memberOfClaim = (context: Context, row: ClaimRow): Member =>
  findMember(context, row.cohort, row.index)!

/** A plan knows how many claims may still be paid. */
export function countOpenClaims(context: RuleContext<unknown>, planReference: string, by: 1 | -1): void {
  const id = splitReference(planReference)
  const row = PLANS.get(context.state, ...id)!
  PLANS.put(context.state, { ...row, openClaims: row.openClaims + by }, ...id)
}
