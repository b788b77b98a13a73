/** Checkpoint, tiles, entries and proofs as tlog clients read them, and the rest that anyone may ask. */
import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { CODES, concatBytes } from '../../src/base/index.ts'
import {
  decodeBundle,
  openCheckpoint,
  parseCheckpoint,
  parseTlogProof,
  parseVkey,
  trustOf,
} from '../../src/protocol/index.ts'
import { kernel } from '../node/support/world.ts'
import { openDoor, problemOf, toRequest } from './support/door.ts'

const door = await openDoor()
afterAll(() => door.node.close())

/** 300 transactions: two tiles of level 0, one of them full. */
await door.node.submit(
  Array.from({ length: 300 }, () => door.sign('hospital:dr-li', 'note.write', { to: 'hospital' })),
  'committed',
)
const { size, root } = await door.ledger.head()

describe('the log', () => {
  it('has a checkpoint that its keys open, with an ETag', async () => {
    const response = await door.get('/checkpoint')
    expect(response.headers['content-type']).toBe('text/plain; charset=utf-8')
    const trust = trustOf(kernel, door.ledger.genesis, door.ledgerId)
    expect(openCheckpoint(kernel, response.body, trust)).toMatchObject({ final: true, checkpoint: { size } })
    const etag = String(response.headers.etag)
    const again = await door.get('/checkpoint', undefined, { 'if-none-match': etag })
    expect(again.statusCode).toBe(304)
    expect(again.body).toBe('')
    expect((await door.get('/checkpoint', undefined, { 'if-none-match': '"other"' })).statusCode).toBe(200)
  })

  it('gives tiles from which its root is made', async () => {
    const full = await door.get('/tile/0/000')
    expect(full.rawPayload).toHaveLength(256 * 32)
    const width = size - 256
    const partial = await door.get(`/tile/0/001.p/${width}`)
    for (const { headers } of [full, partial]) {
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
      expect(headers['accept-ranges']).toBe('none')
    }
    expect(kernel.merkleRootOfHashes(concatBytes(full.rawPayload, partial.rawPayload))).toEqual(root)
    const above = await door.get('/tile/1/000.p/1')
    expect(above.rawPayload).toEqual(Buffer.from(kernel.merkleRootOfHashes(new Uint8Array(full.rawPayload))))
  })

  it('gives entries to auditors, to be kept by no cache', async () => {
    const response = await door.get('/tile/entries/000', 'auditor')
    expect(response.headers['cache-control']).toBe('private, no-store')
    const entries = decodeBundle(new Uint8Array(response.rawPayload))
    const tile = await door.get('/tile/0/000')
    expect(concatBytes(...entries.map((entry) => kernel.leafHash(entry)))).toEqual(
      new Uint8Array(tile.rawPayload),
    )
  })

  it.each([
    ['br', 'gzip, deflate, br', 'br'],
    ['gzip', 'gzip, deflate', 'gzip'],
    ['gzip where it is liked more', 'br;q=0.5, gzip', 'gzip'],
    ['br where anything will do', '*', 'br'],
    ['gzip where br is refused', 'br;q=0, *;q=0.1', 'gzip'],
    ['not where only identity is named', 'identity', undefined],
    ['not by a weight that is none', 'gzip;q=nonsense', undefined],
  ])('compresses entries: %s', async (_, accepted, encoding) => {
    const whole = await door.get('/tile/entries/000', 'auditor')
    const response = await door.get('/tile/entries/000', 'auditor', { 'accept-encoding': accepted })
    expect(response.headers['content-encoding']).toBe(encoding)
    expect(response.headers).toMatchObject({ vary: 'accept-encoding', 'cache-control': 'private, no-store' })
    const bytes = response.rawPayload
    const read = encoding === 'br' ? brotliDecompressSync : encoding === 'gzip' ? gunzipSync : Buffer.from
    expect(read(bytes)).toEqual(whole.rawPayload)
    if (encoding !== undefined) expect(bytes.length).toBeLessThan(whole.rawPayload.length)
  })

  it.each([
    ['/checkpoint', '*'],
    ['/tile/0/000', '*'],
    ['/tile/0/999', '*'],
    ['/v1/info', '*'],
    ['/v1/proofs/inclusion?index=5&size=6', '*'],
    ['/v1/proofs/consistency?from=2&to=6', '*'],
    ['/v1/certificate/status-lists/hospital/revocation', '*'],
    ['/tile/entries/000', undefined],
    ['/v1/identity/me', undefined],
    [`/v1/certificate/files/${'00'.repeat(32)}`, undefined],
  ])('lets pages of other origins read %s: %s', async (path, allowed) => {
    const { headers } = await door.get(path, 'auditor')
    expect(headers['access-control-allow-origin']).toBe(allowed)
  })

  it.each([
    '/tile/0/0',
    '/tile/0/000/',
    '/tile/0/001',
    '/tile/0/000.p/0',
    '/tile/0/000.p/256',
    '/tile/0/000.p/1.p/1',
    '/tile/64/000',
    '/tile/00/000',
    '/tile/0/x000/000',
    '/tile/0/x001/x234/067',
    '/tile/0/0%300',
    '/tile/-1/000',
    '/tile/',
    '/tile/0/999',
    '/tile/9/000.p/1',
    '/tile/0/001.p/255',
  ])('has no tile at %s', async (path) => {
    const response = await door.get(path)
    expect(response.statusCode).toBe(404)
    expect(problemOf(response).code).toMatch(/^read\./)
  })

  it('proves inclusion and consistency', async () => {
    const { hashes } = (await door.get(`/v1/proofs/inclusion?index=5&size=${size}`)).json()
    const proof = concatBytes(...hashes.map((hash: string) => Buffer.from(hash, 'base64')))
    const leaf = kernel.leafHash((await door.ledger.leaf(5))!)
    expect(kernel.verifyInclusion(5, size, leaf, proof, root)).toBe(true)
    const consistency = (await door.get(`/v1/proofs/consistency?from=2&to=${size}`)).json()
    const path = concatBytes(...consistency.hashes.map((hash: string) => Buffer.from(hash, 'base64')))
    expect(kernel.verifyConsistency(2, size, await door.ledger.rootAt(2), root, path)).toBe(true)
  })

  it('proves inclusion as text, at sizes that a checkpoint had', async () => {
    const accept = { accept: 'text/plain' }
    const response = await door.get(`/v1/proofs/inclusion?index=5&size=${size}`, undefined, accept)
    expect(response.headers['content-type']).toBe('text/plain; charset=utf-8')
    const proof = parseTlogProof(response.body)
    expect(proof.index).toBe(5)
    expect(parseCheckpoint(`${proof.checkpoint.split('\n\n')[0]}\n`)).toMatchObject({ size })
    const between = await door.get('/v1/proofs/inclusion?index=0&size=5', undefined, accept)
    expect(problemOf(between)).toMatchObject({ code: 'read.range', field: '/size' })
  })

  it.each([
    ['/v1/proofs/inclusion', '/index'],
    ['/v1/proofs/inclusion?index=0', '/size'],
    ['/v1/proofs/inclusion?index=0&size=0', '/size'],
    ['/v1/proofs/inclusion?index=-1&size=2', '/index'],
    ['/v1/proofs/inclusion?index=01&size=2', '/index'],
    ['/v1/proofs/inclusion?index=1.0&size=2', '/index'],
    ['/v1/proofs/inclusion?index=+1&size=2', '/index'],
    ['/v1/proofs/inclusion?index=1e0&size=2', '/index'],
    ['/v1/proofs/inclusion?index=&size=2', '/index'],
    ['/v1/proofs/inclusion?index=9007199254740992&size=2', '/index'],
    ['/v1/proofs/inclusion?index=0&index=1&size=2', '/index'],
    ['/v1/proofs/inclusion?index=0&size=2&more=1', '/more'],
    ['/v1/proofs/consistency?from=0&to=2', '/from'],
  ])('refuses %s at %s', async (path, field) => {
    expect(problemOf(await door.get(path))).toMatchObject({ code: 'form.request', field })
  })

  it.each([
    '/v1/proofs/inclusion?index=2&size=2',
    '/v1/proofs/inclusion?index=0&size=9000',
    '/v1/proofs/consistency?from=3&to=2',
    '/v1/proofs/consistency?from=1&to=9000',
  ])('has nothing at %s', async (path) => {
    expect(problemOf(await door.get(path)).code).toBe('read.range')
  })
})

