/** A running node as its doors see it: the HTTP API is built from this interface and nothing else. */
import type {
  NodeInfo,
  OrderStatus,
  Readiness,
  Settlement,
  SubmissionResult,
  TransactionAnswer,
} from '../answers/index.ts'
import type { Actor } from '../domain/index.ts'
import type { EngineStats } from '../engine/index.ts'
import type { Witness } from '../finality/index.ts'
import type { Submission } from '../intake/index.ts'
import type { Ledger, LedgerEvent, LedgerHead, Signer } from '../ledger/index.ts'
import type { Json, Receipt, TrustChain } from '../protocol/index.ts'
import type { NodeCertificates, NodeVault } from '../services/index.ts'

/**
 * Live events for one reader: those of the past from `from` on, then as they are committed. Ends when the key is
 * revoked.
 */
export type EventStream = AsyncIterable<LedgerEvent>

export interface NodeMetrics {
  readonly head: LedgerHead
  /** First height that a proposal or decision names for rules that this build does not know, ahead or come. */
  readonly rulesUnknownFromHeight: number | undefined
  readonly engine: EngineStats
  /** Accepted for ordering, not in a block yet. */
  readonly queued: number
  /** Admitted, not committed yet. */
  readonly pending: number
  /** Since the node started. */
  readonly accepted: number
  readonly refused: number
  readonly rejected: number
  /** Ordered, and left no leaf. */
  readonly dropped: number
  readonly streams: number
  readonly blocks: number
  /** As last seen; infinite where it is not watched. */
  readonly diskFreeBytes: number
  readonly takesTransactions: boolean
  readonly commitMs: { readonly sum: number; readonly last: number }
  readonly order: OrderStatus
  /** How often the engine of an order of several was started by this node. */
  readonly orderStarts: number
}

export interface Node {
  info(): Promise<NodeInfo>
  /**
   * Takes a note that another member has signed; the note of its size as it stands here, undefined where there is none
   * yet. LedgerError: `form.note`, `receipt.checkpoint`, `signature.invalid`, `order.diverged`; `read.no-endpoint`
   * where this node has no other members beside it.
   */
  takeNote(note: string): Promise<string | undefined>
  /** How its order stands. */
  order(): Promise<OrderStatus>
  /**
   * Admits, orders and, with `wait`, awaits transactions. One result each, in order. Whole-request faults throw
   * LedgerError.
   */
  submit(
    submissions: readonly Submission[],
    wait: 'none' | Settlement,
    signal?: AbortSignal,
  ): Promise<SubmissionResult[]>
  /** Who a key (hex) is now; undefined for a key never enrolled. */
  signer(key: string): Promise<Signer | undefined>
  transaction(id: string, reader: Actor): Promise<TransactionAnswer>
  /** LedgerError `read.not-found` before commitment and for those without the right. */
  receipt(id: string, reader: Actor): Promise<Receipt>
  /** The private part of an accepted transaction, for its signer and parties. */
  privatePart(id: string, reader: Actor): Promise<Uint8Array>
  /** An entry bundle for operators and auditors; undefined for others, and where the log has fewer entries. Logged. */
  entryBundle(index: number, width: number, reader: Actor): Promise<Uint8Array | undefined>
  /** The latest signed checkpoint. LedgerError `node.held` where the node may not sign and has none from before. */
  checkpoint(): Promise<string>
  /** How the keys and quorum of genesis became those that hold now, each change proven by the keys before it. */
  trustChain(): TrustChain
  /** tlog-proof text for leaf `index` at checkpointed size `size`. */
  inclusionProofText(index: number, size: number): Promise<string>
  /** LedgerError `overload.streams` where as many are open as may be. */
  events(reader: Actor, from: number, signal: AbortSignal): EventStream
  /** Reads pass through; the node logs those of patient data. */
  read(
    module: string,
    path: string,
    query: Readonly<Record<string, string | number | undefined>>,
    reader: Actor,
  ): Promise<Json | undefined>
  readonly vault: NodeVault
  readonly certificates: NodeCertificates
  /** Cosigns other logs' checkpoints; absent where this node is no witness. */
  readonly witness?: Witness | undefined
  /** Log reads that need no right beyond what the door checks. */
  readonly log: Pick<Ledger, 'tile' | 'inclusionProof' | 'consistencyProof' | 'head'>
  readonly name: string
  /** What cursors of lists are sealed with, 32 bytes. */
  readonly cursorSecret: Uint8Array
  /** Whom a reader's token is for, its `aud`: the ledger's origin and the node's name. */
  readonly audience: string
  /** Whether a reader may see every entry: the node's own member key (operator), or an auditor. */
  maySeeEntries(reader: Actor): boolean
  ready(): Promise<Readiness>
  metrics(): Promise<NodeMetrics>
}

/** A node with its life in hand. */
export interface RunningNode extends Node {
  /** Takes no more transactions, commits what was admitted, ends streams, closes all parts. */
  close(): Promise<void>
}
