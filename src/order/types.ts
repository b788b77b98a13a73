/** The order of blocks. What a sequencer hands out is a proposal: nodes verify every byte of it. */
import type { Packed } from '../base/index.ts'
import type { Refusal } from '../protocol/index.ts'

/** Transactions in one total order, to be verified, executed and committed at once. */
export interface ProposedBlock {
  /** The proposer's clock, unix seconds, never below the block before it. */
  readonly time: number
  /** Transaction leaves in order. */
  readonly entries: Packed
  /** Leaf hash of the header this block extends, where the proposer vouches for it; absent from the embedded sequencer. */
  readonly parentHeaderHash?: Uint8Array
  /** Where a log holds the block already: what it must come to. The entries are then its accepted transactions. */
  readonly recorded?: { readonly headerLeaf: Uint8Array; readonly refusals: readonly Refusal[] }
}

export interface Sequencer {
  /**
   * Takes admitted transaction leaves into the order. Resolves once they are accepted for ordering (not yet
   * committed). Over the bounds of its queue: LedgerError `overload.queue-full`, nothing taken.
   */
  propose(entries: Packed): Promise<void>
  /** The blocks after `height`, for ever, in order. One consumer at a time. Ends when closed and drained. */
  blocks(height: number): AsyncIterable<ProposedBlock>
  /**
   * The consumer has nothing to do: the next block is cut as soon as there is anything to put into it. Holds for one
   * block. A sequencer that orders for several nodes may take it as it likes.
   */
  hurry(): void
  /** Transactions accepted for ordering and not yet handed out. */
  readonly queuedCount: number
  /** No more proposals; what was accepted is still handed out. */
  close(): Promise<void>
}
