/** Once over a real socket, from a real data folder: what `inject` can not show. */
import { mkdtempSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Server, startServer } from '../../src/api/index.ts'
import { LedgerError, REQUEST_BYTES_MAX, systemClock } from '../../src/base/index.ts'
import { createClient, signingKeyFromPem } from '../../src/client/index.ts'
import { initData, loadConfig } from '../../src/host/index.ts'
import { planConsortium } from '../../src/node/index.ts'
import { encodeBatch, ledgerIdOf, parseGenesis, trustOf, verifyReceipt } from '../../src/protocol/index.ts'
import { kernel } from '../node/support/world.ts'

const PLAN = {
  name: 'test.example',
  node: 'hospital',
  members: [
    { id: 'hospital', roles: ['hospital'] },
    { id: 'auditor', roles: ['auditor'] },
  ],
  actors: [
    { id: 'hospital:dr-li', role: 'doctor' },
    { id: 'hospital:patient', role: 'patient' },
  ],
} as const

const data = join(mkdtempSync(join(tmpdir(), 'medseal-socket-')), 'data')
const made = planConsortium(PLAN, systemClock)
initData(kernel, data, made)
const config = loadConfig({ flags: { data, port: '0', threads: '1' } })
const genesis = parseGenesis(kernel, made.genesis)
const trust = trustOf(kernel, genesis, ledgerIdOf(kernel, made.genesis))
const logLines: string[] = []
const start = (): Promise<Server> => startServer(config, { writeLog: (line) => logLines.push(line) })
let server = await start()
afterAll(() => server.close())

const clientOf = (actor: string) =>
  createClient({
    url: server.url,
    actor,
    signer: signingKeyFromPem(made.keys[actor]!),
    genesis: made.genesis,
    kernel,
    triesMax: 1,
  })

const subjectOf = (tail: number): string => tail.toString(16).padStart(64, '0')
const enrolment = (tail: number) => ({
  type: 'identity.enrol-subject',
  payload: { subject: subjectOf(tail), patient: 'hospital:patient' },
})

/** Sends raw bytes and gives all that comes back until the server closes the connection. */
async function sendRaw(parts: readonly (string | Uint8Array)[]): Promise<string> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  for (const part of parts) socket.write(part)
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

