/**
 * The order of blocks. What an order hands out is a proposal: nodes verify every byte of it. There are two sides: a
 * `BlockSource`, from which a node takes blocks, and an `Intake`, into which a node that takes transactions puts them.
 * A mirror has a source and no intake.
 */
import type { LedgerError, Packed, Position } from '../base/index.ts'
import type { Refusal } from '../protocol/index.ts'

interface BlockPlace {
  readonly position: Position
  /** Unix seconds, by whoever ordered it. Where it is before that of the block before, the ledger takes that one's. */
  readonly time: number
}

interface BlockContents extends BlockPlace {
  /** Transaction leaves in order. */
  readonly entries: Packed
}

/** Transactions in one total order, to be verified, executed and committed at once. */
export interface ProposedBlock extends BlockContents {
  readonly kind: 'proposed'
}

/** A block that a log holds already, and what it must come to. The entries are its accepted transactions. */
export interface RecordedBlock extends BlockContents {
  readonly kind: 'recorded'
  readonly headerLeaf: Uint8Array
  readonly refusals: readonly Refusal[]
}

/** A block that several nodes have decided, and that this node's ledger has executed already: it is to be committed. */
export interface DecidedBlock extends BlockPlace {
  readonly kind: 'decided'
  /** By which the ledger keeps it. */
  readonly ticket: number
  /** Ids of its n entries (n × 32), and which of them are sound in form and signature. */
  readonly ids: Uint8Array
  readonly valid: Uint8Array
}

export type OrderedBlock = ProposedBlock | RecordedBlock | DecidedBlock

/** How a source stands: `in trouble` (`reason` in words) it goes on trying, `ended` it will never give another block. */
export type SourceState =
  | { readonly is: 'working' }
  | { readonly is: 'catching up' }
  | { readonly is: 'in trouble'; readonly error: LedgerError; readonly reason?: string }
  | { readonly is: 'ended'; readonly reason: string; readonly error: LedgerError }

export interface BlockSource {
  readonly state: SourceState
  /**
   * The blocks after the position that was committed last, in order, for ever; ends when the source is closed and
   * drained, or when it can never give another (`ended`). One consumer at a time.
   */
  blocks(after: Position): AsyncIterable<OrderedBlock>
  /**
   * The block at `position` is durable, and the log has `size` leaves after it. Told of every block that was handed
   * out, in order, unless the node halts before.
   */
  committed(position: Position, size: number): void
  /** No more blocks but those that wait already. */
  close(): Promise<void>
}

export interface Intake {
  /**
   * Takes admitted transaction leaves into the order. Resolves once they are accepted for ordering (not yet
   * committed). Over the bounds of its queue: LedgerError `overload.queue-full`, nothing taken.
   */
  propose(entries: Packed): Promise<void>
  /** Transactions accepted for ordering and not yet handed out. */
  readonly queuedCount: number
}

/** An order that a node both feeds and follows. */
export interface Order extends BlockSource, Intake {}