describe('/v1/info', () => {
  it('tells ledger, keys, limits and codes', async () => {
    const info = (await door.get('/v1/info')).json()
    expect(info).toMatchObject({
      node: 'hospital',
      size,
      quorum: 1,
      rulesVersion: 1,
      limits: { batchCount: 4096, bodyBytes: 65_438, waitSeconds: 30 },
    })
    expect(info.origin).toBe(`test.example/${info.ledgerId.slice(0, 16)}`)
    expect(info.vkeys.logs.map((text: string) => parseVkey(kernel, text).name)).toEqual([
      info.origin,
      info.origin,
    ])
    expect(info.vkeys.cosigners.map((text: string) => parseVkey(kernel, text).name)).toEqual([
      `${info.origin}/hospital`,
      `${info.origin}/insurer`,
    ])
    expect(info.codes).toHaveLength(Object.keys(CODES).length)
    expect(info.codes[0]).toEqual({ code: 'form.entry', ...CODES['form.entry'] })
  })
})

describe('reads of modules', () => {
  it('take integers in one form, and no field that the schema lacks', async () => {
    const read = async (path: string) => door.get(`/v1/note/counted/${path}`, 'hospital:dr-li')
    expect((await read('abc?count=3')).json()).toEqual({ name: 'abc', count: 3 })
    expect((await read('abc')).json()).toEqual({ name: 'abc' })
    expect(problemOf(await read('missing')).code).toBe('read.not-found')
    for (const query of ['count=0', 'count=1.5', 'count=abc', 'count=1&count=2', 'counter=1', 'limit=1']) {
      expect(problemOf(await read(`abc?${query}`)).code, query).toBe('form.request')
    }
    expect(problemOf(await read('longer-than-eight'))).toMatchObject({ code: 'form.request', field: '/name' })
  })

  it('give lists in pages', async () => {
    const first = (await door.get('/v1/identity/members?limit=2', 'insurer')).json()
    expect(first.items).toHaveLength(2)
    const rest = (
      await door.get(`/v1/identity/members?limit=2&cursor=${encodeURIComponent(first.next)}`, 'insurer')
    ).json()
    expect(rest.next).toBeUndefined()
    const members = [...first.items, ...rest.items].map(({ member }: { member: string }) => member)
    expect(members).toEqual(['auditor', 'hospital', 'insurer'])
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'cursor=']) {
      expect(problemOf(await door.get(`/v1/identity/members?${query}`, 'insurer')).code).toBe('form.request')
    }
  })
})

