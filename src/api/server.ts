/** A node with its HTTP door open: what `medseal start` runs. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { baseUrlOf, type Clock, LedgerError, systemClock } from '../base/index.ts'
import { createLogger, type NodeConfig } from '../host/index.ts'
import { type OpenNodeOptions, openNode, type RunningNode } from '../node/index.ts'
import { buildApi } from './app.ts'
import { createMetrics } from './metrics.ts'
import { buildOperations } from './operations.ts'

export interface ServerOptions {
  readonly clock?: Clock
  /** Takes log lines; stderr where absent. */
  readonly writeLog?: (line: string) => void
  /** Opens another kind of node than one that keeps the log itself. */
  readonly open?: (config: NodeConfig, options: OpenNodeOptions) => Promise<RunningNode>
}

/** A node that listens. */
export interface Server {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string
  /** Where operators look. */
  readonly operationsUrl: string
  readonly node: RunningNode
  /** Commits what was admitted, answers those who wait, then closes doors and node. */
  close(): Promise<void>
}

/** Hosts at which a node is found from its own machine. The first two are every address of it. */
const HERE = ['0.0.0.0', '[::]', '127.0.0.1', '[::1]', 'localhost']

/** Where readers find a node that was not told: where it listens; by the machine's own names where that is here. */
function listenUrls(listening: string): readonly string[] {
  const url = new URL(listening)
  const names = HERE.includes(url.hostname) ? HERE.slice(2) : [url.hostname]
  return names.map((name) => baseUrlOf(Object.assign(url, { hostname: name }).href)!)
}

const urlOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`

/** Why no one can listen there, by the system's code. */
const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
}

/** LedgerError `node.listen`, which names the port and the cause. */
function listenError(host: string, port: number, cause: unknown): LedgerError {
  const { code = 'no reason' } = cause as NodeJS.ErrnoException
  const reason = LISTEN_FAULTS[code]
  const message = `Port ${port} of ${host} is not to be had: ${reason === undefined ? code : `${reason} (${code})`}.`
  return new LedgerError('node.listen', { message }, cause)
}

/** Listens; the URL of the port that it got. LedgerError `node.listen`. */
async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    throw listenError(host, port, cause)
  }
  return urlOf(host, (app.server.address() as AddressInfo).port)
}

/**
 * Listens at both addresses for a moment, so that one that is taken is found before a folder is founded or a ledger
 * opened. LedgerError `node.listen`.
 */
export async function tryAddresses(
  config: Pick<NodeConfig, 'host' | 'port' | 'operationsHost' | 'operationsPort'>,
): Promise<void> {
  const { host, port, operationsHost, operationsPort } = config
  for (const at of [
    { host, port },
    { host: operationsHost, port: operationsPort },
  ]) {
    const server = createServer().listen(at)
    try {
      await once(server, 'listening')
    } catch (cause) {
      throw listenError(at.host, at.port, cause)
    }
    await new Promise((resolve) => server.close(resolve))
  }
}

/**
 * Opens the node of `config.data` and listens. LedgerError as `openNode`, and `node.listen` for an address not to be
 * had.
 */
export async function startServer(config: NodeConfig, options: ServerOptions = {}): Promise<Server> {
  const {
    clock = systemClock,
    open = openNode,
    writeLog: write = (line) => process.stderr.write(line),
  } = options
  await tryAddresses(config)
  const logger = createLogger({ level: config.logLevel, clock, write })
  const node = await open(config, { logger: logger.child({ channel: 'node' }), clock })
  const { host, port, operationsHost, operationsPort, requestsPerMinute, trustedProxies } = config
  const metrics = createMetrics(node)
  let { publicUrls } = config
  const app = buildApi(node, {
    logger,
    clock,
    requestsPerMinute,
    trustedProxies,
    metrics,
    publicUrls: () => publicUrls,
  })
  const operations = buildOperations(node, { logger: logger.child({ channel: 'http' }), metrics })
  const close = async () => {
    // The node first: requests that wait for their block get their answer while the door is still there.
    await node.close()
    await Promise.all([app.close(), operations.close()])
  }
  try {
    const url = await listen(app, host, port)
    if (publicUrls.length === 0) publicUrls = listenUrls(url)
    const operationsUrl = await listen(operations, operationsHost, operationsPort)
    logger.info('ready', { url, operationsUrl, node: node.name, publicUrls })
    return {
      url,
      operationsUrl,
      node,
      async close() {
        await close()
        logger.info('closed')
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
