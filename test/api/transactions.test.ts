/** The front door: JSON and MessagePack, statuses, waiting, and every malformed request. */
import { afterAll, describe, expect, it } from 'vitest'
import {
  BATCH_COUNT_MAX,
  JSON_REQUEST_BYTES_MAX,
  LedgerError,
  REQUEST_BYTES_MAX,
} from '../../src/base/index.ts'
import { encodeBatch, trustOf, verifyReceipt } from '../../src/protocol/index.ts'
import { kernel, publicKeyOf } from '../node/support/world.ts'
import { openDoor, problemOf, type TestDoor, toRequest } from './support/door.ts'

const MSGPACK = { 'content-type': 'application/vnd.msgpack' }

const write = (door: TestDoor, options?: Parameters<TestDoor['sign']>[3], signer = 'hospital:dr-li') =>
  door.sign(signer, 'note.write', { to: 'hospital:dr-wang' }, options)

describe('one transaction as JSON', async () => {
  const door = await openDoor()
  afterAll(() => door.node.close())

  it('is pending with 202, accepted with 200 where one waits', async () => {
    const signed = write(door)
    const early = await door.post(toRequest(signed), {}, '')
    expect(early.statusCode).toBe(202)
    expect(early.json()).toEqual([{ id: signed.id, status: 'pending' }])
    const later = await door.post(toRequest(signed), {}, '?wait=final')
    expect(later.statusCode).toBe(200)
    expect(later.json()).toMatchObject([{ id: signed.id, status: 'accepted', height: 1, settled: 'final' }])
    const again = await door.post(toRequest(signed), {}, '')
    expect(again.statusCode).toBe(202)
    expect(again.json()).toMatchObject([{ id: signed.id, status: 'accepted' }])
    expect(again.json()[0].settled).toBeUndefined()
  })

  it('is refused by rule or rejected, both in the array', async () => {
    const refused = door.sign('hospital:dr-li', 'note.write', { to: 'nobody' })
    expect((await door.post(toRequest(refused))).json()).toMatchObject([
      {
        id: refused.id,
        status: 'refused',
        code: 'identity.actor-unknown',
        details: { field: '/payload/to' },
      },
    ])
    const stranger = write(door, {}, 'stranger')
    const rejected = await door.post(toRequest(stranger))
    expect(rejected.statusCode).toBe(200)
    expect(rejected.json()).toMatchObject([
      {
        id: stranger.id,
        status: 'rejected',
        code: 'admission.key-unknown',
        details: { field: '/publicKey' },
      },
    ])
  })

  it('comes with its private part, which its parties get', async () => {
    const sealed = write(door, { private: { diagnosis: 'none' } })
    expect((await door.post(toRequest(sealed))).json()).toMatchObject([{ status: 'accepted' }])
    const url = `/v1/transactions/${sealed.id}/private`
    for (const name of ['hospital:dr-li', 'hospital:dr-wang']) {
      const part = await door.get(url, name)
      expect(part.rawPayload).toEqual(Buffer.from(sealed.privatePart!))
      expect(part.headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'cache-control': 'private, no-store',
      })
    }
    expect(problemOf(await door.get(url, 'insurer')).code).toBe('read.not-found')
    expect(problemOf(await door.get(url, 'auditor')).code).toBe('read.not-found')
    expect(problemOf(await door.get(url)).code).toBe('token.missing')
  })

  it('has a body of 0, 1 or 65,536 bytes: rejected with its code', async () => {
    const request = toRequest(write(door))
    for (const [length, code] of [
      [0, 'form.length'],
      [1, 'form.syntax'],
      [65_536, 'form.entry'],
    ] as const) {
      const body = Buffer.alloc(length, ' ').toString('base64')
      expect((await door.post({ ...request, body })).json(), String(length)).toMatchObject([
        { id: null, status: 'rejected', code },
      ])
    }
  })
})

