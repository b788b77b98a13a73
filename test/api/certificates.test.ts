/** Certificates behind their links: who may put them up, what is refused, and what anyone gets. */
import Fastify from 'fastify'
import { afterAll, describe, expect, it } from 'vitest'
import { registerPages } from '../../src/api/pages.ts'
import { registerProblems } from '../../src/api/problems.ts'
import { CERTIFICATE_FILES_PER_MINUTE_MAX, CREDENTIAL_BYTES_MAX, toHex } from '../../src/base/index.ts'
import { checkCertificateFile, type PreparedCertificate } from '../../src/client/index.ts'
import {
  didOfKey,
  encodeStatusList,
  formatTime,
  hashDocument,
  type JsonDocument,
  makeStatusList,
  type StatusPurpose,
  secureDocument,
  statusListCredential,
} from '../../src/w3c/index.ts'
import { secretOf } from '../ledger/support/consortium.ts'
import { kernel } from '../node/support/world.ts'
import { problemOf } from './support/door.ts'
import { DAY, institutionKey, openExamDoor } from './support/exam-door.ts'

const door = await openExamDoor()
const office = await door.office()
afterAll(() => door.node.close())

const fileOf = (hash: string): string => `/v1/certificate/files/${hash}`
const listOf = (purpose: string, institution = 'hospital'): string =>
  `/v1/certificate/status-lists/${institution}/${purpose}`

const put = (url: string, payload: unknown, as?: string, headers: Record<string, string> = {}) =>
  door.app.inject({
    method: 'PUT',
    url,
    headers: {
      'content-type': 'application/json',
      ...(as !== undefined && { authorization: `Bearer ${door.token(as)}` }),
      ...headers,
    },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })

const uploadOf = ({ credential, transaction }: PreparedCertificate) => ({
  credential,
  transaction: transaction.id,
})

/** On the ledger, not put up. */
async function issueUnseen(): Promise<PreparedCertificate> {
  const prepared = await door.prepare(office)
  const { entry } = prepared.transaction
  expect(await door.node.submit([{ entry }], 'committed')).toMatchObject([{ status: 'accepted' }])
  return prepared
}

const check = async (hash: string, now = door.clock.now) =>
  checkCertificateFile(kernel, (await door.get(fileOf(hash))).json(), door.genesisBytes, now)

async function signList(
  purpose: StatusPurpose,
  at: number,
  secret = institutionKey.seed,
  change: JsonDocument = {},
): Promise<JsonDocument> {
  const list = statusListCredential({
    id: `https://check.example${listOf(purpose)}`,
    issuer: didOfKey(institutionKey.publicKey),
    purpose,
    encodedList: await encodeStatusList(makeStatusList([])),
    validFrom: formatTime(at),
    validUntil: formatTime(at + DAY),
  })
  return secureDocument(kernel, { ...list, ...change }, secret, formatTime(at))
}

