/**
 * The ledger as the rest of a node sees it: asynchronous, whether it lives on its own thread (`openLedgerThread`) or
 * on this one (`openLedger`, for simulation). One block at a time is executed and committed, in one atomic,
 * synced write; nothing is answered as committed before it.
 *
 * A ledger that met a broken invariant or a store that failed has halted: every call rejects with `ledger.halted`
 * until the process opens it again. `halted` says why.
 */
import type { LedgerError, Packed, Position } from '../base/index.ts'
import type { Actor, NodeTask, Party, Ports } from '../domain/index.ts'
import type { EntryVerdicts } from '../kernel/index.ts'
import type { BlockHeader, Genesis, Json, Refusal, TrustTerms } from '../protocol/index.ts'

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

/** A block as a log holds it already: what it must come to when it is executed again. */
export interface RecordedBlock {
  readonly headerLeaf: Uint8Array
  readonly refusals: readonly Refusal[]
}

/** A proposed block whose entries the engine has checked. */
export interface VerifiedBlock {
  /** Its place in the order, committed with it; behind the last one where absent. */
  readonly position?: Position
  /** The proposer's clock, unix seconds. The block's time is this or the time before it, whichever is later. */
  readonly time: number
  readonly entries: Packed
  readonly verdicts: EntryVerdicts
  /** Kept with the position, where given. */
  readonly memo?: OrderMemo
  /** Where the block is one that a log holds: its entries are then the accepted transactions alone. */
  readonly recorded?: RecordedBlock
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
      /** What the rule said besides its code. Kept by the node that executed the block, not rebuilt from leaves. */
      readonly details?: Json
    }

/**
 * What became of n transactions, packed: blocks of thousands cross threads, and an object each would cost more than
 * the rest of the trip. `statusAt` unpacks one.
 */
export interface PackedStatuses {
  /** n: `STATUS` numbers. */
  readonly kinds: Uint8Array
  /** n: number of a refusal's code, else 0. */
  readonly codes: Uint16Array
  /** n: leaf indexes; 0 where unknown. */
  readonly indexes: Float64Array
  /** n: heights of their blocks; 0 where unknown. */
  readonly heights: Float64Array
  /** Details of those refusals that have some, in order of position. */
  readonly details: readonly { readonly position: number; readonly details: Json }[]
}

/** An accepted transaction, as streams tell it. */
export interface LedgerEvent {
  readonly index: number
  readonly height: number
  readonly time: number
  /** Transaction id, hex. */
  readonly id: string
  readonly type: string
  /** Id of the actor that signed. */
  readonly signer: string
  readonly parties: readonly Party[]
}

/** Milliseconds that a block took in the ledger, by phase. */
export interface CommitTimings {
  /** Expiry, id memory, schema, signer, rule; all entries. */
  readonly executeMs: number
  /** Canonical form of changed state, its digest, header, bundles, tiles, root. */
  readonly sealMs: number
  /** The synced write. */
  readonly writeMs: number
}

/** A block that was executed and not committed: what it would come to. */
export interface ExecutedBlock {
  /** By which it is committed. */
  readonly ticket: number
  /** The head after it; the present one where it leaves no leaf. */
  readonly head: LedgerHead
  readonly accepted: number
  readonly refused: number
}

/** What the order wishes kept with the position, in the same commit. It is the order's own, and no part of the log. */
export type OrderMemo = Json

export interface CommittedBlock {
  /** After this block. The head before it where all entries were dropped: then its position alone is written. */
  readonly head: LedgerHead
  /** Rules version of the block that comes after it. */
  readonly nextRulesVersion: number
  readonly accepted: number
  readonly refused: number
  /**
   * One for each entry of the block, in order: what its id stands for after the block. An entry dropped for its form,
   * signature or expiry is unknown, unless another entry has spent its id; a repeated id has the first one's status.
   */
  readonly statuses: PackedStatuses
  /** What its accepted transactions leave nodes to do off the ledger. */
  readonly tasks: ReadonlySet<NodeTask>
  /** Names of those whom its accepted transactions concern, a line each. */
  readonly touched: string
  readonly timings: CommitTimings
}

/** One transaction, found by id, with what decides who may see it. */
export interface StoredTransaction {
  readonly status: Exclude<TransactionStatus, { status: 'unknown' }>
  /** Type of an accepted transaction. */
  readonly type?: string
  /**
   * Signer's key, hex; absent for a refused transaction on a node rebuilt from leaves (a refusals leaf holds id and
   * code only).
   */
  readonly signerKey?: string
  /** Id of the actor that signed; absent with the key, and where the key was never enrolled. */
  readonly signer?: string
  /** Its parties; of a refused transaction none. */
  readonly parties: readonly Party[]
}

/** What concerns a reader, and how more of it is noticed. */
export interface ReaderEvents {
  readonly events: readonly LedgerEvent[]
  /** Where to go on; the size of the log when there are no more. */
  readonly next: number
  readonly names: readonly string[]
}

/** One enrolled key, as it stands now. */
export interface Signer {
  readonly actor: Actor
  /** Whether the key, its actor and the member that enrolled it are all active. */
  readonly active: boolean
}