describe('malformed requests', async () => {
  const door = await openDoor()
  afterAll(() => door.node.close())
  const good = toRequest(write(door, { private: { a: 1 } }))
  const json = JSON.stringify(good)
  const { body, ...withoutBody } = good

  it.each<[what: string, payload: unknown, field: string | undefined]>([
    ['upper-case hex', { ...good, publicKey: good.publicKey.toUpperCase() }, '/publicKey'],
    ['a key that is too short', { ...good, publicKey: good.publicKey.slice(2) }, '/publicKey'],
    ['a signature in upper case', { ...good, signature: good.signature.toUpperCase() }, '/signature'],
    ['a number for a signature', { ...good, signature: 7 }, '/signature'],
    ['a signature that is too long', { ...good, signature: `${good.signature}00` }, '/signature'],
    ['base64 without its padding', { ...good, body: 'ab' }, '/body'],
    ['base64 for addresses', { ...good, body: 'ab-_' }, '/body'],
    ['base64 with a line end', { ...good, body: 'abc=\n' }, '/body'],
    ['base64 with padding inside', { ...good, body: 'ab==cd==' }, '/body'],
    ['base64 with bits left over', { ...good, body: 'abd=' }, '/body'],
    ['a private part that is no base64', { ...good, private: 'a' }, '/private'],
    ['null for a private part', { ...good, private: null }, '/private'],
    ['an unknown field', { ...good, more: '' }, '/more'],
    ['__proto__', `{"__proto__":"x",${json.slice(1)}`, '/__proto__'],
    ['constructor', `{"constructor":"x",${json.slice(1)}`, '/constructor'],
    ['no body', withoutBody, '/body'],
    ['a list', [good], ''],
    ['an empty list', '[]', ''],
    ['null', 'null', ''],
    ['a string', '"a"', ''],
    ['nothing', '', undefined],
    ['half a map', '{', undefined],
    ['a field twice', `{"body":"${body}",${json.slice(1)}`, undefined],
    ['more than one value', `${json}x`, undefined],
  ])('of JSON: %s', async (_, payload, field) => {
    const problem = problemOf(await door.post(payload))
    expect([problem.code, problem.field]).toEqual(['form.request', field])
  })

  it.each([
    ['?wait=forever', '/wait'],
    ['?wait=final&wait=final', '/wait'],
    ['?Wait=final', '/Wait'],
  ])('of the query %s', async (query, field) => {
    expect(problemOf(await door.post(good, {}, query))).toMatchObject({ code: 'form.request', field })
  })

  it('of MessagePack: truncated, trailing, empty, of other types, too many', async () => {
    const batch = Buffer.from(encodeBatch([write(door), write(door)]))
    const refuseBatch = async (payload: Buffer) => {
      const response = await door.post(payload, MSGPACK, '')
      expect(response.statusCode).toBe(400)
      expect(problemOf(response).code).toBe('form.request')
    }
    for (let length = 0; length < batch.length; length += 7) await refuseBatch(batch.subarray(0, length))
    await refuseBatch(Buffer.concat([batch, Buffer.of(0xc0)]))
    await refuseBatch(Buffer.of(0x90))
    await refuseBatch(Buffer.of(0xc0))
    await refuseBatch(Buffer.of(0x91, 0x92, 0xa1, 0x61, 0xc0))
    await refuseBatch(Buffer.of(0xdd, 0xff, 0xff, 0xff, 0xff))
    const many = Buffer.alloc(3 + 4 * (BATCH_COUNT_MAX + 1))
    many.set([0xdc, 0x10, 0x01])
    for (let i = 0; i <= BATCH_COUNT_MAX; i++) many.set([0x92, 0xc4, 0x00, 0xc0], 3 + 4 * i)
    await refuseBatch(many)
  })

  it('of size and media type', async () => {
    const large = await door.post(Buffer.alloc(REQUEST_BYTES_MAX + 1), MSGPACK)
    expect(large.statusCode).toBe(413)
    expect(problemOf(large).code).toBe('form.too-large')
    const largeJson = await door.post(' '.repeat(JSON_REQUEST_BYTES_MAX + 1))
    expect(problemOf(largeJson).code).toBe('form.too-large')
    for (const headers of [
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/msgpack' },
      { 'content-type': 'nonsense' },
      { 'content-encoding': 'gzip' },
    ]) {
      const response = await door.post(JSON.stringify(good), headers)
      expect(response.statusCode, JSON.stringify(headers)).toBe(415)
      expect(problemOf(response).code).toBe('form.media-type')
    }
  })

  it('leave nothing behind', async () => {
    expect((await door.ledger.head()).height).toBe(0)
    expect((await door.post(good)).json()).toMatchObject([{ status: 'accepted' }])
  })
})

