/**
 * The finality of a node that follows another's log: it signs nothing, and shows the note that it has verified and
 * whose leaves it has executed. Durable before it is shown, so that after a restart no older one is.
 */
import { LedgerError } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Ledger, LedgerHead } from '../ledger/index.ts'
import { type OpenedCheckpoint, openCheckpoint, type Trust } from '../protocol/index.ts'
import { headAt } from './heads.ts'
import { Notes } from './notes.ts'
import type { TrustSteps } from './trust-steps.ts'
import type { Finality } from './types.ts'

/** Where a follower keeps the note it has verified last. */
export interface KeptNote {
  /** Undefined on a new follower. */
  read(): string | undefined
  /** Durable when it returns. */
  keep(note: string): void
}

export interface FollowedOptions {
  readonly kernel: Kernel
  readonly ledger: Ledger
  readonly readTrust: () => Promise<Trust>
  readonly kept: KeptNote
  readonly steps: TrustSteps
}

export class FollowedFinality implements Finality {
  readonly notes = new Notes(() => new LedgerError('node.catching-up', { retryAfterSeconds: 5 }))
  readonly #options: FollowedOptions
  #trust: Trust
  #head: LedgerHead

  private constructor(options: FollowedOptions, head: LedgerHead, trust: Trust) {
    this.#options = options
    this.#head = head
    this.#trust = trust
  }

  /** With the note that was kept, where the ledger holds its leaves. */
  static async open(options: FollowedOptions): Promise<FollowedFinality> {
    const { kernel, kept, ledger, readTrust } = options
    const finality = new FollowedFinality(options, await ledger.head(), await readTrust())
    const note = kept.read()
    if (note !== undefined) await finality.#show(note, openCheckpoint(kernel, note, finality.#trust))
    return finality
  }

  get steps(): TrustSteps {
    return this.#options.steps
  }

  get trust(): Trust {
    return this.#trust
  }

  get head(): LedgerHead {
    return this.#head
  }

  readTrust(): Promise<Trust> {
    return this.#options.readTrust()
  }

  async committed(head: LedgerHead, after?: Promise<Trust>): Promise<void> {
    if (head.size <= this.#head.size) return
    this.#head = head
    this.#trust = await (after ?? this.readTrust())
  }

  /** Shows a note that was verified, now that its leaves are here. */
  async accept(note: string, opened: OpenedCheckpoint): Promise<void> {
    if (this.notes.newest?.note !== note) this.#options.kept.keep(note)
    await this.#show(note, opened)
  }

  async #show(note: string, { checkpoint, final }: OpenedCheckpoint): Promise<void> {
    this.notes.add({ head: await headAt(this.#options, checkpoint), note, final })
  }
}
