/**
 * One client that leaves connections open does not keep others out: of a small server, and of a node with its own
 * bounds.
 */
import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { boundConnections, type ConnectionBounds } from '../../src/api/connection-bounds.ts'
import { CONNECTIONS_PER_CLIENT_MAX } from '../../src/base/index.ts'
import { openDoor } from './support/door.ts'

const opened: Socket[] = []
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy()
  for (const close of closing.splice(0)) await close()
})

/** A connection from one of loopback's many addresses. */
async function dial(port: number, from: string, text = ''): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  opened.push(socket.on('error', () => undefined).resume())
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
  if (text !== '') socket.write(text)
  return socket
}

const dialMany = (count: number, port: number, from: string, text?: string): Promise<Socket[]> =>
  Promise.all(Array.from({ length: count }, () => dial(port, from, text)))

const HALF = 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow:'

/** Status of a request on a connection of its own; 0 where the connection is cut. */
const ask = (port: number, from: string, path = '/'): Promise<number> =>
  new Promise((resolve) => {
    const options = { port, path, host: '127.0.0.1', localAddress: from, agent: false }
    request(options, (response) => resolve(response.resume().statusCode ?? 0))
      .on('error', () => resolve(0))
      .end()
  })

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
const openOf = (sockets: readonly Socket[]): number =>
  sockets.filter(({ closed, destroyed, readableEnded }) => !closed && !destroyed && !readableEnded).length

async function serve(
  bounds: ConnectionBounds,
): Promise<{ server: Server; port: number; held: () => number }> {
  let held = 0
  const server = createServer((request, response) => {
    if (request.url === '/slow') {
      held += 1
      response.once('close', () => {
        held -= 1
      })
    } else response.end()
  })
  boundConnections(server, bounds)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { server, port: (server.address() as AddressInfo).port, held: () => held }
}

describe('connections', () => {
  it('of one client are bounded: its own oldest goes', async () => {
    const { port } = await serve({ perClientMax: 4 })
    const first = await dial(port, '127.0.0.2', HALF)
    const more = await dialMany(4, port, '127.0.0.2', HALF)
    await until(() => openOf([first]) === 0)
    expect(openOf(more)).toBe(4)
    expect(await ask(port, '127.0.0.2')).toBe(200)
    expect(await ask(port, '127.0.0.3')).toBe(200)
  })

  it('with a request under way stay; then the newest goes', async () => {
    const { port, held } = await serve({ perClientMax: 3 })
    const slow = await dialMany(3, port, '127.0.0.2', 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n')
    await until(() => held() === 3)
    expect(await ask(port, '127.0.0.2')).toBe(0)
    expect(openOf(slow)).toBe(3)
    expect(await ask(port, '127.0.0.3')).toBe(200)
    slow[0]!.destroy()
    await until(() => held() === 2)
    expect(await ask(port, '127.0.0.2')).toBe(200)
  })

  it('of all are bounded: the oldest of whoever holds most goes', async () => {
    const { port } = await serve({ connectionsMax: 10 })
    const honest = await dialMany(2, port, '127.0.0.3', HALF)
    const many = await dialMany(8, port, '127.0.0.2', HALF)
    const others = await Promise.all([4, 5, 6].map((i) => dial(port, `127.0.0.${i}`, HALF)))
    await until(() => openOf(many) === 5)
    expect(openOf([...honest, ...others])).toBe(5)
    expect(await ask(port, '127.0.0.7')).toBe(200)
  })

  it('of a proxy stand for many clients and are not bounded', async () => {
    const isExempt = (address: string) => address === '127.0.0.2'
    const { port } = await serve({ perClientMax: 2, connectionsMax: 4, isExempt })
    const proxied = await dialMany(8, port, '127.0.0.2', HALF)
    expect(await ask(port, '127.0.0.3')).toBe(200)
    expect(openOf(proxied)).toBe(8)
  })
})

describe('a node', () => {
  it('answers others, at both addresses, while one client opens 1,000 connections and finishes no header', async () => {
    const { app, operations, node } = await openDoor()
    closing.push(async () => {
      await Promise.all([app.close(), operations.close()])
      await node.close()
    })
    await Promise.all([app, operations].map((one) => one.listen({ host: '127.0.0.1', port: 0 })))
    const [port = 0, operationsPort = 0] = [app, operations].map(
      ({ server }) => (server.address() as AddressInfo).port,
    )
    const sockets: Socket[] = []
    for (let i = 0; i < 10; i++) {
      sockets.push(...(await dialMany(100, port, '127.0.0.2', HALF)))
      for (const path of ['/livez', '/v1/info', '/checkpoint'])
        expect(await ask(port, '127.0.0.1', path)).toBe(200)
      for (const path of ['/livez', '/readyz', '/metrics'])
        expect(await ask(operationsPort, '127.0.0.1', path)).toBe(200)
    }
    await until(() => openOf(sockets) <= CONNECTIONS_PER_CLIENT_MAX)
    // Those that are left have not much time for their headers either.
    const silent = await dial(port, '127.0.0.4')
    await until(() => openOf([...sockets, silent]) === 0)
  })
})
