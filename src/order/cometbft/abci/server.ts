/**
 * The ABCI socket: a unix socket in a folder that only its owner may enter. The engine dials it four times. Who may
 * open the socket may feed the ledger, so it is never one of a network.
 */
import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { ABCI_CONNECTIONS_MAX, LedgerError, SOCKET_PATH_BYTES_MAX, utf8 } from '../../../base/index.ts'
import { serveConnection } from './connection.ts'
import type { Application } from './messages.ts'

export interface AbciServerOptions {
  /** Of the socket; what a killed process left there is removed. */
  readonly path: string
  readonly application: Application
  /** Told why this side ended a connection. */
  readonly onFault: (error: unknown) => void
}

export interface AbciServer {
  /** Connections that are open. */
  readonly connectionCount: number
  close(): Promise<void>
}

/** LedgerError `order.socket` where the path is longer than a socket's may be, or can not be listened at. */
export function openAbciServer({ path, application, onFault }: AbciServerOptions): Promise<AbciServer> {
  const length = utf8(path).length
  if (length > SOCKET_PATH_BYTES_MAX) {
    const message = `${path} has ${length} bytes; the path of a socket has at most ${SOCKET_PATH_BYTES_MAX}.`
    return Promise.reject(new LedgerError('order.socket', { message }))
  }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serveConnection(socket, application, onFault)
  })
  server.maxConnections = ABCI_CONNECTIONS_MAX
  rmSync(path, { force: true })
  return new Promise((resolve, reject) => {
    server.on('error', (cause) => {
      reject(new LedgerError('order.socket', { message: `${path}: ${cause.message}.` }, cause))
    })
    server.listen(path, () =>
      resolve({
        get connectionCount() {
          return sockets.size
        },
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            for (const socket of sockets) socket.destroy()
          }),
      }),
    )
  })
}
