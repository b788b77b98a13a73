/** Rights of every endpoint, and every way in which a token can be wrong. */
import { afterAll, describe, expect, it } from 'vitest'
import { keyOf, NODE_URL, publicKeyOf } from '../node/support/world.ts'
import { openDoor, problemOf, toRequest } from './support/door.ts'

const door = await openDoor()
afterAll(() => door.node.close())

const subject = door.subject('hospital:patient')
const enrolled = door.sign('hospital', 'identity.enrol-subject', { subject, patient: 'hospital:patient' })
const anchored = door.sign('hospital:dr-li', 'record.anchor', {
  recordId: 'r1',
  subject,
  kind: 'Observation',
  contentHash: 'cd'.repeat(32),
  encounterAt: door.clock.now,
})
await door.post(toRequest(enrolled))
await door.post(toRequest(anchored))

const ANYONE = [
  '/',
  '/v1/info',
  '/v1/order',
  '/checkpoint',
  '/v1/proofs/inclusion?index=0&size=2',
  '/v1/proofs/consistency?from=1&to=2',
  '/tile/0/000.p/2',
  '/livez',
  '/readyz',
  '/openapi.json',
  '/docs',
]

/** Status by reader: signer and party, patient, operator, auditor, a member without part in it. */
const READERS = [
  'hospital:dr-li',
  'hospital:patient',
  'hospital',
  'auditor',
  'insurer',
  'hospital:other-patient',
] as const
const RIGHTS: readonly [path: string, statuses: readonly number[]][] = [
  [`/v1/transactions/${anchored.id}`, [200, 200, 200, 200, 404, 404]],
  [`/v1/receipts/${anchored.id}`, [200, 200, 200, 200, 404, 404]],
  [`/v1/transactions/${anchored.id}/private`, [404, 404, 404, 404, 404, 404]],
  ['/tile/entries/000.p/2', [404, 404, 200, 200, 404, 404]],
  ['/v1/identity/me', [200, 200, 200, 200, 200, 200]],
  ['/v1/record/records/hospital:r1', [200, 200, 200, 404, 404, 404]],
  ['/v1/record/records/hospital:r2', [404, 404, 404, 404, 404, 404]],
  ['/v1/record/records/hospital:r1/versions', [200, 200, 200, 404, 404, 404]],
]

describe('endpoints for anyone', () => {
  it.each(ANYONE)('%s answers without a token', async (path) => {
    expect((await door.get(path)).statusCode).toBe(200)
  })

  it('figures are at the address of operators alone, with whether the node lives and is ready', async () => {
    expect(problemOf(await door.get('/metrics')).code).toBe('read.no-endpoint')
    for (const path of ['/livez', '/readyz', '/metrics'])
      expect((await door.operations.inject(path)).statusCode, path).toBe(200)
    expect(problemOf(await door.operations.inject('/v1/info')).code).toBe('read.no-endpoint')
  })

  it('submitting needs no token: the signature speaks', async () => {
    expect((await door.post(toRequest(enrolled))).statusCode).toBe(200)
  })
})

describe('endpoints for readers', () => {
  it.each(RIGHTS)('%s', async (path, statuses) => {
    const found = await Promise.all(READERS.map(async (name) => (await door.get(path, name)).statusCode))
    expect(found).toEqual(statuses)
    const without = await door.get(path)
    expect(without.statusCode).toBe(401)
    expect(problemOf(without).code).toBe('token.missing')
    expect(without.headers['www-authenticate']).toBe('Bearer')
  })

  it('all ask for a token: no read of any module is open', async () => {
    for (const { module, read } of door.versions.reads) {
      const path = `/v1/${module}${read.path.replaceAll(/:[a-zA-Z-]+/g, 'x')}`
      expect((await door.get(path)).statusCode, path).toBe(401)
    }
    expect((await door.get('/v1/events')).statusCode).toBe(401)
  })

  it('give no right and never seen the same answer', async () => {
    const [noRight, neverSeen] = await Promise.all([
      door.get('/v1/record/records/hospital:r1', 'insurer'),
      door.get('/v1/record/records/hospital:r2', 'insurer'),
    ])
    expect(noRight.body).toBe(neverSeen.body)
  })
})

