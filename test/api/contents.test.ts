/** The door of the vault: form, rights, bounds, and contents larger than memory would like, over a real socket. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONTENT_BYTES_MAX } from '../../src/base/index.ts'
import { Consortium } from '../vault/support/consortium.ts'
import { openDoor, problemOf } from './support/door.ts'

const BYTES = { 'content-type': 'application/octet-stream' }
const addressOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('storing', async () => {
  const door = await openDoor()
  afterAll(() => door.node.close())
  const bytes = randomBytes(100_000)
  const address = addressOf(bytes)
  const authorization = `Bearer ${door.token('hospital:dr-li')}`
  const put = (url: string, payload: Buffer, headers: Record<string, string> = {}) =>
    door.app.inject({ method: 'PUT', url, payload, headers: { ...BYTES, authorization, ...headers } })

  it('keeps a content at its address, and again changes nothing', async () => {
    for (const _ of [1, 2]) {
      const answer = await put(`/v1/vault/contents/${address}`, bytes)
      expect(answer.statusCode).toBe(200)
      expect(answer.json()).toEqual({ vaultHash: address, length: bytes.length, state: 'kept' })
    }
    expect((await door.get(`/v1/vault/contents/${address}`, 'hospital:dr-wang')).statusCode).toBe(200)
    for (const other of ['hospital:patient', 'insurer', 'auditor']) {
      expect(problemOf(await door.get(`/v1/vault/contents/${address}`, other)).code).toBe('read.not-found')
    }
  })

  it('refuses bytes of another address and leaves nothing', async () => {
    const other = addressOf(randomBytes(10))
    expect(problemOf(await put(`/v1/vault/contents/${other}`, bytes)).code).toBe('content.address')
    expect((await door.get(`/v1/vault/contents/${other}`, 'hospital:dr-li')).statusCode).toBe(404)
  })

  it.each([
    ['no address', '/v1/vault/contents/abc', {}, 400, 'form.request'],
    ['an upper-case address', `/v1/vault/contents/${'AB'.repeat(32)}`, {}, 400, 'form.request'],
    [
      'another media type',
      `/v1/vault/contents/${address}`,
      { 'content-type': 'text/plain' },
      415,
      'form.media-type',
    ],
    ['JSON', `/v1/vault/contents/${address}`, { 'content-type': 'application/json' }, 415, 'form.media-type'],
    ['a coded body', `/v1/vault/contents/${address}`, { 'content-encoding': 'gzip' }, 415, 'form.media-type'],
    [
      'a token that is none',
      `/v1/vault/contents/${address}`,
      { authorization: 'Bearer x' },
      401,
      'token.invalid',
    ],
  ])('refuses %s', async (_name, url, headers, status, code) => {
    const answer = await put(url, Buffer.from('{}'), headers as Record<string, string>)
    expect(answer.statusCode).toBe(status)
    expect(problemOf(answer).code).toBe(code)
  })

  it('cuts off an upload that stalls', async () => {
    await door.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = door.app.server.address() as AddressInfo
    const stalled = randomBytes(1_000)
    door.clock.speed = 1_000
    const sending = request(`http://127.0.0.1:${port}/v1/vault/contents/${addressOf(stalled)}`, {
      method: 'PUT',
      headers: { ...BYTES, authorization, 'content-length': stalled.length },
    })
    const ended = new Promise((resolve) => sending.once('close', resolve))
    sending.on('error', () => undefined).write(stalled.subarray(0, 500))
    await ended
    door.clock.speed = 1
    expect((await door.get(`/v1/vault/contents/${addressOf(stalled)}`, 'hospital:dr-li')).statusCode).toBe(
      404,
    )
  })

  it('takes bytes nowhere else', async () => {
    const answer = await door.app.inject({
      method: 'POST',
      url: '/v1/transactions',
      payload: bytes,
      headers: BYTES,
    })
    expect(problemOf(answer).code).toBe('form.media-type')
    const release = { method: 'POST', url: '/v1/vault/releases', payload: bytes } as const
    const refused = await door.app.inject({ ...release, headers: { ...BYTES, authorization } })
    expect(problemOf(refused).code).toBe('form.media-type')
  })

  it('needs a token, at every endpoint', async () => {
    const endpoints = [
      ['PUT', `/v1/vault/contents/${address}`],
      ['GET', `/v1/vault/contents/${address}`],
      ['PUT', `/v1/vault/contents/${address}/wraps/${address}`],
      ['POST', '/v1/vault/releases'],
      ['GET', '/v1/vault/records/hospital:r1/content'],
      ['GET', '/v1/vault/records/hospital:r1/wrap'],
    ] as const
    for (const [method, url] of endpoints) {
      const answer = await door.app.inject({ method, url, headers: method === 'PUT' ? BYTES : {} })
      expect(answer.statusCode, `${method} ${url}`).toBe(401)
    }
  })

  it.each(['{"open":7}', '{}', '[]', '{"open":"ABC"}', `{"open":"${'ab'.repeat(32)}","more":1}`, '{'])(
    'refuses the release %s',
    async (payload) => {
      const headers = { 'content-type': 'application/json', authorization }
      const answer = await door.app.inject({ method: 'POST', url: '/v1/vault/releases', payload, headers })
      expect(problemOf(answer).code).toBe('form.request')
    },
  )
})

/** A gibibyte where the machine has time for it. */
const LARGE = process.env['MEDSEAL_LARGE'] === '1'
const LENGTH = LARGE ? 1024 ** 3 : 64 * 1024 ** 2
/**
 * What a process may grow by while contents of any length pass through it: chunks under way and garbage between
 * collections.
 */