describe('a cursor', () => {
  const members = (query: string, reader = 'insurer') =>
    door.get(`/v1/identity/members?limit=1${query}`, reader)
  const nextOf = async (query = '', reader = 'insurer') =>
    ((await members(query, reader)).json() as { next: string }).next

  it('says nothing: neither the row at which a page ends, nor by its length how long that is named', async () => {
    const first = await nextOf()
    const second = await nextOf(`&cursor=${first}`)
    expect(first).toMatch(/^[A-Za-z0-9_-]+$/)
    expect(Buffer.from(first, 'base64url').toString('latin1')).not.toContain('auditor')
    expect(second).toHaveLength(first.length)
    expect(await nextOf()).not.toBe(first)
  })

  it('goes on for its reader in its list alone, and only as it was given', async () => {
    const next = await nextOf()
    expect((await members(`&cursor=${next}`)).statusCode).toBe(200)
    expect(problemOf(await members(`&cursor=${next}`, 'hospital')).code).toBe('read.cursor')
    const elsewhere = await door.get(`/v1/governance/proposals?cursor=${next}`, 'insurer')
    expect(problemOf(elsewhere)).toMatchObject({ code: 'read.cursor', field: '/cursor' })
    const bytes = Buffer.from(next, 'base64url')
    for (let i = 0; i < bytes.length; i += 5) {
      const changed = Buffer.from(bytes)
      changed[i]! ^= 1
      expect(problemOf(await members(`&cursor=${changed.toString('base64url')}`)).code).toBe('read.cursor')
    }
    for (const length of [0, 12, 28, 40, bytes.length - 12]) {
      const cut = bytes.subarray(0, length).toString('base64url')
      if (cut !== '') expect(problemOf(await members(`&cursor=${cut}`)).code).toBe('read.cursor')
    }
  })
})

