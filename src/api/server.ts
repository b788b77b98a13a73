/** A node with its HTTP door open: what `medseal start` runs. */
import type { AddressInfo } from 'node:net'
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

/** Listens; the URL of the port that it got. LedgerError `node.listen`. */
async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const message = `The node can not listen at ${urlOf(host, port)}: ${code ?? 'unknown reason'}.`
    throw new LedgerError('node.listen', { message }, cause)
  }
  return urlOf(host, (app.server.address() as AddressInfo).port)
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
