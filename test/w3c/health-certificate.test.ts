import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
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
  type PublishedList,
  parseTime,
  type SecuredDocument,
  secureDocument,
  statusListCredential,
} from '../../src/w3c/index.ts'
import { checkAsyncProperty } from '../support/property.ts'
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

type Purpose = keyof typeof lists

async function signList(
  purpose: Purpose,
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
        statusIndex: INDEX,
        examId: 'exam-1',
        institution: 'exam',
        trades: ['food'],
        validFrom: FROM,
        validUntil: UNTIL,
        ...change,
      },
    })
  /** The list with the receipt of a transaction that publishes it, which need not be what a rule would accept. */
  const publish = (
    list: JsonDocument,
    time: number,
    { secret = secretKey, change = {} as Record<string, Json>, type = 'certificate.publish-lists' } = {},
  ): PublishedList => {
    const hash = toHex(hashDocument(kernel, list))
    const payload = { institution: 'exam', revocation: hash, suspension: hash, ...change }
    return { list, receipt: makeTestReceipt(kernel, ledger, { secretKey: secret, time, type, payload }) }
  }
  const statusList = async (purpose: Purpose, set: readonly number[], at: number, secret = secretKey) =>
    publish(await signList(purpose, set, at, secret), at, { secret })
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
    expect(await check({ statusLists: [] })).toMatchObject(since)
    expect(await check({ statusLists: [sound.statusLists[0]!] })).toMatchObject(since)
    const altered = sound.statusLists.map(({ list, receipt }) => ({
      list: { ...list, validFrom: formatTime(NOW) },
      receipt,
    }))
    expect(await check({ statusLists: altered })).toMatchObject(since)
    const future = [
      await statusList('revocation', [], NOW + DAY_SECONDS),
      await statusList('suspension', [], NOW + DAY_SECONDS),
    ]
    expect(await check({ statusLists: future })).toMatchObject(since)
  })

  it('counts a list where the ledger accepted its publication by the key that signed it, and no other', async () => {
    const stranger = new Uint8Array(32).fill(9)
    const [, suspension] = sound.statusLists
    const list = await signList('revocation', [INDEX], NOW)
    const uncounted: PublishedList[] = [
      publish(list, NOW, { secret: stranger }),
      publish(await signList('revocation', [INDEX], NOW, stranger), NOW),
      publish(list, NOW, { change: { revocation: '00'.repeat(32) } }),
      publish(list, NOW, { change: { institution: 'another' } }),
      publish(list, NOW, { type: 'certificate.publish' }),
      { list, receipt: null },
      { list, receipt: sound.receipt },
      { list, receipt: publish(await signList('revocation', [], NOW), NOW).receipt },
    ]
    for (const one of uncounted) {
      expect((await check({ statusLists: [one, suspension!] })).state).toBe('STATUS_UNKNOWN')
      expect((await check({ statusLists: [...sound.statusLists, one] })).state).toBe('VALID')
    }
    // A key that came after the issue tells as much: the ledger knew it as the institution's own.
    expect((await check({ statusLists: [publish(list, NOW), suspension!] })).state).toBe('REVOKED')
    const successor = await statusList('revocation', [], NOW, stranger)
    expect((await check({ statusLists: [successor, suspension!] })).state).toBe('VALID')
  })

  it('never takes back a revocation, and tells no more than when the list was published', async () => {
    const [revocation, suspension] = sound.statusLists
    const revoked = await statusList('revocation', [INDEX], NOW - 300 * DAY_SECONDS)
    const newer = await statusList('revocation', [], NOW)
    for (const statusLists of [
      [revoked, revocation!, suspension!, newer],
      [newer, suspension!, revoked],
    ]) {
      expect((await check({ statusLists })).state).toBe('REVOKED')
    }
    // Signed ahead by whoever had the key, published long before: it says nothing of today.
    const early = publish(await signList('revocation', [], NOW), NOW - 3 * DAY_SECONDS)
    expect(await check({ statusLists: [early, suspension!] })).toMatchObject({
      state: 'STATUS_UNKNOWN',
      unknownSince: NOW - 3 * DAY_SECONDS,
    })
  })

  it('is REVOKED wherever one list that counts says so, and VALID only where all that count are clear', async () => {
    const secrets = { old: secretKey, next: new Uint8Array(32).fill(8), stranger: new Uint8Array(32).fill(9) }
    const made = new Map<string, Promise<PublishedList>>()
    const listOf = (
      purpose: Purpose,
      isSet: boolean,
      hours: number,
      who: keyof typeof secrets,
      counts: boolean,
    ) => {
      const name = JSON.stringify([purpose, isSet, hours, who, counts])
      const make = async () => {
        const list = await signList(purpose, isSet ? [INDEX] : [], NOW - hours * 3_600, secrets[who])
        const change = counts ? {} : { [purpose]: '11'.repeat(32) }
        return publish(list, NOW - hours * 3_600, { secret: secrets[who], change })
      }
      made.set(name, made.get(name) ?? make())
      return made.get(name)!
    }
    const described = fc.record({
      purpose: fc.constantFrom<Purpose>('revocation', 'suspension'),
      isSet: fc.boolean(),
      hours: fc.constantFrom(0, 1, 23, 25, 300),
      who: fc.constantFrom('old' as const, 'next' as const, 'stranger' as const),
      counts: fc.boolean(),
    })
    await checkAsyncProperty(
      fc.asyncProperty(fc.array(described, { maxLength: 8 }), async (all) => {
        const statusLists = await Promise.all(
          all.map(({ purpose, isSet, hours, who, counts }) => listOf(purpose, isSet, hours, who, counts)),
        )
        const { state } = (await check({ statusLists })) as { state: string }
        const counted = all.filter(({ counts }) => counts)
        const ofPurpose = (purpose: Purpose) => counted.filter((list) => list.purpose === purpose)
        const isRevoked = ofPurpose('revocation').some(({ isSet }) => isSet)
        expect(state === 'REVOKED').toBe(isRevoked)
        if (state !== 'VALID') return
        for (const purpose of ['revocation', 'suspension'] as const) {
          expect(Math.min(...ofPurpose(purpose).map(({ hours }) => hours))).toBeLessThan(24)
        }
      }),
      60,
    )
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
      { receipt: issue(credential, { statusIndex: INDEX + 1 }) },
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