describe('/v1/order', () => {
  it('says that this node alone orders, and takes no notes of others', async () => {
    expect((await door.get('/v1/order')).json()).toMatchObject({
      kind: 'embedded',
      state: 'working',
      voters: [],
    })
    const url = '/v1/order/cosignatures'
    const note = (await door.get('/checkpoint')).body
    expect(problemOf(await door.app.inject({ method: 'POST', url, body: note })).code).toBe(
      'read.no-endpoint',
    )
    const body = Buffer.from([0xff, 0xfe])
    expect(problemOf(await door.app.inject({ method: 'POST', url, body })).code).toBe('form.note')
  })
})

describe('what every endpoint shares', () => {
  it('answers 404 and 405 as problems', async () => {
    for (const path of ['/v2/info', '/v1/info/', '/v1', '/%2e%2e/etc']) {
      expect(problemOf(await door.get(path)).code, path).toBe('read.no-endpoint')
    }
    expect(problemOf(await door.app.inject({ url: '/v1/%zz' })).code).toBe('form.request')
    for (const [method, url, allow] of [
      ['DELETE', '/v1/transactions', 'POST'],
      ['GET', '/v1/transactions', 'POST'],
      ['POST', '/v1/info', 'GET, HEAD'],
      ['HEAD', '/v1/events', 'GET'],
      ['PUT', `/v1/receipts/${'00'.repeat(32)}`, 'GET, HEAD'],
      ['OPTIONS', '/tile/0/000', 'GET, HEAD'],
      ['PATCH', '/v1/record/records', 'GET, HEAD'],
    ] as const) {
      const response = await door.app.inject({ method, url })
      expect(response.statusCode, `${method} ${url}`).toBe(405)
      expect(response.headers.allow).toBe(allow)
      if (method !== 'HEAD') expect(problemOf(response).code).toBe('form.method')
    }
    const logged = door.logLines.filter((line) => line.includes('"method":"DELETE"'))
    expect(logged).toHaveLength(1)
  })

  it('sends the headers that protect a browser', async () => {
    const { headers } = await door.get('/')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'")
    expect(policy).not.toContain('upgrade-insecure-requests')
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  it('counts what the node does', async () => {
    await door.post(toRequest(door.sign('hospital:dr-li', 'note.write', { to: 'nobody' })))
    const body = await door.figures()
    expect(body).toMatch(/^medseal_transactions_accepted_total 300$/m)
    expect(body).toMatch(/^medseal_transactions_refused_total 1$/m)
    expect(body).toMatch(/^medseal_height 2$/m)
    expect(body).toMatch(/^medseal_http_request_seconds_count\{.*route="\/tile\/\*".*\} \d+$/m)
    expect(body).toMatch(/^process_cpu_seconds_total /m)
  })

  it('uses only hashes of what it serves as tags', async () => {
    const response = await door.get('/checkpoint')
    const hash = createHash('sha256').update(response.body).digest('base64url')
    expect(response.headers.etag).toBe(`"${hash}"`)
  })
})
