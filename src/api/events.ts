/**
 * `/v1/events`: accepted transactions as Server-Sent Events (WHATWG HTML 9.2). Event id = leaf index, so that
 * `Last-Event-ID` takes a stream up where it broke; event = transaction type. The node decides which events a reader
 * sees.
 */
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { type Clock, EVENT_HEARTBEAT_SECONDS, EVENT_STALL_SECONDS_MAX, LedgerError } from '../base/index.ts'
import type { LedgerEvent } from '../ledger/index.ts'
import { parseDecimal } from '../protocol/index.ts'
import { readerOf } from './auth.ts'
import { abortOnClose } from './connection.ts'
import { type Door, typed } from './door.ts'
import { EventsQuery, problems, refer } from './schemas.ts'

/** Text whose `data` lines hold an event as JSON each. */
const STREAM = { type: 'string', contentMediaType: 'text/event-stream', contentSchema: refer('LedgerEvent') }

const formatEvent = (event: LedgerEvent): string =>
  `id: ${event.index}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

/** Where the stream begins: after the last event seen, at `from`, or, without either, at what comes next. */
function startOf({ headers }: Pick<FastifyRequest, 'headers'>, from: number | undefined): number | undefined {
  const lastSeen = headers['last-event-id']
  if (lastSeen === undefined) return from
  const index = typeof lastSeen === 'string' ? parseDecimal(lastSeen) : undefined
  if (index === undefined) {
    throw new LedgerError('form.request', {
      field: '/Last-Event-ID',
      message: 'Last-Event-ID is a leaf index.',
    })
  }
  return index + 1
}

/** A byte stream of events that asks for the next one only when the socket has taken those before. */
class EventSocket extends Readable {
  readonly #events: AsyncIterator<LedgerEvent>
  readonly #clock: Clock
  readonly #timers = new AbortController()
  #lastMovedMs: number
  #asking = false

  constructor(events: AsyncIterable<LedgerEvent>, clock: Clock) {
    super({ highWaterMark: 16 * 1024 })
    this.#events = events[Symbol.asyncIterator]()
    this.#clock = clock
    this.#lastMovedMs = clock.monotonicMs()
    // Sent at once, so that the client knows its stream is open.
    this.push(': medseal events\n\n')
    void this.#beat()
  }

  override _read(): void {
    this.#lastMovedMs = this.#clock.monotonicMs()
    if (this.#asking) return
    this.#asking = true
    this.#events.next().then(
      ({ done, value }) => {
        this.#asking = false
        this.#lastMovedMs = this.#clock.monotonicMs()
        this.push(done ? null : formatEvent(value))
      },
      (error: Error) => this.destroy(error),
    )
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#timers.abort()
    void this.#events.return?.()
    done(error)
  }

  /** Keeps an idle stream open, and cuts off a reader that takes nothing while something waits for it. */
  async #beat(): Promise<void> {
    while (!this.destroyed && !this.readableEnded) {
      await this.#clock.sleep(1000 * EVENT_HEARTBEAT_SECONDS, this.#timers.signal).catch(() => {})
      if (this.#timers.signal.aborted) return
      const stalledMs = this.#clock.monotonicMs() - this.#lastMovedMs
      if (this.readableLength === 0) this.push(':\n\n')
      else if (stalledMs > 1000 * EVENT_STALL_SECONDS_MAX) this.destroy()
    }
  }
}

export function registerEvents({ app, node, clock, requireReader }: Door): void {
  typed(app).get(
    '/v1/events',
    {
      exposeHeadRoute: false,
      onRequest: requireReader,
      schema: {
        operationId: 'streamEvents',
        tags: ['events'],
        summary: 'Accepted transactions as they are committed: a party sees its own, an auditor all',
        description:
          'Server-Sent Events. `Last-Event-ID` or `from` begins in the past, or is 409. Ends when the key is revoked.',
        querystring: EventsQuery,
        response: {
          200: Type.Unsafe({ content: { 'text/event-stream': { schema: STREAM } } }),
          ...problems(400, 401, 409, 503),
        },
      },
    },
    async (request, reply) => {
      const { size } = await node.log.head()
      const from = startOf(request, request.query.from) ?? size
      // A node that was restored, or that follows: what comes next is not what the reader waits for.
      if (from > size) {
        const message = `The log of this node has ${size} leaves, and the reader asks for those from ${from} on.`
        throw new LedgerError('read.ahead', { message, size })
      }
      const events = node.events(readerOf(request), from, abortOnClose(reply))
      reply.headers({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
      return reply.send(new EventSocket(events, clock))
    },
  )
}
