/** What other modules may do: move value between accounts, and hold it until they know whose it is. */
import { assert } from '../../base/index.ts'
import type { PortContext } from '../contract.ts'
import type { Hold, Payment, Transfer } from '../ports.ts'
import { type Posting, post, requireAccount, requireAmount, requireBalance } from './accounts.ts'
import { HOLDS } from './state.ts'

/** Ids that stand in state keys: references of a module's own objects. */
const HOLD_ID = /^[A-Za-z0-9._:-]{1,200}$/

/** A transfer in the name of the module `by`. The port `settlement.transfer`, and the verb. */
export function transferValue(context: PortContext, by: string, transfer: Transfer, field?: string): void {
  const { from, to, currency, amount, reference } = transfer
  requireAmount(context, amount)
  if (from === to) context.refuse('settlement.same-account', field === undefined ? {} : { field })
  // First, so that who does not pay does not learn who has an account.
  requireBalance(context, from, currency, amount)
  requireAccount(context, to, field)
  post(context, currency, [
    { account: from, amount: -amount, kind: 'transfer', by, other: to, reference },
    { account: to, amount, kind: 'transfer', by, other: from, reference },
  ])
}

/** The port `settlement.hold`. */
export function holdValue(context: PortContext, caller: string | undefined, id: string, hold: Hold): void {
  const module = requireCaller(caller)
  assert(HOLD_ID.test(id), `${id} is a hold's id`)
  const { from, currency, amount } = hold
  requireAmount(context, amount)
  if (HOLDS.has(context.state, module, id)) context.refuse('settlement.hold-exists')
  post(context, currency, [
    { account: from, amount: -amount, held: amount, kind: 'hold', by: module, reference: id },
  ])
  HOLDS.put(context.state, { from, currency, amount, at: context.time }, module, id)
}

/** The port `settlement.held`. */
export function findHold(context: PortContext, caller: string | undefined, id: string): Hold | undefined {
  const row = HOLDS.get(context.state, requireCaller(caller), id)
  return row && { from: row.from, currency: row.currency, amount: row.amount }
}

/** The port `settlement.release`. */
export function releaseHold(
  context: PortContext,
  caller: string | undefined,
  id: string,
  payments: readonly Payment[],
): void {
  const module = requireCaller(caller)
  const hold = HOLDS.get(context.state, module, id) ?? context.refuse('settlement.hold-unknown')
  const line = { kind: 'release', by: module, reference: id } as const
  const paid: Posting[] = []
  let rest = hold.amount
  for (const { to, amount } of payments) {
    if (amount === 0) continue
    requireAmount(context, amount)
    requireAccount(context, to)
    if (amount > rest) context.refuse('settlement.hold-exceeded')
    rest -= amount
    paid.push({ ...line, account: to, amount, other: hold.from })
  }
  const back: Posting = { ...line, account: hold.from, amount: rest, held: -hold.amount }
  post(context, hold.currency, [back, ...paid])
  HOLDS.delete(context.state, module, id)
}

/** Holds belong to modules: nobody outside the rules has one. */
function requireCaller(caller: string | undefined): string {
  assert(caller !== undefined, 'a module asks for its holds')
  return caller
}