describe('batches of MessagePack', () => {
  it('of 4,096 with one bad signature: 4,095 accepted, that one named', async () => {
    const door = await openDoor()
    const signed = Array.from({ length: BATCH_COUNT_MAX }, () => write(door))
    const bad = 1_234
    const entries = signed.map(({ entry }, i) => ({ entry: i === bad ? Uint8Array.from(entry) : entry }))
    entries[bad]!.entry[50]! ^= 1
    const response = await door.post(Buffer.from(encodeBatch(entries)), MSGPACK)
    expect(response.statusCode).toBe(200)
    const results = response.json() as { id: string; status: string; code?: string }[]
    expect(results).toHaveLength(BATCH_COUNT_MAX)
    expect(results.map(({ id }) => id)).toEqual(signed.map(({ id }) => id))
    expect(results[bad]).toMatchObject({ status: 'rejected', code: 'signature.invalid' })
    expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(BATCH_COUNT_MAX - 1)
    await door.node.close()
  })
})

describe('statuses and receipts', async () => {
  const door = await openDoor()
  afterAll(() => door.node.close())
  const accepted = write(door)
  const refused = door.sign('hospital:dr-li', 'note.write', { to: 'nobody' })
  await door.post(Buffer.from(encodeBatch([accepted, refused])), MSGPACK)
  const never = 'ab'.repeat(32)

  it('are 200 for who may see them, and the same 404 otherwise', async () => {
    const own = await door.get(`/v1/transactions/${accepted.id}`, 'hospital:dr-li')
    expect(own.statusCode).toBe(200)
    expect(own.json()).toMatchObject({ id: accepted.id, status: 'accepted', type: 'note.write', height: 1 })
    expect(own.headers['cache-control']).toBe('private, no-store')
    expect((await door.get(`/v1/transactions/${refused.id}`, 'hospital:dr-li')).json()).toMatchObject({
      status: 'refused',
      code: 'identity.actor-unknown',
      details: { field: '/payload/to' },
    })
    const answers = []
    for (const id of [never, accepted.id]) {
      for (const path of ['transactions', 'receipts']) {
        const { body, statusCode, headers } = await door.get(`/v1/${path}/${id}`, 'insurer')
        answers.push({ path, statusCode, body: body.replaceAll(id, 'ID'), type: headers['content-type'] })
      }
    }
    expect(answers.slice(0, 2)).toEqual(answers.slice(2))
    expect(answers[0]).toMatchObject({ statusCode: 404 })
    const unknown = problemOf(await door.get(`/v1/transactions/${never}`, 'hospital:dr-li'))
    expect(unknown).toMatchObject({ code: 'read.not-found', transaction: { id: never, status: 'unknown' } })
  })

  it('have receipts that verify offline', async () => {
    const trust = trustOf(kernel, door.ledger.genesis, door.ledgerId)
    for (const [signed, status] of [
      [accepted, 'accepted'],
      [refused, 'refused'],
    ] as const) {
      const response = await door.get(`/v1/receipts/${signed.id}`, 'hospital:dr-li')
      expect(verifyReceipt(kernel, response.json(), trust, signed.id)).toMatchObject({ ok: true, status })
    }
  })

  it('need an id in its one form', async () => {
    for (const id of [never.toUpperCase(), never.slice(2), 'x', `${never}0`]) {
      for (const path of ['transactions', 'receipts']) {
        const response = await door.get(`/v1/${path}/${id}`, 'insurer')
        expect(problemOf(response), id).toMatchObject({ code: 'form.request', field: '/id' })
      }
    }
  })

  it('show a pending one to its signer', async () => {
    const held = await openDoor({
      wrapLedger: (ledger) => ({ ...ledger, commit: () => new Promise(() => {}) }),
    })
    const signed = write(held)
    await held.post(toRequest(signed), {}, '')
    const own = await held.get(`/v1/transactions/${signed.id}`, 'hospital:dr-li')
    expect(own.json()).toEqual({ id: signed.id, status: 'pending', type: 'note.write' })
    expect((await held.get(`/v1/transactions/${signed.id}`, 'insurer')).statusCode).toBe(404)
    expect((await held.get(`/v1/receipts/${signed.id}`, 'hospital:dr-li')).statusCode).toBe(404)
  })
})

