/**
 * The checkpoints of a node that follows another's log: it signs nothing, and shows the note that it has verified and whose
 * leaves it has executed. Durable before it is shown, so that after a restart no older one is.
 */
import { Bell, type Clock, LedgerError } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Ledger, LedgerHead } from '../ledger/index.ts'
import { type Checkpoint, type OpenedCheckpoint, openCheckpoint, type Trust } from '../protocol/index.ts'
import type { Checkpoints, SignedHead } from './checkpoints.ts'
import { headAt } from './heads.ts'

export interface FollowedOptions {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly ledger: Ledger
  readonly readTrust: () => Promise<Trust>
  /** The note kept last; undefined on a new follower. */
  readonly kept: string | undefined
  /** Keeps a note, durably. */
  readonly keep: (note: string) => void
}

export class FollowedCheckpoints implements Checkpoints {
  readonly #options: FollowedOptions
  readonly #bell = new Bell()
  #trust: Trust
  #head: LedgerHead
  #latest: SignedHead | undefined
  #finalSize = 0

  private constructor(options: FollowedOptions, head: LedgerHead, trust: Trust) {
    this.#options = options
    this.#head = head
    this.#trust = trust
  }

  /** With the note that was kept, where the ledger holds its leaves. */
  static async open(options: FollowedOptions): Promise<FollowedCheckpoints> {
    const { kernel, kept, ledger, readTrust } = options
    const checkpoints = new FollowedCheckpoints(options, await ledger.head(), await readTrust())
    if (kept !== undefined) {
      await checkpoints.#show(kept, openCheckpoint(kernel, kept, checkpoints.#trust))
    }
    return checkpoints
  }

  get trust(): Trust {
    return this.#trust
  }

  get latest(): SignedHead {
    if (this.#latest === undefined) throw new LedgerError('node.catching-up', { retryAfterSeconds: 5 })
    return this.#latest
  }

  /** The newest note; undefined while there is none. */
  get note(): string | undefined {
    return this.#latest?.note
  }

  get head(): LedgerHead {
    return this.#head
  }

  get finalSize(): number {
    return this.#finalSize
  }

  readTrust(): Promise<Trust> {
    return this.#options.readTrust()
  }

  async publish(head: LedgerHead, after?: Promise<Trust>): Promise<void> {
    if (head.size <= this.#head.size) return
    this.#head = head
    this.#trust = await (after ?? this.readTrust())
  }

  /** Shows a note that was verified, now that its leaves are here. */
  async accept(note: string, opened: OpenedCheckpoint): Promise<void> {
    const { keep } = this.#options
    if (this.#latest?.note !== note) keep(note)
    await this.#show(note, opened)
    this.#bell.ring()
  }

  noteAt({ size }: Pick<Checkpoint, 'size' | 'root'>): string {
    if (size === this.latest.head.size) return this.latest.note
    const message = `This node signs nothing: it has the checkpoint of size ${this.latest.head.size} only.`
    throw new LedgerError('read.range', { field: '/size', message })
  }

  async reachFinal(index: number, signal: AbortSignal): Promise<void> {
    while (index >= this.#finalSize) {
      await this.#bell.after(this.#bell.count, signal)
      signal.throwIfAborted()
    }
  }

  async #show(note: string, { checkpoint, final }: OpenedCheckpoint): Promise<void> {
    const head = await headAt(this.#options, checkpoint)
    this.#latest = { head, note }
    if (final) this.#finalSize = head.size
  }
}
