/**
 * Cross-origin reads (WHATWG Fetch, CORS): what anyone may read may be read by pages of other origins too, such as a
 * page that checks proofs or certificates. Routes say so with `config: PUBLIC`. A plain GET asks for no leave before,
 * so there is no answer to OPTIONS; whatever needs a token stays closed.
 */
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether pages of any origin may read this, refusals included. */
    readonly isPublic?: boolean
  }
}

export const PUBLIC = { isPublic: true } as const

export function registerCrossOrigin(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply) => {
    if (request.routeOptions.config.isPublic !== true) return
    reply.header('access-control-allow-origin', '*')
    reply.header('cross-origin-resource-policy', 'cross-origin')
  })
}
