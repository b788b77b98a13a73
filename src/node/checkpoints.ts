/**
 * Signs what the ledger has committed: a C2SP signed note with the log's signature and the cosignature (v1) of the member
 * whose node this is, and knows what is final. A head is durable before it comes here, so that a node never signs two
 * roots for one height: after a crash it signs the root that the store holds.
 */
import type { Clock } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { LedgerHead } from '../ledger/index.ts'
import {
  type Checkpoint,
  type Cosigner,
  cosignerName,
  formatCheckpoint,
  formatNote,
  type LogSigner,
  makeCosigner,
  makeLogSigner,
} from '../protocol/index.ts'
import { Bell } from './bell.ts'
import type { NodeKeys } from './keys.ts'

export interface CheckpointOptions {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly keys: NodeKeys
  readonly origin: string
  /** The member that cosigns here. */
  readonly member: string
  /** Distinct members whose cosignatures make a checkpoint final. */
  readonly quorum: number
}

/** A head with its signed note. */
export interface SignedHead {
  readonly head: LedgerHead
  readonly note: string
}

export class Checkpoints {
  readonly #log: LogSigner
  readonly #cosigner: Cosigner
  readonly #options: CheckpointOptions
  #latest: SignedHead
  #finalSize = 0
  readonly #bell = new Bell()

  constructor(options: CheckpointOptions, head: LedgerHead) {
    const { kernel, origin, member, keys } = options
    this.#options = options
    this.#log = makeLogSigner(kernel, origin, keys.log)
    this.#cosigner = makeCosigner(kernel, cosignerName(origin, member), keys.cosigner)
    this.#latest = this.#sign(head)
  }

  /** The newest signed checkpoint. */
  get latest(): SignedHead {
    return this.#latest
  }

  /** Leaves below this index are final. */
  get finalSize(): number {
    return this.#finalSize
  }

  /** Signs the head of a block that was just committed and wakes those who wait for finality. */
  publish(head: LedgerHead): void {
    if (head.size <= this.#latest.head.size) return
    this.#latest = this.#sign(head)
    this.#bell.ring()
  }

  /** The note of an earlier size that ended in a header, signed anew: the same root, so nothing new is said. */
  noteAt(checkpoint: Pick<Checkpoint, 'size' | 'root'>, time: number): string {
    const text = formatCheckpoint({ origin: this.#options.origin, ...checkpoint })
    // The cosignature's time is never before the block that it covers, whatever this machine's clock says.
    const signedAt = Math.max(time, this.#options.clock.nowSeconds())
    return formatNote(text, [this.#log.sign(text), this.#cosigner.cosign(text, signedAt)])
  }

  /** Resolves when leaf `index` is final. Rejects with the signal's reason. */
  async reachFinal(index: number, signal: AbortSignal): Promise<void> {
    while (index >= this.#finalSize) {
      await this.#bell.after(this.#bell.count, signal)
      signal.throwIfAborted()
    }
  }

  /** This node's own cosignature makes the quorum where one member is enough; others' are not gathered yet. */
  #sign(head: LedgerHead): SignedHead {
    const note = this.noteAt(head, head.time)
    if (this.#options.quorum === 1) this.#finalSize = head.size
    return { head, note }
  }
}
