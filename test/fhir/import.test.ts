/** From FHIR files to a plan: what is taken, as which bytes, what is not and why, and where a file is wrong. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { decodeUtf8, LedgerError, utf8 } from '../../src/base/index.ts'
import { RECORD_KINDS } from '../../src/domain/index.ts'
import { consentOf, localIdOf, planImport, readFhirFile } from '../../src/fhir/index.ts'

const file = (value: unknown, name = 'a.json') => ({
  name,
  bytes: utf8(typeof value === 'string' ? value : JSON.stringify(value)),
})
const bundle = (...resources: object[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
})
const OPTIONS = { kinds: RECORD_KINDS, grantees: new Map(), copies: new Map(), now: 1_704_164_645 }
const plan = (value: unknown, grantees: Record<string, string> = {}) =>
  planImport(readFhirFile(file(value)), { ...OPTIONS, grantees: new Map(Object.entries(grantees)) })

const ANN = { resourceType: 'Patient', id: 'ann' }
const observation = (more: object = {}) => ({
  resourceType: 'Observation',
  id: 'o1',
  subject: { reference: 'Patient/ann' },
  effectiveDateTime: '2024-01-02T03:04:05Z',
  ...more,
})

function faultOf(value: unknown): LedgerError {
  try {
    readFhirFile(file(value))
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('reading', () => {
  it('keeps the bytes of each resource as the file has them', () => {
    const text = `{"resourceType":"Bundle","entry":[
      {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Observation","resource":{"a":[1]}, "value": 1.50}},
      {"resource": {"resourceType":"Patient","text":"}]{[ \\" resource"} , "fullUrl":"x"}],"type":"batch"}`
    const found = readFhirFile(file(text))
    expect(found.map(({ bytes }) => decodeUtf8(bytes))).toEqual([
      '{"resourceType":"Observation","resource":{"a":[1]}, "value": 1.50}',
      '{"resourceType":"Patient","text":"}]{[ \\" resource"}',
    ])
    expect(found.map(({ place }) => place)).toEqual(['a.json#/entry/0/resource', 'a.json#/entry/1/resource'])
  })

  it.each([
    ['{"resourceType":\n "Patient",,}', /line 2, column 12/],
    ['', /not JSON/],
    ['[]', /a resource is a JSON object/],
    ['{}', /a\.json#\/resourceType/],
    ['{"resourceType":"patient"}', /resourceType/],
    ['{"resourceType":"Patient","id":"a b"}', /a\.json#\/id/],
    ['{"resourceType":"Patient","id":"a","id":"b"}', /"id" stands twice/],
    ['{"resourceType":"Bundle","entry":{}}', /a\.json#\/entry/],
    ['{"resourceType":"Bundle","entry":[{}]}', /a\.json#\/entry\/0\/resource/],
    [
      '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}},{"resource":7}]}',
      /entry\/1/,
    ],
    ['{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"},"fullUrl":1}]}', /fullUrl/],
    [`${'['.repeat(70)}${']'.repeat(70)}`, /nested/],
  ])('refuses %s with the place', (text, message) => {
    const fault = faultOf(text)
    expect(fault.code).toBe('import.invalid')
    expect(fault.message).toMatch(message)
  })

  it('refuses bytes that are not UTF-8', () => {
    const read = () => readFhirFile({ name: 'a.json', bytes: Uint8Array.of(0x22, 0xff, 0x22) })
    expect(read).toThrow(/UTF-8/)
  })
})

describe('planning', () => {
  it('enrols patients and anchors what names them', () => {
    const { patients, records, unmapped, resourceCount } = plan(bundle(ANN, observation()))
    expect(patients).toEqual([{ id: 'ann', localId: 'patient-ann', place: 'a.json#/entry/0/resource' }])
    expect(records).toMatchObject([
      { recordId: 'Observation-o1', kind: 'Observation', patient: 'ann', time: 1_704_164_645 },
    ])
    expect(unmapped).toEqual([])
    expect(resourceCount).toBe(2)
  })

  it('follows the names of a bundle, within that bundle alone', () => {
    const url = 'urn:uuid:4e8ed886-fd5f-40bb-8feb-f339b04d853a'
    const named = {
      resourceType: 'Bundle',
      entry: [
        { fullUrl: url, resource: { resourceType: 'Patient', id: 'p9' } },
        { resource: observation({ subject: { reference: url } }) },
      ],
    }
    const elsewhere = bundle(observation({ id: 'o2', subject: { reference: url } }))
    const resources = [...readFhirFile(file(named, 'one')), ...readFhirFile(file(elsewhere, 'two'))]
    const { records, unmapped } = planImport(resources, OPTIONS)
    expect(records.map(({ patient }) => patient)).toEqual(['p9'])
    expect(unmapped).toMatchObject([{ kind: 'Observation', place: 'two#/entry/0/resource' }])
  })

  it('drops nothing in silence', () => {
    const { records, patients, unmapped, resourceCount } = plan(
      bundle(
        ANN,
        { resourceType: 'Organization', id: 'x' },
        observation(),
        observation(),
        observation({ note: [{ text: 'other' }] }),
        observation({ id: 'o3', subject: { reference: 'Group/1' } }),
        observation({ id: 'o4', subject: { reference: 'Patient?identifier=7' } }),
        observation({ id: 'o5', subject: { display: 'Ann' } }),
        observation({ id: 'o6', subject: { reference: 'urn:uuid:0' } }),
        { resourceType: 'NoSuchThing', subject: { reference: 'Patient/ann' } },
      ),
    )
    expect(unmapped.map(({ reason }) => reason)).toEqual([
      'names no patient',
      'stands twice, first at a.json#/entry/2/resource',
      'has the id of another, at a.json#/entry/2/resource',
      'is about somebody or something else than a patient',
      'names its patient by a search, which only the server it came from can answer',
      'names its patient without a reference',
      'names somebody whom the bundle does not hold as a patient',
      'is of no resource type of R4',
    ])
    expect(records.length + patients.length + unmapped.length).toBe(resourceCount)
  })

  it('makes the same ids again, within what the ledger allows', () => {
    const nameless = bundle(ANN, observation({ id: undefined }))
    expect(plan(nameless).records[0]?.recordId).toBe(plan(nameless).records[0]?.recordId)
    expect(plan(nameless).records[0]?.recordId).toMatch(/^Observation-[0-9a-f]{32}$/)
    const long = localIdOf('MedicinalProductUndesirableEffect', 'x'.repeat(64))
    expect(long.length).toBeLessThanOrEqual(64)
    expect(long).not.toBe(localIdOf('MedicinalProductUndesirableEffect', 'y'.repeat(64)))
    const far = plan(bundle({ resourceType: 'Patient', id: 'z'.repeat(64) })).patients[0]
    expect(far?.localId.length).toBeLessThanOrEqual(44)
  })

  it('knows patients whom only others name', () => {
    expect(plan(observation()).patients).toEqual([{ id: 'ann', localId: 'patient-ann', place: undefined }])
  })
})

describe('consents', () => {
  const grant = consentOf({
    ref: 'h:ann:c1',
    subject: 'ab'.repeat(32),
    grantee: 'insurer',
    purpose: 'claim',
    kinds: ['Observation'],
    from: 1_767_225_600,
    to: 1_767_312_000,
    caseRef: 'case-7',
    grantedAt: 1_767_225_600,
    state: 'ACTIVE',
  })
  const consent = (more: object = {}, provision: object = {}) => ({
    ...grant,
    id: 'c1',
    patient: { reference: 'Patient/ann' },
    ...more,
    provision: { ...grant.provision, ...provision },
  })

  it('become the grant they were exported from, and a record', () => {
    const { consents, records, unmapped } = plan(consent())
    expect(consents).toEqual([
      {
        consentId: 'Consent-c1',
        patient: 'ann',
        grantee: 'insurer',
        purpose: 'claim',
        kinds: ['Observation'],
        from: 1_767_225_600,
        to: 1_767_312_000,
        caseRef: 'case-7',
        place: 'a.json#',
      },
    ])
    expect(records.map(({ kind }) => kind)).toEqual(['Consent'])
    expect(unmapped).toEqual([])
  })

  it('name a party by a reference that the caller knows', () => {
    const actor = [{ role: {}, reference: { reference: 'Organization/7' } }]
    expect(plan(consent({}, { actor }), { 'Organization/7': 'insurer' }).consents[0]?.grantee).toBe('insurer')
    expect(plan(consent({}, { actor })).unmapped[0]?.reason).toMatch(/party that is not known/)
  })

  it.each([
    ['not active', { status: 'proposed' }, {}, /is proposed, not active/],
    ['denying', {}, { type: 'deny' }, /does not permit/],
    ['with exceptions', {}, { provision: [{ type: 'deny' }] }, /exceptions/],
    ['for two parties', {}, { actor: [{}, {}] }, /2 parties/],
    ['for no purpose', {}, { purpose: [] }, /purpose/],
    ['for a purpose of others', {}, { purpose: [{ system: 'x', code: 'TREAT' }] }, /purpose/],
    ['for everything', {}, { class: [] }, /resource types/],
    [
      'for documents of another kind',
      {},
      { class: [{ system: 'urn:ietf:bcp:13', code: 'x' }] },
      /resource types/,
    ],
    ['without an end', {}, { period: { start: '2024-01-01' } }, /no end/],
  ])('%s are records only, with the reason', (_name, more, provision, reason) => {
    const { consents, records, unmapped } = plan(consent(more, provision))
    expect(consents).toEqual([])
    expect(records.length).toBe(1)
    expect(unmapped).toMatchObject([{ kind: 'Consent (as a grant)', reason: expect.stringMatching(reason) }])
  })
})

const SYNTHEA = fileURLToPath(new URL('../../../shared/data/synthea', import.meta.url))

describe.skipIf(!existsSync(SYNTHEA))('the Synthea bundles', () => {
  it('go through whole', () => {
    const files = readdirSync(SYNTHEA).map((name) => ({ name, bytes: readFileSync(`${SYNTHEA}/${name}`) }))
    const resources = files.flatMap(readFhirFile)
    const { patients, records, unmapped } = planImport(resources, OPTIONS)
    expect([files.length, resources.length]).toEqual([14, 1_150])
    expect([patients.length, records.length, unmapped.length]).toEqual([12, 908, 247])
    expect(patients.every(({ place }) => place !== undefined)).toBe(true)
    expect(records.every(({ time }) => time !== undefined)).toBe(true)
    expect(new Set(unmapped.map(({ kind }) => kind))).toEqual(
      new Set(['Organization', 'Practitioner', 'MedicationRequest (as a prescription)']),
    )
    for (const { bytes, recordId } of records) {
      const { resourceType, id } = JSON.parse(decodeUtf8(bytes)) as { resourceType: string; id: string }
      expect(recordId).toBe(`${resourceType}-${id}`)
    }
  })
})