describe('/v1/certificate/files', () => {
  it('gives anyone who has the link all that the check needs', async () => {
    const { hash } = await door.issue(office)
    await office.publishStatusLists()
    const response = await door.get(fileOf(hash))
    expect(response.statusCode).toBe(200)
    expect(response.headers['cache-control']).toBe('no-store')
    expect(Object.keys(response.json()).sort()).toEqual(['credential', 'receipt', 'statusLists'])
    expect(await check(hash)).toMatchObject({
      state: 'VALID',
      institution: 'hospital',
      holderName: '王小明',
      trades: ['food', 'drinking-water'],
      final: true,
    })
    expect(response.body).not.toMatch(/exam-1|chest x-ray/)
  })

  it('follows the institution through suspension, restoration and revocation', async () => {
    const { hash, certificate } = await door.issue(office)
    const certId = certificate.split(':')[1]!
    for (const [verb, state] of [
      ['suspend', 'SUSPENDED'],
      ['restore', 'VALID'],
      ['revoke', 'REVOKED'],
    ] as const) {
      door.clock.now += 1
      await office.changeStatus(verb, certId, door.holder)
      expect((await check(hash)).state).toBe(state)
    }
    await expect(office.changeStatus('revoke', certId, door.holder)).rejects.toMatchObject({
      code: 'certificate.over',
    })
    expect((await check(hash, door.clock.now + 2 * DAY)).state).toBe('REVOKED')
  })

  it('serves a renewal as it serves an issue', async () => {
    const first = await door.issue(office)
    const second = await door.issue(office, { renews: first.certificate.split(':')[1]! })
    expect((await check(second.hash)).state).toBe('VALID')
    expect((await check(first.hash)).state).toBe('VALID')
  })

  it('takes the same certificate twice', async () => {
    const prepared = await door.issue(office)
    await office.issue(prepared)
    expect((await put(fileOf(prepared.hash), uploadOf(prepared), 'hospital')).statusCode).toBe(204)
  })

  it('answers 404 for what is not kept and 400 for what is no hash', async () => {
    expect(problemOf(await door.get(fileOf('ab'.repeat(32)))).code).toBe('read.not-found')
    for (const hash of ['AB'.repeat(32), 'ab', '..%2f..%2fkeys', '__proto__']) {
      expect(problemOf(await door.get(fileOf(hash))).code).toBe('form.request')
    }
  })

  it('takes certificates from the institution alone', async () => {
    const prepared = await issueUnseen()
    const url = fileOf(prepared.hash)
    expect(problemOf(await put(url, uploadOf(prepared))).code).toBe('token.missing')
    for (const reader of ['hospital:dr-li', 'hospital:patient', 'insurer', 'auditor']) {
      const response = await put(url, uploadOf(prepared), reader)
      expect(response.statusCode, reader).toBe(403)
      expect(problemOf(response).code).toBe('token.forbidden')
    }
    expect((await door.get(url)).statusCode).toBe(404)
    expect((await put(url, uploadOf(prepared), 'hospital')).statusCode).toBe(204)
  })

  it('keeps nothing that does not verify', async () => {
    const prepared = await issueUnseen()
    const other = await issueUnseen()
    const { proof: _, ...unsigned } = prepared.credential
    const again = secureDocument(kernel, unsigned, institutionKey.seed, formatTime(door.clock.now + 1))
    const hash = (document: JsonDocument) => toHex(hashDocument(kernel, document))
    const altered = { ...prepared.credential, validUntil: formatTime(door.clock.now + 900 * DAY) }
    const wrong: readonly [url: string, upload: unknown, code: string][] = [
      // Another signature of the same words is not what the ledger names.
      [fileOf(hash(again)), { ...uploadOf(prepared), credential: again }, 'content.credential'],
      [fileOf(hash(altered)), { ...uploadOf(prepared), credential: altered }, 'content.credential'],
      [
        fileOf(prepared.hash),
        { ...uploadOf(prepared), transaction: other.transaction.id },
        'content.credential',
      ],
      [fileOf(other.hash), uploadOf(prepared), 'content.credential'],
      [fileOf(prepared.hash), { ...uploadOf(prepared), transaction: 'ab'.repeat(32) }, 'token.forbidden'],
      [fileOf(hash({})), { ...uploadOf(prepared), credential: {} }, 'content.credential'],
    ]
    for (const [url, upload, code] of wrong) {
      expect(problemOf(await put(url, upload, 'hospital')).code).toBe(code)
      expect((await door.get(url)).statusCode).toBe(404)
    }
  })

  it('refuses hostile bytes with a code', async () => {
    const prepared = await issueUnseen()
    const url = fileOf(prepared.hash)
    const { credential, transaction } = uploadOf(prepared)
    const text = JSON.stringify(credential)
    const wrong: readonly [body: unknown, status: number][] = [
      ['', 400],
      ['{', 400],
      ['[]', 400],
      ['null', 400],
      [{ credential }, 400],
      [{ credential: [credential], transaction }, 400],
      [{ credential: text, transaction }, 400],
      [{ credential, transaction, more: 1 }, 400],
      [{ credential, transaction: transaction.toUpperCase() }, 400],
      [`{"credential":{"a":1e999},"transaction":"${transaction}"}`, 422],
      [`{"credential":{"a":"\\ud800"},"transaction":"${transaction}"}`, 422],
      [`{"credential":{"__proto__":{"proof":1}},"transaction":"${transaction}"}`, 422],
      [`{"credential":{"a":${'['.repeat(7_000)}${']'.repeat(7_000)}},"transaction":"${transaction}"}`, 400],
      [`{"credential":{"a":1,"a":1},"transaction":"${transaction}"}`, 400],
      [{ credential: { ...credential, pad: 'x'.repeat(CREDENTIAL_BYTES_MAX) }, transaction }, 413],
    ]
    for (const [body, status] of wrong) {
      const response = await put(url, body, 'hospital')
      expect(response.statusCode, String(JSON.stringify(body)).slice(0, 60)).toBe(status)
      problemOf(response)
    }
    const plain = await put(url, text, 'hospital', { 'content-type': 'text/plain' })
    expect(problemOf(plain).code).toBe('form.media-type')
    const packed = await put(url, text, 'hospital', { 'content-encoding': 'gzip' })
    expect(problemOf(packed).code).toBe('form.media-type')
    expect((await door.get(url)).statusCode).toBe(404)
  })

  it('lets the institution alone withdraw a certificate from its link', async () => {
    const { hash } = await door.issue(office)
    const url = fileOf(hash)
    for (const reader of ['hospital:dr-li', 'hospital:patient', 'insurer']) {
      const headers = { authorization: `Bearer ${door.token(reader)}` }
      expect((await door.app.inject({ method: 'DELETE', url, headers })).statusCode).toBe(404)
    }
    expect((await door.app.inject({ method: 'DELETE', url })).statusCode).toBe(401)
    expect((await door.get(url)).statusCode).toBe(200)
    await office.withdraw(hash)
    expect((await door.get(url)).statusCode).toBe(404)
    await expect(office.withdraw(hash)).rejects.toMatchObject({ code: 'read.not-found' })
  })

  it('writes no hash into the log, which would be the right to the file', async () => {
    const { hash } = await door.issue(office)
    await door.get(fileOf(hash))
    expect(door.logLines.join('\n')).not.toContain(hash)
    expect(door.logLines.join('\n')).toContain('certificate put up')
  })

  it('bounds how many files one address fetches a minute', async () => {
    const request = { url: fileOf('cd'.repeat(32)), remoteAddress: '192.0.2.7' }
    for (let i = 0; i < CERTIFICATE_FILES_PER_MINUTE_MAX; i++) {
      expect((await door.app.inject(request)).statusCode).toBe(404)
    }
    const limited = await door.app.inject(request)
    expect(problemOf(limited).code).toBe('overload.rate')
    expect(limited.headers['retry-after']).toBeDefined()
  })
})