/** Whom a ledger's checkpoints are signed by. A decision of a block holds from the next one on. */
export interface TrustOutlook {
  readonly size: number
  readonly current: TrustTerms
  readonly next: TrustTerms
}

export interface Ledger {
  readonly genesis: Genesis
  readonly ledgerId: Uint8Array
  readonly origin: string
  /** Why the ledger has stopped itself (`ledger.halted`, evidence in its details); undefined while it works. */
  readonly halted: LedgerError | undefined

  head(): Promise<LedgerHead>
  /** The block of the order that was committed last. */
  position(): Promise<Position>
  /** What the order kept with it last; undefined where it never did. */
  memo(): Promise<OrderMemo | undefined>
  /**
   * Executes a block on the present head and keeps the result in memory, nothing written: several may be executed on
   * one head, of which the last EXECUTED_BLOCKS_MAX are kept. Undefined where a rule or an invariant of ours breaks on
   * it: such a block can not be committed, and the ledger is as it was. Buffers as `commit`; it halts only where the
   * store fails.
   */
  execute(block: VerifiedBlock): Promise<ExecutedBlock | undefined>
  /**
   * Commits what was executed, and drops what else was executed on the same head. Errors as `commit`; RangeError for a
   * ticket that is not kept: a fault of the caller's.
   */
  commitExecuted(ticket: number): Promise<CommittedBlock>
  /**
   * Executes and commits. A rejected promise means the ledger has halted: the outcome is unknown until it is opened
   * again. A recorded block that does not come out as the log holds it halts with `ledger.diverged` as the reason,
   * nothing written. LedgerError `ledger.rules-unknown` alone halts nothing: this build does not know the rules of the
   * block and has not touched it; every later block is turned away like it, and reads go on. The block's buffers belong
   * to the ledger from here on: with a ledger thread those that their view fills are transferred, so the caller's views
   * are empty afterwards.
   */
  commit(block: VerifiedBlock): Promise<CommittedBlock>

  /** Status of packed ids (n × 32), in order. */
  statuses(ids: Uint8Array): Promise<PackedStatuses>
  transaction(id: Uint8Array): Promise<StoredTransaction | undefined>
  /** Who keys (hex) are now, in order; undefined for keys never enrolled. */
  signers(keys: readonly string[]): Promise<(Signer | undefined)[]>
  /** What packed public keys (n × 32) may do now: n `KEY_STATUS` numbers. What admission asks. */
  keyStatuses(keys: Uint8Array): Promise<Uint8Array>
  /** Whether `reader` is one of `parties` now. */
  isParty(reader: Actor, parties: readonly Party[]): Promise<boolean>

  /** Bytes of a leaf; undefined beyond the log. */
  leaf(index: number): Promise<Uint8Array | undefined>
  /** The header leaf of a height, with its index; undefined above the head. */
  header(height: number): Promise<{ index: number; leaf: Uint8Array; header: BlockHeader } | undefined>
  /**
   * An entry bundle or tile of tlog-tiles with at least `width` (1 to 256) entries or hashes, cut to `width`;
   * undefined where the log has fewer.
   */
  bundle(index: number, width: number): Promise<Uint8Array | undefined>
  tile(level: number, index: number, width: number): Promise<Uint8Array | undefined>
  /** RFC 9162 proofs: hashes of 32 bytes. LedgerError `read.range` outside the log. */
  inclusionProof(index: number, size: number): Promise<Uint8Array[]>
  consistencyProof(from: number, to: number): Promise<Uint8Array[]>
  /** Root at an earlier size, at least 1. LedgerError `read.range` outside the log. */
  rootAt(size: number): Promise<Uint8Array>
  /**
   * Accepted transactions with index >= `from`, at most `limit` leaves looked at; `next` is where to go on (the size
   * of the log when there are no more). Parties are named by who the signer is now. LedgerError `read.range` unless
   * `from` >= 0 and `limit` >= 1.
   */
  events(from: number, limit: number): Promise<{ events: LedgerEvent[]; next: number }>
  /**
   * Those of them that `reader` may see, at most `limit`, found by index: the leaves of others are not looked at.
   * `names` are those under which they are found, of whom `touched` of a block says whether it brought more.
   */
  eventsOf(reader: Actor, from: number, limit: number): Promise<ReaderEvents>

  /** Runs a read of a module. Undefined: not there, or not for this reader. */
  read(
    module: string,
    path: string,
    query: Readonly<Record<string, string | number | undefined>>,
    reader: Actor,
  ): Promise<Json | undefined>

  /** Calls a port on the committed state, as of now. One that writes is a fault of ours. */
  ask<Name extends keyof Ports>(
    name: Name,
    ...args: Parameters<Ports[Name]>
  ): Promise<ReturnType<Ports[Name]>>

  /** Keys and quorum that hold at the head's size, and those of the sizes after it. */
  trust(): Promise<TrustOutlook>

  /** Finishes calls already made, then closes the store. Calls after it: `node.closing`. */
  close(): Promise<void>
}