describe('a node over its socket', () => {
  it('takes a transaction and gives a receipt that verifies', async () => {
    const client = await clientOf('hospital')
    const answer = await client.send(enrolment(1), { wait: 'final' })
    expect(answer).toMatchObject({ status: 'accepted', settled: 'final' })
    const receipt = await client.receipt(answer.id)
    expect(verifyReceipt(kernel, receipt, trust, answer.id)).toMatchObject({ ok: true, final: true })
  })

  it('goes on after a restart', async () => {
    const before = await (await clientOf('hospital')).checkpoint()
    await server.close()
    server = await start()
    const client = await clientOf('hospital')
    expect((await client.checkpoint()).split('\n').slice(0, 3)).toEqual(before.split('\n').slice(0, 3))
    expect(await client.send(enrolment(2), { wait: 'committed' })).toMatchObject({
      status: 'accepted',
    })
  })

  it('refuses 16 MiB + 1 before it is sent, and in chunks', async () => {
    const head = (length: string) =>
      `POST /v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Type: application/vnd.msgpack\r\nConnection: close\r\n${length}\r\n\r\n`
    const declared = await sendRaw([head(`Content-Length: ${REQUEST_BYTES_MAX + 1}`)])
    expect(declared).toContain(' 413 ')
    expect(declared).toContain('"code":"form.too-large"')
    const chunk = new Uint8Array(1024 * 1024)
    const response = await fetch(`${server.url}/v1/transactions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.msgpack' },
      body: new ReadableStream({
        start: (controller) => {
          for (let i = 0; i < 16; i++) controller.enqueue(chunk)
          controller.enqueue(new Uint8Array(1))
          controller.close()
        },
      }),
      duplex: 'half',
    } as RequestInit).catch((error: Error) => error)
    // The node answers and hangs up while the client still sends: it may see either.
    if (response instanceof Response) expect(response.status).toBe(413)
  })

  it('takes exactly 16 MiB to its reader, which finds it malformed', async () => {
    const response = await fetch(`${server.url}/v1/transactions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.msgpack' },
      body: new Uint8Array(REQUEST_BYTES_MAX),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'form.request' })
  })

  it('refuses truncated MessagePack and broken HTTP', async () => {
    const client = await clientOf('hospital')
    const batch = encodeBatch([await client.sign(enrolment(3))])
    const response = await fetch(`${server.url}/v1/transactions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.msgpack' },
      body: batch.slice(0, -1),
    })
    expect(response.status).toBe(400)
    expect(await sendRaw(['GET /v1/info HTTP/1.1\r\n\r\n'])).toContain(' 400 ')
    const nonsense = await sendRaw(['NONSENSE\r\n\r\n'])
    expect(nonsense).toContain(' 400 ')
    expect(nonsense).toContain('"code":"form.request"')
    const headers = await sendRaw([`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`])
    expect(headers).toContain(' 431 ')
    expect(headers).toContain('"code":"form.headers"')
    expect((await fetch(`${server.url}/livez`)).status).toBe(200)
  })
})

describe('event streams over the socket', () => {
  it('tell the past from Last-Event-ID on, then what comes', async () => {
    const hospital = await clientOf('hospital')
    const auditor = await clientOf('auditor')
    const controller = new AbortController()
    const seen: string[] = []
    const reading = (async () => {
      for await (const event of auditor.events({ lastEventId: '0', signal: controller.signal })) {
        expect(event.event).toBe('identity.enrol-subject')
        expect(String((event.data as { index: number }).index)).toBe(event.id)
        seen.push((event.data as { id: string }).id)
        if (seen.length === 3) return
      }
    })()
    const answer = await hospital.send(enrolment(4), { wait: 'committed' })
    await reading
    controller.abort()
    expect(seen[2]).toBe(answer.id)
  })

  it('begin now without a place, and refuse a place that is none', async () => {
    const token = await (await clientOf('auditor')).token()
    const headers = { authorization: `Bearer ${token}` }
    for (const place of ['-1', 'x', '1.0']) {
      const response = await fetch(`${server.url}/v1/events`, {
        headers: { ...headers, 'last-event-id': place },
      })
      expect(response.status).toBe(400)
    }
    const controller = new AbortController()
    const response = await fetch(`${server.url}/v1/events`, { headers, signal: controller.signal })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    const { value } = await response.body!.getReader().read()
    expect(Buffer.from(value!).toString()).toBe(': medseal events\n\n')
    controller.abort()
  })

  it('say where the log stands to a reader that has seen more of it', async () => {
    const auditor = await clientOf('auditor')
    const { size } = await server.node.log.head()
    const headers = { authorization: `Bearer ${await auditor.token()}` }
    const controller = new AbortController()
    const ask = (query: string, more: Record<string, string> = {}) =>
      fetch(`${server.url}/v1/events${query}`, {
        headers: { ...headers, ...more },
        signal: controller.signal,
      })
    for (const response of [
      await ask(`?from=${size}`),
      await ask('', { 'last-event-id': String(size - 1) }),
    ]) {
      expect(response.status).toBe(200)
    }
    for (const response of [
      await ask(`?from=${size + 1}`),
      await ask('', { 'last-event-id': String(size) }),
    ]) {
      expect(response.status).toBe(409)
      expect(await response.json()).toMatchObject({ code: 'read.ahead', size })
    }
    controller.abort()
    await expect(auditor.events({ lastEventId: String(size + 7) }).next()).rejects.toMatchObject({
      code: 'read.ahead',
      details: { size },
    })
  })

  it('end when the key is revoked', async () => {
    const hospital = await clientOf('hospital')
    const doctor = await clientOf('hospital:dr-li')
    const token = await doctor.token()
    const response = await fetch(`${server.url}/v1/events`, { headers: { authorization: `Bearer ${token}` } })
    const ended = response.text()
    const key = genesis.actors.find(({ id }) => id === 'hospital:dr-li')!.key
    const revoke = { type: 'identity.revoke-key', payload: { actor: 'hospital:dr-li', key } }
    expect(await hospital.send(revoke, { wait: 'committed' })).toMatchObject({ status: 'accepted' })
    expect(await ended).toContain(': medseal events')
    await expect(doctor.read('/v1/identity/me')).rejects.toMatchObject({ code: 'token.invalid' })
  })

  it('end when the node closes, which does not wait for them', async () => {
    const token = await (await clientOf('auditor')).token()
    const response = await fetch(`${server.url}/v1/events`, { headers: { authorization: `Bearer ${token}` } })
    const ended = response.text()
    await server.close()
    expect(await ended).toBe(': medseal events\n\n')
    await expect(fetch(`${server.url}/livez`)).rejects.toThrow()
    server = await start()
  })
})

describe('starting', () => {
  it('says which address is not to be had, and leaves the folder free', async () => {
    const otherData = join(mkdtempSync(join(tmpdir(), 'medseal-socket-')), 'data')
    initData(kernel, otherData, planConsortium(PLAN, systemClock))
    const taken = { ...config, data: otherData, port: Number(new URL(server.url).port) }
    const failed = await startServer(taken, { writeLog: () => {} }).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(LedgerError)
    expect(failed).toMatchObject({ code: 'node.listen' })
    expect((failed as LedgerError).message).toContain('EADDRINUSE')
    const free = await startServer({ ...taken, port: 0 }, { writeLog: () => {} })
    await free.close()
  })
})
