/** Room for request bodies: whoever fills it makes place for others, and nobody fills it alone. */
import { type AddressInfo, connect, type Socket } from 'node:net'
import Fastify from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { registerBodyBudget } from '../../src/api/bodies.ts'
import { registerProblems } from '../../src/api/problems.ts'
import { BODY_CHUNK_BYTES } from '../../src/base/index.ts'
import { createLogger } from '../../src/host/index.ts'
import { createTestClock } from '../node/support/world.ts'

const ROOM = { bytesMax: 100_000, reservedBytes: 0, perClientBytesMax: 40_000 }
/** Fills a connection's part, so that four of them fill what one client may hold. */
const PART_BYTES = 10_000 - BODY_CHUNK_BYTES - 100

const opened: Socket[] = []
let close = async () => {}
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy()
  await close()
})

/** A server that answers with the length of what it was sent. */
async function serve(): Promise<{ port: number; arrived: () => number }> {
  let arrived = 0
  const app = Fastify({ forceCloseConnections: true })
  registerProblems(app, createLogger({ level: 'silent', clock: createTestClock(), write: () => {} }))
  registerBodyBudget(app, () => false, ROOM)
  app.addHook('preParsing', (_request, _reply, payload, done) => {
    payload.on('data', () => {
      arrived += 1
    })
    done(null, payload)
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post('/', async (request) => ({ bytes: (request.body as Buffer).length }))
  await app.listen({ host: '127.0.0.1', port: 0 })
  close = async () => app.close()
  return { port: (app.server.address() as AddressInfo).port, arrived: () => arrived }
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(condition()).toBe(true)
}

/** Sends `sent` of the bytes that it announces; gives what comes back. */
async function post(port: number, from: string, sent: number, announced = sent): Promise<() => string> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  opened.push(socket.on('error', () => undefined))
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  await new Promise((resolve) => socket.once('connect', resolve))
  const type = 'Content-Type: application/octet-stream'
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${type}\r\nContent-Length: ${announced}\r\n\r\n`)
  socket.write(new Uint8Array(sent))
  return () => text
}

const REFUSED = /^HTTP\/1\.1 503 .*overload\.bodies/s

describe('room for bodies', () => {
  it('is bounded for one client: its own oldest unfinished body goes', async () => {
    const { port, arrived } = await serve()
    const answers: (() => string)[] = []
    for (let i = 0; i < 4; i++) {
      answers.push(await post(port, '127.0.0.2', PART_BYTES, 2 * PART_BYTES))
      await until(() => arrived() > i)
    }
    const fifth = await post(port, '127.0.0.2', PART_BYTES)
    await until(() => fifth().includes('200 OK'))
    await until(() => REFUSED.test(answers[0]!()))
    expect(answers.slice(1).map((answer) => answer())).toEqual(['', '', ''])
  })

  it('that several fill is made by whoever holds most, for others', async () => {
    const { port, arrived } = await serve()
    const honest = await post(port, '127.0.0.9', PART_BYTES, 2 * PART_BYTES)
    await until(() => arrived() >= 1)
    const floods: (() => string)[] = []
    for (let i = 0; i < 12; i++) {
      const before = arrived()
      floods.push(await post(port, `127.0.0.${2 + (i % 3)}`, PART_BYTES, 2 * PART_BYTES))
      await until(() => arrived() > before)
    }
    const other = await post(port, '127.0.0.8', PART_BYTES)
    await until(() => other().includes(`{"bytes":${PART_BYTES}}`))
    expect(floods.filter((answer) => REFUSED.test(answer())).length).toBeGreaterThan(2)
    expect(honest()).toBe('')
    opened[0]!.write(new Uint8Array(PART_BYTES))
    await until(() => honest().includes(`{"bytes":${2 * PART_BYTES}}`))
  })

  it('is free again when its holders are gone', async () => {
    const { port, arrived } = await serve()
    for (let i = 0; i < 4; i++) await post(port, '127.0.0.2', PART_BYTES, 2 * PART_BYTES)
    await until(() => arrived() >= 4)
    for (const socket of opened.splice(0)) socket.destroy()
    for (let i = 0; i < 4; i++) {
      const answer = await post(port, '127.0.0.2', 3 * PART_BYTES)
      await until(() => answer().includes('200 OK'))
    }
  })
})
