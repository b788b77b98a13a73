/**
 * Signs what the ledger has committed: a C2SP signed note with the log's signature and the cosignature (v1) of the
 * member whose node this is. A head is durable before it comes here, and that it will be signed is recorded durably
 * before the signature is out, so that a node never signs two roots for one size: after a crash it signs the root that
 * the store holds, and where the store is older than the record it signs nothing (`hold.ts`).
 */
import { type Clock, EARLY_NOTES_MAX, LedgerError, NOTES_KEPT_MAX, toHex } from '../base/index.ts'
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
  type Note,
  type NoteSignature,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  parseNote,
  type Trust,
  type TrustStep,
  type TrustTerms,
  termsOf,
  trustAt,
  trustDigest,
  type Vkey,
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
  /** Told of a note of another member that has another tree of one size than ours. */
  readonly onDiverged?: ((evidence: Divergence) => void) | undefined
}

/** Two signed notes of one size that contradict each other. */
export interface Divergence {
  readonly size: number
  readonly ours: string
  readonly theirs: string
}

/** A size that was signed here and is not final yet. */
interface OpenSize {
  readonly head: LedgerHead
  readonly text: string
  /** Under which it is judged. */
  readonly era: Trust
  /** What holds after it, where its block has changed that. */
  readonly next: TrustTerms | undefined
  readonly lines: NoteSignature[]
  /** Whose cosignatures these are; verified. */
  readonly cosigners: Vkey[]
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
  /** By size, the oldest first. */
  readonly #open = new Map<number, OpenSize>()
  /** Others' notes of sizes that are still to come here, by size and cosigner, the oldest first. */
  readonly #early = new Map<string, { readonly size: number; readonly note: string }>()
  /** Changes of keys and quorum that are final, while an earlier one is not. */
  #steps: TrustStep[] = []

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
      finality.#head = await headAt(options, parseCheckpoint(parseNote(hold.note).text))
      const { final } = openCheckpoint(options.kernel, hold.note, finality.#trust)
      finality.notes.add({ head: finality.#head, note: hold.note, final })
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
    const era = trustAt(this.#trust, size)
    const { log, cosigner } = this.#signersAt(era)
    // The cosignature's time is never before the block that it covers, whatever this machine's clock says.
    const time = Math.max(head.time, clock.nowSeconds())
    const lines = [log.sign(text), cosigner.cosign(text, time)]
    // Commit point. A crash before this write leaves a committed block that nobody was told of: the next start signs
    // it. A crash after it leaves a record of a signature that is not out, of a root that the store holds.
    await signed.write({ size, root: toHex(root), note: formatNote(text, lines) })
    this.#head = head
    const next = isChange ? termsOf(this.#trust) : undefined
    this.#adopt({ head, text, era, next, lines, cosigners: [cosigner.vkey] })
  }

  /** The keys that this trust names: a new pair lies ready before governance names it. */
  #signersAt({ cosigners }: Trust): Signers {
    const isTrusted = ({ cosigner }: Signers) =>
      cosigners.some(({ keyId, name }) => {
        return name === cosigner.vkey.name && keyId === cosigner.vkey.keyId
      })
    return this.#signers.find(isTrusted) ?? this.#signers[0]!
  }

  #adopt(open: OpenSize): void {
    const { size } = open.head
    this.#open.set(size, open)
    const [oldest] = this.#open.keys()
    if (this.#open.size > NOTES_KEPT_MAX) this.#open.delete(oldest!)
    this.#show(open)
    for (const [key, early] of [...this.#early]) {
      if (early.size > size) continue
      this.#early.delete(key)
      if (early.size === size) this.#takeEarly(early.note)
    }
  }

  #show(open: OpenSize): void {
    const { head, text, era, next, lines, cosigners } = open
    const note = formatNote(text, lines)
    const final = hasQuorum(era, cosigners)
    if (final) this.#open.delete(head.size)
    if (final && next !== undefined) this.#keepStep({ checkpoint: note, ...next })
    this.notes.add({ head, note, final })
  }

  /** Steps are proven one by the other: one whose predecessor is not final yet waits. */
  #keepStep(step: TrustStep): void {
    const sizeOf = ({ checkpoint }: TrustStep) => parseCheckpoint(parseNote(checkpoint).text).size
    this.#steps = [...this.#steps, step].sort((a, b) => sizeOf(a) - sizeOf(b))
    try {
      while (this.#steps.length > 0) {
        this.steps.keep(this.#steps.slice(0, 1))
        this.#steps.shift()
      }
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'trust.chain') throw error
    }
  }

  /** Notes of sizes that are not final yet: the newest, and those after which other keys or another quorum hold. */
  get unfinished(): readonly string[] {
    return [...this.#open.values()]
      .filter(({ head, next }) => next !== undefined || head === this.#head)
      .map(({ text, lines }) => formatNote(text, lines))
  }

  /**
   * Takes another member's note of this log: its cosignature joins ours where it is of a size that was signed here, and
   * waits where that size is still to come. Answers the note of that size as it stands here, if there is one.
   * LedgerError: `form.note`, `receipt.checkpoint`, `signature.invalid` where no other member cosigned it;
   * `order.diverged` where it is of another tree: `onDiverged` is told of the two notes first.
   */
  take(note: string): string | undefined {
    const { ledger, onDiverged } = this.#options
    const parsed = parseNote(note)
    const { origin, size } = parseCheckpoint(parsed.text)
    if (origin !== ledger.origin) {
      throw new LedgerError('receipt.checkpoint', { message: 'The checkpoint is of another ledger.' })
    }
    const [open, ours] = [this.#open.get(size), this.notes.find(size)]
    if (ours !== undefined && parseNote(ours.note).text === parsed.text) {
      if (open !== undefined) this.#join(open, parsed)
      return this.notes.find(size)!.note
    }
    const [first] = this.#cosignersOf(open?.era ?? trustAt(this.#trust, size), parsed)
    if (ours !== undefined) {
      onDiverged?.({ size, ours: ours.note, theirs: note })
      throw new LedgerError('order.diverged', { size })
    }
    if (size > this.#head.size) this.#keepEarly(size, first!.name, note)
    return undefined
  }

  /** Which other members cosigned a note, under this trust; verified. */
  #cosignersOf({ cosigners }: Trust, note: Note): readonly Vkey[] {
    const own = cosignerName(this.#options.ledger.origin, this.#options.member)
    const others = cosigners.filter(({ name }) => name !== own)
    return openNote(this.#options.kernel, note, others).verified.map(({ vkey }) => vkey)
  }

  #join(open: OpenSize, note: Note): void {
    const isNew = (vkey: Vkey) => !open.cosigners.some(({ name }) => name === vkey.name)
    const fresh = this.#cosignersOf(open.era, note).filter(isNew)
    if (fresh.length === 0) return
    for (const vkey of fresh) {
      open.cosigners.push(vkey)
      open.lines.push(note.signatures.find(({ name, keyId }) => name === vkey.name && keyId === vkey.keyId)!)
    }
    this.#show(open)
  }

  /** One that was sound when it came may be of another tree, or of keys that do not count any more. */
  #takeEarly(note: string): void {
    try {
      this.take(note)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
    }
  }

  #keepEarly(size: number, cosigner: string, note: string): void {
    const key = `${size} ${cosigner}`
    if (!this.#early.has(key)) this.#early.set(key, { size, note })
    const [oldest] = this.#early.keys()
    if (this.#early.size > EARLY_NOTES_MAX) this.#early.delete(oldest!)
  }
}
