/** `medseal import fhir` against a real node: twice, with and without the vault, and what it refuses. */
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/index.ts'
import { createClient, encryptionKeyFromPem, signingKeyFromPem, Vault } from '../../src/client/index.ts'
import { encryptionKeyPath, keyPath } from '../../src/host/index.ts'
import { Consortium, collect } from '../vault/support/consortium.ts'

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let consortium: Consortium
beforeAll(async () => {
  consortium = await Consortium.start()
})
afterAll(() => consortium.end())

const ANN = 'hospital:patient-ann'
const now = () => new Date(consortium.clock.nowSeconds() * 1000 - 3_600_000).toISOString()
const later = () => new Date(consortium.clock.nowSeconds() * 1000 + 86_400_000).toISOString()

function writeBundle(name: string, ...resources: object[]): string {
  const path = join(consortium.data, '..', name)
  const entry = resources.map((resource) => ({ resource }))
  writeFileSync(path, JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }))
  return path
}

const observation = (id: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  subject: { reference: 'Patient/ann' },
  effectiveDateTime: now(),
})

async function run(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const more = ['--data', consortium.data, '--actor', 'hospital', '--url', consortium.server.url]
  const args = [CLI, 'import', 'fhir', ...more, ...words]
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, args)) }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, stdout, stderr }
  }
}

/** The private part of the last prescription, as the hospital's pharmacist finds it: by its event. */
async function copyOfPrescription(): Promise<Buffer> {
  const pharmacist = await consortium.client('hospital:ph-sun')
  for await (const { event, data } of pharmacist.events({ from: 0 })) {
    if (event !== 'prescription.issue') continue
    const { id } = data as { id: string }
    const response = await consortium.fetchAs('hospital:ph-sun', `/v1/transactions/${id}/private`)
    return Buffer.from(await response.arrayBuffer())
  }
  throw new Error('no prescription was issued')
}

/** Ann lets an organisation see her observations, for a purpose (HL7 v3 ActReason). */
const consentOf = (id: string, organization: string, purpose: string) => ({
  resourceType: 'Consent',
  id,
  status: 'active',
  patient: { reference: 'Patient/ann' },
  dateTime: now(),
  provision: {
    type: 'permit',
    period: { start: now(), end: later() },
    actor: [{ reference: { reference: `Organization/${organization}` } }],
    purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: purpose }],
    class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Observation' }],
  },
})

