/** The vault as the node sees it: private parts of transactions, and encrypted contents, kept off the ledger. */

/** A private part on its way to the store. */
export interface PartToKeep {
  /** Transaction id, 32 bytes; starts with its expiry, so that parts lie in the order in which they expire. */
  readonly id: Uint8Array
  /** Salt ‖ canonical JSON, as it was handed in. */
  readonly part: Uint8Array
}

/** Ids whose transactions can no longer commit, in the order they are stored. */
export interface ExpiredParts {
  /** Packed, n × 32. */
  readonly ids: Uint8Array
  /** True where more than was asked for had expired. */
  readonly more: boolean
}

/**
 * Private parts by transaction id. A part arrives before its transaction is proposed and is durable once `keep`
 * resolves; one whose transaction never commits is swept after it expired. Erasing leaves nothing to read here, while
 * the salted commitment stays on the ledger.
 */
export interface PartStore {
  /**
   * Durable when resolved. Keeping the same part again changes nothing. LedgerError `vault.write` where the disk
   * refuses.
   */
  keep(parts: readonly PartToKeep[]): Promise<void>
  /** An owned copy; undefined where none is kept or it was erased. LedgerError `vault.corrupt` on a false checksum. */
  get(id: Uint8Array): Promise<Uint8Array | undefined>
  /** Removes parts for good; unknown ids are passed over. Durable when resolved. */
  erase(ids: readonly Uint8Array[]): Promise<void>
  /** Up to `limit` parts not yet looked at whose transactions expired before `time` (unix seconds). */
  expired(time: number, limit: number): Promise<ExpiredParts>
  /** Ends looking at `ids`, which came from `expired`: those of `drop` are erased, the others stay for good. */
  settle(ids: Uint8Array, drop: readonly Uint8Array[]): Promise<void>
  close(): Promise<void>
}

/** Who brings a content. */
export interface Upload {
  /** Whose records may name it: a member, or a patient's actor id. Its member's quota is what it counts against. */
  readonly owner: string
  /** Actor id of who sends it. */
  readonly uploader: string
  /** Bytes announced; where there is no room for them nothing is read. */
  readonly lengthExpected?: number | undefined
  /** Bytes that the owner may keep, where it has a quota of its own besides its member's. */
  readonly ownerBytesMax?: number | undefined
}

/** What the index says of a content. `length` is that of its ciphertext. */
export type StoredContent = {
  readonly owner: string
  readonly uploader: string
  readonly length: number
  readonly state: 'kept' | 'erasing' | 'erased'
  /** Id of the transaction that erased it; its receipt is the proof. */
  readonly erasedBy?: string
}

/** A wrapped content key: a compact JWE. */
export type StoredWrap = {
  readonly wrap: string
  /** Actor id of the reader who placed it; absent where the content's owner did. */
  readonly by?: string
}

/**
 * Encrypted contents by address (SHA-256 of the ciphertext, hex), their wrapped keys, and the accesses that were used.
 * The store sees ciphertexts, lengths, times, who uploaded, and for whose X25519 keys a wrap is kept; never a content.
 */
export interface ContentStore {
  /**
   * Takes in a ciphertext, streamed; durable when resolved. A content that is kept already is not read again, an erased
   * one is not taken back (`content.erased`). Errors leave nothing: `content.address`, `content.quota`,
   * `content.disk-full`, `form.too-large`, `vault.write`.
   */
  put(address: string, upload: Upload, stream: AsyncIterable<Uint8Array>): Promise<StoredContent>
  describe(address: string): StoredContent | undefined
  /** Streams a content. `read.not-found` where none is kept; ends with `vault.corrupt` where the disk altered it. */
  read(address: string): AsyncIterable<Uint8Array>
  /**
   * Keeps the wrapped key for a reader's X25519 key (hex), in place of an earlier one. LedgerError `content.wraps` where
   * as many stand as whoever placed it may place; `read.not-found` where the content is not kept.
   */
  putWrap(address: string, readerKey: string, wrap: StoredWrap): Promise<void>
  wrap(address: string, readerKey: string): StoredWrap | undefined
  /** Durable when resolved; what is not kept is passed over. */
  removeWrap(address: string, readerKey: string): Promise<void>
  /** Marks an access (id of its transaction) as used, durably. `content.released` where it was used before. */
  consume(openId: Uint8Array, time: number): Promise<void>
  /** Whether an access was used. */
  isConsumed(openId: Uint8Array): boolean
  /**
   * Destroys a content and every wrap of its key; durable when resolved. What is not kept is passed over. `by` is the
   * id of the transaction that orders it.
   */
  erase(address: string, by: string): Promise<void>
  /** Leaf index below which every erasure that the log orders has been carried out. */
  erasuresDone(): number
  setErasuresDone(index: number): Promise<void>
  /** Bytes that count on a member, its patients' included and each content with at least 4 KiB, or on a patient. */
  usage(owner: string): number
  close(): Promise<void>
}

/** Small JSON documents by name, such as certificates; read in public. What may be written, the caller decides. */
export interface DocumentStore {
  /**
   * Keeps a document; durable when resolved. What stood there is replaced where `mayReplace` (always, where absent)
   * says so; false where it does not. LedgerError `content.disk-full`, `vault.write`, `vault.corrupt`.
   */
  put(name: string, document: unknown, mayReplace?: (kept: unknown) => boolean): Promise<boolean>
  /** A fresh copy; undefined where none is kept. LedgerError `vault.corrupt` on a false checksum. */
  get(name: string): Promise<unknown>
  /** Durable when resolved; what is not kept is passed over. */
  remove(name: string): Promise<void>
  close(): Promise<void>
}
