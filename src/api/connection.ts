/** What a connection's end means to the work behind it. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { REQUEST_SECONDS_MAX } from '../base/index.ts'

/** A signal that aborts when the client goes away before it has its answer. */
export function abortOnClose(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}

/**
 * Cuts off a client that takes too long to send its request. The server's own limit covers the longest upload, which
 * has a watch of its own; `isExempt` tells its route.
 */
export function registerBodyTimeout(
  app: FastifyInstance,
  isExempt: (route: string | undefined) => boolean,
): void {
  app.addHook('onRequest', async ({ method, raw, routeOptions }, reply) => {
    if (method === 'GET' || method === 'HEAD' || isExempt(routeOptions.url)) return
    const timer = setTimeout(() => {
      if (!raw.complete) raw.destroy()
    }, 1000 * REQUEST_SECONDS_MAX)
    // A request that was answered before its body had come may never say that it is closed: its connection does. And a
    // node that stops does not wait for either.
    timer.unref()
    for (const side of [raw, reply.raw]) side.once('close', () => clearTimeout(timer))
  })
}
