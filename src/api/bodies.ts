/**
 * A bound on the bytes of all request bodies that the node holds at once: those that are coming in and those whose
 * requests are not answered yet. Bytes count as they arrive, so that announcing much and sending nothing takes no one's
 * place. A part of the room is for small requests alone: whoever floods a node with large ones does not keep single
 * transactions out.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import {
  BODIES_BYTES_MAX,
  BODIES_RESERVED_BYTES,
  BODY_CHUNK_BYTES,
  JSON_REQUEST_BYTES_MAX,
  LedgerError,
} from '../base/index.ts'

/** Registers the bound for all routes but those that `isExempt` names, which stream what they get. */
export function registerBodyBudget(
  app: FastifyInstance,
  isExempt: (route: string | undefined) => boolean,
): void {
  let heldBytes = 0

  const watch = (stream: NodeJS.ReadableStream, reply: FastifyReply) => {
    let ownBytes = 0
    const free = () => {
      stream.removeListener('data', onData)
      heldBytes -= ownBytes
      ownBytes = 0
    }
    const onData = (chunk: Buffer | string) => {
      // A body of one-byte chunks costs an object each.
      const bytes = Buffer.byteLength(chunk) + BODY_CHUNK_BYTES
      ownBytes += bytes
      heldBytes += bytes
      const isSmall = ownBytes <= JSON_REQUEST_BYTES_MAX
      if (heldBytes <= BODIES_BYTES_MAX - (isSmall ? 0 : BODIES_RESERVED_BYTES)) return
      free()
      reply.header('connection', 'close')
      // Whoever reads the body lets go of what it has and answers with this; what still comes is not kept.
      if (stream.listenerCount('error') > 0) {
        stream.emit('error', new LedgerError('overload.bodies', { retryAfterSeconds: 5 }))
      }
    }
    stream.on('data', onData)
    reply.raw.once('close', free)
  }

  app.addHook('preParsing', (request, reply, payload, done) => {
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
    if (hasBody && !isExempt(request.routeOptions.url)) watch(payload, reply)
    // In the same turn, so that whoever reads the body listens before its first byte comes.
    done(null, payload)
  })
}