describe('/v1/certificate/status-lists', () => {
  const at = () => door.clock.now
  /** The list with the transaction that publishes it: by the institution unless another is named. */
  async function publish(purpose: StatusPurpose, list: JsonDocument, as = 'hospital') {
    const hashes = { revocation: '00'.repeat(32), suspension: '00'.repeat(32) }
    const own = await door.get('/v1/certificate/status-index', as)
    const { changeCount } = own.json() as { changeCount: number }
    const payload = { institution: as, changeCount, ...hashes, [purpose]: toHex(hashDocument(kernel, list)) }
    const signed = door.sign(as, 'certificate.publish-lists', payload)
    await door.submit(signed)
    return { list, transaction: signed.id }
  }
  const publishNew = async (purpose: StatusPurpose, time = at()) =>
    publish(purpose, await signList(purpose, time))

  it('are for anyone, with an ETag', async () => {
    door.clock.now += 10
    await office.publishStatusLists()
    const response = await door.get(listOf('revocation'))
    expect(response.json()).toMatchObject({ credentialSubject: { statusPurpose: 'revocation' } })
    const tag = String(response.headers.etag)
    expect((await door.get(listOf('revocation'), undefined, { 'if-none-match': tag })).statusCode).toBe(304)
    expect(problemOf(await door.get(listOf('revocation', 'insurer'))).code).toBe('read.not-found')
    expect(problemOf(await door.get(listOf('expiry'))).code).toBe('form.request')
    expect(problemOf(await door.get(listOf('revocation', 'a:b'))).code).toBe('form.request')
  })

  it('come from the institution alone, by its own key', async () => {
    door.clock.now += 10
    const list = await publishNew('revocation')
    expect((await put(listOf('revocation'), list)).statusCode).toBe(401)
    for (const reader of ['hospital:dr-li', 'insurer', 'auditor']) {
      expect(problemOf(await put(listOf('revocation'), list, reader)).code).toBe('token.forbidden')
    }
    // Its own lists, but it is no exam institution.
    expect(problemOf(await put(listOf('revocation', 'insurer'), list, 'insurer')).code).toBe(
      'token.forbidden',
    )
    const stranger = await publish('revocation', await signList('revocation', at(), secretOf('insurer')))
    const another = await publish('revocation', await signList('revocation', at() + 1))
    const crossed = { list: list.list, transaction: another.transaction }
    for (const wrong of [stranger, crossed]) {
      expect(problemOf(await put(listOf('revocation'), wrong, 'hospital')).code).toBe('content.credential')
    }
    for (const transaction of [
      'ab'.repeat(32),
      (await publish('revocation', list.list, 'insurer')).transaction,
    ]) {
      const response = await put(listOf('revocation'), { list: list.list, transaction }, 'hospital')
      expect(problemOf(response).code).toBe('token.forbidden')
    }
    // It was sound, and others have been published since.
    expect(problemOf(await put(listOf('revocation'), list, 'hospital')).code).toBe('content.list-older')
    const newest = await publishNew('revocation')
    expect((await put(listOf('revocation'), newest, 'hospital')).statusCode).toBe(204)
  })

  it('are not taken where they are older than the one kept, and not from the future', async () => {
    door.clock.now += 10
    const list = await publishNew('suspension')
    for (const _ of ['once', 'again']) {
      expect((await put(listOf('suspension'), list, 'hospital')).statusCode).toBe(204)
    }
    await publishNew('suspension', at() + 1)
    const older = list
    expect((await put(listOf('suspension'), older, 'hospital')).statusCode).toBe(409)
    expect(problemOf(await put(listOf('suspension'), older, 'hospital')).code).toBe('content.list-older')
    const future = await publishNew('suspension', at() + 301)
    expect(problemOf(await put(listOf('suspension'), future, 'hospital')).code).toBe('content.credential')
    expect((await door.get(listOf('suspension'))).json()).toEqual(list.list)
  })

  it('must be sound lists of their purpose', async () => {
    door.clock.now += 10
    const kept = (await door.get(listOf('suspension'))).json()
    const subject = { type: 'BitstringStatusList', statusPurpose: 'suspension', encodedList: 'uAAAA' }
    const sound = await signList('suspension', at())
    const wrong: readonly JsonDocument[] = [
      {},
      { ...sound, validUntil: formatTime(at() + 7 * DAY) },
      await signList('revocation', at()),
      await signList('suspension', at(), institutionKey.seed, { credentialSubject: subject }),
      await signList('suspension', at(), institutionKey.seed, { credentialSubject: 7 }),
      await signList('suspension', at(), institutionKey.seed, { type: ['VerifiableCredential'] }),
      await signList('suspension', at(), institutionKey.seed, { validFrom: 'today' }),
      await signList('suspension', at(), institutionKey.seed, { id: 7 }),
      await signList('suspension', at(), institutionKey.seed, { issuer: 'did:key:z6Mk' }),
    ]
    for (const list of wrong) {
      const upload = await publish('suspension', list)
      expect(problemOf(await put(listOf('suspension'), upload, 'hospital')).code).toBe('content.credential')
    }
    for (const body of ['[]', {}, sound]) {
      expect(problemOf(await put(listOf('suspension'), body, 'hospital')).code).toBe('form.request')
    }
    const huge = { list: { pad: 'x'.repeat(300_000) }, transaction: 'ab'.repeat(32) }
    expect(problemOf(await put(listOf('suspension'), huge, 'hospital')).code).toBe('form.too-large')
    expect((await door.get(listOf('suspension'))).json()).toEqual(kept)
  })
})

