/**
 * From the order's blocks to committed ones: verify, execute, commit, sign. While block n executes in the ledger, block
 * n+1 is verified and handed over to wait behind it, one and no more: the ledger is never idle while this thread is
 * busy, memory stays bounded and the order is kept.
 *
 * Entries that this node's engine checked at the door are not checked twice (`intake/verdicts.ts`); all others are.
 * Where the engine's two builds ever disagreed, nothing that was found before is used again.
 *
 * A commit whose outcome is unknown halts the node for good. It answers reads of what was committed before, takes no
 * transactions, and is opened again to recover. A block whose rules this build does not know halts it too, untouched. A
 * source of blocks that fails halts nothing: the ledger is sound, the node is without order.
 */
import {
  BLOCK_AHEAD_SECONDS_MAX,
  type Clock,
  EXPIRES_AHEAD_SECONDS_MAX,
  fromHex,
  hasBit,
  hashesToHex,
  LedgerError,
  type Position,
} from '../base/index.ts'
import type { Engine } from '../engine/index.ts'
import type { Finality } from '../finality/index.ts'
import { errorFields, type Logger } from '../host/index.ts'
import {
  EXPIRED,
  type Outcome,
  type PendingTransactions,
  unpackOutcomes,
  type Verdicts,
  verifyOrdered,
} from '../intake/index.ts'
import type { EntryVerdicts } from '../kernel/index.ts'
import type { CommittedBlock, Ledger, VerifiedBlock } from '../ledger/index.ts'
import type { BlockSource, OrderedBlock, ProposedBlock, RecordedBlock } from '../order/index.ts'
import { expiresOfId } from '../protocol/index.ts'
import type { RoleKeeper } from './role.ts'

export interface PipelineOptions {
  readonly clock: Clock
  readonly engine: Engine
  readonly ledger: Ledger
  readonly source: BlockSource
  readonly finality: Finality
  readonly pending: PendingTransactions
  readonly verdicts: Verdicts
  readonly role: RoleKeeper
  readonly logger: Logger
  /** Aborted when the node is closed. */
  readonly stopping: AbortSignal
  /** Called after each block that was committed, signed and answered. */
  readonly onCommitted: (block: CommittedBlock) => void
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

/** A block of which the commit is left to do; ids (n × 32) and soundness of its n entries. */
interface ReadyBlock {
  readonly position: Position
  readonly time: number
  readonly ids: Uint8Array
  readonly valid: Uint8Array
  readonly commit: () => Promise<CommittedBlock>
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
  #halted = false

  constructor(options: PipelineOptions) {
    this.#options = options
  }

