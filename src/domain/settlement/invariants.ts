/**
 * What must hold after every block: each currency sums up to what its issuers have outstanding, what accounts say is
 * held is what the holds come to, and nothing is below zero. All of it holds of an empty ledger, so it is enough that
 * every block changes both sides alike: the check costs as much as the block changed, however many accounts there are.
 *
 * Looked at are the values as they are to be stored, not what the rules meant to do.
 */
import { assert } from '../../base/index.ts'
import type { StateChange } from '../contract.ts'
import type { AccountRow, HoldRow, IssuerRow } from './state.ts'

/**
 * A sum of a block's changes, exact although it may pass 2^53 on the way (no state does): high and low parts are added
 * apart.
 */
class ExactSum {
  #high = 0
  #low = 0

  add(amount: number): void {
    this.#high += Math.trunc(amount / LOW_PART)
    this.#low += amount % LOW_PART
  }

  get total(): bigint {
    return BigInt(this.#high) * BigInt(LOW_PART) + BigInt(this.#low)
  }
}

const LOW_PART = 2 ** 26

/** By how much a block changes one currency. */
interface Sums {
  /** On accounts, held value included. */
  readonly value: ExactSum
  /** Held, as accounts say. */
  readonly held: ExactSum
  /** Held, as holds say. */
  readonly holds: ExactSum
  readonly outstanding: ExactSum
}

type SumsOf = (currency: string) => Sums

const ACCOUNT = 'settlement/account/'
const HOLD = 'settlement/hold/'
const ISSUER = 'settlement/issuer/'

export function checkBlock(changes: readonly StateChange[]): void {
  const byCurrency = new Map<string, Sums>()
  const sumsOf: SumsOf = (currency) => {
    let sums = byCurrency.get(currency)
    if (sums === undefined) {
      const [value, held, holds, outstanding] = Array.from({ length: 4 }, () => new ExactSum())
      sums = { value: value!, held: held!, holds: holds!, outstanding: outstanding! }
      byCurrency.set(currency, sums)
    }
    return sums
  }
  for (const change of changes) addChange(sumsOf, change)
  for (const [currency, sums] of byCurrency) {
    const [value, outstanding] = [sums.value.total, sums.outstanding.total]
    assert(value === outstanding, `${currency} changed by ${value}, its issuers by ${outstanding}`)
    const [held, holds] = [sums.held.total, sums.holds.total]
    assert(held === holds, `${currency} held on accounts changed by ${held}, by holds ${holds}`)
  }
}

/** Rows that are value are counted; the others say what became of it, and are passed over unread. */
function addChange(sumsOf: SumsOf, change: StateChange): void {
  const { key } = change
  if (key.startsWith(ACCOUNT)) {
    const sums = sumsOf(key.slice(key.lastIndexOf('/') + 1))
    for (const [row, sign] of signed<AccountRow>(change)) {
      const [balance, held] = [amountIn(key, row.balance), amountIn(key, row.held)]
      sums.value.add(sign * balance)
      sums.value.add(sign * held)
      sums.held.add(sign * held)
    }
  } else if (key.startsWith(HOLD)) {
    for (const [row, sign] of signed<HoldRow>(change)) {
      sumsOf(row.currency).holds.add(sign * amountIn(key, row.amount))
    }
  } else if (key.startsWith(ISSUER)) {
    const sums = sumsOf(key.slice(ISSUER.length, key.lastIndexOf('/')))
    for (const [row, sign] of signed<IssuerRow>(change)) {
      sums.outstanding.add(sign * amountIn(key, row.outstanding))
    }
  }
}

/** The row before the block, to be taken off, and the one after it, to be added. */
function signed<Row>({ before, after }: StateChange): [row: Row, sign: 1 | -1][] {
  const rows: [Row, 1 | -1][] = []
  if (before !== undefined) rows.push([before as Row, -1])
  if (after !== undefined) rows.push([after as Row, 1])
  return rows
}

function amountIn(key: string, amount: number): number {
  if (!Number.isSafeInteger(amount) || amount < 0) assert(false, `${key} is a whole number, not below 0`)
  return amount
}
