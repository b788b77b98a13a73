/**
 * Signs what the ledger has committed: a C2SP signed note with the log's signature and the cosignature (v1) of the member
 * whose node this is, and knows what is final. A head is durable before it comes here, and that it will be signed is
 * recorded durably before the signature is out, so that a node never signs two roots for one size: after a crash it signs
 * the root that the store holds, and where the store is older than the record it signs nothing (`hold.ts`).
 */
import { Bell, type Clock, LedgerError, toHex } from '../base/index.ts'
import type { NodeKeys } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Ledger, LedgerHead } from '../ledger/index.ts'
import {
  type Checkpoint,
  type Cosigner,
  cosignerName,
  formatCheckpoint,
  formatNote,
  type LogSigner,
  makeCosigner,
  makeLogSigner,
  parseCheckpoint,
  parseNote,
  type Trust,
} from '../protocol/index.ts'
import { headAt } from './heads.ts'
import { type Hold, heldError } from './hold.ts'
import type { SignedRecord } from './signed-record.ts'

export interface SigningOptions {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly keys: NodeKeys
  readonly origin: string
  /** The member that cosigns here. */
  readonly member: string
  readonly ledger: Pick<Ledger, 'head' | 'leaf' | 'rootAt'>
  /** Where a signature is recorded before it is out. */
  readonly signed: Pick<SignedRecord, 'write'>
  /** Why the node may not sign. */
  readonly hold?: Hold | undefined
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
  /** Keys and quorum as the ledger's last call leaves them: asked right behind a block, those that hold after it. */
  readTrust(): Promise<Trust>
  /** Told of the head of a block that was just committed, with the trust that holds after it where that was read. */
  publish(head: LedgerHead, trust?: Promise<Trust>): Promise<void>
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
  #head: LedgerHead
  #note: string | undefined
  #finalSize = 0
  #trust: Trust
  #publishing: Promise<void> = Promise.resolve()
  readonly #bell = new Bell()

  private constructor(options: SigningOptions, head: LedgerHead, trust: Trust) {
    const { kernel, origin, member, keys } = options
    this.#options = options
    this.#log = makeLogSigner(kernel, origin, keys.log)
    this.#cosigner = makeCosigner(kernel, cosignerName(origin, member), keys.cosigner)
    this.#trust = trust
    this.#head = head
  }

  /** Signs the head that the ledger was opened at; a held node goes on with the note that it signed before. */
  static async open(options: SigningOptions, head: LedgerHead): Promise<SigningCheckpoints> {
    const { hold } = options
    const checkpoints = new SigningCheckpoints(options, head, await options.readTrust())
    if (hold === undefined) await checkpoints.#sign(head)
    else if (hold.note !== undefined) {
      checkpoints.#adopt(await headAt(options, parseCheckpoint(parseNote(hold.note).text)), hold.note)
    }
    return checkpoints
  }

  /** Log and cosigner keys and the quorum that hold at the newest checkpoint. */
  get trust(): Trust {
    return this.#trust
  }

  /** The head of the newest signed checkpoint; of a held node without one, that of its ledger. */
  get head(): LedgerHead {
    return this.#head
  }

  /** The newest signed checkpoint. LedgerError `node.held` where the node may not sign and has none from before. */
  get latest(): SignedHead {
    if (this.#note === undefined) throw heldError(this.#options.hold!)
    return { head: this.#head, note: this.#note }
  }

  readTrust(): Promise<Trust> {
    return this.#options.readTrust()
  }

  /** Leaves below this index are final. */
  get finalSize(): number {
    return this.#finalSize
  }

  /**
   * Signs the head of a block that was just committed, once it is recorded that it will be, and wakes those who wait for
   * finality. LedgerError `node.held` where the node may not sign.
   */
  async publish(head: LedgerHead, after?: Promise<Trust>): Promise<void> {
    if (this.#options.hold !== undefined) throw heldError(this.#options.hold)
    const turn = this.#publishing.then(async () => {
      const trust = await (after ?? this.readTrust())
      if (head.size <= this.#head.size) return
      this.#trust = trust
      await this.#sign(head)
      this.#bell.ring()
    })
    this.#publishing = turn.catch(() => {})
    await turn
  }

  /**
   * The note of an earlier size that ended in a header, signed anew: the same root, so nothing new is said. `time` is that
   * header's, and the cosignature's too: a later one would claim that nothing larger was known by then. LedgerError
   * `node.held`, `read.range` above the newest checkpoint.
   */
  noteAt(checkpoint: Pick<Checkpoint, 'size' | 'root'>, time: number): string {
    if (checkpoint.size === this.#head.size && this.#note !== undefined) return this.#note
    if (this.#options.hold !== undefined) throw heldError(this.#options.hold)
    if (checkpoint.size > this.#head.size) {
      throw new LedgerError('read.range', {
        field: '/size',
        message: 'No checkpoint of this size was signed yet.',
      })
    }
    return this.#signNote(checkpoint, time)
  }

  /** Resolves when leaf `index` is final. Rejects with the signal's reason. */
  async reachFinal(index: number, signal: AbortSignal): Promise<void> {
    while (index >= this.#finalSize) {
      await this.#bell.after(this.#bell.count, signal)
      signal.throwIfAborted()
    }
  }

  #signNote(checkpoint: Pick<Checkpoint, 'size' | 'root'>, time: number): string {
    const text = formatCheckpoint({ origin: this.#options.origin, ...checkpoint })
    return formatNote(text, [this.#log.sign(text), this.#cosigner.cosign(text, time)])
  }

  async #sign(head: LedgerHead): Promise<void> {
    // The cosignature's time is never before the block that it covers, whatever this machine's clock says.
    const note = this.#signNote(head, Math.max(head.time, this.#options.clock.nowSeconds()))
    // Commit point. A crash before this write leaves a committed block that nobody was told of: the next start signs it. A
    // crash after it leaves a record of a signature that is not out, of a root that the store holds.
    await this.#options.signed.write({ size: head.size, root: toHex(head.root), note })
    this.#adopt(head, note)
  }

  /**
   * This node's own cosignature makes the quorum where one member is enough and governance has not given that member
   * another key; others' are not gathered yet.
   */
  #adopt(head: LedgerHead, note: string): void {
    const own = this.#cosigner.vkey
    const counts = this.#trust.cosigners.some(({ name, keyId }) => name === own.name && keyId === own.keyId)
    if (counts && this.#trust.quorum === 1) this.#finalSize = head.size
    this.#head = head
    this.#note = note
  }
}