  /** Works until the source ends, or until it halts. Never rejects. */
  async run(): Promise<void> {
    const { ledger, source } = this.#options
    let [before, last]: Promise<void>[] = [Promise.resolve(), Promise.resolve()]
    try {
      const blocks = source.blocks(await ledger.position())[Symbol.asyncIterator]()
      for (;;) {
        const block = await this.#next(blocks)
        if (block === undefined || !(await this.#holdUntilDue(block))) break
        const ready = await this.#prepare(block)
        if (this.#halted) break
        before = last!
        last = this.#commit(ready, before)
        // The next block is taken once the ledger has this one alone.
        await before
      }
      await blocks.return?.()
      await last
    } catch (error) {
      this.#halt(error)
    }
  }

  /** The source's next block; undefined at its end. A source that fails leaves the node without order. */
  async #next(blocks: AsyncIterator<OrderedBlock>): Promise<OrderedBlock | undefined> {
    const { ledger, logger, pending, role } = this.#options
    try {
      const { done, value } = await blocks.next()
      return done === true ? undefined : value
    } catch (cause) {
      // A source that asked a ledger that has halted meanwhile says nothing of its own.
      if (ledger.halted !== undefined || this.#halted) throw cause
      const error = new LedgerError('node.no-order', {}, cause)
      logger.error('ALARM: the order gives no more blocks', errorFields(cause))
      if (role.current.is !== 'closing') role.become({ is: 'without order', error })
      pending.fail(error)
      return undefined
    }
  }

  /**
   * A block from the future says that its proposer's clock, or ours, is wrong: it waits, and someone is told. False
   * where the node is closed meanwhile; the block was promised to nobody.
   */
  async #holdUntilDue({ time }: OrderedBlock): Promise<boolean> {
    const { clock, logger, stopping } = this.#options
    const aheadSeconds = () => time - BLOCK_AHEAD_SECONDS_MAX - clock.nowSeconds()
    if (aheadSeconds() <= 0) return true
    logger.error("a block is ahead of this node's clock and is held: check the clocks", { time })
    while (aheadSeconds() > 0 && !stopping.aborted) await clock.sleep(1_000, stopping).catch(() => {})
    return !stopping.aborted
  }

  /** What is left to do with a block once its entries are verified; one that was executed has been. */
  async #prepare(block: OrderedBlock): Promise<ReadyBlock> {
    const { ledger } = this.#options
    const { position, time } = block
    if (block.kind === 'decided') {
      const { ids, valid, ticket } = block
      return { position, time, ids, valid, commit: () => ledger.commitExecuted(ticket) }
    }
    const verdicts = await verifyOrdered(this.#options, block.entries)
    const { ids, valid } = verdicts
    return { position, time, ids, valid, commit: () => ledger.commit(toVerified(block, verdicts)) }
  }

  /**
   * Commits one block and tells whoever waits, after the block `before` it has been told of. Never rejects: a failure
   * halts. The ledger gets the block at once; it refuses all that follows a block that failed.
   */
  async #commit(block: ReadyBlock, before: Promise<void>): Promise<void> {
    const { clock, finality, logger, onCommitted } = this.#options
    const startMs = clock.monotonicMs()
    // Taken before the commit, to which the block's buffers go.
    const ids = hashesToHex(block.ids)
    const sound = ids.map((_, i) => hasBit(block.valid, i))
    try {
      const committing = this.#hand(block)
      // Calls are answered in order: this one before the block that is handed over next.
      const trust = finality.readTrust()
      trust.catch(() => {})
      const committed = await committing
      await before
      if (this.#halted) return
      await finality.committed(committed.head, trust)
      this.#settle(ids, sound, committed, Math.max(block.time, committed.head.time))
      this.#count(committed, ids.length, clock.monotonicMs() - startMs)
      onCommitted(committed)
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

  /** Hands a block to the ledger, and tells the source as soon as it is durable. */
  async #hand({ position, commit }: ReadyBlock): Promise<CommittedBlock> {
    const committed = await commit()
    this.#options.source.committed(position, committed.head.size)
    return committed
  }

  /** `time`: that of the block, whether it left anything or not. */
  #settle(ids: readonly string[], sound: readonly boolean[], committed: CommittedBlock, time: number): void {
    const { pending, verdicts } = this.#options
    const outcomes = unpackOutcomes(committed.statuses)
    for (const [position, id] of ids.entries()) {
      // An unsound copy of a pending transaction, which only another node could have ordered, says nothing about it.
      if (!sound[position]) continue
      pending.settle(id, outcomes[position] ?? reasonDropped(id, time))
    }
    for (const { entry } of pending.expire(time)) verdicts.forget(entry)
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
    if (this.#halted) return
    this.#halted = true
    const { logger, pending, role, source } = this.#options
    const isUnknown = cause instanceof LedgerError && cause.code === 'ledger.rules-unknown'
    const error = isUnknown ? cause : new LedgerError('ledger.halted', {}, cause)
    if (role.current.is !== 'closing') role.become({ is: 'halted', error })
    logger.error('the node has halted: no block is committed until it is started again', errorFields(cause))
    pending.fail(error)
    source.close().catch(() => {})
  }
}

/** A block as the ledger takes it. */
function toVerified(block: ProposedBlock | RecordedBlock, verdicts: EntryVerdicts): VerifiedBlock {
  const { position, time, entries } = block
  if (block.kind === 'proposed') return { position, time, entries, verdicts }
  const { headerLeaf, refusals } = block
  return { position, time, entries, verdicts, recorded: { headerLeaf, refusals } }
}

/**
 * Why a transaction that was sound at the door left no leaf in a block of this time: it expired on its way, or the
 * block came under other rules than those that the door asked.
 */
function reasonDropped(id: string, time: number): Outcome {
  const expires = expiresOfId(fromHex(id, 32)!)
  const isInTime = time < expires && expires <= time + EXPIRES_AHEAD_SECONDS_MAX
  if (!isInTime) return EXPIRED
  const message = 'The rules changed before its block, and it does not fit them.'
  return { status: 'rejected', code: 'admission.rules-changed', details: { message } }
}
