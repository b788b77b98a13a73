/**
 * From the sequencer's blocks to committed ones (DESIGN: verify, execute, commit, prove). While block n executes in the
 * ledger, block n+1 is verified and handed over to wait behind it, one and no more: the ledger is never idle while
 * this thread is busy, memory stays bounded and the order is kept.
 *
 * A block of the very bytes that this node's engine checked at the door is not checked twice (`admitted-verdicts.ts`);
 * any other is. Where the engine's two builds ever disagreed, nothing that was found before is used again.
 *
 * A commit whose outcome is unknown halts the node for good. It answers reads of what was committed before, takes no
 * transactions, and is opened again to recover. A block whose rules this build does not know halts it too, untouched.
 */
import {
  BLOCK_AHEAD_SECONDS_MAX,
  type Clock,
  EXPIRES_AHEAD_SECONDS_MAX,
  fromHex,
  hasBit,
  LedgerError,
  packedCount,
} from '../base/index.ts'
import type { Engine } from '../engine/index.ts'
import type { Checkpoints } from '../finality/index.ts'
import { errorFields, type Logger } from '../host/index.ts'
import type { AdmittedVerdicts, Outcome, PendingTransactions } from '../intake/index.ts'
import { idsToHex, unpackOutcomes } from '../intake/index.ts'
import type { CommittedBlock, Ledger, VerifiedBlock } from '../ledger/index.ts'
import type { ProposedBlock, Sequencer } from '../order/index.ts'
import { expiresOfId } from '../protocol/index.ts'
import { mayOrderErasure } from '../services/index.ts'

export interface PipelineOptions {
  readonly clock: Clock
  readonly engine: Engine
  readonly ledger: Ledger
  readonly sequencer: Sequencer
  readonly checkpoints: Checkpoints
  readonly pending: PendingTransactions
  readonly admitted: AdmittedVerdicts
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
  /** Blocks that the ledger has been given and has not answered. */
  #openCommits = 0

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
    let [before, last]: Promise<void>[] = [Promise.resolve(), Promise.resolve()]
    try {
      const { height } = await ledger.head()
      sequencer.hurry()
      for await (const block of sequencer.blocks(height)) {
        if (!(await this.#holdUntilDue(block))) break
        const verified = await this.#verify(block)
        if (this.#halted !== undefined) return
        before = last!
        last = this.#commit(verified, before)
        // The next block is taken once the ledger has this one alone.
        await before
      }
      await last
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
    const { admitted, engine, ledger } = this.#options
    const { entries, time, recorded } = block
    const known = admitted.take(entries)
    const mayUseKnown = engine.stats().disagreements === 0
    const verdicts =
      known !== undefined && mayUseKnown
        ? known
        : await engine.verifyEntries(entries.bytes, entries.offsets, ledger.ledgerId, 'ordered')
    return { time, entries, verdicts, recorded }
  }

  /**
   * Commits one block and tells whoever waits, after the block `before` it has been told of. Never rejects: a failure
   * halts. The ledger gets the block at once; it refuses all that follows a block that failed.
   */
  async #commit(block: VerifiedBlock, before: Promise<void>): Promise<void> {
    const { clock, ledger, checkpoints, logger, onCommitted } = this.#options
    const startMs = clock.monotonicMs()
    const { time } = block
    // Taken before the commit, to which the block's buffers go.
    const ids = idsToHex(block.verdicts.ids)
    const sound = ids.map((_, position) => hasBit(block.verdicts.valid, position))
    const entryCount = packedCount(block.entries)
    const ordersErasure = mayOrderErasure(block.entries)
    this.#openCommits += 1
    try {
      const committing = ledger.commit(block).finally(() => this.#answered())
      // Calls are answered in order: this one before the block that is handed over next.
      const trust = checkpoints.readTrust()
      trust.catch(() => {})
      const committed = await committing
      await before
      if (this.#halted !== undefined) return
      await checkpoints.publish(committed.head, trust)
      this.#settle(ids, sound, committed, Math.max(time, committed.head.time))
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
      // The block before may be committed and on its way to be told.
      await before
      this.#halt(error)
    }
  }

  /** A ledger without work is given whatever comes, at once; while it works, company gathers. */
  #answered(): void {
    this.#openCommits -= 1
    if (this.#openCommits === 0) this.#options.sequencer.hurry()
  }

  /** `time`: that of the block, whether it left anything or not. */
  #settle(ids: readonly string[], sound: readonly boolean[], committed: CommittedBlock, time: number): void {
    const outcomes = unpackOutcomes(committed.statuses)
    for (const [position, id] of ids.entries()) {
      // An unsound copy of a pending transaction, which only another node could have ordered, says nothing about it.
      if (!sound[position]) continue
      this.#options.pending.settle(id, outcomes[position] ?? reasonDropped(id, time))
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
    const isUnknown = cause instanceof LedgerError && cause.code === 'ledger.rules-unknown'
    this.#halted = isUnknown ? cause : new LedgerError('ledger.halted', {}, cause)
    logger.error('the node has halted: no block is committed until it is started again', errorFields(cause))
    pending.fail(this.#halted)
    sequencer.close().catch(() => {})
  }
}

/**
 * Why a transaction that was sound at the door left no leaf in a block of this time: it expired on its way, or the block came under
 * other rules than those that the door asked.
 */
function reasonDropped(id: string, time: number): Outcome {
  const expires = expiresOfId(fromHex(id, 32)!)
  const isInTime = time < expires && expires <= time + EXPIRES_AHEAD_SECONDS_MAX
  return isInTime
    ? {
        status: 'rejected',
        code: 'admission.rules-changed',
        details: { message: 'The rules changed before its block, and it does not fit them.' },
      }
    : {
        status: 'rejected',
        code: 'admission.expired',
        details: { message: 'The transaction expired before its block.' },
      }
}
