/**
 * The way of a content through a real node: stored by a doctor, granted by the patient, opened by an insurer, once; and
 * every way around it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient, signingKeyFromPem, signToken } from '../../src/client/index.ts'
import { keyPath } from '../../src/host/index.ts'
import { Consortium, collect, hexKey } from './support/consortium.ts'

let consortium: Consortium
let subject: string
let consent: string
const report = new Uint8Array(randomBytes(200_000))
let record: Awaited<ReturnType<Consortium['anchor']>>
let count = 0
const newId = () => `a${++count}`

beforeAll(async () => {
  consortium = await Consortium.start()
  subject = await consortium.enrolSubject('hospital:ann')
  record = await consortium.anchor('report-1', subject, report)
  consent = await consortium.grant('c1', subject)
})
afterAll(() => consortium.end())

const openNow = () => consortium.openRecord(newId(), subject, record.ref, consent)
const grantToEve = async (ref = record.ref) =>
  (await consortium.vault('hospital:ann')).grant(ref, consortium.encryptionKey('insurer:eve').publicKey)

describe('opening under a consent', () => {
  it('waits until the key is wrapped for the reader, and the access is not spent by trying', async () => {
    const eve = await consortium.vault('insurer:eve')
    const opened = await openNow()
    await expect(eve.openContent(opened)).rejects.toMatchObject({ code: 'content.release-denied' })
    await grantToEve()
    const { bytes, vaultHash } = await eve.openContent(opened, { contentHash: record.contentHash })
    expect(await collect(bytes)).toEqual(Buffer.from(report))
    expect(vaultHash).toBe(record.vaultHash)
  })

  it('works once an access, however often and fast it is asked', async () => {
    const eve = await consortium.vault('insurer:eve')
    const opened = await openNow()
    const tries = await Promise.allSettled([1, 2, 3, 4].map(() => eve.openContent(opened)))
    const given = tries.filter((result) => result.status === 'fulfilled')
    expect(given.length).toBe(1)
    expect(await collect(given[0]!.value.bytes)).toEqual(Buffer.from(report))
    await expect(eve.openContent(opened)).rejects.toMatchObject({ code: 'content.released' })
    await consortium.stop()
    await consortium.open()
    const again = await consortium.vault('insurer:eve')
    await expect(again.openContent(opened)).rejects.toMatchObject({ code: 'content.released' })
    await expect(again.openContent(await openNow())).resolves.toMatchObject({ vaultHash: record.vaultHash })
  })

  it('is for the key that opened, at this node, and no id can be guessed', async () => {
    const opened = await openNow()
    const others = await Promise.all(
      ['hospital:dr-li', 'hospital:ann', 'insurer', 'auditor'].map(async (actor) => {
        const body = JSON.stringify({ open: opened })
        const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
        const response = await consortium.fetchAs(actor, '/v1/vault/releases', init)
        return [response.status, ((await response.json()) as { code: string }).code]
      }),
    )
    expect(new Set(others.map(String))).toEqual(new Set(['403,content.release-denied']))
    const eve = await consortium.vault('insurer:eve')
    for (const id of [opened.slice(0, 8) + '0'.repeat(56), 'f'.repeat(64)]) {
      await expect(eve.openContent(id)).rejects.toMatchObject({ code: 'content.release-denied' })
    }
    await expect(eve.openContent('no id')).rejects.toMatchObject({ code: 'form.request' })

    const signer = signingKeyFromPem(readFileSync(keyPath(consortium.data, 'insurer:eve'), 'utf8'))
    const { url } = consortium.server
    const { node } = await createClient({ url })
    const token = await signToken(signer, { ...node, node: 'insurer', actor: 'insurer:eve', url })
    const response = await fetch(`${url}/v1/vault/releases`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ open: opened }),
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'token.invalid' })
    await expect(eve.openContent(opened)).resolves.toBeDefined()
  })

  it('needs an opening: a notice, or any other transaction of the reader, is none', async () => {
    const payload = { accessId: newId(), subject, record: record.ref, consent, purpose: 'underwriting' }
    const notice = await consortium.must('insurer:eve', 'access.notify', payload)
    const eve = await consortium.vault('insurer:eve')
    await expect(eve.openContent(notice)).rejects.toMatchObject({ code: 'content.release-denied' })
  })

  it('ends five minutes after the block of the opening', async () => {
    const opened = await openNow()
    consortium.clock.offset = 302
    try {
      const eve = await consortium.vault('insurer:eve')
      await expect(eve.openContent(opened)).rejects.toMatchObject({ code: 'content.release-late' })
    } finally {
      consortium.clock.offset = 0
    }
  })

  it('is refused where the consent was revoked between opening and release', async () => {
    const own = await consortium.grant('c2', subject)
    const opened = await consortium.openRecord(newId(), subject, record.ref, own)
    await consortium.must('hospital:ann', 'consent.revoke', { consent: own, subject, grantee: 'insurer:eve' })
    const eve = await consortium.vault('insurer:eve')
    await expect(eve.openContent(opened)).rejects.toMatchObject({ code: 'content.release-denied' })
  })

  it('gives the version that was opened, not a later one', async () => {
    const first = new Uint8Array(randomBytes(1_000))
    const amended = await consortium.anchor('report-2', subject, first)
    await grantToEve(amended.ref)
    const opened = await consortium.openRecord(newId(), subject, amended.ref, consent)
    const doctor = await consortium.vault('hospital:dr-li')
    const next = await doctor.storeContent(() => [new Uint8Array(10)], [])
    const { contentHash, vaultHash } = next
    await consortium.must('hospital:dr-li', 'record.amend', {
      recordId: 'report-2',
      subject,
      supersedes: 1,
      contentHash,
      vaultHash,
    })
    const eve = await consortium.vault('insurer:eve')
    const { bytes } = await eve.openContent(opened, { contentHash: amended.contentHash })
    expect(await collect(bytes)).toEqual(Buffer.from(first))
  })
})

describe('breaking the glass', () => {
  it("opens with the hospital's key, without a consent or a wrap of one's own", async () => {
    const payload = { accessId: newId(), subject, record: record.ref, supervisor: 'commission' }
    const opened = await consortium.must('hospital:dr-night', 'access.break-glass', payload)
    const doctor = await consortium.vault('hospital:dr-night')
    const key = consortium.encryptionKey('hospital:break-glass')
    const { bytes } = await doctor.openContent(opened, { key, contentHash: record.contentHash })
    expect(await collect(bytes)).toEqual(Buffer.from(report))
    await expect(doctor.openContent(opened, { key })).rejects.toMatchObject({ code: 'content.released' })
  })
})

describe('without an access', () => {
  it('the patient and who brought a content have it; colleagues, other patients and members do not', async () => {
    for (const actor of ['hospital:ann', 'hospital:dr-li']) {
      const vault = await consortium.vault(actor)
      const { bytes } = await vault.retrieveContent(record.ref, { contentHash: record.contentHash })
      expect(await collect(bytes)).toEqual(Buffer.from(report))
    }
    for (const actor of ['hospital:dr-night', 'hospital:bob', 'insurer:eve', 'hospital:break-glass']) {
      const vault = await consortium.vault(actor)
      await expect(vault.retrieveContent(record.ref)).rejects.toMatchObject({ code: 'read.not-found' })
      const wrap = vault.grant(record.ref, consortium.encryptionKey('hospital:bob').publicKey)
      await expect(wrap).rejects.toMatchObject({ code: 'read.not-found' })
    }
  })

  it("naming another's content in a record of one's own gives nothing", async () => {
    const mine = await consortium.enrolSubject('hospital:bob')
    await consortium.must('hospital:bob', 'record.import', {
      recordId: 'stolen',
      subject: mine,
      kind: 'DiagnosticReport',
      contentHash: record.contentHash,
      vaultHash: record.vaultHash,
      bytes: 1_000,
      encounterAt: consortium.clock.nowSeconds(),
    })
    const bob = await consortium.vault('hospital:bob')
    await expect(bob.retrieveContent('hospital:bob:stolen')).rejects.toMatchObject({ code: 'read.not-found' })
    await consortium.must('hospital:bob', 'record.erase', {
      recordId: 'stolen',
      subject: mine,
      reason: 'own',
    })
    await expect((await consortium.vault('hospital:ann')).retrieveContent(record.ref)).resolves.toBeDefined()
  })
})

describe('status at release', () => {
  it('a suspended reader, and the people of a suspended member, get nothing', async () => {
    const opened = await openNow()
    await consortium.must('insurer', 'identity.suspend', { actor: 'insurer:eve' })
    const eve = async () => (await consortium.vault('insurer:eve')).openContent(opened)
    await expect(eve()).rejects.toMatchObject({ code: 'token.invalid' })
    await consortium.must('insurer', 'identity.restore', { actor: 'insurer:eve' })

    const change = { suspend: { member: 'insurer' } }
    await consortium.must('hospital', 'governance.propose', { proposalId: 'p1', change })
    for (const member of ['clinic', 'commission', 'auditor', 'fund']) {
      await consortium.must(member, 'governance.approve', { proposal: 'hospital:p1' })
    }
    await expect(eve()).rejects.toMatchObject({ code: 'token.invalid' })
    const restore = { restore: { member: 'insurer' } }
    await consortium.must('hospital', 'governance.propose', { proposalId: 'p2', change: restore })
    for (const member of ['clinic', 'commission', 'auditor']) {
      await consortium.must(member, 'governance.approve', { proposal: 'hospital:p2' })
    }
    await expect(eve()).resolves.toBeDefined()
  })
})

describe('wraps', () => {
  it('are put by the owner and by readers, the break-glass key first', async () => {
    const bytes = randomBytes(100)
    const address = createHash('sha256').update(bytes).digest('hex')
    const put = (actor: string, key: string, wrap = 'a.b.c.d.e') =>
      consortium.fetchAs(actor, `/v1/vault/contents/${address}/wraps/${key}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ wrap }),
      })
    const keyOf = (actor: string) => hexKey(consortium.encryptionKey(actor))
    const codeOf = async (response: Promise<Response>) => {
      const answer = await response
      return answer.status === 204 ? 204 : ((await answer.json()) as { code: string }).code
    }
    expect(await codeOf(put('hospital:dr-li', keyOf('hospital:dr-li')))).toBe('read.not-found')
    const headers = { 'content-type': 'application/octet-stream' }
    await consortium.fetchAs('hospital:dr-li', `/v1/vault/contents/${address}`, {
      method: 'PUT',
      headers,
      body: bytes,
    })
    expect(await codeOf(put('hospital:dr-li', keyOf('hospital:dr-li')))).toBe('content.break-glass')
    expect(await codeOf(put('hospital:dr-li', keyOf('hospital:break-glass')))).toBe(204)
    expect(await codeOf(put('hospital:dr-li', keyOf('hospital:ann')))).toBe(204)
    expect(await codeOf(put('insurer:eve', keyOf('insurer:eve')))).toBe('read.not-found')
    expect(await codeOf(put('hospital:ann', keyOf('insurer:eve')))).toBe(204)
    expect(await codeOf(put('insurer:eve', keyOf('hospital:bob')))).toBe(204)
    expect(await codeOf(put('insurer:eve', keyOf('hospital:ann'), 'f.f.f.f.f'))).toBe('token.forbidden')
    expect(await codeOf(put('hospital:ann', keyOf('hospital:ann'), 'n.e.w.e.r'))).toBe(204)
    expect(await codeOf(put('hospital:dr-li', keyOf('hospital:bob'), 'not a jwe'))).toBe('form.request')
    expect(await codeOf(put('hospital:dr-li', 'abc'))).toBe('form.request')

    const remove = (actor: string, key: string) =>
      codeOf(consortium.fetchAs(actor, `/v1/vault/contents/${address}/wraps/${key}`, { method: 'DELETE' }))
    const unknown = randomBytes(32).toString('hex')
    for (const actor of ['hospital:dr-li', 'hospital:ann']) {
      expect(await codeOf(put(actor, unknown))).toBe('content.reader-key')
    }
    expect(await remove('insurer:eve', keyOf('hospital:ann'))).toBe('read.not-found')
    expect(await remove('hospital:dr-li', unknown)).toBe('read.not-found')
    expect(await remove('hospital:dr-li', keyOf('hospital:break-glass'))).toBe('content.break-glass')
    expect(await remove('insurer:eve', keyOf('hospital:bob'))).toBe(204)
    expect(await remove('hospital:dr-li', keyOf('insurer:eve'))).toBe(204)
    expect(await codeOf(put('insurer:eve', keyOf('hospital:bob')))).toBe('read.not-found')
    expect(await remove('hospital:ann', keyOf('hospital:ann'))).toBe(204)
    expect(await codeOf(put('hospital:ann', keyOf('hospital:bob')))).toBe('read.not-found')
  })
})
