/**
 * Transactions that this node has admitted and whose block is not committed yet. A second submission of a pending id
 * waits for the same outcome, so a client that lost its connection may simply send again. Nothing here is durable: what
 * a crash forgets was never acknowledged as committed. Pending ends with `expires`: once block time is there, no block
 * can accept the transaction any more, whatever the order did with it.
 */
import { type Code, type ErrorDetails, type LedgerError, PENDING_LOOK_SECONDS } from '../base/index.ts'

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

/** What is known of a transaction while it waits. */
export interface Admitted {
  /** Hex. */
  readonly id: string
  /** Signer's public key, hex. */
  readonly key: string
  readonly type: string
  /** Unix seconds. */
  readonly expires: number
  readonly entry: Uint8Array
}

/** What became of a transaction whose time is over before a block took it. */
export const EXPIRED: Outcome = {
  status: 'rejected',
  code: 'admission.expired',
  details: { message: 'The transaction expired before its block.' },
}

export class PendingTransaction {
  readonly admitted: Admitted
  #settled: Outcome | LedgerError | undefined
  /** Who waits: most have one. */
  #first: Waiting | undefined
  #others: Waiting[] | undefined

  constructor(admitted: Admitted) {
    this.admitted = admitted
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
  /** Block time from which on it is worth looking for expired ones again. */
  #nextLook = 0

  get size(): number {
    return this.#entries.size
  }

  get(id: string): PendingTransaction | undefined {
    return this.#entries.get(id)
  }

  /** Adds a transaction that is not pending yet. */
  add(admitted: Admitted): PendingTransaction {
    const entry = new PendingTransaction(admitted)
    this.#entries.set(admitted.id, entry)
    return entry
  }

  /** Ends those that no block can accept at `time` or later, and returns them. Looks now and then: it goes over all. */
  expire(time: number): readonly Admitted[] {
    if (time < this.#nextLook) return []
    this.#nextLook = time + PENDING_LOOK_SECONDS
    const expired = [...this.#entries.values()].filter(({ admitted }) => admitted.expires <= time)
    for (const { admitted } of expired) this.settle(admitted.id, EXPIRED)
    return expired.map(({ admitted }) => admitted)
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
