/** `/v1/info`: what a client needs to know of ledger and node; `/v1/order`: how its order stands. */
import { PUBLIC } from './cross-origin.ts'
import type { Door } from './door.ts'
import { refer } from './schemas.ts'

export function registerInfo({ app, node }: Door): void {
  app.get(
    '/v1/info',
    {
      config: PUBLIC,
      schema: {
        operationId: 'getInfo',
        tags: ['node'],
        summary: 'Ledger, node, keys, limits and codes',
        response: { 200: refer('NodeInfo') },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-cache')
      return node.info()
    },
  )
  app.get(
    '/v1/order',
    {
      config: PUBLIC,
      schema: {
        operationId: 'getOrder',
        tags: ['node'],
        summary: 'Who orders the blocks, and how that stands here',
        response: { 200: refer('OrderStatus') },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-cache')
      return node.order()
    },
  )
}