describe('medseal import fhir', () => {
  it('anchors once, goes on with what is new, and grants what a Consent says', async () => {
    const consent = consentOf('c1', 'eve', 'COVERAGE')
    const patient = { resourceType: 'Patient', id: 'ann' }
    const path = writeBundle('first.json', patient, observation('o1'), consent, { resourceType: 'Location' })
    const words = [path, '--json', '--map', 'Organization/eve=insurer:eve']
    const first = await run(...words)
    expect(first.code, first.stderr).toBe(0)
    expect(JSON.parse(first.stdout)).toMatchObject({
      resources: 4,
      patients: { accepted: 1, already: 0 },
      records: { accepted: 2, already: 0, failed: {} },
      consents: { accepted: 1 },
      unmapped: [{ kind: 'Location', reason: 'names no patient', count: 1 }],
    })
    const size = async () => (await (await consortium.client('hospital')).info()).size
    const before = await size()
    expect(JSON.parse((await run(...words)).stdout)).toMatchObject({
      patients: { accepted: 0, already: 1 },
      records: { accepted: 0, already: 2 },
      consents: { accepted: 0, already: 1 },
    })
    expect(await size()).toBe(before)

    const second = writeBundle('second.json', observation('o1'), observation('o2'))
    expect(JSON.parse((await run(second, '--json')).stdout)).toMatchObject({
      patients: { already: 1 },
      records: { accepted: 1, already: 1 },
    })
    // The commitment opens with the salt that was kept.
    const rows = readFileSync(join(consortium.data, 'import', 'contents.jsonl'), 'utf8')
      .trim()
      .split('\n')
    expect(rows.map((row) => (JSON.parse(row) as { record: string }).record)).toEqual([
      'Observation-o1',
      'Consent-c1',
      'Observation-o2',
    ])
  })

  it('makes a referral of a ServiceRequest, in the direction that the tiers have', async () => {
    await consortium.must('commission', 'referral.attest-tier', { hospital: 'hospital', tier: 3 })
    const consent = consentOf('c7', 'clinic', 'COC')
    const patient = { reference: 'Patient/ann' }
    const request = {
      resourceType: 'ServiceRequest',
      id: 's7',
      status: 'active',
      intent: 'order',
      category: [{ coding: [{ system: 'http://snomed.info/sct', code: '3457005' }] }],
      subject: patient,
      performer: [{ reference: 'Organization/clinic' }],
      supportingInfo: [
        { reference: 'Observation/o7' },
        { reference: 'CarePlan/p7' },
        { reference: 'Consent/c7' },
      ],
    }
    const carePlan = {
      resourceType: 'CarePlan',
      id: 'p7',
      status: 'active',
      intent: 'plan',
      subject: patient,
    }
    const path = writeBundle('referral.json', request, observation('o7'), carePlan, consent)
    const words = [path, '--json', '--map', 'Organization/clinic=clinic']
    const first = await run(...words)
    expect([first.code, JSON.parse(first.stdout)]).toMatchObject([
      1,
      { records: { accepted: 4 }, referrals: { planned: 1, accepted: 0, failed: { 'referral.tier': 1 } } },
    ])
    await consortium.must('commission', 'referral.attest-tier', { hospital: 'clinic', tier: 1 })
    expect(JSON.parse((await run(...words)).stdout)).toMatchObject({
      records: { already: 4 },
      referrals: { accepted: 1, failed: {} },
    })
    const client = await consortium.client('clinic')
    const ref = 'hospital:ServiceRequest-s7'
    expect(await client.read(`/v1/referral/referrals/${ref}`)).toMatchObject({
      to: 'clinic',
      direction: 'down',
      fromTier: 3,
      toTier: 1,
      attachments: ['hospital:Observation-o7'],
      planHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      state: 'SENT',
    })
    expect(JSON.parse((await run(...words)).stdout)).toMatchObject({ referrals: { already: 1 } })
  })

  it('puts contents where their patient can fetch them', async () => {
    const path = writeBundle('vault.json', observation('o3'))
    const { code, stdout, stderr } = await run(path, '--json', '--vault')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ records: { accepted: 1 } })
    const signer = signingKeyFromPem(readFileSync(keyPath(consortium.data, ANN), 'utf8'))
    const client = await createClient({ url: consortium.server.url, signer, actor: ANN })
    const key = encryptionKeyFromPem(readFileSync(encryptionKeyPath(consortium.data, ANN), 'utf8'))
    const { bytes } = await new Vault(client, key).retrieveContent('hospital:Observation-o3')
    expect(JSON.parse((await collect(bytes)).toString())).toMatchObject({ id: 'o3', status: 'final' })
  })

  it('issues a prescription, and records what was handed out on it from a copy', async () => {
    const today = new Date(consortium.clock.nowSeconds() * 1000).toISOString()
    const request = {
      resourceType: 'MedicationRequest',
      id: 'm1',
      status: 'active',
      intent: 'order',
      category: [{ coding: [{ system: 'urn:medseal:controlled', code: 'none' }] }],
      medicationCodeableConcept: { text: 'amoxicillin' },
      subject: { reference: 'Patient/rita' },
      authoredOn: today,
      requester: { reference: 'Practitioner/li' },
      dispenseRequest: {
        quantity: { value: 21 },
        expectedSupplyDuration: { value: 7, system: 'http://unitsofmeasure.org', code: 'd' },
      },
    }
    const path = writeBundle('rx.json', { resourceType: 'Patient', id: 'rita' }, request)
    const map = ['--map', 'Practitioner/li=hospital:dr-li']
    const first = await run(path, '--json', ...map)
    expect(first.code, first.stderr).toBe(0)
    expect(JSON.parse(first.stdout)).toMatchObject({
      records: { accepted: 1 },
      prescriptions: { planned: 1, accepted: 1 },
      unmapped: [],
    })
    expect(JSON.parse((await run(path, '--json', ...map)).stdout)).toMatchObject({
      prescriptions: { already: 1, accepted: 0, failed: {} },
    })

    // The pharmacist's copy is the private part as the prescriber sent it.
    const doctor = await consortium.client('hospital:dr-li')
    const [issued] = (
      (await doctor.read('/v1/prescription/prescribed')) as { items: { ref: string; subject: string }[] }
    ).items
    const about = { prescription: issued!.ref, subject: issued!.subject }
    expect(issued!.ref).toBe('hospital:rx-m1')
    const copy = await copyOfPrescription()
    const commitment = createHash('sha256').update(copy).digest('hex')
    await consortium.must('hospital:ph-sun', 'prescription.review', { ...about, commitment, approved: true })
    const patient = await consortium.client('hospital:patient-rita')
    const part = { salt: copy.subarray(0, 32), privatePart: JSON.parse(copy.subarray(32).toString()) }
    const payload = { ...about, pharmacy: 'hospital' }
    const routed = await patient.send({ type: 'prescription.route', payload, ...part }, { wait: 'final' })
    expect(routed.status, routed.code).toBe('accepted')

    const copies = join(consortium.data, '..', 'copies')
    mkdirSync(copies)
    writeFileSync(join(copies, 'hospital:rx-m1'), copy)
    const name = { system: 'urn:medseal:prescription-line', value: 'hospital:rx-m1/1' }
    const dispense = {
      resourceType: 'MedicationDispense',
      id: 'd1',
      status: 'completed',
      medicationCodeableConcept: { text: 'amoxicillin' },
      subject: { identifier: { system: 'urn:medseal:subject', value: issued!.subject } },
      performer: [{ actor: { identifier: { system: 'urn:medseal:actor', value: 'hospital:ph-sun' } } }],
      authorizingPrescription: [{ identifier: name }],
      quantity: { value: 21 },
      whenHandedOver: today,
    }
    const second = await run(writeBundle('given.json', dispense), '--json', '--copies', copies)
    expect(JSON.parse(second.stdout), second.stderr).toMatchObject({
      dispensings: { accepted: 1, failed: {} },
    })
    expect(await doctor.read('/v1/prescription/prescriptions/hospital:rx-m1')).toMatchObject({
      state: 'DISPENSED',
    })
    const again = writeBundle('again.json', { ...dispense, id: 'd2' })
    const third = await run(again, '--json', '--copies', copies)
    expect([third.code, JSON.parse(third.stdout)]).toMatchObject([
      1,
      { dispensings: { failed: { 'prescription.dispensed': 1 } } },
    ])
  })

  it('submits claims of patients who are verified, and signs the decisions of their payer', async () => {
    const money = (value: number) => ({ value, currency: 'USD' })
    const claim = {
      resourceType: 'Claim',
      id: 'k1',
      status: 'active',
      use: 'claim',
      patient: { reference: 'Patient/ann' },
      billablePeriod: { start: now() },
      insurance: [{ coverage: { display: 'private' } }],
      item: [
        { sequence: 1, net: money(10), productOrService: { text: 'visit' } },
        { sequence: 2, net: money(20.5), productOrService: { text: 'scan' } },
      ],
      total: money(30.5),
    }
    const explanation = {
      resourceType: 'ExplanationOfBenefit',
      id: 'x1',
      status: 'active',
      use: 'claim',
      outcome: 'complete',
      patient: { reference: 'Patient/ann' },
      insurer: { display: 'private' },
      claim: { reference: 'Claim/k1' },
      item: [
        {
          sequence: 2,
          adjudication: [
            { category: { coding: [{ code: 'eligible' }] }, amount: money(20) },
            { category: { coding: [{ code: 'benefit' }] }, amount: money(16) },
            { category: { coding: [{ code: 'copay' }] }, amount: money(4) },
          ],
        },
      ],
    }
    const path = writeBundle('claims.json', { resourceType: 'Patient', id: 'ann' }, claim, explanation)
    const words = [path, '--json', '--map', 'private=insurer', '--rate', 'USD=700']
    const unverified = await run(...words)
    expect(unverified.code).toBe(1)
    expect(JSON.parse(unverified.stdout)).toMatchObject({ claims: { failed: { 'claim.not-verified': 1 } } })

    const key = signingKeyFromPem(readFileSync(keyPath(consortium.data, ANN), 'utf8'))!
    const patient = await createClient({ url: consortium.server.url, signer: key, actor: ANN })
    const { items } = (await patient.read('/v1/identity/subjects')) as { items: { subject: string }[] }
    const { subject } = items[0]!
    const publicKey = toHex(key.publicKey)
    await consortium.must('fund', 'identity.verify', { subject, publicKey, insured: 'ab'.repeat(32) })
    const submitted = await run(...words)
    expect(submitted.code, submitted.stderr).toBe(0)
    expect(JSON.parse(submitted.stdout)).toMatchObject({ claims: { accepted: 1, failed: {} } })
    expect(JSON.parse((await run(...words)).stdout)).toMatchObject({ claims: { already: 1 } })

    const decided = await run(...words, '--decisions-of', 'hospital', '--actor', 'insurer')
    expect(decided.code, decided.stderr).toBe(0)
    expect(JSON.parse(decided.stdout)).toMatchObject({ decisions: { planned: 1, accepted: 1, failed: {} } })
    const read = await patient.read('/v1/claim/claims/hospital:Claim-k1')
    expect(read).toMatchObject({
      state: 'ADJUDICATED',
      billed: 21_350,
      lines: [{ allowed: 0 }, { allowed: 14_000, paid: 11_200, patientShare: 2_800 }],
    })
    const again = await run(...words, '--decisions-of', 'hospital', '--actor', 'insurer')
    expect(JSON.parse(again.stdout)).toMatchObject({ decisions: { already: 1 } })
  })

  it('refuses a file that is wrong, with the place, and sends nothing of it', async () => {
    const path = join(consortium.data, '..', 'broken.json')
    writeFileSync(
      path,
      '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"a b"}}]}',
    )
    const { code, stderr } = await run(path)
    expect(code).toBe(1)
    expect(stderr).toMatch(/broken\.json#\/entry\/0\/resource\/id.*import\.invalid/s)
  })

  it('says what is missing on the command line', () => {
    const path = writeBundle('plain.json', observation('o4'))
    const bare = spawnSync(process.execPath, [CLI, 'import', 'fhir', path], { encoding: 'utf8' })
    expect([bare.status, bare.stderr]).toEqual([2, expect.stringMatching(/--actor MEMBER/)])
    const dry = spawnSync(process.execPath, [CLI, 'import', 'fhir', path, '--dry-run'], { encoding: 'utf8' })
    expect([dry.status, dry.stdout]).toEqual([
      0,
      expect.stringMatching(/1 +records to anchor: 1 Observation/),
    ])
  })
})
