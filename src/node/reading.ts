/**
 * What a node shows of transactions, and to whom: signer and parties, and those who may see every entry. Not being
 * there and not being for this reader are the same answer.
 */
import type { TransactionAnswer } from '../answers/index.ts'
import {
  assert,
  type Clock,
  fromHex,
  LedgerError,
  RECEIPT_WAIT_SECONDS,
  withinSeconds,
} from '../base/index.ts'
import type { Actor } from '../domain/index.ts'
import type { Notes, SignedHead } from '../finality/index.ts'
import type { PendingTransactions } from '../intake/index.ts'
import { unpackOutcome } from '../intake/index.ts'
import type { Ledger, StoredTransaction } from '../ledger/index.ts'
import { formatTlogProof, makeReceipt, type ProvenLeaf, type Receipt } from '../protocol/index.ts'
import type { PartStore } from '../vault/index.ts'

export interface ReadingOptions {
  readonly clock: Pick<Clock, 'sleep'>
  readonly ledger: Ledger
  readonly notes: Notes
  /** Whether what is committed is about to be signed here. */
  readonly isSigning: () => boolean
  readonly pending: PendingTransactions
  readonly parts: PartStore
  readonly maySeeAll: (reader: Actor) => boolean
}

export class ReadingDesk {
  readonly #options: ReadingOptions

  constructor(options: ReadingOptions) {
    this.#options = options
  }

  async transaction(id: string, reader: Actor): Promise<TransactionAnswer> {
    const { pending, maySeeAll } = this.#options
    const waiting = pending.get(id)
    if (waiting !== undefined && (waiting.admitted.key === reader.key || maySeeAll(reader))) {
      return { id, status: 'pending', type: waiting.admitted.type }
    }
    const stored = await this.#find(id)
    if (stored === undefined || !(await this.#maySee(reader, stored))) return { id, status: 'unknown' }
    return { id, ...(stored.type !== undefined && { type: stored.type }), ...unpackOutcome(stored.status) }
  }

  async receipt(id: string, reader: Actor): Promise<Receipt> {
    const stored = await this.#find(id)
    if (stored === undefined || !(await this.#maySee(reader, stored))) throw new LedgerError('read.not-found')
    return this.prove(stored)
  }

  /**
   * The receipt of a transaction under the newest final checkpoint above it, for whoever the caller knows may have it.
   */
  async prove({ status }: StoredTransaction): Promise<Receipt> {
    const header = await this.#options.ledger.header(status.height)
    assert(header !== undefined, 'every committed block has its header')
    const { head, note } = await this.#signedAbove(header.index)
    const [entryProof, headerProof] = await Promise.all([
      this.#prove(status.index, head.size),
      this.#prove(header.index, head.size),
    ])
    return makeReceipt(note, entryProof, headerProof)
  }

  /** For signer and parties alone: seeing every entry does not include what stays off the ledger. */
  async privatePart(id: string, reader: Actor): Promise<Uint8Array> {
    const stored = await this.#find(id)
    const allowed = stored?.status.status === 'accepted' && (await this.#isSignerOrParty(reader, stored))
    const part = allowed ? await this.#options.parts.get(fromHex(id, 32)!) : undefined
    if (part === undefined) throw new LedgerError('read.not-found')
    return part
  }

  /** LedgerError `read.range` where this node keeps no checkpoint of the size. */
  async inclusionProofText(index: number, size: number): Promise<string> {
    const hashes = await this.#options.ledger.inclusionProof(index, size)
    return formatTlogProof({ index, hashes, checkpoint: this.#options.notes.at(size) })
  }

  async #find(id: string): Promise<StoredTransaction | undefined> {
    const bytes = fromHex(id, 32)
    return bytes === undefined ? undefined : this.#options.ledger.transaction(bytes)
  }

  async #isSignerOrParty(reader: Actor, stored: StoredTransaction): Promise<boolean> {
    if (stored.signerKey === reader.key || stored.signer === reader.actor) return true
    return this.#options.ledger.isParty(reader, stored.parties)
  }

  async #maySee(reader: Actor, stored: StoredTransaction): Promise<boolean> {
    return this.#options.maySeeAll(reader) || this.#isSignerOrParty(reader, stored)
  }

  async #prove(index: number, size: number): Promise<ProvenLeaf> {
    const { ledger } = this.#options
    const [leaf, hashes] = await Promise.all([ledger.leaf(index), ledger.inclusionProof(index, size)])
    assert(leaf !== undefined, 'a leaf below the head is there')
    return { leaf, index, hashes }
  }

  /**
   * The checkpoint to prove a leaf under. A block that is committed is signed in a moment, for which the reader waits;
   * where nothing is signed, on a mirror or a held node, the leaf is not there until a checkpoint comes.
   */
  async #signedAbove(index: number): Promise<SignedHead> {
    const { clock, isSigning, notes } = this.#options
    if (notes.covering(index) === undefined && isSigning()) {
      const limit = { clock, seconds: RECEIPT_WAIT_SECONDS, signal: undefined }
      await withinSeconds(limit, (deadline) => notes.reachSigned(index, deadline))
    }
    const signed = notes.covering(index)
    if (signed === undefined) throw new LedgerError('read.not-found')
    return signed
  }
}
