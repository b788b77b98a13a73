/** What `record.erase` leaves of a content, also where the node dies between the order and the deed. */
import { randomBytes } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import { checkReceipt } from '../../src/client/index.ts'
import { kernel } from '../node/support/world.ts'
import { Consortium, collect } from './support/consortium.ts'

let consortium: Consortium
let subject: string
beforeAll(async () => {
  consortium = await Consortium.start()
  subject = await consortium.enrolSubject('hospital:ann')
})
afterAll(() => consortium.end())

const erase = (recordId: string) =>
  consortium.must('hospital', 'record.erase', { recordId, subject, reason: 'ordered' })

async function stateOf(vaultHash: string): Promise<{ state: string; erasedBy?: string }> {
  const response = await consortium.fetchAs('hospital:dr-li', `/v1/vault/contents/${vaultHash}`)
  return (await response.json()) as { state: string; erasedBy?: string }
}

async function untilErased(vaultHash: string): Promise<{ state: string; erasedBy?: string }> {
  for (;;) {
    const content = await stateOf(vaultHash)
    if (content.state === 'erased') return content
    await consortium.clock.sleep(20)
  }
}

/** Every file of the vault that holds a ciphertext. */
const filesKept = (): string[] =>
  readdirSync(join(consortium.objectsFolder, 'contents'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)

describe('an erasure', () => {
  it('destroys content and wraps of every version; its receipt is the proof', async () => {
    const record = await consortium.anchor('r1', subject, new Uint8Array(randomBytes(1_000)))
    const doctor = await consortium.vault('hospital:dr-li')
    const { contentHash, vaultHash } = await doctor.storeContent(() => [new Uint8Array(9)], [])
    const amendment = { recordId: 'r1', subject, supersedes: 1, contentHash, vaultHash }
    await consortium.must('hospital:dr-li', 'record.amend', amendment)
    expect(filesKept().length).toBe(2)

    const id = await erase('r1')
    for (const address of [record.vaultHash, vaultHash]) {
      expect(await untilErased(address)).toMatchObject({ state: 'erased', erasedBy: id })
    }
    expect(filesKept()).toEqual([])
    for (const actor of ['hospital:ann', 'hospital:dr-li']) {
      const vault = await consortium.vault(actor)
      await expect(vault.retrieveContent('hospital:r1')).rejects.toMatchObject({ code: 'read.not-found' })
    }
    const receipt = await (await consortium.client('hospital:ann')).receipt(id)
    const genesis = readFileSync(join(consortium.data, 'genesis.json'))
    expect(checkReceipt(kernel, receipt, genesis, id)).toMatchObject({ ok: true })
  })

  it('comes before a release that was still open, and the content is not taken back', async () => {
    const bytes = new Uint8Array(randomBytes(1_000))
    const record = await consortium.anchor('r2', subject, bytes)
    const consent = await consortium.grant('c1', subject)
    const key = consortium.encryptionKey('insurer:eve').publicKey
    await (await consortium.vault('hospital:ann')).grant(record.ref, key)
    const kept = await (
      await consortium.fetchAs('hospital:dr-li', `/v1/vault/records/${record.ref}/content`)
    ).arrayBuffer()
    const opened = await consortium.openRecord('a1', subject, record.ref, consent)
    await erase('r2')
    const eve = await consortium.vault('insurer:eve')
    await expect(eve.openContent(opened)).rejects.toMatchObject({ code: 'content.release-denied' })
    await untilErased(record.vaultHash)
    const again = await consortium.fetchAs('hospital:dr-li', `/v1/vault/contents/${record.vaultHash}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(kept),
    })
    expect(again.status).toBe(410)
    expect(await again.json()).toMatchObject({ code: 'content.erased' })
  })

  it('destroys nothing that another record of the owner names, for no other may name it', async () => {
    const record = await consortium.anchor('r4', subject, new Uint8Array(randomBytes(1_000)))
    const { contentHash, vaultHash } = record
    const kind = 'DiagnosticReport'
    const again = {
      recordId: 'r5',
      subject,
      kind,
      contentHash,
      vaultHash,
      encounterAt: consortium.clock.nowSeconds(),
    }
    const anchorAgain = () => consortium.must('hospital:dr-li', 'record.anchor', again)
    await expect(anchorAgain()).rejects.toThrow('record.content-named')

    // The patient was given the same ciphertext and names it too: the hospital's content is not its to destroy.
    const own = { ...again, recordId: 'mine', bytes: record.length }
    await consortium.must('hospital:ann', 'record.import', own)
    const erased = await consortium.must('hospital:ann', 'record.erase', {
      recordId: 'mine',
      subject,
      reason: 'own',
    })
    expect(erased).toBeDefined()
    const doctor = await consortium.vault('hospital:dr-li')
    expect(await collect((await doctor.retrieveContent(record.ref, { contentHash })).bytes)).toHaveLength(
      1_000,
    )

    await erase('r4')
    await untilErased(vaultHash)
    await expect(anchorAgain()).rejects.toThrow('record.content-named')
    // The same bytes, stored again, are another content.
    const anew = await consortium.anchor('r5', subject, new Uint8Array(1_000))
    const twin = await consortium.anchor('r6', subject, new Uint8Array(1_000))
    expect(new Set([anew.vaultHash, twin.vaultHash, vaultHash]).size).toBe(3)
    await erase('r5')
    await untilErased(anew.vaultHash)
    expect(await stateOf(twin.vaultHash)).toMatchObject({ state: 'kept' })
    await erase('r6')
    await untilErased(twin.vaultHash)
  })

  it("is a patient's own for what it imported", async () => {
    const vault = await consortium.vault('hospital:ann')
    const bytes = new Uint8Array(randomBytes(500))
    const { contentHash, vaultHash, length } = await vault.storeContent(() => [bytes], [])
    const encounterAt = consortium.clock.nowSeconds()
    const content = { contentHash, vaultHash, bytes: length }
    const scan = { recordId: 'scan', subject, kind: 'Media', ...content, encounterAt }
    await consortium.must('hospital:ann', 'record.import', scan)
    const own = await vault.retrieveContent('hospital:ann:scan', { contentHash })
    expect(await collect(own.bytes)).toEqual(Buffer.from(bytes))
    const doctor = await consortium.fetchAs('hospital:dr-li', '/v1/vault/records/hospital:ann:scan/content')
    expect(doctor.status).toBe(404)
    await consortium.must('hospital:ann', 'record.erase', { recordId: 'scan', subject, reason: 'own' })
    const stateNow = async () => {
      const answer = await consortium.fetchAs('hospital:ann', `/v1/vault/contents/${vaultHash}`)
      return ((await answer.json()) as { state: string }).state
    }
    while ((await stateNow()) !== 'erased') await consortium.clock.sleep(20)
    expect(filesKept()).toEqual([])
  })
})

describe('what a patient brings itself', () => {
  let consortium: Consortium
  beforeAll(async () => {
    consortium = await Consortium.start({ 'record.quotaFreeBytes': 5_000 })
  })
  afterAll(() => consortium.end())

  it('comes in up to its quota, whatever its hospital may keep', async () => {
    const vault = await consortium.vault('hospital:ann')
    const bytes = new Uint8Array(randomBytes(3_000))
    const { length } = await vault.storeContent(() => [bytes], [])
    const more = new Uint8Array(randomBytes(5_000 - length))
    await expect(vault.storeContent(() => [more], [])).rejects.toMatchObject({ code: 'content.quota' })
    const doctor = await consortium.vault('hospital:dr-li')
    await doctor.storeContent(() => [more], [])
  })

  it('comes out only where its length was stated as it is', async () => {
    const subject = await consortium.enrolSubject('hospital:bob')
    const vault = await consortium.vault('hospital:bob')
    const { contentHash, vaultHash, length } = await vault.storeContent(() => [utf8('a reading')], [])
    const encounterAt = consortium.clock.nowSeconds()
    const record = { subject, kind: 'Observation', contentHash, vaultHash, encounterAt }
    await consortium.must('hospital:bob', 'record.import', { ...record, recordId: 'own', bytes: 1 })
    await expect(vault.retrieveContent('hospital:bob:own')).rejects.toMatchObject({ code: 'read.not-found' })
    const corrected = { recordId: 'own', subject, supersedes: 1, contentHash, vaultHash, bytes: length }
    await consortium.must('hospital:bob', 'record.amend', corrected)
    const { bytes } = await vault.retrieveContent('hospital:bob:own', { contentHash })
    expect(await collect(bytes)).toEqual(Buffer.from('a reading'))
  })
})

describe('a node that dies between the order and the deed', () => {
  it('carries it out at its next start', async () => {
    const record = await consortium.anchor('r3', subject, new Uint8Array(randomBytes(1_000)))
    await consortium.stop()
    const before = join(consortium.data, '..', 'before')
    cpSync(consortium.objectsFolder, before, { recursive: true })
    await consortium.open()
    await erase('r3')
    await untilErased(record.vaultHash)
    await consortium.stop()

    // The log holds the order, the vault is as it was before: what a crash right after the commit leaves.
    rmSync(consortium.objectsFolder, { recursive: true })
    cpSync(before, consortium.objectsFolder, { recursive: true })
    expect(filesKept().length).toBe(1)
    await consortium.open()
    const { erasedBy } = await untilErased(record.vaultHash)
    expect(erasedBy).toBeDefined()
    expect(filesKept()).toEqual([])
  })
})

describe('what a curious operator sees', () => {
  it('has no plaintext, no content key and no secret key of a reader among it', async () => {
    const planted = 'Zhang Wei, viral hepatitis B, 13800138000'
    const bytes = utf8(`${planted}\n`.repeat(500))
    const doctor = await consortium.vault('hospital:dr-li')
    const patient = consortium.encryptionKey('hospital:ann')
    const { vaultHash } = await doctor.storeContent(() => [bytes], [patient.publicKey])
    await consortium.stop()
    // The keys of this consortium lie in the same folder because a test plays everyone; a node holds its own alone.
    const files = readdirSync(consortium.data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('keys'))
      .map((entry) => join(entry.parentPath, entry.name))
    const everything = Buffer.concat(files.map((path) => readFileSync(path)))
    expect(
      files.some((path) => path.endsWith(vaultHash.slice(2)) && statSync(path).size > bytes.length),
    ).toBe(true)
    for (const text of [planted, 'Zhang Wei', 'hepatitis', '13800138000']) {
      expect(everything.includes(text), text).toBe(false)
      expect(everything.includes(Buffer.from(text).toString('base64').slice(0, 10)), text).toBe(false)
    }
    for (const secret of [patient.secretKey, consortium.encryptionKey('hospital:break-glass').secretKey]) {
      expect(everything.includes(Buffer.from(secret))).toBe(false)
      expect(everything.includes(Buffer.from(secret).toString('hex'))).toBe(false)
    }
    // What is there: the address, and for which keys a wrap is kept.
    expect(everything.includes(vaultHash)).toBe(true)
    expect(everything.includes(Buffer.from(patient.publicKey).toString('hex'))).toBe(true)
    await consortium.open()
  })
})
