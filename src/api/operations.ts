/**
 * For those who run the node: `/livez`, `/readyz` and `/metrics`, at an address of their own, which answers also while
 * the other has no connection left. What is cheap, whether the node lives and is ready, both answer; the figures only
 * this one.
 */
import Fastify, { type FastifyInstance } from 'fastify'
import { OPERATIONS_CONNECTIONS_MAX, OPERATIONS_REQUEST_SECONDS_MAX } from '../base/index.ts'
import type { Logger } from '../host/index.ts'
import type { Node } from '../node/index.ts'
import type { Door } from './door.ts'
import type { Metrics } from './metrics.ts'
import { refuseConnection, registerProblems } from './problems.ts'
import { refer } from './schemas.ts'

/** `/livez` and `/readyz`, which both doors answer from memory. */
export function registerOperations({ app, node }: Pick<Door, 'app'> & { node: Pick<Node, 'ready'> }): void {
  const config = { rateLimit: false }

  app.get(
    '/livez',
    {
      config,
      schema: {
        operationId: 'getLiveness',
        tags: ['operations'],
        summary: 'Whether the process answers',
        response: { 200: refer('Liveness') },
      },
    },
    async () => ({ alive: true }),
  )

  app.get(
    '/readyz',
    {
      config,
      schema: {
        operationId: 'getReadiness',
        tags: ['operations'],
        summary:
          'Whether the node takes transactions; 503 and why where it does not; what needs its operator soon',
        response: { 200: refer('Readiness'), 503: refer('Readiness') },
      },
    },
    async (_request, reply) => {
      const readiness = await node.ready()
      return reply.status(readiness.ready ? 200 : 503).send(readiness)
    },
  )
}

/** The HTTP application of the operators' address. It does not close the node. */
export function buildOperations(
  node: Pick<Node, 'ready'>,
  { metrics, logger }: { readonly metrics: Metrics; readonly logger: Logger },
): FastifyInstance {
  const milliseconds = 1000 * OPERATIONS_REQUEST_SECONDS_MAX
  const app = Fastify({
    requestTimeout: milliseconds,
    connectionTimeout: milliseconds,
    keepAliveTimeout: milliseconds,
    http: { headersTimeout: milliseconds, connectionsCheckingInterval: 1000 },
    forceCloseConnections: true,
    return503OnClosing: false,
    clientErrorHandler: refuseConnection,
  })
  app.server.maxConnections = OPERATIONS_CONNECTIONS_MAX
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  registerProblems(app, logger)
  registerOperations({ app, node })
  app.get('/metrics', async (_request, reply) =>
    reply
      .type(metrics.contentType)
      .header('cache-control', 'no-store')
      .send(await metrics.text()),
  )
  return app
}
