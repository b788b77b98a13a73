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
  type Trust,
} from '../protocol/index.ts'
import { Bell } from './bell.ts'
import type { NodeKeys } from './keys.ts'

export interface SigningOptions {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly keys: NodeKeys
  readonly origin: string
  /** The member that cosigns here. */
  readonly member: string
  /** Keys and quorum as the last committed block left them. */
  readonly readTrust: () => Promise<Trust>
}

/** What a node knows of its log's signed checkpoints. */
export interface Checkpoints {
  /** Log and cosigner keys and the quorum that hold at the newest checkpoint. */
  readonly trust: Trust
  /** The newest signed checkpoint. A follower that has none yet: LedgerError `node.catching-up`. */
  readonly latest: SignedHead
  /** The head of the last committed block, signed or not. */
  readonly head: LedgerHead
  /** Leaves below this index are final. */
  readonly finalSize: number
  /** Told of the head of a block that was just committed. */
  publish(head: LedgerHead): Promise<void>
  /** The note of an earlier size that ended in a header. LedgerError `read.range` where this node can not sign one. */
  noteAt(checkpoint: Pick<Checkpoint, 'size' | 'root'>, time: number): string
  /** Resolves when leaf `index` is final. Rejects with the signal's reason. */
  reachFinal(index: number, signal: AbortSignal): Promise<void>
}

/** A head with its signed note. */
export interface SignedHead {
  readonly head: LedgerHead
  readonly note: string
}

/** The checkpoints of a node that keeps the log itself. */
export class SigningCheckpoints implements Checkpoints {
  readonly #log: LogSigner
  readonly #cosigner: Cosigner
  readonly #options: SigningOptions
  #latest: SignedHead
  #finalSize = 0
  #trust: Trust
  readonly #bell = new Bell()

  private constructor(options: SigningOptions, head: LedgerHead, trust: Trust) {
    const { kernel, origin, member, keys } = options
    this.#options = options
    this.#log = makeLogSigner(kernel, origin, keys.log)
    this.#cosigner = makeCosigner(kernel, cosignerName(origin, member), keys.cosigner)
    this.#trust = trust
    this.#latest = this.#sign(head)
  }

  /** Signs the head that the ledger was opened at. */
  static async open(options: SigningOptions, head: LedgerHead): Promise<SigningCheckpoints> {
    return new SigningCheckpoints(options, head, await options.readTrust())
  }

  /** Log and cosigner keys and the quorum that hold at the newest checkpoint. */
  get trust(): Trust {
    return this.#trust
  }

  /** The newest signed checkpoint. */
  get latest(): SignedHead {
    return this.#latest
  }

  get head(): LedgerHead {
    return this.#latest.head
  }

  /** Leaves below this index are final. */
  get finalSize(): number {
    return this.#finalSize
  }

  /** Signs the head of a block that was just committed and wakes those who wait for finality. */
  async publish(head: LedgerHead): Promise<void> {
    const trust = await this.#options.readTrust()
    if (head.size <= this.#latest.head.size) return
    this.#trust = trust
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

  /**
   * This node's own cosignature makes the quorum where one member is enough and governance has not given that member
   * another key; others' are not gathered yet.
   */
  #sign(head: LedgerHead): SignedHead {
    const note = this.noteAt(head, head.time)
    const own = this.#cosigner.vkey
    const counts = this.#trust.cosigners.some(({ name, keyId }) => name === own.name && keyId === own.keyId)
    if (counts && this.#trust.quorum === 1) this.#finalSize = head.size
    return { head, note }
  }
}
