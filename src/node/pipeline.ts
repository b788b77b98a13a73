/**
 * From the sequencer's blocks to committed ones (DESIGN: verify, execute, commit, prove). Block n+1 is verified by the
 * engine while block n executes in the ledger, one ahead and no more: memory stays bounded and the order is kept.
 *
 * A commit whose outcome is unknown halts the node for good. It answers reads of what was committed before, takes no
 * transactions, and is opened again to recover.
 */
import { BLOCK_AHEAD_SECONDS_MAX, type Clock, hasBit, LedgerError, packedCount } from '../base/index.ts'
import type { Engine } from '../engine/index.ts'
import type { CommittedBlock, Ledger, VerifiedBlock } from '../ledger/index.ts'
import type { ProposedBlock, Sequencer } from '../sequencer/index.ts'
import type { Checkpoints } from './checkpoints.ts'
import { mayOrderErasure } from './erasures.ts'
import { idsToHex } from './hex.ts'
import { errorFields, type Logger } from './logger.ts'
import { unpackOutcomes } from './outcome.ts'
import type { Outcome, PendingTransactions } from './pending.ts'

export interface PipelineOptions {
  readonly clock: Clock
  readonly engine: Engine
  readonly ledger: Ledger
  readonly sequencer: Sequencer
  readonly checkpoints: Checkpoints
  readonly pending: PendingTransactions
  readonly logger: Logger
  /** Aborted when the node is closed. */
  readonly stopping: AbortSignal
  /** Called after each block that was committed, published and answered; `ordersErasure` is whether it may order one. */
  readonly onCommitted: (block: CommittedBlock, ordersErasure: boolean) => void
}

/** What the pipeline has done since the node started. */
export interface PipelineCounts {
  blocks: number
  accepted: number
  refused: number
  /** Ordered entries that left no leaf. */
  dropped: number
  commitMsSum: number
  commitMsLast: number
}

export class Pipeline {
  readonly counts: PipelineCounts = {
    blocks: 0,
    accepted: 0,
    refused: 0,
    dropped: 0,
    commitMsSum: 0,
    commitMsLast: 0,
  }
  readonly #options: PipelineOptions
  #halted: LedgerError | undefined

  constructor(options: PipelineOptions) {
    this.#options = options
  }

  /** Why no block is committed any more; undefined while the pipeline works. */
  get halted(): LedgerError | undefined {
    return this.#halted
  }

  /** Works until the sequencer is closed and drained, or until it halts. Never rejects. */
  async run(): Promise<void> {
    const { ledger, sequencer } = this.#options
    let committing: Promise<void> = Promise.resolve()
    try {
      const { height } = await ledger.head()
      for await (const block of sequencer.blocks(height)) {
        if (!(await this.#holdUntilDue(block))) break
        const verified = await this.#verify(block)
        await committing
        if (this.#halted !== undefined) return
        committing = this.#commit(verified)
      }
      await committing
    } catch (error) {
      this.#halt(error)
    }
  }

  /**
   * A block from the future says that its proposer's clock, or ours, is wrong: it waits, and someone is told. False where
   * the node is closed meanwhile; the block was promised to nobody.
   */
  async #holdUntilDue({ time }: ProposedBlock): Promise<boolean> {
    const { clock, logger, stopping } = this.#options
    const aheadSeconds = () => time - BLOCK_AHEAD_SECONDS_MAX - clock.nowSeconds()
    if (aheadSeconds() <= 0) return true
    logger.error("a block is ahead of this node's clock and is held: check the clocks", { time })
    while (aheadSeconds() > 0 && !stopping.aborted) await clock.sleep(1_000, stopping).catch(() => {})
    return !stopping.aborted
  }

  async #verify(block: ProposedBlock): Promise<VerifiedBlock> {
    const { engine, ledger } = this.#options
    const { entries, time, recorded } = block
    const verdicts = await engine.verifyEntries(entries.bytes, entries.offsets, ledger.ledgerId, 'ordered')
    return { time, entries, verdicts, recorded }
  }

  /** Commits one block and tells whoever waits. Never rejects: a failure halts. */
  async #commit(block: VerifiedBlock): Promise<void> {
    const { clock, ledger, checkpoints, logger, onCommitted } = this.#options
    const startMs = clock.monotonicMs()
    // Taken before the commit, to which the block's buffers go.
    const ids = idsToHex(block.verdicts.ids)
    const sound = ids.map((_, position) => hasBit(block.verdicts.valid, position))
    const entryCount = packedCount(block.entries)
    const ordersErasure = mayOrderErasure(block.entries)
    try {
      const committed = await ledger.commit(block)
      await checkpoints.publish(committed.head)
      this.#settle(ids, sound, committed)
      this.#count(committed, entryCount, clock.monotonicMs() - startMs)
      onCommitted(committed, ordersErasure)
      logger.debug('block committed', {
        height: committed.head.height,
        size: committed.head.size,
        accepted: committed.accepted,
        refused: committed.refused,
        executeMs: Math.round(committed.timings.executeMs),
        writeMs: Math.round(committed.timings.writeMs),
      })
    } catch (error) {
      this.#halt(error)
    }
  }

  #settle(ids: readonly string[], sound: readonly boolean[], committed: CommittedBlock): void {
    const outcomes = unpackOutcomes(committed.statuses)
    for (const [position, id] of ids.entries()) {
      // An unsound copy of a pending transaction, which only another node could have ordered, says nothing about it.
      if (!sound[position]) continue
      const expired: Outcome = {
        status: 'rejected',
        code: 'admission.expired',
        details: { message: 'The transaction expired before its block.' },
      }
      this.#options.pending.settle(id, outcomes[position] ?? expired)
    }
  }

  #count(committed: CommittedBlock, entryCount: number, elapsedMs: number): void {
    const { counts } = this
    counts.blocks += 1
    counts.accepted += committed.accepted
    counts.refused += committed.refused
    counts.dropped += entryCount - committed.accepted - committed.refused
    counts.commitMsSum += elapsedMs
    counts.commitMsLast = elapsedMs
  }

  #halt(cause: unknown): void {
    if (this.#halted !== undefined) return
    const { logger, pending, sequencer } = this.#options
    this.#halted = new LedgerError('ledger.halted', {}, cause)
    logger.error('the node has halted: no block is committed until it is started again', errorFields(cause))
    pending.fail(this.#halted)
    sequencer.close().catch(() => {})
  }
}