const GROWTH_BYTES_MAX = 384 * 1024 ** 2

describe('a large content', () => {
  let consortium: Consortium
  let folder: string
  let file: string
  beforeAll(async () => {
    consortium = await Consortium.start()
    folder = await mkdtemp(join(tmpdir(), 'medseal-large-'))
    file = join(folder, 'scan')
    const handle = await open(file, 'w')
    const block = randomBytes(1024 ** 2)
    for (let at = 0; at < LENGTH; at += block.length) {
      block.writeUInt32BE(at / block.length)
      await handle.write(block)
    }
    await handle.close()
  })
  afterAll(async () => {
    await consortium.end()
    await rm(folder, { recursive: true })
  })

  it(
    `of ${LENGTH / 1024 ** 2} MiB goes in and comes out, in bounded memory`,
    async () => {
      const source = () => createReadStream(file, { highWaterMark: 256 * 1024 })
      const vault = await consortium.vault('hospital:ann')
      const subject = await consortium.enrolSubject('hospital:ann')
      const before = process.memoryUsage.rss()
      let peak = before
      const timer = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage.rss())
      }, 50)
      const { contentHash, vaultHash, length } = await vault.storeContent(source, [])
      expect(length).toBeGreaterThan(LENGTH)
      const encounterAt = consortium.clock.nowSeconds()
      const content = { contentHash, vaultHash, bytes: length }
      const scan = { recordId: 'scan', subject, kind: 'ImagingStudy', ...content, encounterAt }
      await consortium.must('hospital:ann', 'record.import', scan)
      const { bytes } = await vault.retrieveContent('hospital:ann:scan', { contentHash })
      const [hash, expected] = [createHash('sha256'), createHash('sha256')]
      for await (const part of bytes) hash.update(part)
      for await (const part of source()) expected.update(part)
      clearInterval(timer)
      expect(hash.digest('hex')).toBe(expected.digest('hex'))
      expect(peak - before).toBeLessThan(GROWTH_BYTES_MAX)
    },
    LARGE ? 600_000 : 120_000,
  )

  it('is refused before it is sent where it announces too much', async () => {
    const token = await (await consortium.client('hospital:ann')).token()
    const sending = request(`${consortium.server.url}/v1/vault/contents/${'ab'.repeat(32)}`, {
      method: 'PUT',
      headers: { ...BYTES, authorization: `Bearer ${token}`, 'content-length': CONTENT_BYTES_MAX + 1 },
    })
    // Nothing but the head is ever sent: the answer comes all the same.
    sending.flushHeaders()
    const [response] = (await once(sending, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(413)
    expect(JSON.parse(await text(response))).toMatchObject({ code: 'form.too-large' })
    sending.destroy()
  })
})
