/** How a rule says no, and the one no that it can not foresee: a number that the ledger can not hold. */
import { LedgerError } from '../base/index.ts'

/** A rule said no. Only `refuse` of a rule's or port's context, and `exact`, make one. */
export class Refusal extends LedgerError {}

/** The refusal of a number beyond what the ledger holds exactly. */
export function inexact(): never {
  throw new Refusal('rule.inexact')
}

/** The number of a sum or product that was made in BigInt. Refuses one beyond ±(2^53-1) with `rule.inexact`. */
export function exact(value: bigint): number {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : inexact()
}
