/**
 * Clients that mean ill, against a node in a process of its own: slow bodies, bodies byte by byte, idle connections,
 * readers that do not read, batches without end. The node's memory stays below a bound, overload is answered with a
 * time to come back, and what was accepted goes on.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  BODIES_BYTES_MAX,
  EVENT_STREAMS_PER_ACTOR_MAX,
  REQUEST_BYTES_MAX,
  toHex,
} from '../../src/base/index.ts'
import { type Client, createClient, signingKeyFromPem } from '../../src/client/index.ts'
import { encodeBatch } from '../../src/protocol/index.ts'
import { run, startNode } from '../cli/command.ts'
import { kernel } from '../node/support/world.ts'

const MEBIBYTE = 1024 * 1024
/** Node, wasm and threads of an idle node, and what collecting garbage leaves for a while. */
const BASE_BYTES = 500 * MEBIBYTE

const folder = mkdtempSync(join(tmpdir(), 'medseal-memory-'))
let node: Awaited<ReturnType<typeof startNode>>
let client: Client
const sockets: Socket[] = []

beforeAll(() =>
  run(['init', '--data', 'data', '--name', 'riverside', '--member', 'ward=hospital'], { cwd: folder }),
)
// A node for each, since a process seldom gives memory back.
beforeEach(async () => {
  node = await startNode(['--data', 'data'], { cwd: folder })
  client = await createClient({
    url: node.url,
    actor: 'ward',
    signer: signingKeyFromPem(readFileSync(join(folder, 'data/keys/ward.pem'), 'utf8')),
    genesis: new Uint8Array(readFileSync(join(folder, 'data/genesis.json'))),
    kernel,
  })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await node.stop()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function residentBytes(): Promise<number> {
  const text = await (await fetch(`${node.operationsUrl}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)![1])
}

/** Looks at the memory until `work` is done; the highest that was seen. */
async function peakDuring(work: () => Promise<unknown>): Promise<number> {
  let [peak, done] = [0, false]
  const watching = (async () => {
    while (!done) {
      peak = Math.max(peak, await residentBytes())
      await sleep(100)
    }
  })()
  await work().finally(() => {
    done = true
  })
  await watching
  return Math.max(peak, await residentBytes())
}

/** A connection that collects what comes, unless it is told not to read. */
async function dial(from?: string): Promise<{ socket: Socket; text: () => string }> {
  const { hostname, port } = new URL(node.url)
  const socket = connect({
    port: Number(port),
    host: hostname,
    ...(from !== undefined && { localAddress: from }),
  })
  sockets.push(socket)
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
  return { socket, text: () => text }
}

const headOf = (length: string, type = 'application/vnd.msgpack'): string =>
  `POST /v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n${length}\r\n\r\n`

/** Writes as the other side takes it; ends early where it answers or hangs up. */
async function pour(socket: Socket, part: Uint8Array, times: number): Promise<void> {
  let isAnswered = false
  socket.once('data', () => {
    isAnswered = true
  })
  for (let i = 0; i < times && socket.writable && !isAnswered; i++) {
    if (socket.write(part)) continue
    await Promise.race(
      ['drain', 'data', 'close'].map((event) => new Promise((resolve) => socket.once(event, resolve))),
    )
  }
}

let subjectCount = 0
const enrolment = () => ({
  type: 'identity.enrol-subject',
  payload: { subject: toHex(kernel.sha256(Buffer.from(`memory ${++subjectCount}`))) },
})
const expectWork = async () =>
  expect(await client.send(enrolment(), { wait: 'final' })).toMatchObject({ status: 'accepted' })

const mebibytes = (bytes: number): string => `${Math.round(bytes / MEBIBYTE)} MiB`

describe('memory stays bounded', () => {
  it('while 60 clients send nearly 16 MiB each and never end', { timeout: 120_000 }, async () => {
    const clients = await Promise.all(Array.from({ length: 60 }, () => dial()))
    const part = new Uint8Array(MEBIBYTE)
    const peak = await peakDuring(async () => {
      await Promise.all(
        clients.map(async ({ socket }) => {
          socket.write(headOf(`Content-Length: ${REQUEST_BYTES_MAX}`))
          await pour(socket, part, 15)
        }),
      )
      await sleep(500)
      // The room that is left is for single transactions.
      await expectWork()
    })
    const refused = clients.filter(({ text }) => text().includes(' 503 '))
    expect(refused.length).toBeGreaterThan(20)
    for (const { text } of refused) {
      expect(text()).toContain('"code":"overload.bodies"')
      expect(text()).toMatch(/retry-after: 5/i)
    }
    console.info(`slow bodies: ${refused.length} of 60 refused, at most ${mebibytes(peak)}`)
    expect(peak).toBeLessThan(BASE_BYTES + BODIES_BYTES_MAX)
    for (const { socket } of clients) socket.destroy()
    await sleep(500)
    // What they held is free again: a large batch is read to its end.
    const response = await fetch(`${node.url}/v1/transactions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.msgpack' },
      body: new Uint8Array(REQUEST_BYTES_MAX),
    })
    expect(response.status).toBe(400)
  })

  it('while clients send bodies byte by byte', { timeout: 120_000 }, async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => dial()))
    // Chunks of one byte each, for which a server makes an object each.
    const part = Buffer.from('1\r\nx\r\n'.repeat(20_000))
    const peak = await peakDuring(async () => {
      await Promise.all(
        clients.map(async ({ socket }) => {
          socket.write(headOf('Transfer-Encoding: chunked'))
          await pour(socket, part, 25)
        }),
      )
      await expectWork()
    })
    console.info(`bodies byte by byte: at most ${mebibytes(peak)}`)
    expect(peak).toBeLessThan(BASE_BYTES + BODIES_BYTES_MAX)
  })

  it('with 1,000 connections that say nothing or half a header', { timeout: 120_000 }, async () => {
    const peak = await peakDuring(async () => {
      for (let i = 0; i < 1_000; i += 50) {
        const some = await Promise.all(Array.from({ length: 50 }, () => dial()))
        for (const [j, { socket }] of some.entries()) if (j % 2 === 0) socket.write('GET / HTTP/1.1\r\nHost:')
      }
      await expectWork()
    })
    console.info(`idle connections: at most ${mebibytes(peak)}`)
    expect(peak).toBeLessThan(BASE_BYTES + 100 * MEBIBYTE)
  })

  it('while twelve clients open 4,800 connections and finish no header; others and operators are answered', {
    timeout: 120_000,
  }, async () => {
    const answers = async (url: string) => expect((await fetch(url)).status).toBe(200)
    const peak = await peakDuring(async () => {
      for (let i = 0; i < 48; i++) {
        const from = `127.0.0.${2 + (i % 12)}`
        const some = await Promise.all(Array.from({ length: 100 }, () => dial(from)))
        for (const { socket } of some) socket.write('GET / HTTP/1.1\r\nHost:')
        await answers(`${node.url}/livez`)
        await answers(`${node.operationsUrl}/livez`)
      }
      await expectWork()
    })
    console.info(`connections of twelve clients: at most ${mebibytes(peak)}`)
    expect(peak).toBeLessThan(BASE_BYTES + 200 * MEBIBYTE)
  })

  it('while 200 clients ask for the largest public answers, many at once, and read nothing', {
    timeout: 120_000,
  }, async () => {
    const clients = await Promise.all(Array.from({ length: 200 }, () => dial()))
    const peak = await peakDuring(async () => {
      for (const { socket } of clients) {
        socket.pause()
        for (const path of [
          '/openapi.json',
          '/docs/static/swagger-ui-bundle.js',
          '/v1/info',
          '/openapi.json',
        ]) {
          socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
        }
      }
      await sleep(1_000)
      await expectWork()
    })
    console.info(`readers that do not read: at most ${mebibytes(peak)}`)
    expect(peak).toBeLessThan(BASE_BYTES + 200 * MEBIBYTE)
  })

  it('while an actor opens event streams and reads nothing', { timeout: 120_000 }, async () => {
    const authorization = `Authorization: Bearer ${await client.token()}`
    const clients = await Promise.all(Array.from({ length: EVENT_STREAMS_PER_ACTOR_MAX + 8 }, () => dial()))
    const peak = await peakDuring(async () => {
      for (const { socket } of clients) {
        socket.write(`GET /v1/events?from=0 HTTP/1.1\r\nHost: x\r\n${authorization}\r\n\r\n`)
      }
      while (!clients.every(({ text }) => /medseal events|"code"/.test(text()))) await sleep(20)
      for (const { socket } of clients) socket.pause()
      for (let i = 0; i < 5; i++) await expectWork()
    })
    const refused = clients.filter(({ text }) => text().includes('"code":"overload.streams"'))
    expect(refused).toHaveLength(8)
    for (const { text } of refused) expect(text()).toMatch(/^HTTP\/1.1 503 (.|\n|\r)*retry-after: 1/i)
    console.info(`event streams: at most ${mebibytes(peak)}`)
    expect(peak).toBeLessThan(BASE_BYTES + 100 * MEBIBYTE)
  })

  it('while batches come without end; those that were taken are committed', {
    timeout: 300_000,
  }, async () => {
    const signed = await Promise.all(Array.from({ length: 1_000 }, () => client.sign(enrolment())))
    const batch = Buffer.from(encodeBatch(signed))
    const statuses = new Map<number, number>()
    const peak = await peakDuring(async () => {
      const flood = async (rounds: number) => {
        for (let i = 0; i < rounds; i++) {
          const response = await fetch(`${node.url}/v1/transactions?wait=committed`, {
            method: 'POST',
            headers: { 'content-type': 'application/vnd.msgpack' },
            body: batch,
          })
          statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
          if (response.status >= 400) expect(response.headers.get('retry-after')).toMatch(/^[0-9]+$/)
          await response.arrayBuffer()
        }
      }
      await Promise.all(Array.from({ length: 24 }, () => flood(4)))
    })
    console.info(`batches without end: ${JSON.stringify([...statuses])}, at most ${mebibytes(peak)}`)
    for (const status of statuses.keys()) expect([200, 202, 429, 503]).toContain(status)
    expect(statuses.get(200)).toBeGreaterThan(0)
    expect(peak).toBeLessThan(BASE_BYTES + BODIES_BYTES_MAX)
    const again = await client.submit(signed, { wait: 'committed' })
    expect(again.map(({ status }) => status)).toEqual(signed.map(() => 'accepted'))
    await expectWork()
  })
})
