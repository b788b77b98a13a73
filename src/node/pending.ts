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

export interface PendingTransaction {
  /** Hex. */
  readonly id: string
  /** Signer's public key, hex. */
  readonly key: string
  readonly type: string
  /** Rejects with the LedgerError that ended the node's work on it. */
  readonly outcome: Promise<Outcome>
}

interface Entry extends PendingTransaction {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (reason: LedgerError) => void
}

/** All pending transactions by id. */
export class PendingTransactions {
  readonly #entries = new Map<string, Entry>()

  get size(): number {
    return this.#entries.size
  }

  get(id: string): PendingTransaction | undefined {
    return this.#entries.get(id)
  }

  /** Adds a transaction that is not pending yet. */
  add(id: string, key: string, type: string): PendingTransaction {
    let resolve!: Entry['resolve']
    let reject!: Entry['reject']
    const outcome = new Promise<Outcome>((onResolve, onReject) => {
      resolve = onResolve
      reject = onReject
    })
    // Nobody may be waiting when a node halts; that is no unhandled rejection.
    outcome.catch(() => {})
    const entry: Entry = { id, key, type, outcome, resolve, reject }
    this.#entries.set(id, entry)
    return entry
  }

  /** Tells those who wait what became of `id`, and forgets it. */
  settle(id: string, outcome: Outcome): void {
    const entry = this.#entries.get(id)
    this.#entries.delete(id)
    entry?.resolve(outcome)
  }

  /** Gives up on `ids`, or on all: whoever waits gets `reason`. */
  fail(reason: LedgerError, ids: Iterable<string> = [...this.#entries.keys()]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id)
      this.#entries.delete(id)
      entry?.reject(reason)
    }
  }
}