describe('tokens', () => {
  const name = 'hospital:dr-li'
  const now = door.clock.now
  const ask = (token: string) => door.get('/v1/identity/me', undefined, { authorization: `Bearer ${token}` })
  const origin = door.node.audience.replace(/\/hospital$/, '')
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { sub: name, aud: door.node.audience, url: NODE_URL, iat: now, exp: now + 300 }

  it('that are right pass, at the edges too', async () => {
    expect((await ask(door.token(name))).json()).toMatchObject({
      actor: name,
      role: 'doctor',
      member: 'hospital',
    })
    expect((await ask(door.token('hospital'))).json()).toMatchObject({ actor: 'hospital', role: 'member' })
    for (const edge of [
      { iat: now + 60, exp: now + 360 },
      { iat: now - 300, exp: now },
      { iat: now - 359, exp: now - 59 },
      { iat: now, exp: now + 1 },
    ]) {
      expect((await ask(door.token(name, { claims: edge }))).statusCode, JSON.stringify(edge)).toBe(200)
    }
  })

  const bad: readonly [name: string, token: () => string][] = [
    ['alg none', () => `${encode({ alg: 'none', kid: publicKeyOf(name) })}.${encode(claims)}.`],
    ['alg none with a signature', () => door.token(name, { header: { alg: 'none' } })],
    ['alg HS256', () => door.token(name, { header: { alg: 'HS256' } })],
    ['alg Ed25519', () => door.token(name, { header: { alg: 'Ed25519' } })],
    ['alg eddsa', () => door.token(name, { header: { alg: 'eddsa' } })],
    ['a crit header', () => door.token(name, { header: { crit: ['exp'] } })],
    ['another signer', () => door.token(name, { signer: 'hospital:dr-wang' })],
    ["another actor's kid", () => door.token(name, { header: { kid: publicKeyOf('hospital:dr-wang') } })],
    ['upper-case kid', () => door.token(name, { header: { kid: publicKeyOf(name).toUpperCase() } })],
    ['no kid', () => door.token(name, { header: { kid: undefined } })],
    ['a kid of zeros', () => door.token(name, { header: { kid: '00'.repeat(32) } })],
    ['another sub', () => door.token(name, { claims: { sub: 'hospital' } })],
    ['no sub', () => door.token(name, { claims: { sub: undefined } })],
    ['another node', () => door.token(name, { claims: { aud: `${origin}/insurer` } })],
    ['another ledger', () => door.token(name, { claims: { aud: 'test.example/0123456789abcdef/hospital' } })],
    ['a node without its ledger', () => door.token(name, { claims: { aud: 'hospital' } })],
    ['the address of another node', () => door.token(name, { claims: { url: 'http://insurer.test' } })],
    ['a longer address', () => door.token(name, { claims: { url: `${NODE_URL}/` } })],
    ['addresses', () => door.token(name, { claims: { url: [NODE_URL] } })],
    ['no address', () => door.token(name, { claims: { url: undefined } })],
    ['a list of aud', () => door.token(name, { claims: { aud: [door.node.audience, 'insurer'] } })],
    ['no aud', () => door.token(name, { claims: { aud: undefined } })],
    ['no exp', () => door.token(name, { claims: { exp: undefined } })],
    ['no iat', () => door.token(name, { claims: { iat: undefined } })],
    ['exp as text', () => door.token(name, { claims: { exp: String(now + 300) } })],
    ['a fraction of a second', () => door.token(name, { claims: { exp: now + 299.5 } })],
    ['expired', () => door.token(name, { claims: { iat: now - 360, exp: now - 60 } })],
    ['too long a life', () => door.token(name, { claims: { exp: now + 301 } })],
    ['no life', () => door.token(name, { claims: { exp: now } })],
    ['from the future', () => door.token(name, { claims: { iat: now + 61, exp: now + 100 } })],
    ['not yet', () => door.token(name, { claims: { nbf: now + 61 } })],
    ['a key that is not enrolled', () => door.token('stranger')],
    ['cut', () => door.token(name).slice(0, -2)],
    ['no JWT', () => 'abc'],
    ['nothing', () => ''],
    [
      'claims that are no JSON',
      () => `${door.token(name).split('.')[0]}.AAAA.${door.token(name).split('.')[2]}`,
    ],
  ]

  it.each(bad)('with %s: 401 token.invalid', async (_what, make) => {
    const response = await ask(make())
    expect(response.statusCode).toBe(401)
    expect(problemOf(response).code).toBe('token.invalid')
  })

  it('with times of a clock that is off say which time it is here', async () => {
    for (const claims of [
      { iat: now + 90, exp: now + 100 },
      { iat: now - 300, exp: now - 90 },
    ]) {
      expect(problemOf(await ask(door.token(name, { claims }))).detail).toContain(`ere it is ${now}`)
    }
  })

  it('count in the Authorization header alone, as Bearer', async () => {
    const token = door.token(name)
    expect((await door.get(`/v1/identity/me?access_token=${token}`)).statusCode).toBe(401)
    expect((await door.get('/v1/identity/me', undefined, { cookie: `token=${token}` })).statusCode).toBe(401)
    for (const authorization of [
      token,
      `Basic ${token}`,
      `bearer${token}`,
      `Bearer  ${token}`,
      `Bearer ${token} x`,
    ]) {
      const response = await door.get('/v1/identity/me', undefined, { authorization })
      expect(problemOf(response).code, authorization.slice(0, 8)).toBe('token.invalid')
    }
  })

  it('of a key that was revoked, or of the key before a rotation', async () => {
    const actor = 'hospital:dr-wang'
    expect((await door.get('/v1/identity/me', actor)).statusCode).toBe(200)
    const revoke = door.sign('hospital', 'identity.revoke-key', { actor, key: publicKeyOf(actor) })
    expect((await door.post(toRequest(revoke))).json()).toMatchObject([{ status: 'accepted' }])
    expect(problemOf(await door.get('/v1/identity/me', actor)).code).toBe('token.invalid')
    expect(keyOf(actor).publicKey).toHaveLength(32)
  })
})
