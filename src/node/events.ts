/**
 * Event streams. Each reads the ledger at its own pace, a bounded page at a time, and sleeps until a block comes that
 * concerns its reader: a slow reader costs no memory, and what it has not taken waits in the log. A reader's own events
 * are found by an index, so that the past and the live traffic of others cost it nothing; pages are read in turn, one
 * at a time over all readers, so that a block never waits for more than one.
 */
import {
  Bell,
  type Clock,
  EVENT_BUFFER_COUNT_MAX,
  EVENT_NAMES_SECONDS,
  EVENT_STREAMS_MAX,
  EVENT_STREAMS_PER_ACTOR_MAX,
  EVENT_STREAMS_PER_MEMBER_MAX,
  EVENT_STREAMS_RESERVED,
  LedgerError,
} from '../base/index.ts'
import type { Actor } from '../domain/index.ts'
import type { CommittedBlock, Ledger, LedgerEvent, ReaderEvents } from '../ledger/index.ts'
import type { Turns } from './turns.ts'

type Page = Awaited<ReturnType<Ledger['events']>>

interface OpenStream {
  readonly reader: Actor
  readonly end: AbortController
  readonly bell: Bell
  /** Names under which its events are found; of a reader that may see all, and before its first page, none. */
  names: readonly string[]
}

export interface EventHubOptions {
  readonly clock: Pick<Clock, 'sleep'>
  readonly ledger: Pick<Ledger, 'events' | 'eventsOf' | 'signers'>
  /** In which pages are read, as other reads are. */
  readonly turns: Turns
  /** Whether a reader may see every event. */
  readonly maySeeAll: (reader: Actor) => boolean
  /** Whether a part of the streams is kept for a reader. */
  readonly hasReserve: (reader: Actor) => boolean
}

export class EventHub {
  readonly #options: EventHubOptions
  readonly #streams = new Set<OpenStream>()
  /** Streams by the names under which their events are found. */
  readonly #byName = new Map<string, Set<OpenStream>>()
  readonly #bell = new Bell()
  readonly #closing = new AbortController()
  #looking = false
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
    const stream: OpenStream = { reader, end: new AbortController(), bell: new Bell(), names: [] }
    this.#streams.add(stream)
    const forget = () => {
      this.#streams.delete(stream)
      this.#rename(stream, [])
    }
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

  /** Tells the streams that it concerns of a committed block, and ends those whose readers may no longer read. */
  publish({ touched }: Pick<CommittedBlock, 'touched'>): void {
    // A read that began before the block says nothing of it.
    this.#pages.clear()
    this.#bell.ring()
    if (this.#streams.size === 0) return
    for (const name of touched.split('\n')) {
      for (const { bell } of this.#byName.get(name) ?? []) bell.ring()
    }
    for (const { reader, bell } of this.#streams) if (this.#options.maySeeAll(reader)) bell.ring()
    void this.#lookAgain()
    void this.#endRevoked()
  }

  /** Ends all streams. */
  close(): void {
    this.#closing.abort()
    for (const { end } of this.#streams) end.abort()
    this.#streams.clear()
    this.#byName.clear()
  }

  /**
   * Wakes every stream some seconds after a block: for whom a reader acts may have changed by a transaction that does
   * not name it, such as an attestation of its key.
   */
  async #lookAgain(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    await this.#options.clock.sleep(1_000 * EVENT_NAMES_SECONDS, this.#closing.signal).catch(() => undefined)
    this.#looking = false
    for (const { bell } of this.#streams) bell.ring()
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
        const [blocks, seen] = [this.#bell.count, stream.bell.count]
        const page = await this.#options.turns.take(stream.reader.actor, () => this.#page(stream, next))
        if (signal.aborted) return
        for (const event of page.events) {
          if (signal.aborted) return
          yield event
        }
        // A block that came while the names were not known yet may have rung for nobody: look once more.
        const isMissed = this.#bell.count > blocks && stream.bell.count === seen
        if (page.next === next && !isMissed) await stream.bell.after(seen, signal)
        next = page.next
      }
    } finally {
      forget()
    }
  }

  async #page(stream: OpenStream, from: number): Promise<Pick<ReaderEvents, 'events' | 'next'>> {
    const { reader } = stream
    if (this.#options.maySeeAll(reader)) return this.#wholePage(from)
    const page = await this.#options.ledger.eventsOf(reader, from, EVENT_BUFFER_COUNT_MAX)
    if (this.#streams.has(stream)) this.#rename(stream, page.names)
    return page
  }

  #rename(stream: OpenStream, names: readonly string[]): void {
    for (const name of stream.names) {
      const streams = this.#byName.get(name)
      streams?.delete(stream)
      if (streams?.size === 0) this.#byName.delete(name)
    }
    for (const name of names) {
      const streams = this.#byName.get(name)
      if (streams === undefined) this.#byName.set(name, new Set([stream]))
      else streams.add(stream)
    }
    stream.names = names
  }

  /** Streams of those who may see all, and stand at the same place, share one read. */
  #wholePage(from: number): Promise<Page> {
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
