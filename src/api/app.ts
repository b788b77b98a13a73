/**
 * The HTTP door of a node, built from its interface and nothing else. No rule lives here: form of requests, rights of
 * readers, status codes. One file a noun holds the endpoints; this one puts them together with what all of them share.
 */
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import {
  type Clock,
  CONNECTION_IDLE_SECONDS_MAX,
  CONNECTIONS_LOOK_SECONDS,
  CONNECTIONS_MAX,
  CONTENT_REQUEST_SECONDS_MAX,
  EVENT_LOOP_DELAY_MS_MAX,
  HEADERS_SECONDS_MAX,
  JSON_REQUEST_BYTES_MAX,
  LedgerError,
  REQUESTS_PER_MINUTE_MAX,
  systemClock,
} from '../base/index.ts'
import { VERSIONS, type Versions } from '../domain/index.ts'
import type { Logger } from '../host/index.ts'
import type { Node } from '../node/index.ts'
import { clientOf, makeNetworkCheck } from './addresses.ts'
import { makeReaderCheck, registerReaders } from './auth.ts'
import { registerBodyBudget } from './bodies.ts'
import { registerCertificates } from './certificates.ts'
import { registerBodyTimeout } from './connection.ts'
import { boundConnections } from './connection-bounds.ts'
import { CONTENT_PATH, registerContents } from './contents.ts'
import { registerCosignatures } from './cosignatures.ts'
import { registerCrossOrigin } from './cross-origin.ts'
import type { Door } from './door.ts'
import { registerEpcis } from './epcis.ts'
import { registerEvents } from './events.ts'
import { registerHome } from './home.ts'
import { registerInfo } from './info.ts'
import type { Metrics } from './metrics.ts'
import { registerModules } from './modules.ts'
import { registerOpenapi } from './openapi.ts'
import { registerOperations } from './operations.ts'
import { registerPages } from './pages.ts'
import {
  asLedgerError,
  refuseConnection,
  refuseOtherMethods,
  registerProblems,
  sendProblem,
} from './problems.ts'
import { registerProofs } from './proofs.ts'
import { registerReceipts } from './receipts.ts'
import { registerTiles } from './tiles.ts'
import { registerTransactions } from './transactions.ts'
import { validatorCompiler } from './validation.ts'
import { VERSION } from './version.ts'
import { registerWitness } from './witness.ts'

export interface ApiOptions {
  readonly logger: Logger
  /** The node's addresses as its readers know them: tokens say to which they were sent. Asked at each use. */
  readonly publicUrls: () => readonly string[]
  /** Time of tokens and timers. */
  readonly clock?: Clock
  /** The rules versions whose reads and payloads are offered: all that the node knows, whichever of them holds. */
  readonly versions?: Versions
  readonly requestsPerMinute?: number
  /** Proxies whose `X-Forwarded-For` tells the client's address. */
  readonly trustedProxies?: readonly string[]
  /** Mean delay of the event loop from which requests are answered 503; 0 for never. */
  readonly eventLoopDelayMsMax?: number
  /** Counts answered requests. */
  readonly metrics?: Metrics
}

/**
 * Helmet's policy, and what the pages of this node need beyond it: the kernel's wasm, and Swagger UI's inline styles.
 */
const CONTENT_SECURITY = {
  directives: {
    scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    // TLS ends in front of a node: its own address is plain HTTP.
    upgradeInsecureRequests: null,
  },
}

