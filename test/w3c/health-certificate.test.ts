import { ed25519 } from '@noble/curves/ed25519.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { DAY_SECONDS, toHex } from '../../src/base/index.ts'
import { loadKernel } from '../../src/kernel/index.ts'
import type { Json } from '../../src/protocol/index.ts'
import {
  type CertificateFile,
  checkCertificate,
  didOfKey,
  encodeStatusList,
  formatTime,
  hashDocument,
  healthCertificate,
  type JsonDocument,
  makeStatusList,
  parseTime,
  type SecuredDocument,
  secureDocument,
  statusListCredential,
} from '../../src/w3c/index.ts'
import { makeTestReceipt, type TestLedger, testLedger } from '../support/receipts.ts'

const ISSUED = 1_790_000_000
const FROM = ISSUED
const UNTIL = ISSUED + 365 * DAY_SECONDS
const NOW = ISSUED + 10 * DAY_SECONDS
const INDEX = 4_711

const kernel = await loadKernel()
const secretKey = new Uint8Array(32).fill(3)
const publicKey = ed25519.getPublicKey(secretKey)
const lists = {
  revocation: 'https://node.example/lists/exam/revocation',
  suspension: 'https://node.example/lists/exam/suspension',
}

async function statusList(
  purpose: 'revocation' | 'suspension',
  set: readonly number[],
  at: number,
  secret = secretKey,
): Promise<SecuredDocument> {
  const facts = {
    id: lists[purpose],
    issuer: didOfKey(ed25519.getPublicKey(secret)),
    purpose,
    encodedList: await encodeStatusList(makeStatusList(set)),
    validFrom: formatTime(at),
    validUntil: formatTime(at + DAY_SECONDS),
  }
  return secureDocument(kernel, statusListCredential(facts), secret, formatTime(at))
}

