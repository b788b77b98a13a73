/**
 * The double entry: the one place where value moves. Every movement is a set of postings that come to zero together
 * with what is issued, and takes no balance below zero. The balance below zero that there is belongs to the issuers:
 * what they have outstanding, in their own rows.
 */
import { assert } from '../../base/index.ts'
import type { Context, PortContext } from '../contract.ts'
import type { Currency } from '../ports.ts'
import { ACCOUNTS, type AccountRow, LINES, type LineRow, lineKey } from './state.ts'

const EMPTY: AccountRow = { balance: 0, held: 0, lines: 0 }

/** An account; one to which nothing ever came is empty. */
export const accountOf = (context: Context, owner: string, currency: Currency): AccountRow =>
  ACCOUNTS.get(context.state, owner, currency) ?? EMPTY

/** What a movement does to one account, and how its statement says so. */
export interface Posting extends Pick<LineRow, 'kind' | 'by'> {
  readonly account: string
  /** Change of the balance. */
  readonly amount: number
  /** Change of what is held; none where absent. */
  readonly held?: number
  readonly other?: string | undefined
  readonly reference?: string | undefined
}

/** Carries out one movement. `issued` is by how much the issuers' outstanding sum changes with it. */
export function post(
  context: PortContext,
  currency: Currency,
  postings: readonly Posting[],
  issued: number = 0,
): void {
  const sum = postings.reduce((total, { amount, held = 0 }) => total + amount + held, 0)
  assert(sum === issued, 'a movement comes to zero')
  for (const posting of postings) postOne(context, currency, posting)
}

function postOne(context: PortContext, currency: Currency, posting: Posting): void {
  const { account, amount, held = 0, kind, by, other, reference } = posting
  requireBalance(context, account, currency, -amount)
  const before = accountOf(context, account, currency)
  const balance = before.balance + amount
  const after = { balance, held: before.held + held, lines: before.lines + 1 }
  ACCOUNTS.put(context.state, after, account, currency)
  const line: LineRow = {
    kind,
    amount,
    balance,
    at: context.time,
    by,
    ...(other !== undefined && { other }),
    ...(reference !== undefined && { reference }),
  }
  LINES.put(context.state, line, account, currency, lineKey(before.lines))
}

/** Refuses an account that has less than is taken from it. */
export function requireBalance(
  context: PortContext,
  account: string,
  currency: Currency,
  amount: number,
): void {
  if (accountOf(context, account, currency).balance < amount) {
    context.refuse('settlement.insufficient', { message: `${account} has too little.` })
  }
}

/** Refuses an amount that can not be moved. Schemas have looked at those of verbs; modules compute theirs. */
export function requireAmount(context: PortContext, amount: number): void {
  if (!Number.isSafeInteger(amount) || amount <= 0) context.refuse('settlement.amount')
}

/** Refuses an account that nobody has: value sent there would be lost. Devices have none. */
export function requireAccount(context: PortContext, account: string, field?: string): void {
  const standing = context.port('identity.actor')(account)
  if (standing === undefined || standing.role === 'scale') {
    context.refuse('settlement.account-unknown', field === undefined ? {} : { field })
  }
}
