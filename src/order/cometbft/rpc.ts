/**
 * The engine's RPC (JSON-RPC 2.0 over HTTP) at its unix socket: what is sent into the order, and how the engine stands.
 * The engine is the node's own, and what it says of itself is shown, never believed about the ledger.
 */
import { Agent, request } from 'node:http'
import { LedgerError, ORDER_RPC_BYTES_MAX, ORDER_RPC_SECONDS_MAX } from '../../base/index.ts'
import { encodeBase64 } from '../../protocol/index.ts'

/** What the engine says of itself. */
export interface EngineStatus {
  readonly nodeId: string
  readonly height: number
  readonly isCatchingUp: boolean
  /** What it says its version is; a release may forget to say the right one. */
  readonly version: string
  /** Ids of the peers that it is connected to. */
  readonly peers: readonly string[]
}

export interface EngineRpc {
  /**
   * Puts a bundle into the engine's mempool; one that is there already counts as put. Rejects where it is not taken.
   */
  broadcast(bundle: Uint8Array): Promise<void>
  status(): Promise<EngineStatus>
  close(): void
}

/** The error as the engine says it. */
class RpcFault extends Error {
  override readonly name = 'RpcFault'
}

const IN_CACHE = 'tx already exists in cache'

interface Answer {
  readonly result?: unknown
  readonly error?: { readonly message?: string; readonly data?: string }
}

interface StatusResult {
  readonly node_info: { readonly id: string; readonly version: string }
  readonly sync_info: { readonly latest_block_height: string; readonly catching_up: boolean }
}

interface NetInfoResult {
  readonly peers: readonly { readonly node_info: { readonly id: string } }[]
}

/** `path` is the socket's. */
export function createEngineRpc(path: string): EngineRpc {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })

  async function call<Result>(method: string, params: object): Promise<Result> {
    const text = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
    const { result, error } = JSON.parse(text) as Answer
    if (error !== undefined) throw new RpcFault(`${error.message ?? ''} ${error.data ?? ''}`.trim())
    return result as Result
  }

  const post = (body: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const asked = request(
        {
          socketPath: path,
          path: '/',
          method: 'POST',
          headers,
          agent,
          timeout: 1000 * ORDER_RPC_SECONDS_MAX,
        },
        (answer) => {
          const chunks: Buffer[] = []
          let length = 0
          answer.on('data', (chunk: Buffer) => {
            length += chunk.length
            if (length > ORDER_RPC_BYTES_MAX) asked.destroy(new RpcFault('the answer is too long'))
            else chunks.push(chunk)
          })
          answer.on('error', reject)
          answer.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
        },
      )
      asked.on('timeout', () => asked.destroy(new RpcFault('no answer in time')))
      asked.on('error', reject)
      asked.end(body)
    })

  return {
    async broadcast(bundle) {
      try {
        const { code, log } = await call<{ code: number; log: string }>('broadcast_tx_sync', {
          tx: encodeBase64(bundle),
        })
        if (code !== 0) throw new LedgerError('order.not-taken', { message: log })
      } catch (error) {
        if (!(error instanceof RpcFault) || !error.message.includes(IN_CACHE)) throw error
      }
    },
    async status() {
      const [{ node_info, sync_info }, { peers }] = await Promise.all([
        call<StatusResult>('status', {}),
        call<NetInfoResult>('net_info', {}),
      ])
      return {
        nodeId: node_info.id,
        version: node_info.version,
        height: Number(sync_info.latest_block_height),
        isCatchingUp: sync_info.catching_up,
        peers: peers.map((peer) => peer.node_info.id),
      }
    },
    close: () => agent.destroy(),
  }
}
