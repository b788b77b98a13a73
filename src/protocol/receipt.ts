/**
 * Receipts: proof, for whoever holds the ledger's keys, of what became of a transaction and when.
 */

/** As JSON carries it. */
export interface Receipt {
  /** tlog-proof of the entry, with its signed checkpoint. */
  readonly proof: string
  /** The entry in base64: the transaction's leaf or, where it was refused, its refusals leaf. */
  readonly entry: string
  /** The header leaf of the entry's block, base64. */
  readonly header: string
  /** tlog-proof of the header under the same checkpoint. */
  readonly headerProof: string
}
