/** A node with its HTTP door open: what `medseal start` runs. */
import type { AddressInfo } from 'node:net'
import { type Clock, LedgerError, systemClock } from '../base/index.ts'
import { createLogger, type NodeConfig } from '../host/index.ts'
import { type OpenNodeOptions, openNode, type RunningNode } from '../node/index.ts'
import { buildApi } from './app.ts'

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
  readonly node: RunningNode
  /** Commits what was admitted, answers those who wait, then closes door and node. */
  close(): Promise<void>
}

const urlOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`

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
  const { host, requestsPerMinute, trustedProxies } = config
  const app = buildApi(node, { logger, clock, requestsPerMinute, trustedProxies })
  try {
    await app.listen({ host, port: config.port })
  } catch (cause) {
    await app.close()
    await node.close()
    const { code } = cause as NodeJS.ErrnoException
    const message = `The node can not listen at ${urlOf(host, config.port)}: ${code ?? 'unknown reason'}.`
    throw new LedgerError('node.listen', { message }, cause)
  }
  const { port } = app.server.address() as AddressInfo
  const url = urlOf(host, port)
  logger.info('ready', { url, node: node.name })
  return {
    url,
    node,
    async close() {
      // The node first: requests that wait for their block get their answer while the door is still there.
      await node.close()
      await app.close()
      logger.info('closed')
    },
  }
}
