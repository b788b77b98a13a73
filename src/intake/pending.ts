/**
 * Transactions that this node has admitted and whose block is not committed yet. A second submission of a pending id
 * waits for the same outcome, so a client that lost its connection may simply send again. Nothing here is durable: what
 * a crash forgets was never acknowledged as committed.
 */
import type { Code, ErrorDetails, LedgerError } from '../base/index.ts'

/** What became of a transaction that is in a block, accepted or refused: lasting. */
export type BlockOutcome =
  | { readonly status: 'accepted'; readonly index: number; readonly height: number }
  | {
      readonly status: 'refused'
      readonly code: Code
      readonly details?: ErrorDetails
      readonly index: number
      readonly height: number
    }

/** What became of an admitted transaction. A rejection leaves no trace and may be sent again. */
export type Outcome =
  | BlockOutcome
  | { readonly status: 'rejected'; readonly code: Code; readonly details?: ErrorDetails }

/**
 * Told once what became of a transaction, its outcome or the LedgerError that ended the node's work on it, under the
 * number that it gave. Not a promise, and one for a whole request: a block settles thousands.
 */
export type Settled = (outcome: Outcome | LedgerError, number: number) => void

interface Waiting {
  readonly told: Settled
  readonly number: number
}

export class PendingTransaction {
  /** Hex. */
  readonly id: string
  /** Signer's public key, hex. */
  readonly key: string
  readonly type: string
  #settled: Outcome | LedgerError | undefined
  /** Who waits: most have one. */
  #first: Waiting | undefined
  #others: Waiting[] | undefined

  constructor(id: string, key: string, type: string) {
    this.id = id
    this.key = key
    this.type = type
  }

  /** Calls `told` with `number` when it is settled, at once where it is. */
  whenSettled(told: Settled, number: number): void {
    if (this.#settled !== undefined) told(this.#settled, number)
    else if (this.#first === undefined) this.#first = { told, number }
    else (this.#others ??= []).push({ told, number })
  }

  settle(outcome: Outcome | LedgerError): void {
    if (this.#settled !== undefined) return
    this.#settled = outcome
    this.#first?.told(outcome, this.#first.number)
    for (const { told, number } of this.#others ?? []) told(outcome, number)
    this.#first = undefined
    this.#others = undefined
  }
}

/** All pending transactions by id. */
export class PendingTransactions {
  readonly #entries = new Map<string, PendingTransaction>()

  get size(): number {
    return this.#entries.size
  }

  get(id: string): PendingTransaction | undefined {
    return this.#entries.get(id)
  }

  /** Adds a transaction that is not pending yet. */
  add(id: string, key: string, type: string): PendingTransaction {
    const entry = new PendingTransaction(id, key, type)
    this.#entries.set(id, entry)
    return entry
  }

  /** Tells those who wait what became of `id`, and forgets it. */
  settle(id: string, outcome: Outcome): void {
    const entry = this.#entries.get(id)
    this.#entries.delete(id)
    entry?.settle(outcome)
  }

  /** Gives up on `ids`, or on all: whoever waits gets `reason`. */
  fail(reason: LedgerError, ids: Iterable<string> = [...this.#entries.keys()]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id)
      this.#entries.delete(id)
      entry?.settle(reason)
    }
  }
}
