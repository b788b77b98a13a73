/**
 * A bound on the bytes of all request bodies that the node holds at once: those that are coming in and those whose
 * requests are not answered yet. Bytes count as they arrive, so that announcing much and sending nothing takes no one's
 * place. A part of the room is for small requests alone: whoever floods a node with large ones does not keep single
 * transactions out. Where the room is full, the oldest unfinished body of the client that holds most makes place, so
 * that whoever fills it does not keep others out.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  BODIES_BYTES_MAX,
  BODIES_PER_CLIENT_BYTES_MAX,
  BODIES_RESERVED_BYTES,
  BODY_CHUNK_BYTES,
  JSON_REQUEST_BYTES_MAX,
  LedgerError,
} from '../base/index.ts'
import { clientOf } from './addresses.ts'

/** The bound itself, so that tests can be small. */
export interface BodyRoom {
  readonly bytesMax: number
  readonly reservedBytes: number
  readonly perClientBytesMax: number
}

const ROOM: BodyRoom = {
  bytesMax: BODIES_BYTES_MAX,
  reservedBytes: BODIES_RESERVED_BYTES,
  perClientBytesMax: BODIES_PER_CLIENT_BYTES_MAX,
}

interface Body {
  readonly client: string
  bytes: number
  /** Whether all of it has come: it is being worked on, and no longer makes place. */
  isWhole: boolean
  /** Lets go of it and answers its sender. */
  refuse(): void
}

/** What all bodies hold, by client, oldest first. */
class BodyLedger {
  readonly #room: BodyRoom
  readonly #clients = new Map<string, { bytes: number; readonly bodies: Set<Body> }>()
  #bytes = 0

  constructor(room: BodyRoom) {
    this.#room = room
  }

  open(body: Body): void {
    const account = this.#clients.get(body.client) ?? { bytes: 0, bodies: new Set() }
    this.#clients.set(body.client, account)
    account.bodies.add(body)
  }

  /** Counts bytes of a body that is open, and makes place for them: perhaps by refusing this very body. */
  add(body: Body, bytes: number): void {
    const account = this.#clients.get(body.client)!
    body.bytes += bytes
    account.bytes += bytes
    this.#bytes += bytes
    const { bytesMax, reservedBytes, perClientBytesMax } = this.#room
    const isSmall = body.bytes <= JSON_REQUEST_BYTES_MAX
    while (account.bytes > perClientBytesMax && account.bodies.has(body)) {
      this.#makePlace(body.client, body)
    }
    while (this.#bytes > bytesMax - (isSmall ? 0 : reservedBytes) && account.bodies.has(body)) {
      this.#makePlace(this.#largest(), body)
    }
  }

  close(body: Body): void {
    const account = this.#clients.get(body.client)
    if (account?.bodies.delete(body) !== true) return
    account.bytes -= body.bytes
    this.#bytes -= body.bytes
    if (account.bodies.size === 0) this.#clients.delete(body.client)
  }

  /**
   * Refuses the oldest unfinished body of a client, or, where all of its have come whole, the one that asks for room.
   */
  #makePlace(client: string, asking: Body): void {
    const bodies = this.#clients.get(client)?.bodies ?? []
    let chosen = asking
    for (const body of bodies) {
      if (body.isWhole || body.bytes === 0) continue
      chosen = body
      break
    }
    this.close(chosen)
    chosen.refuse()
  }

  #largest(): string {
    let [largest, most] = ['', 0]
    for (const [client, { bytes }] of this.#clients) if (bytes > most) [largest, most] = [client, bytes]
    return largest
  }
}

/** Registers the bound for all routes but those that `isExempt` names, which stream what they get. */
export function registerBodyBudget(
  app: FastifyInstance,
  isExempt: (route: string | undefined) => boolean,
  room: BodyRoom = ROOM,
): void {
  const ledger = new BodyLedger(room)

  const watch = (stream: NodeJS.ReadableStream, request: FastifyRequest, reply: FastifyReply) => {
    const body: Body = {
      client: clientOf(request.ip),
      bytes: 0,
      isWhole: false,
      refuse() {
        stream.removeListener('data', onData)
        reply.header('connection', 'close')
        // Whoever reads the body lets go of what it has and answers with this; what still comes is not kept.
        if (stream.listenerCount('error') > 0) {
          stream.emit('error', new LedgerError('overload.bodies', { retryAfterSeconds: 5 }))
        }
      },
    }
    // A body of one-byte chunks costs an object each.
    const onData = (chunk: Buffer | string) => ledger.add(body, Buffer.byteLength(chunk) + BODY_CHUNK_BYTES)
    ledger.open(body)
    stream.on('data', onData)
    stream.once('end', () => {
      body.isWhole = true
    })
    reply.raw.once('close', () => {
      stream.removeListener('data', onData)
      ledger.close(body)
    })
  }

  app.addHook('preParsing', (request, reply, payload, done) => {
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
    if (hasBody && !isExempt(request.routeOptions.url)) watch(payload, request, reply)
    // In the same turn, so that whoever reads the body listens before its first byte comes.
    done(null, payload)
  })
}