function registerGuards(app: FastifyInstance, options: ApiOptions): void {
  const { requestsPerMinute = REQUESTS_PER_MINUTE_MAX, eventLoopDelayMsMax = EVENT_LOOP_DELAY_MS_MAX } =
    options
  app.register(helmet, { contentSecurityPolicy: CONTENT_SECURITY, strictTransportSecurity: false })
  app.register(rateLimit, {
    max: requestsPerMinute,
    keyGenerator: ({ ip }) => clientOf(ip),
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) =>
      new LedgerError('overload.rate', { retryAfterSeconds: Math.ceil(ttl / 1000) }),
  })
  app.register(underPressure, {
    maxEventLoopDelay: eventLoopDelayMsMax,
    pressureHandler: async (request: FastifyRequest) => {
      // Whoever watches the node must still hear from it.
      if (!/^\/(livez|readyz)$/.test(request.url)) throw new LedgerError('overload.pressure')
    },
  })
}

/** One line a request: method, route and status. Neither path nor query, which may name subjects, nor headers. */
function registerLog(app: FastifyInstance, logger: Logger, metrics: Metrics | undefined): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics?.observe(request, reply)
    logger.info('request', {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      ...(request.reader && { reader: request.reader.actor }),
    })
  })
}

/** What a reader gets is for that reader alone. */
function registerPrivacy(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply) => {
    if (request.reader !== null) reply.header('cache-control', 'private, no-store')
  })
}

function collectPaths(app: FastifyInstance): ReadonlyMap<string, ReadonlySet<string>> {
  const paths = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = paths.get(url) ?? new Set()
    paths.set(url, methods)
    for (const name of [method].flat()) methods.add(name)
  })
  return paths
}

async function registerEndpoints(door: Door): Promise<void> {
  registerHome(door, registerPages(door))
  registerInfo(door)
  registerTransactions(door)
  registerReceipts(door)
  registerProofs(door)
  registerTiles(door)
  registerModules(door)
  registerEpcis(door)
  registerContents(door)
  registerCertificates(door)
  await registerWitness(door)
  await registerCosignatures(door)
  registerEvents(door)
  registerOperations(door)
}

/** The HTTP application of `node`, ready for `inject` or `listen`. It does not close the node. */
export function buildApi(node: Node, options: ApiOptions): FastifyInstance {
  const { clock = systemClock, versions = VERSIONS, trustedProxies = [] } = options
  const logger = options.logger.child({ channel: 'http' })
  const refuseEarly = (error: Error, reply: FastifyReply) => sendProblem(reply, asLedgerError(error))
  const app = Fastify({
    bodyLimit: JSON_REQUEST_BYTES_MAX,
    requestTimeout: 1000 * CONTENT_REQUEST_SECONDS_MAX,
    connectionTimeout: 1000 * CONNECTION_IDLE_SECONDS_MAX,
    http: {
      headersTimeout: 1000 * HEADERS_SECONDS_MAX,
      connectionsCheckingInterval: 1000 * CONNECTIONS_LOOK_SECONDS,
    },
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    // Open event streams would keep `close` waiting for ever.
    forceCloseConnections: true,
    // The node answers `node.closing` itself, as a problem.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 512 },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, _request, reply) => refuseEarly(error, reply),
  })
  app.server.maxConnections = CONNECTIONS_MAX
  boundConnections(app.server, { isExempt: makeNetworkCheck(trustedProxies) })
  app.setValidatorCompiler(validatorCompiler)
  // Answers are the node's own; schemas describe them and filter nothing.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  registerReaders(app)
  registerProblems(app, logger)
  registerLog(app, logger, options.metrics)
  registerPrivacy(app)
  registerCrossOrigin(app)
  registerBodyTimeout(app, (route) => route === CONTENT_PATH)
  registerBodyBudget(app, (route) => route === CONTENT_PATH)
  registerGuards(app, options)
  const requireReader = makeReaderCheck({ node, clock, publicUrls: options.publicUrls })
  registerOpenapi(app, { versions, version: VERSION, requireReader })
  app.register(async (scope) => {
    const paths = collectPaths(scope)
    await registerEndpoints({ app: scope, node, clock, logger, versions, requireReader })
    refuseOtherMethods(scope, new Map([...paths].map(([url, methods]) => [url, new Set(methods)])))
  })
  return app
}