describe('a node under load or in trouble', () => {
  it('answers 503 with Retry-After when its queue is full', async () => {
    const door = await openDoor({
      wrapOrder: (order) => ({
        ...order,
        queuedCount: 0,
        propose: () => Promise.reject(new LedgerError('overload.queue-full', { retryAfterSeconds: 3 })),
      }),
    })
    const response = await door.post(toRequest(write(door)))
    expect(response.statusCode).toBe(503)
    expect(response.headers['retry-after']).toBe('3')
    expect(problemOf(response).code).toBe('overload.queue-full')
    await door.node.close()
  })

  it('answers 429 with Retry-After over the rate, but not to who watches it', async () => {
    const door = await openDoor({ requestsPerMinute: 2 })
    expect((await door.get('/v1/info')).statusCode).toBe(200)
    expect((await door.get('/v1/nowhere')).statusCode).toBe(404)
    await door.get('/v1/info')
    const response = await door.get('/v1/info')
    expect(response.statusCode).toBe(429)
    expect(problemOf(response).code).toBe('overload.rate')
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0)
    expect((await door.get('/livez')).statusCode).toBe(200)
    expect((await door.operations.inject('/metrics')).statusCode).toBe(200)
    await door.node.close()
  })

  it('counts clients behind a trusted proxy apart, and believes no other', async () => {
    const trusting = await openDoor({ requestsPerMinute: 1, trustedProxies: ['127.0.0.1'] })
    const ask = async (door: TestDoor, client: string) =>
      (await door.get('/v1/info', undefined, { 'x-forwarded-for': client })).statusCode
    expect([await ask(trusting, '10.0.0.1'), await ask(trusting, '10.0.0.2')]).toEqual([200, 200])
    expect(await ask(trusting, '10.0.0.1')).toBe(429)
    await trusting.node.close()
    const wary = await openDoor({ requestsPerMinute: 1 })
    expect([await ask(wary, '10.0.0.1'), await ask(wary, '10.0.0.2')]).toEqual([200, 429])
    await wary.node.close()
  })

  it('answers 503 when halted, and 500 without a word of what it met', async () => {
    const door = await openDoor({
      wrapLedger: (ledger) => ({
        ...ledger,
        commit: () => Promise.reject(new Error('secret EIO at /srv/data')),
        signers: () => Promise.reject(new Error('secret lmdb text')),
      }),
    })
    const halted = await door.post(toRequest(write(door)))
    expect(halted.statusCode).toBe(503)
    expect(problemOf(halted).code).toBe('ledger.halted')
    expect(halted.body).not.toContain('secret')
    const ready = await door.get('/readyz')
    expect(ready.statusCode).toBe(503)
    expect(ready.json()).toEqual({ ready: false, reasons: ['halted'], warnings: [] })
    expect((await door.get('/livez')).statusCode).toBe(200)
    const failed = await door.get('/v1/identity/me', 'hospital')
    expect(failed.statusCode).toBe(500)
    expect(problemOf(failed)).toMatchObject({ code: 'node.internal' })
    expect(failed.body).not.toContain('secret')
    expect(door.logLines.some((line) => line.includes('secret lmdb text'))).toBe(true)
  })
})

describe('the log', () => {
  it('holds no body, private part, signature, token or query', async () => {
    const door = await openDoor()
    const sealed = write(door, { private: { diagnosis: 'a-very-private-word' } })
    await door.post(toRequest(sealed))
    await door.get(`/v1/transactions/${sealed.id}`, 'hospital:dr-li')
    await door.get(`/v1/transactions/${sealed.id}/private`, 'hospital:dr-li')
    await door.get('/v1/note/counted/somebody', 'hospital:dr-li')
    await door.get('/v1/info', undefined, { authorization: 'Bearer a-bad-token' })
    await door.get('/v1/identity/me', undefined, { authorization: 'Bearer a.bad.token' })
    await door.post('{"body": "a-broken-body')
    await door.node.close()
    const log = door.logLines.join('')
    const token = door.token('hospital:dr-li')
    const secrets = [
      'a-very-private-word',
      'a-broken-body',
      'bad.token',
      token.slice(0, 40),
      token.slice(-40),
      toRequest(sealed).signature,
      toRequest(sealed).body.slice(0, 40),
      Buffer.from(sealed.privatePart!).toString('base64').slice(-20),
      publicKeyOf('hospital:dr-li'),
      'PRIVATE KEY',
    ]
    for (const secret of secrets) expect(log, secret).not.toContain(secret)
    expect(log).toContain('"route":"/v1/transactions"')
    expect(log).toContain('"channel":"audit"')
  })
})
