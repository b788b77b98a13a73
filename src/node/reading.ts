/**
 * What a node shows of transactions, and to whom: signer and parties, and those who may see every entry. Not being there
 * and not being for this reader are the same answer.
 */
import type { TransactionAnswer } from '../answers/index.ts'
import { assert, fromHex, LedgerError } from '../base/index.ts'
import type { Actor } from '../domain/index.ts'
import type { Checkpoints, SignedHead } from '../finality/index.ts'
import type { PendingTransactions } from '../intake/index.ts'
import { unpackOutcome } from '../intake/index.ts'
import type { Ledger, StoredTransaction } from '../ledger/index.ts'
import { decodeLeaf, formatTlogProof, makeReceipt, type ProvenLeaf, type Receipt } from '../protocol/index.ts'
import type { PartStore } from '../vault/index.ts'

export interface ReadingOptions {
  readonly ledger: Ledger
  readonly checkpoints: Checkpoints
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
    if (waiting !== undefined && (waiting.key === reader.key || maySeeAll(reader))) {
      return { id, status: 'pending', type: waiting.type }
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

  /** The receipt of a transaction under the latest checkpoint, for whoever the caller knows may have it. */
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

  async inclusionProofText(index: number, size: number): Promise<string> {
    const { ledger, checkpoints } = this.#options
    const hashes = await ledger.inclusionProof(index, size)
    const last = await ledger.leaf(size - 1)
    const header = last && decodeLeaf(last)
    if (header?.kind !== 'header') {
      const message = 'A tlog-proof needs a size that ends a block: one that a checkpoint had.'
      throw new LedgerError('read.range', { field: '/size', message })
    }
    const checkpoint = checkpoints.noteAt({ size, root: await ledger.rootAt(size) }, header.header.time)
    return formatTlogProof({ index, hashes, checkpoint })
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
   * The latest signed head above a leaf. A block that is committed and not yet signed (a moment) is signed now; a follower waits
   * for the log's own checkpoint, and until then the leaf is not there.
   */
  async #signedAbove(index: number): Promise<SignedHead> {
    const { ledger, checkpoints } = this.#options
    if (checkpoints.latest.head.size <= index) await checkpoints.publish(await ledger.head())
    if (checkpoints.latest.head.size <= index) throw new LedgerError('read.not-found')
    return checkpoints.latest
  }
}
