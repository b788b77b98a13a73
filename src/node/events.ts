/**
 * Event streams. Each reads the ledger at its own pace, a bounded page at a time, and sleeps until the next block once
 * it has caught up: a slow reader costs no memory, and what it has not taken waits in the log. Streams that stand at
 * the same place share one read.
 */
import {
  Bell,
  EVENT_BUFFER_COUNT_MAX,
  EVENT_STREAMS_MAX,
  EVENT_STREAMS_PER_ACTOR_MAX,
  EVENT_STREAMS_PER_MEMBER_MAX,
  EVENT_STREAMS_RESERVED,
  LedgerError,
} from '../base/index.ts'
import { type Actor, isParty, type PortCall } from '../domain/index.ts'
import type { Ledger, LedgerEvent } from '../ledger/index.ts'

type Page = Awaited<ReturnType<Ledger['events']>>

interface OpenStream {
  readonly reader: Actor
  readonly end: AbortController
}

export interface EventHubOptions {
  readonly ledger: Ledger
  /** Whether a reader may see every event. */
  readonly maySeeAll: (reader: Actor) => boolean
  /** Whether a part of the streams is kept for a reader. */
  readonly hasReserve: (reader: Actor) => boolean
}

export class EventHub {
  readonly #options: EventHubOptions
  readonly #streams = new Set<OpenStream>()
  readonly #bell = new Bell()
  /** Reads under way, by where they start. */
  readonly #pages = new Map<number, Promise<Page>>()
  #checking = false

  constructor(options: EventHubOptions) {
    this.#options = options
  }

  get openCount(): number {
    return this.#streams.size
  }

  /**
   * Events with index >= `from` that `reader` may see, then new ones as they are committed. Ends when the signal
   * aborts, the reader's key is no longer active, or the node closes. LedgerError `overload.streams` over the bound.
   */
  open(reader: Actor, from: number, signal: AbortSignal): AsyncIterable<LedgerEvent> {
    this.#requireRoom(reader)
    const stream: OpenStream = { reader, end: new AbortController() }
    this.#streams.add(stream)
    const forget = () => this.#streams.delete(stream)
    signal.addEventListener('abort', forget, { once: true })
    return this.#run(stream, from, AbortSignal.any([signal, stream.end.signal]), forget)
  }

  /**
   * Room for everyone: nobody's streams, nor those of one member's patients, keep out others or who audits the ledger.
   */
  #requireRoom(reader: Actor): void {
    let [ofActor, ofMember] = [0, 0]
    for (const { reader: other } of this.#streams) {
      if (other.actor === reader.actor) ofActor += 1
      if (other.member === reader.member) ofMember += 1
    }
    const room = EVENT_STREAMS_MAX - (this.#options.hasReserve(reader) ? 0 : EVENT_STREAMS_RESERVED)
    const isFull = this.#streams.size >= room || ofActor >= EVENT_STREAMS_PER_ACTOR_MAX
    // Who has the reserve is few, and a patient of the same member must not stand in the way.
    const isMemberFull = !this.#options.hasReserve(reader) && ofMember >= EVENT_STREAMS_PER_MEMBER_MAX
    if (isFull || isMemberFull) throw new LedgerError('overload.streams')
  }

  /** Tells streams of a committed block, and ends those whose readers may no longer read. */
  publish(): void {
    // A read that began before the block says nothing of it.
    this.#pages.clear()
    this.#bell.ring()
    void this.#endRevoked()
  }

  /** Ends all streams. */
  close(): void {
    for (const { end } of this.#streams) end.abort()
    this.#streams.clear()
  }

  async *#run(
    stream: OpenStream,
    from: number,
    signal: AbortSignal,
    forget: () => void,
  ): AsyncGenerator<LedgerEvent> {
    try {
      let next = from
      while (!signal.aborted) {
        const seen = this.#bell.count
        const page = await this.#page(next)
        for (const event of await this.#visible(stream.reader, page.events)) {
          if (signal.aborted) return
          yield event
        }
        if (page.next === next) await this.#bell.after(seen, signal)
        next = page.next
      }
    } finally {
      forget()
    }
  }

  #page(from: number): Promise<Page> {
    let page = this.#pages.get(from)
    if (page === undefined) {
      page = this.#options.ledger.events(from, EVENT_BUFFER_COUNT_MAX)
      this.#pages.set(from, page)
      const forget = () => {
        if (this.#pages.get(from) === page) this.#pages.delete(from)
      }
      page.then(forget, forget)
    }
    return page
  }

  /**
   * Those of `events` that `reader` may see. Only who acts for a subject is state of the ledger; it is asked once a
   * subject.
   */
  async #visible(reader: Actor, events: readonly LedgerEvent[]): Promise<readonly LedgerEvent[]> {
    if (this.#options.maySeeAll(reader)) return events
    const subjects = new Set(
      events.flatMap(({ parties }) =>
        parties.flatMap((party) => ('subject' in party ? [party.subject] : [])),
      ),
    )
    const own = new Set<string>()
    await Promise.all(
      [...subjects].map(async (subject) => {
        if (await this.#options.ledger.isParty(reader, [{ subject }])) own.add(subject)
      }),
    )
    const port = (() => (_: Actor, subject: string) => own.has(subject)) as PortCall
    return events.filter(({ signer, parties }) => signer === reader.actor || isParty(port, reader, parties))
  }

  async #endRevoked(): Promise<void> {
    if (this.#checking || this.#streams.size === 0) return
    this.#checking = true
    try {
      let seen: number
      do {
        seen = this.#bell.count
        const streams = [...this.#streams]
        const signers = await this.#options.ledger.signers(streams.map(({ reader }) => reader.key))
        for (const [i, stream] of streams.entries()) {
          if (signers[i]?.active !== true) stream.end.abort()
        }
      } while (this.#bell.count > seen && this.#streams.size > 0)
    } catch {
      // The ledger no longer answers: nobody can be told to be still active.
      this.close()
    } finally {
      this.#checking = false
    }
  }
}
