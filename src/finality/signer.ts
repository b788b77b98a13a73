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
  termsOf,
  trustAt,
  trustDigest,
} from '../protocol/index.ts'
import { headAt } from './heads.ts'
import { type Hold, heldError } from './hold.ts'
import { Notes } from './notes.ts'
import type { SignedRecord } from './signed-record.ts'
import type { TrustSteps } from './trust-steps.ts'
import type { Finality } from './types.ts'

export interface SigningOptions {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly keys: NodeKeys
  /** The member that cosigns here. */
  readonly member: string
  readonly ledger: Pick<Ledger, 'origin' | 'ledgerId' | 'head' | 'leaf' | 'rootAt'>
  /** Where a signature is recorded before it is out. */
  readonly signed: Pick<SignedRecord, 'write'>
  /** Where changes of keys and quorum are kept with their proofs. */
  readonly steps: TrustSteps
  /** Why the node may not sign. */
  readonly hold?: Hold | undefined
  /** Keys and quorum as the last committed block left them. */
  readonly readTrust: () => Promise<Trust>
}

/** A node's two keys, as those of its log and member. */
interface Signers {
  readonly log: LogSigner
  readonly cosigner: Cosigner
}

/** The finality of a node that keeps the log itself. */
export class SigningFinality implements Finality {
  readonly notes: Notes
  readonly steps: TrustSteps
  readonly #signers: readonly Signers[]
  readonly #options: SigningOptions
  #head: LedgerHead
  #trust: Trust
  #signing: Promise<void> = Promise.resolve()

  private constructor(options: SigningOptions, head: LedgerHead, trust: Trust) {
    const { kernel, ledger, member, keys, steps } = options
    this.#options = options
    this.steps = steps
    this.#signers = [keys, ...(keys.later ?? [])].map(({ log, cosigner }) => ({
      log: makeLogSigner(kernel, ledger.origin, log),
      cosigner: makeCosigner(kernel, cosignerName(ledger.origin, member), cosigner),
    }))
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
    const { kernel, ledger, clock, signed } = this.#options
    const { origin, ledgerId } = ledger
    const { size, root } = head
    const isChange = this.#trust.before?.upTo === size
    const nextTrust = isChange ? trustDigest(kernel, ledgerId, termsOf(this.#trust)) : undefined
    const text = formatCheckpoint({ origin, size, root, ...(nextTrust && { nextTrust }) })
    const { log, cosigner } = this.#signersAt(size)
    // The cosignature's time is never before the block that it covers, whatever this machine's clock says.
    const time = Math.max(head.time, clock.nowSeconds())
    const note = formatNote(text, [log.sign(text), cosigner.cosign(text, time)])
    // Commit point. A crash before this write leaves a committed block that nobody was told of: the next start signs
    // it. A crash after it leaves a record of a signature that is not out, of a root that the store holds.
    await signed.write({ size, root: toHex(root), note })
    this.#adopt(head, note)
  }

  /** The keys that are trusted at this size: a new pair lies ready before governance names it. */
  #signersAt(size: number): Signers {
    const { cosigners } = trustAt(this.#trust, size)
    const isTrusted = ({ cosigner }: Signers) =>
      cosigners.some(({ keyId, name }) => {
        return name === cosigner.vkey.name && keyId === cosigner.vkey.keyId
      })
    return this.#signers.find(isTrusted) ?? this.#signers[0]!
  }

  /** This node's own cosignature is all there is on the note. */
  #adopt(head: LedgerHead, note: string): void {
    const { size } = head
    const final = hasQuorum(trustAt(this.#trust, size), [this.#signersAt(size).cosigner.vkey])
    if (final && this.#trust.before?.upTo === size) {
      this.steps.keep([{ checkpoint: note, ...termsOf(this.#trust) }])
    }
    this.#head = head
    this.notes.add({ head, note, final })
  }
}
