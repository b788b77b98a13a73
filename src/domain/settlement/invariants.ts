/**
 * What must hold after every block: each currency sums up to what its issuers have outstanding, what accounts say is held
 * is what the holds come to, and nothing is below zero. All of it holds of an empty ledger, so it is enough that
 * every block changes both sides alike: the check costs as much as the block changed, however many accounts there are.
 *
 * Looked at are the values as they are to be stored, not what the rules meant to do.
 */
import { assert } from '../../base/index.ts'
import type { StateChange, StateValue } from '../contract.ts'
import type { AccountRow, HoldRow, IssuerRow } from './state.ts'

/** Sums of one currency's changes. BigInt: a block's changes may pass 2^53 on the way, though no state does. */
interface Sums {
  /** On accounts, held value included. */
  value: bigint
  /** Held, as accounts say. */
  held: bigint
  /** Held, as holds say. */
  holds: bigint
  outstanding: bigint
}

export function checkBlock(changes: readonly StateChange[]): void {
  const byCurrency = new Map<string, Sums>()
  for (const { key, before, after } of changes) {
    addChange(byCurrency, key, before, -1n)
    addChange(byCurrency, key, after, 1n)
  }
  for (const [currency, { value, held, holds, outstanding }] of byCurrency) {
    assert(value === outstanding, `${currency} changed by ${value}, its issuers by ${outstanding}`)
    assert(held === holds, `${currency} held on accounts changed by ${held}, by holds ${holds}`)
  }
}

function addChange(
  byCurrency: Map<string, Sums>,
  key: string,
  row: StateValue | undefined,
  sign: bigint,
): void {
  if (row === undefined) return
  const [, kind, first = '', second = ''] = key.split('/')
  const add = (currency: string, name: keyof Sums, amount: number) => {
    assert(Number.isSafeInteger(amount) && amount >= 0, `${key} is a whole number, not below 0`)
    let sums = byCurrency.get(currency)
    if (sums === undefined) {
      sums = { value: 0n, held: 0n, holds: 0n, outstanding: 0n }
      byCurrency.set(currency, sums)
    }
    sums[name] += sign * BigInt(amount)
  }
  if (kind === 'account') {
    const { balance, held } = row as AccountRow
    add(second, 'value', balance)
    add(second, 'value', held)
    add(second, 'held', held)
  } else if (kind === 'hold') {
    const { currency, amount } = row as HoldRow
    add(currency, 'holds', amount)
  } else if (kind === 'issuer') {
    add(first, 'outstanding', (row as IssuerRow).outstanding)
  }
}
