/** A running node as its doors see it: the HTTP API is built from this interface and nothing else. */
import type { Code, ErrorDetails } from '../base/index.ts'
import type { Actor } from '../domain/index.ts'
import type { EngineStats } from '../engine/index.ts'
import type { Ledger, LedgerEvent, LedgerHead, Signer } from '../ledger/index.ts'
import type { Json, Receipt } from '../protocol/index.ts'
import type { CertificateFile, JsonDocument, StatusPurpose } from '../w3c/index.ts'
import type { Witness } from './witness.ts'

/** One transaction as it came through a door. */
export interface Submission {
  /** Transaction leaf: 0x01 ‖ public key ‖ signature ‖ body. */
  readonly entry: Uint8Array
  readonly privatePart?: Uint8Array | undefined
}

/** How far a result has come: durable on this node, or cosigned by the quorum. */
export type Settlement = 'committed' | 'final'

/** The answer for one submitted transaction (PROTOCOL: answers). */
export interface SubmissionResult {
  /** Hex; null where the entry's form is unsound. */
  readonly id: string | null
  readonly status: 'rejected' | 'pending' | 'accepted' | 'refused'
  readonly code?: Code
  readonly details?: ErrorDetails
  readonly index?: number
  readonly height?: number
  readonly settled?: Settlement
}

/** `GET /v1/transactions/{id}`. */
export interface TransactionAnswer {
  readonly id: string
  readonly status: 'unknown' | 'pending' | 'accepted' | 'refused'
  readonly type?: string
  readonly index?: number
  readonly height?: number
  readonly code?: Code
  readonly details?: ErrorDetails
}

/** `GET /v1/info`. */
export interface NodeInfo {
  readonly origin: string
  readonly ledgerId: string
  readonly node: string
  /** Latest cosigned size. */
  readonly size: number
  readonly vkeys: { readonly logs: string[]; readonly cosigners: string[]; readonly witnesses: string[] }
  readonly quorum: number
  readonly rulesVersion: number
  readonly formats: { readonly [name: string]: string }
  readonly limits: { readonly [name: string]: number }
  readonly codes: readonly { number: number; code: string; status: number; meaning: string }[]
}

/** Live events for one reader: those of the past from `from` on, then as they are committed. Ends when the key is revoked. */
export type EventStream = AsyncIterable<LedgerEvent>

/** A ciphertext on its way in. */
export interface ContentUpload {
  /** SHA-256 of all of it, hex: where it will be found. */
  readonly vaultHash: string
  readonly stream: AsyncIterable<Uint8Array>
  /** Bytes announced, where the sender says; refused before anything is read where there is no room for them. */
  readonly lengthExpected?: number | undefined
}

/** What the vault has at an address. */
export interface ContentSummary {
  readonly vaultHash: string
  readonly length: number
  readonly state: 'kept' | 'erasing' | 'erased'
  /** Id of the transaction that erased it: its receipt is the proof. */
  readonly erasedBy?: string
}

/** A wrapped content key. */
export interface WrapAnswer {
  readonly vaultHash: string
  /** Compact JWE for the X25519 key of whoever it is given to. */
  readonly wrap: string
}

/** A content on its way out. The stream ends with an error where the disk altered it. */
export interface ContentRelease extends WrapAnswer {
  readonly length: number
  readonly bytes: AsyncIterable<Uint8Array>
}

/** Encrypted contents of this node. Every right is checked here; docs/vault.md lists them. */
export interface NodeVault {
  /** Durable when resolved. Errors as `ContentStore.put`. */
  put(upload: ContentUpload, reader: Actor): Promise<ContentSummary>
  /**
   * Keeps a wrap for `readerKey` (X25519, hex): by the content's owner, or by whoever has a wrap itself. LedgerError
   * `read.not-found`, `token.forbidden`, `content.break-glass`, `content.wraps`.
   */
  putWrap(vaultHash: string, readerKey: string, wrap: string, reader: Actor): Promise<void>
  /** For the content's owner alone. */
  describe(vaultHash: string, reader: Actor): Promise<ContentSummary | undefined>
  /**
   * What an `access.open` or `access.break-glass` of the reader's own key opens. The access is spent, durably, when this
   * resolves. LedgerError `content.release-denied`, `content.release-late`, `content.released`.
   */
  release(openId: string, reader: Actor): Promise<ContentRelease>
  /** The latest content of a record, for those who act for its subject and for who brought it. LedgerError `read.not-found`. */
  retrieve(record: string, reader: Actor): Promise<ContentRelease>
  /** Its wrapped key alone, to grant it on; for the same. */
  wrapOf(record: string, reader: Actor): Promise<WrapAnswer>
}

/** A certificate that its institution puts up for checking. */
export interface CertificateUpload {
  /** The signed credential. */
  readonly credential: JsonDocument
  /** Id of the transaction that issued it, hex. */
  readonly transaction: string
}

/** Certificates and status lists that institutions put up on this node; whoever has a credential's hash may read its file. */
export interface NodeCertificates {
  /**
   * Keeps a certificate for its link: by the institution's own key. LedgerError `token.forbidden` where the reader has not
   * issued it, `content.credential` where it does not verify or hashes to something else.
   */
  putFile(hash: string, upload: CertificateUpload, reader: Actor): Promise<void>
  /** The certificate with its receipt under the latest checkpoint and the institution's lists; undefined where none is kept. */
  file(hash: string): Promise<CertificateFile | undefined>
  /** Removes a certificate from its link: by the institution's own key. LedgerError `read.not-found`. */
  withdrawFile(hash: string, reader: Actor): Promise<void>
  /**
   * Keeps a status list signed by the reader's key, the institution's own. LedgerError `token.forbidden`,
   * `content.credential`, `content.list-older`.
   */
  putStatusList(institution: string, purpose: StatusPurpose, list: JsonDocument, reader: Actor): Promise<void>
  statusList(institution: string, purpose: StatusPurpose): Promise<JsonDocument | undefined>
}

export interface NodeMetrics {
  readonly head: LedgerHead
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
}

export interface Node {
  info(): Promise<NodeInfo>
  /** Admits, orders and, with `wait`, awaits transactions. One result each, in order. Whole-request faults throw LedgerError. */
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
  /** The node's name, the `aud` of tokens. */
  readonly name: string
  /** Whether a reader may see every entry: the node's own member key (operator), or an auditor. */
  maySeeEntries(reader: Actor): boolean
  /** Whether transactions are taken, and what stands in the way. */
  ready(): Promise<{ ready: boolean; reasons: string[] }>
  metrics(): Promise<NodeMetrics>
}

/** A node with its life in hand. */
export interface RunningNode extends Node {
  /** Takes no more transactions, commits what was admitted, ends streams, closes all parts. */
  close(): Promise<void>
}
