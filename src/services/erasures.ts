/**
 * Carries out what an erasure on the ledger orders: contents, wraps and private parts are destroyed once the order is
 * committed. The log is the list of what is to be done; the vault holds a mark below which all of it is done. A crash
 * between the commit and the last byte leaves the mark where it was, and the next start does the rest again, which
 * changes nothing where it was done.
 */
import { Bell, type Clock, ERASURE_MARK_LEAVES, ERASURE_RETRY_SECONDS } from '../base/index.ts'
import type { Registry } from '../domain/index.ts'
import { errorFields, type Logger } from '../host/index.ts'
import type { Ledger, LedgerEvent, LedgerHead } from '../ledger/index.ts'
import { decodeLeaf, parseBody } from '../protocol/index.ts'
import type { ContentStore } from '../vault/index.ts'

const PAGE_LEAVES = 1_024

export interface ErasureOptions {
  readonly clock: Pick<Clock, 'sleep'>
  readonly ledger: Ledger
  readonly rules: { readonly current: Registry }
  readonly contents: ContentStore
  readonly logger: Logger
}

export class Erasures {
  readonly #options: ErasureOptions
  readonly #bell = new Bell()
  /** Leaves below it have been looked at. */
  #next: number
  /** Size of the log. */
  #size: number
  /** What the vault has durably. */
  #mark: number
  #working = false

  constructor(options: ErasureOptions, head: LedgerHead) {
    this.#options = options
    this.#mark = options.contents.erasuresDone()
    // A vault may be newer than a ledger that was restored: nothing is passed over for that.
    this.#next = Math.min(this.#mark, head.size)
    this.#size = head.size
  }

  /** Told of every committed block. One without an order is passed over where nothing before it waits. */
  committed(head: LedgerHead, ordersErasure: boolean): void {
    if (!ordersErasure && !this.#working && this.#next === this.#size) this.#next = head.size
    this.#size = head.size
    if (this.#next < this.#size || this.#next - this.#mark >= ERASURE_MARK_LEAVES) this.#bell.ring()
  }

  /** Works until the signal aborts. Never rejects: what fails is tried again. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options
    while (!signal.aborted) {
      const seen = this.#bell.count
      try {
        await this.#catchUp(signal)
        await this.#bell.after(seen, signal)
      } catch (error) {
        if (signal.aborted) return
        logger.error('an erasure failed and will be tried again', errorFields(error))
        await clock.sleep(1000 * ERASURE_RETRY_SECONDS, signal).catch(() => {})
      }
    }
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    const { contents, ledger } = this.#options
    let carriedOut = false
    this.#working = true
    try {
      while (this.#next < this.#size && !signal.aborted) {
        const { events, next } = await ledger.events(this.#next, PAGE_LEAVES)
        for (const event of events) {
          if (this.#options.rules.current.verb(event.type)?.task !== 'erasure') continue
          await this.#carryOut(event)
          carriedOut = true
        }
        this.#next = next
      }
      if (carriedOut || this.#next - this.#mark >= ERASURE_MARK_LEAVES) {
        await contents.setErasuresDone(this.#next)
        this.#mark = this.#next
      }
    } finally {
      this.#working = false
    }
  }

  async #carryOut({ id, index, signer }: LedgerEvent): Promise<void> {
    const { contents, ledger, logger } = this.#options
    const leaf = decodeLeaf((await ledger.leaf(index))!)
    if (leaf.kind !== 'transaction') return
    const { payload } = parseBody(leaf.body)
    const { owner, addresses } = await ledger.ask('record.erasedContents', signer, payload)
    let erasedCount = 0
    for (const address of addresses) {
      // A record that names another's content destroys nothing of it.
      if (contents.describe(address)?.owner !== owner) continue
      await contents.erase(address, id)
      erasedCount++
    }
    logger.info('erasure carried out', { transaction: id, contents: erasedCount })
  }
}
