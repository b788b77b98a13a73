/**
 * The ledger as the rest of a node sees it: asynchronous, whether it lives on its own thread (`openLedgerThread`) or
 * on this one (`openLedger`, for simulation). One block at a time is executed and committed, in one atomic,
 * synced write; nothing is answered as committed before it.
 */
import type { Packed } from '../base/index.ts'
import type { Actor, Party } from '../domain/index.ts'
import type { EntryVerdicts } from '../kernel/index.ts'
import type { BlockHeader, Genesis, Json } from '../protocol/index.ts'

/** Where the log stands after its last committed block. */
export interface LedgerHead {
  readonly height: number
  /** Leaves in the log; always ends in a header. */
  readonly size: number
  readonly root: Uint8Array
  /** Block time, unix seconds. */
  readonly time: number
  readonly headerHash: Uint8Array
  readonly rulesVersion: number
}

/** A proposed block whose entries the engine has checked. */
export interface VerifiedBlock {
  readonly time: number
  readonly entries: Packed
  readonly verdicts: EntryVerdicts
}

/** What became of one transaction. `index` is its leaf's (for a refusal, the refusals leaf's). */
export type TransactionStatus =
  | { readonly status: 'unknown' }
  | { readonly status: 'accepted'; readonly index: number; readonly height: number }
  | {
      readonly status: 'refused'
      readonly code: number
      readonly index: number
      readonly height: number
      readonly details?: Json
    }

/** An accepted transaction, as streams tell it. */
export interface LedgerEvent {
  readonly index: number
  readonly height: number
  readonly time: number
  readonly id: string
  readonly type: string
  readonly signer: string
  readonly parties: readonly Party[]
}

export interface CommittedBlock {
  /** After this block. Equal to the head before it where the block left nothing (all entries dropped). */
  readonly head: LedgerHead
  /** One for each entry of the block, in order; `unknown` for entries that leave no leaf. */
  readonly statuses: readonly TransactionStatus[]
  readonly events: readonly LedgerEvent[]
}

/** One transaction, found by id, with what decides who may see it. */
export interface StoredTransaction {
  readonly status: Exclude<TransactionStatus, { status: 'unknown' }>
  /** Type of an accepted transaction. */
  readonly type?: string
  /** Signer's key, hex; absent for a refused transaction on a node rebuilt from leaves (a refusal leaf holds id and code only). */
  readonly signerKey?: string
  /** Its parties; of a refused transaction none. */
  readonly parties: readonly Party[]
}

/** Why a read was not answered. */
export interface Ledger {
  readonly genesis: Genesis
  readonly ledgerId: Uint8Array
  readonly origin: string

  head(): Promise<LedgerHead>
  /** Executes and commits. A rejected promise means the ledger has halted: its outcome is unknown until reopened. */
  commit(block: VerifiedBlock): Promise<CommittedBlock>

  /** Status of packed ids (n × 32), in order. */
  statuses(ids: Uint8Array): Promise<TransactionStatus[]>
  transaction(id: Uint8Array): Promise<StoredTransaction | undefined>
  /** Who keys (hex) are now, in order; undefined for keys never enrolled. */
  signers(keys: readonly string[]): Promise<({ actor: Actor; active: boolean } | undefined)[]>
  /** Whether `reader` is one of `parties` now. */
  isParty(reader: Actor, parties: readonly Party[]): Promise<boolean>

  /** Bytes of a leaf; undefined beyond the log. */
  leaf(index: number): Promise<Uint8Array | undefined>
  /** The header leaf of a height, with its index. */
  header(height: number): Promise<{ index: number; leaf: Uint8Array; header: BlockHeader } | undefined>
  /** An entry bundle or tile of tlog-tiles with at least `width` entries or hashes, cut to `width`; undefined where the log has fewer. */
  bundle(index: number, width: number): Promise<Uint8Array | undefined>
  tile(level: number, index: number, width: number): Promise<Uint8Array | undefined>
  /** RFC 9162 proofs: hashes of 32 bytes. LedgerError `read.range` outside the log. */
  inclusionProof(index: number, size: number): Promise<Uint8Array[]>
  consistencyProof(from: number, to: number): Promise<Uint8Array[]>
  /** Root at an earlier size. */
  rootAt(size: number): Promise<Uint8Array>
  /** Accepted transactions with index >= `from`, at most `limit` leaves looked at; `next` is where to go on. */
  events(from: number, limit: number): Promise<{ events: LedgerEvent[]; next: number }>

  /** Runs a read of a module. Undefined: not there, or not for this reader. */
  read(
    module: string,
    path: string,
    query: Readonly<Record<string, string | number | undefined>>,
    reader: Actor,
  ): Promise<Json | undefined>

  close(): Promise<void>
}
