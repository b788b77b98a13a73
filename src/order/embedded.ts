/**
 * The order of one node, in its own process: first come, first served. A block is cut when enough transactions or
 * bytes wait, when the oldest has waited long enough, or at once while all blocks that were handed out are committed.
 * Nothing is kept on disk: a transaction is durable once the ledger has committed it, and what a crash takes from the
 * queue its sender submits again.
 *
 * While the ledger is busy with a block the queue goes on filling, so blocks grow with the load by themselves.
 */
import {
  BLOCK_AGE_MS_MAX,
  BLOCK_BYTES_MAX,
  BLOCK_COUNT_MAX,
  type Clock,
  LedgerError,
  ORDER_QUEUE_BYTES_MAX,
  ORDER_QUEUE_COUNT_MAX,
  type Packed,
  type Position,
  packedCount,
} from '../base/index.ts'
import { type ClockJump, createBlockClock } from './block-clock.ts'
import { createEntryQueue } from './entry-queue.ts'
import type { Order, OrderedBlock } from './types.ts'

/** What an embedded order is made with; the bounds default to those of limits.ts. */
export interface EmbeddedOrderOptions {
  readonly clock: Clock
  /** Told where the wall clock jumps ahead (block-clock.ts). */
  readonly onClockJump?: (jump: ClockJump) => void
  readonly blockCountMax?: number
  readonly blockBytesMax?: number
  readonly blockAgeMsMax?: number
  readonly queueCountMax?: number
  readonly queueBytesMax?: number
}

/** After about this long a full queue has been drained by some blocks. */
const RETRY_AFTER_SECONDS = 1

/**
 * The order of a ledger of one node. Positions go on from the one that was committed last; there is no history to hand
 * out again, since what was ordered and not committed is lost with the process. The bytes proposed belong to the order.
 */
export function createEmbeddedOrder(options: EmbeddedOrderOptions): Order {
  const { clock } = options
  const blockCountMax = options.blockCountMax ?? BLOCK_COUNT_MAX
  const blockBytesMax = options.blockBytesMax ?? BLOCK_BYTES_MAX
  const blockAgeMsMax = options.blockAgeMsMax ?? BLOCK_AGE_MS_MAX
  const queueCountMax = options.queueCountMax ?? ORDER_QUEUE_COUNT_MAX
  const queueBytesMax = options.queueBytesMax ?? ORDER_QUEUE_BYTES_MAX

  const queue = createEntryQueue()
  const readTime = createBlockClock(clock, options.onClockJump ?? (() => {}))
  let closed = false
  let consumed = false
  /** Blocks handed out and not committed yet. While there are none, the next waits for no company. */
  let openCount = 0
  /** Ends the consumer's wait; made anew for each wait. */
  let wake = () => {}

  const mayCut = () =>
    queue.count >= blockCountMax || queue.bytes >= blockBytesMax || (openCount === 0 && queue.count > 0)

  /** Waits until a block can be cut. Nothing left to cut afterwards means that the order is closed and drained. */
  async function waitForBlock(): Promise<void> {
    while (!closed && !mayCut()) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      if (queue.count === 0) {
        await woken
        continue
      }
      const ageMs = clock.monotonicMs() - queue.oldestMs
      if (ageMs >= blockAgeMsMax) return
      const timer = new AbortController()
      const timeUp = clock.sleep(blockAgeMsMax - ageMs, timer.signal).catch(() => {})
      await Promise.race([woken, timeUp])
      timer.abort()
    }
  }

  async function* blocks(after: Position): AsyncGenerator<OrderedBlock, void> {
    if (consumed) throw new Error('an embedded order has one consumer')
    consumed = true
    let { height } = after
    openCount = 0
    try {
      for (;;) {
        await waitForBlock()
        if (queue.count === 0) return
        openCount += 1
        height += 1
        const position = { epoch: after.epoch, height }
        yield {
          kind: 'proposed',
          position,
          time: readTime(),
          entries: queue.take(blockCountMax, blockBytesMax),
        }
      }
    } finally {
      consumed = false
    }
  }

  return {
    async propose(entries: Packed) {
      if (closed) throw new LedgerError('node.closing')
      const [count, bytes] = [packedCount(entries), entries.bytes.length]
      if (queue.count + count > queueCountMax || queue.bytes + bytes > queueBytesMax) {
        throw new LedgerError('overload.queue-full', { retryAfterSeconds: RETRY_AFTER_SECONDS })
      }
      if (count === 0) return
      queue.add(entries, clock.monotonicMs())
      wake()
    },
    state: { is: 'working' },
    blocks,
    committed() {
      openCount -= 1
      if (openCount === 0) wake()
    },
    get queuedCount() {
      return queue.count
    },
    async close() {
      closed = true
      wake()
    },
  }
}
