/**
 * Signs what the ledger has committed: a C2SP signed note with the log's signature and the cosignature (v1) of the
 * member whose node this is. A head is durable before it comes here, and that it will be signed is recorded durably
 * before the signature is out, so that a node never signs two roots for one size: after a crash it signs the root that
 * the store holds, and where the store is older than the record it signs nothing (`hold.ts`).
 */
import { type Clock, toHex } from '../base/index.ts'
import type { NodeKeys } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Ledger, LedgerHead } from '../ledger/index.ts'
import {
  type Cosigner,
  cosignerName,
  formatCheckpoint,
  formatNote,
  hasQuorum,
  type LogSigner,
  makeCosigner,
  makeLogSigner,
  parseCheckpoint,
  parseNote,
  type Trust,
} from '../protocol/index.ts'
import { headAt } from './heads.ts'
import { type Hold, heldError } from './hold.ts'
import { Notes } from './notes.ts'
import type { SignedRecord } from './signed-record.ts'
import type { Finality } from './types.ts'

export interface SigningOptions {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly keys: NodeKeys
  /** The member that cosigns here. */
  readonly member: string
  readonly ledger: Pick<Ledger, 'origin' | 'head' | 'leaf' | 'rootAt'>
  /** Where a signature is recorded before it is out. */
  readonly signed: Pick<SignedRecord, 'write'>
  /** Why the node may not sign. */
  readonly hold?: Hold | undefined
  /** Keys and quorum as the last committed block left them. */
  readonly readTrust: () => Promise<Trust>
}

/** The finality of a node that keeps the log itself. */
export class SigningFinality implements Finality {
  readonly notes: Notes
  readonly #log: LogSigner
  readonly #cosigner: Cosigner
  readonly #options: SigningOptions
  #head: LedgerHead
  #trust: Trust
  #signing: Promise<void> = Promise.resolve()

  private constructor(options: SigningOptions, head: LedgerHead, trust: Trust) {
    const { kernel, ledger, member, keys } = options
    this.#options = options
    this.#log = makeLogSigner(kernel, ledger.origin, keys.log)
    this.#cosigner = makeCosigner(kernel, cosignerName(ledger.origin, member), keys.cosigner)
    this.#trust = trust
    this.#head = head
    this.notes = new Notes(() => heldError(options.hold!))
  }

  /** Signs the head that the ledger was opened at; a held node goes on with the note that it signed before. */
  static async open(options: SigningOptions): Promise<SigningFinality> {
    const { hold, ledger } = options
    const head = await ledger.head()
    const finality = new SigningFinality(options, head, await options.readTrust())
    if (hold === undefined) await finality.#sign(head)
    else if (hold.note !== undefined) {
      finality.#adopt(await headAt(options, parseCheckpoint(parseNote(hold.note).text)), hold.note)
    }
    return finality
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

  /** Signs the head, once it is recorded that it will be. LedgerError `node.held` where the node may not sign. */
  async committed(head: LedgerHead, after?: Promise<Trust>): Promise<void> {
    if (this.#options.hold !== undefined) throw heldError(this.#options.hold)
    const turn = this.#signing.then(async () => {
      const trust = await (after ?? this.readTrust())
      if (head.size <= this.#head.size) return
      this.#trust = trust
      await this.#sign(head)
    })
    this.#signing = turn.catch(() => {})
    await turn
  }

  async #sign(head: LedgerHead): Promise<void> {
    const text = formatCheckpoint({ origin: this.#options.ledger.origin, size: head.size, root: head.root })
    // The cosignature's time is never before the block that it covers, whatever this machine's clock says.
    const time = Math.max(head.time, this.#options.clock.nowSeconds())
    const note = formatNote(text, [this.#log.sign(text), this.#cosigner.cosign(text, time)])
    // Commit point. A crash before this write leaves a committed block that nobody was told of: the next start signs
    // it. A crash after it leaves a record of a signature that is not out, of a root that the store holds.
    await this.#options.signed.write({ size: head.size, root: toHex(head.root), note })
    this.#adopt(head, note)
  }

  /** This node's own cosignature is all there is on the note. */
  #adopt(head: LedgerHead, note: string): void {
    this.#head = head
    this.notes.add({ head, note, final: hasQuorum(this.#trust, [this.#cosigner.vkey]) })
  }
}