describe('the check of a health certificate', () => {
  let ledger: TestLedger
  let credential: SecuredDocument
  let sound: CertificateFile

  const issue = (
    document: JsonDocument,
    change: Record<string, Json> = {},
    signer = secretKey,
    type = 'certificate.issue',
  ) =>
    makeTestReceipt(kernel, ledger, {
      secretKey: signer,
      time: ISSUED,
      type,
      payload: {
        certId: 'cert-1',
        credentialHash: toHex(hashDocument(kernel, document)),
        examId: 'exam-1',
        institution: 'exam',
        trades: ['food'],
        validFrom: FROM,
        validUntil: UNTIL,
        ...change,
      },
    })
  const check = (file: Partial<CertificateFile>, now = NOW) =>
    checkCertificate(kernel, { ...sound, ...file }, ledger.trust, now)

  beforeAll(async () => {
    ledger = testLedger(kernel)
    const facts = {
      issuerKey: publicKey,
      certificate: 'exam:cert-1',
      ledger: ledger.trust.origin,
      subject: '5'.repeat(64),
      holderName: '王小明',
      trades: ['food'],
      validFrom: FROM,
      validUntil: UNTIL,
      statusLists: { ...lists, index: INDEX },
      id: 'urn:uuid:7f1f5a4c-6c0e-4d7e-9a55-0d7f6f1f7f11',
    }
    credential = secureDocument(kernel, healthCertificate(facts), secretKey, formatTime(ISSUED))
    sound = {
      credential,
      receipt: issue(credential),
      statusLists: [
        await statusList('revocation', [1], NOW - 3_600),
        await statusList('suspension', [2], NOW - 3_600),
      ],
    }
  })

  it('finds a sound certificate valid, and says for whom, what and how long', async () => {
    expect(await check({})).toEqual({
      state: 'VALID',
      institution: 'exam',
      holderName: '王小明',
      trades: ['food'],
      validFrom: FROM,
      validUntil: UNTIL,
      issuedAt: ISSUED,
      final: true,
    })
  })

  it('keeps the exact seconds', async () => {
    const fresh = async (now: number) => ({
      statusLists: [await statusList('revocation', [], now), await statusList('suspension', [], now)],
    })
    for (const [now, state] of [
      [FROM - 1, 'NOT_YET_VALID'],
      [FROM, 'VALID'],
      [UNTIL - 1, 'VALID'],
      [UNTIL, 'EXPIRED'],
    ] as const) {
      expect((await check(await fresh(now), now)).state).toBe(state)
    }
    expect((await check({}, NOW - 3_600 + DAY_SECONDS)).state).toBe('VALID')
    expect(await check({}, NOW - 3_600 + DAY_SECONDS + 1)).toMatchObject({
      state: 'STATUS_UNKNOWN',
      unknownSince: NOW - 3_600,
    })
  })

  it("reads revocation and suspension from the institution's own lists", async () => {
    const [revocation, suspension] = sound.statusLists
    const revoked = await statusList('revocation', [INDEX], NOW - 30 * DAY_SECONDS)
    const suspended = await statusList('suspension', [INDEX], NOW)
    expect((await check({ statusLists: [revoked, suspension!] })).state).toBe('REVOKED')
    expect((await check({ statusLists: [revocation!, suspended] })).state).toBe('SUSPENDED')
    // The newest list counts, in whatever order they come.
    const earlier = await statusList('suspension', [INDEX], NOW - 2 * DAY_SECONDS)
    expect((await check({ statusLists: [revocation!, earlier, suspension!] })).state).toBe('VALID')
  })

  it('says since when the status is unknown', async () => {
    const since = { state: 'STATUS_UNKNOWN', unknownSince: ISSUED }
    const stranger = new Uint8Array(32).fill(9)
    expect(await check({ statusLists: [] })).toMatchObject(since)
    expect(await check({ statusLists: [sound.statusLists[0]!] })).toMatchObject(since)
    const forged = [await statusList('revocation', [], NOW, stranger), sound.statusLists[1]!]
    expect(await check({ statusLists: forged })).toMatchObject(since)
    const altered = sound.statusLists.map((list) => ({ ...list, validFrom: formatTime(NOW) }))
    expect(await check({ statusLists: altered })).toMatchObject(since)
    const future = [
      await statusList('revocation', [], NOW + DAY_SECONDS),
      await statusList('suspension', [], NOW + DAY_SECONDS),
    ]
    expect(await check({ statusLists: future })).toMatchObject(since)
  })

  it('finds invalid what was altered, forged, or is not what the ledger accepted', async () => {
    const stranger = new Uint8Array(32).fill(9)
    const { proof: _, ...unsigned } = credential
    const resigned = secureDocument(kernel, unsigned, stranger, formatTime(ISSUED))
    const longer = secureDocument(
      kernel,
      { ...unsigned, validUntil: formatTime(UNTIL + DAY_SECONDS) },
      secretKey,
      formatTime(ISSUED),
    )
    const cases: Partial<CertificateFile>[] = [
      { credential: { ...credential, validUntil: formatTime(UNTIL + DAY_SECONDS) } },
      { credential: resigned },
      { credential: resigned, receipt: issue(resigned, {}, stranger) },
      { credential: longer },
      { credential: longer, receipt: issue(longer) },
      { receipt: issue(credential, {}, stranger) },
      { receipt: issue(credential, { trades: ['food', 'drugs'] }) },
      { receipt: issue(credential, { certId: 'cert-2' }) },
      { receipt: issue(credential, { institution: 'another' }) },
      { receipt: issue(credential, {}, secretKey, 'certificate.renewed') },
      { receipt: { ...(sound.receipt as object), entry: 'AAAA' } },
      { receipt: null },
      { credential: {} },
      { credential: secureDocument(kernel, { type: ['HealthCertificate'] }, secretKey, formatTime(ISSUED)) },
    ]
    for (const file of cases) expect((await check(file)).state).toBe('INVALID')
    const elsewhere = testLedger(kernel, 'another-ledger')
    expect((await checkCertificate(kernel, sound, elsewhere.trust, NOW)).state).toBe('INVALID')
  })

  it('reads only times that are written as medseal writes them', () => {
    expect(parseTime('2026-02-28T23:59:59Z')).toBe(Date.UTC(2026, 1, 28, 23, 59, 59) / 1000)
    for (const text of ['2026-02-30T00:00:00Z', '2026-02-28T23:59:59+08:00', '2026-02-28', 'now', 7, null]) {
      expect(parseTime(text)).toBeUndefined()
    }
  })
})