describe('/c', () => {
  it('says so where the page was not built', async () => {
    const app = Fastify()
    registerProblems(app, door.logger)
    registerPages({ app }, new URL('file:///nowhere/'))
    for (const url of ['/c/page', '/c/worker.js', '/c/assets/page.js']) {
      const response = await app.inject({ url })
      expect(response.statusCode).toBe(503)
      expect(problemOf(response).code).toBe('node.page-missing')
    }
  })

  it('is one page for every link, with a policy that lets in nothing from elsewhere', async () => {
    const [page, again] = await Promise.all([door.get(`/c/${'ab'.repeat(32)}`), door.get('/c/page')])
    expect(page.statusCode).toBe(200)
    expect(page.body).toBe(again.body)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'")
    expect(policy).not.toContain('unsafe-inline')
    expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)/)
    expect(page.body).not.toMatch(/<style|\son\w+=/)
  })

  it('serves its files under their types, and asks browsers to look again', async () => {
    for (const [path, type] of [
      ['/c/assets/page.js', 'application/javascript; charset=utf-8'],
      ['/c/assets/page.css', 'text/css; charset=utf-8'],
      ['/c/assets/kernel.wasm', 'application/wasm'],
      ['/c/worker.js', 'application/javascript; charset=utf-8'],
    ] as const) {
      const response = await door.get(path)
      expect(response.statusCode, path).toBe(200)
      expect(response.headers['content-type']).toBe(type)
      expect(response.headers['cache-control']).toBe('no-cache')
      const headers = { 'if-none-match': String(response.headers.etag) }
      expect((await door.get(path, undefined, headers)).statusCode).toBe(304)
    }
    expect((await door.get('/c/worker.js')).headers['service-worker-allowed']).toBe('/c/')
    for (const name of ['none.js', '..%2findex.html', 'constructor', '__proto__', 'page.js.map']) {
      expect((await door.get(`/c/assets/${name}`)).statusCode, name).toBe(404)
    }
  })
})
