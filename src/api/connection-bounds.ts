/**
 * Bounds on open connections, by client and in all. Over its bound a client loses its own oldest connection without a
 * request under way; over the bound of all, whoever holds most does. So nobody is kept out by what another leaves open.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { CONNECTIONS_MAX, CONNECTIONS_PER_CLIENT_MAX, CONNECTIONS_RESERVED } from '../base/index.ts'
import { clientOf } from './addresses.ts'

export interface ConnectionBounds {
  /** Connections that count for no client: those of proxies in front, which stand for many. */
  readonly isExempt?: (address: string) => boolean
  readonly connectionsMax?: number
  readonly perClientMax?: number
}

/** Registers the bounds for a server that does not listen yet. */
export function boundConnections(server: Server, bounds: ConnectionBounds = {}): void {
  const {
    isExempt = () => false,
    connectionsMax = CONNECTIONS_MAX - CONNECTIONS_RESERVED,
    perClientMax = CONNECTIONS_PER_CLIENT_MAX,
  } = bounds
  /** Those of each client, the one that was silent longest first. */
  const byClient = new Map<string, Set<Socket>>()
  /** Requests under way. */
  const requestCounts = new Map<Socket, number>()
  let openCount = 0

  const forget = (client: string, socket: Socket) => {
    const own = byClient.get(client)
    if (own?.delete(socket)) openCount -= 1
    if (own?.size === 0) byClient.delete(client)
  }
  const closeOldest = (client: string) => {
    for (const socket of byClient.get(client) ?? []) {
      if (requestCounts.has(socket)) continue
      forget(client, socket)
      socket.destroy()
      return
    }
  }
  const findLargest = (): string => {
    let [largest, most] = ['', 0]
    for (const [client, { size }] of byClient) if (size > most) [largest, most] = [client, size]
    return largest
  }

  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress
    if (address === undefined || isExempt(address)) return
    const client = clientOf(address)
    const own = byClient.get(client) ?? new Set()
    byClient.set(client, own.add(socket))
    openCount += 1
    socket.once('close', () => forget(client, socket))
    // The newest is among them: where all others work, it is the one that goes.
    if (own.size > perClientMax) closeOldest(client)
    if (openCount > connectionsMax) closeOldest(findLargest())
  })

  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    requestCounts.set(socket, (requestCounts.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const left = requestCounts.get(socket)! - 1
      if (left > 0) requestCounts.set(socket, left)
      else requestCounts.delete(socket)
      const own = byClient.get(clientOf(socket.remoteAddress ?? ''))
      if (own?.delete(socket)) own.add(socket)
    })
  })
}
