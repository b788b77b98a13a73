/**
 * What this node puts into the order. Entries become bundles: at once while few of its bundles are out, else they wait
 * for company in the next one. An engine keeps what waits in memory alone, and may drop it: so a bundle is kept here,
 * and sent again until it is decided or nothing in it can be accepted any more.
 */
import {
  BUNDLED_BYTES_MAX,
  BUNDLED_COUNT_MAX,
  type Clock,
  LedgerError,
  ORDER_OPEN_COUNT_MAX,
  ORDER_QUEUE_BYTES_MAX,
  ORDER_QUEUE_COUNT_MAX,
  ORDER_RESEND_SECONDS,
  type Packed,
  packedCount,
  toHex,
} from '../../base/index.ts'
import type { EntryVerdicts, Kernel } from '../../kernel/index.ts'
import { bundleLength, encodeTransactionBundle, type SigningKey } from '../../protocol/index.ts'
import { createEntryQueue } from '../index.ts'
import type { BundleBook, CheckedBundle } from './bundles.ts'

export interface OutboxOptions {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly ledgerId: Uint8Array
  /** Whose node this is. */
  readonly member: string
  /** Its log keys: of them the one signs that the ledger names. */
  readonly logKeys: readonly SigningKey[]
  readonly book: BundleBook
  readonly verify: (entries: Packed) => Promise<EntryVerdicts>
  /** Hands a bundle to the engine. Rejects where it was not taken; it is tried again. */
  readonly send: (bundle: Uint8Array) => Promise<void>
  /** Time of the block that was committed last, unix seconds. */
  readonly blockTime: () => Promise<number>
}

/** A bundle that is not decided. */
interface Sent {
  readonly bundle: CheckedBundle
  sentMs: number
}

export class Outbox {
  readonly #options: OutboxOptions
  readonly #queue = createEntryQueue()
  readonly #open = new Map<string, Sent>()
  #openEntries = 0
  /** Ends the wait of `run`; made anew for each. */
  #wake = () => {}
  #closed = false

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Entries that wait or are out, undecided. */
  get count(): number {
    return this.#queue.count + this.#openEntries
  }

  /** LedgerError `overload.queue-full`, nothing taken. The bytes belong to the outbox. */
  add(entries: Packed): void {
    const [count, bytes] = [packedCount(entries), entries.bytes.length]
    if (this.count + count > ORDER_QUEUE_COUNT_MAX || this.#queue.bytes + bytes > ORDER_QUEUE_BYTES_MAX) {
      throw new LedgerError('overload.queue-full', { retryAfterSeconds: ORDER_RESEND_SECONDS })
    }
    if (count === 0) return
    this.#queue.add(entries, this.#options.clock.monotonicMs())
    this.#wake()
  }

  /** Bundles were decided. */
  committed(hashes: Iterable<string>): void {
    for (const hash of hashes) this.#forget(hash)
    this.#wake()
  }

  /** Sends until it is closed. */
  async run(): Promise<void> {
    while (!this.#closed) {
      await this.#sendAgain()
      while (!this.#closed && this.#queue.count > 0 && this.#open.size < ORDER_OPEN_COUNT_MAX) {
        if (!(await this.#sendNext())) break
      }
      if (!this.#closed) await this.#pause()
    }
  }

  close(): void {
    this.#closed = true
    this.#wake()
  }

  /** False where this node may put nothing into the order now. */
  async #sendNext(): Promise<boolean> {
    const { kernel, ledgerId, member, logKeys, book, verify } = this.#options
    const named = (await book.nodes()).get(member)
    const logKey = logKeys.find(({ publicKey }) => toHex(publicKey) === named)
    if (logKey === undefined) return false
    const room = BUNDLED_BYTES_MAX - bundleLength(member, BUNDLED_COUNT_MAX, 0)
    const entries = this.#queue.take(BUNDLED_COUNT_MAX, room)
    const bytes = encodeTransactionBundle(kernel, ledgerId, member, entries, logKey)
    // What the door found of them is known, so this costs little, and the engine's question nothing.
    const verdicts = await verify(entries)
    const hash = book.hashOf(bytes)
    const bundle = book.keep({ hash, bytes, member, logKey: named!, entries, verdicts })
    this.#open.set(hash, { bundle, sentMs: 0 })
    this.#openEntries += packedCount(entries)
    await this.#send(hash)
    return true
  }

  async #sendAgain(): Promise<void> {
    const { book, clock, blockTime } = this.#options
    for (const [hash, { bundle, sentMs }] of [...this.#open]) {
      if (clock.monotonicMs() - sentMs < 1000 * ORDER_RESEND_SECONDS) continue
      // Decided meanwhile, or too late: whoever waits is told by the block, or by its time.
      if (this.#open.has(hash) && !(await book.isLive(bundle, await blockTime()))) this.#forget(hash)
      else await this.#send(hash)
      if (this.#closed) return
    }
  }

  async #send(hash: string): Promise<void> {
    const sent = this.#open.get(hash)
    if (sent === undefined) return
    sent.sentMs = this.#options.clock.monotonicMs()
    await this.#options.send(sent.bundle.bytes).catch(() => {})
  }

  #forget(hash: string): void {
    const sent = this.#open.get(hash)
    if (sent === undefined) return
    this.#open.delete(hash)
    this.#openEntries -= packedCount(sent.bundle.entries)
  }

  /** Until there is something to do, or may be. */
  async #pause(): Promise<void> {
    const timer = new AbortController()
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    const isIdle = this.#queue.count === 0 && this.#open.size === 0
    const mayCut = this.#queue.count > 0 && this.#open.size < ORDER_OPEN_COUNT_MAX
    const timeUp = this.#options.clock.sleep(mayCut ? 100 : 500, timer.signal).catch(() => {})
    await (isIdle ? woken : Promise.race([woken, timeUp]))
    timer.abort()
  }
}
