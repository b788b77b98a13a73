/** What a connection's end means to the work behind it. */
import type { FastifyReply } from 'fastify'

/** A signal that aborts when the client goes away before it has its answer. */
export function abortOnClose(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}
