/** From FHIR files to a plan: what is taken, as which bytes, what is not and why, and where a file is wrong. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeUtf8, LedgerError, utf8 } from '../../src/base/index.ts'
import { RECORD_KINDS } from '../../src/domain/index.ts'
import {
  consentOf,
  localIdOf,
  planImport,
  questionnaireResponseOf,
  readFhirFile,
  serviceRequestOf,
} from '../../src/fhir/index.ts'
import { describeWith, NEEDS_SYNTHEA, SYNTHEA } from '../support/needs.ts'

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

  it('takes a bundle with an attachment of 12 MiB', () => {
    const text = `{"resourceType":"Binary","data":"${'QUJD'.repeat(3 << 20)}"}`
    const [found] = readFhirFile(file(`{"resourceType":"Bundle","entry":[{"resource":${text}}]}`))
    expect(found?.bytes.length).toBe(text.length)
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

describe('referrals', () => {
  const request = (more: object = {}, support: readonly object[] = SUPPORT) => ({
    resourceType: 'ServiceRequest',
    id: 's1',
    status: 'active',
    intent: 'order',
    category: [{ coding: [{ system: 'http://snomed.info/sct', code: '3457005' }] }],
    subject: { reference: 'Patient/ann' },
    performer: [{ reference: 'Organization/city' }],
    supportingInfo: support,
    ...more,
  })
  const SUPPORT = [{ reference: 'Observation/o1' }, { reference: 'Consent/c1' }]
  const consent = {
    resourceType: 'Consent',
    id: 'c1',
    status: 'active',
    patient: { reference: 'Patient/ann' },
    provision: {
      type: 'permit',
      period: { start: '2026-01-01', end: '2026-02-01' },
      actor: [{ reference: { reference: 'Organization/city' } }],
      purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'COC' }],
      class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Observation' }],
    },
  }
  const KNOWN = { 'Organization/city': 'city-hospital' }
  const carePlan = { resourceType: 'CarePlan', id: 'p1', subject: { reference: 'Patient/ann' } }
  const planned = (...resources: object[]) => plan(bundle(...resources), KNOWN)

  it('are orders to one known hospital, with attachments, consent and plan of the same files', () => {
    const support = [...SUPPORT, { reference: 'CarePlan/p1' }]
    const { referrals, records, unmapped } = planned(
      request({}, support),
      ANN,
      observation(),
      consent,
      carePlan,
    )
    expect(referrals).toMatchObject([
      {
        referralId: 'ServiceRequest-s1',
        patient: 'ann',
        to: 'city-hospital',
        attachments: ['Observation-o1'],
        consent: 'Consent-c1',
        plan: { recordId: 'CarePlan-p1' },
        place: 'a.json#/entry/0/resource',
      },
    ])
    expect([records.length, unmapped]).toEqual([4, []])
  })

  it('come back from their export', () => {
    const exported = serviceRequestOf({
      ref: 'town:r1',
      from: 'town',
      to: 'city-hospital',
      subject: 'ab'.repeat(32),
      direction: 'down',
      fromTier: 3,
      toTier: 1,
      attachments: ['town:x-ray'],
      consent: 'town:ann:c1',
      planHash: 'cd'.repeat(32),
      by: 'town:dr-wu',
      createdAt: 1_767_225_600,
      state: 'SENT',
    })
    const { referrals } = plan({ ...exported, subject: { reference: 'Patient/ann' } })
    expect(referrals).toMatchObject([
      {
        to: 'city-hospital',
        attachments: ['town:x-ray'],
        consent: 'town:ann:c1',
        plan: { hash: 'cd'.repeat(32) },
      },
    ])
  })

  it.each([
    ['of another category', request({ category: [] }), /not of the category/],
    ['on hold', request({ status: 'on-hold' }), /is on-hold, not active/],
    ['a proposal', request({ intent: 'proposal' }), /orders nothing/],
    ['not to be done', request({ doNotPerform: true }), /orders nothing/],
    ['to nobody', request({ performer: [] }), /0 performers/],
    ['to a stranger', request({ performer: [{ reference: 'Organization/x' }] }), /no hospital known/],
    ['without a consent', request({}, SUPPORT.slice(0, 1)), /0 consents/],
    ['with what is not there', request({}, [{ reference: 'Observation/o9' }]), /neither imported/],
    ['too large', request({ note: [{ text: 'x'.repeat(60_000) }] }), /larger than a private part/],
  ])('%s are records only, with the reason', (_what, resource, reason) => {
    const { referrals, records, unmapped } = planned(ANN, observation(), consent, resource)
    expect(referrals).toEqual([])
    expect(records.map(({ kind }) => kind)).toContain('ServiceRequest')
    expect(unmapped).toMatchObject([
      { kind: 'ServiceRequest (as a referral)', reason: expect.stringMatching(reason) },
    ])
  })

  it('rest on no Consent that can not be granted', () => {
    const { unmapped } = planned(ANN, observation(), { ...consent, status: 'proposed' }, request())
    expect(unmapped.map(({ reason }) => reason)).toContain('rests on a Consent that can not be granted')
  })

  it.each([
    ['status', { status: undefined }, /entry\/1\/resource\/status: is missing/],
    ['status', { status: 'sent' }, /entry\/1\/resource\/status: is not a code of R4/],
    ['intent', { intent: 7 }, /entry\/1\/resource\/intent/],
  ])('are refused with the place where R4 does not allow their %s', (_field, more, message) => {
    expect(() => planned(ANN, request(more))).toThrow(message)
  })
})

describe('reports of patients', () => {
  const period = {
    url: 'urn:medseal:extension:period',
    valuePeriod: { start: '2026-01-01', end: '2026-01-08' },
  }
  const reviewer = {
    url: 'urn:medseal:extension:reviewer',
    valueReference: { reference: 'Practitioner/li' },
  }
  const response = (more: object = {}) => ({
    resourceType: 'QuestionnaireResponse',
    id: 'q1',
    status: 'completed',
    questionnaire: 'urn:medseal:community:care-platform:lupus|2',
    subject: { reference: 'Patient/ann' },
    extension: [period, reviewer],
    ...more,
  })
  const event = (code: string, extension: readonly object[] = []) => ({
    resourceType: 'AdverseEvent',
    id: 'e1',
    actuality: 'actual',
    subject: { reference: 'Patient/ann' },
    seriousness: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/adverse-event-seriousness', code }],
    },
    extension: [
      period,
      reviewer,
      { url: 'urn:medseal:extension:community', valueUri: 'urn:medseal:community:care-platform:lupus' },
      ...extension,
    ],
  })
  const regulator = {
    url: 'urn:medseal:extension:regulator',
    valueReference: { identifier: { system: 'urn:medseal:member', value: 'drug-regulator' } },
  }
  const grantees = new Map([['Practitioner/li', 'city:dr-li']])
  const planned = (resource: object, vault = true) =>
    planImport(readFhirFile(file(resource)), { ...OPTIONS, grantees, vault })

  it('say to which community, about which period, to which doctor', () => {
    const { submissions, records, unmapped } = planned(response())
    expect(submissions).toMatchObject([
      {
        submissionId: 'QuestionnaireResponse-q1',
        contentOf: 'QuestionnaireResponse-q1',
        patient: 'ann',
        community: 'care-platform:lupus',
        reviewer: 'city:dr-li',
        periodFrom: 1_767_225_600,
        periodTo: 1_767_830_400,
        serious: false,
      },
    ])
    expect([records.length, unmapped]).toEqual([1, []])
  })

  it('come back from their export', () => {
    const exported = questionnaireResponseOf({
      ref: 'city:ann:s1',
      by: 'city:ann',
      community: 'care-platform:lupus',
      subject: 'ab'.repeat(32),
      reviewer: 'city:dr-li',
      periodFrom: 1_767_225_600,
      periodTo: 1_767_830_400,
      rx: 'city:rx-1',
      version: 1,
      submittedAt: 1_767_830_500,
      state: 'SUBMITTED',
    })
    const { submissions } = planned({ ...exported, subject: { reference: 'Patient/ann' } })
    expect(submissions).toMatchObject([
      { community: 'care-platform:lupus', reviewer: 'city:dr-li', rx: 'city:rx-1', periodTo: 1_767_830_400 },
    ])
  })

  it('are serious where an AdverseEvent says so, and name the regulator then', () => {
    expect(planned(event('Serious', [regulator])).submissions).toMatchObject([
      { serious: true, regulator: 'drug-regulator' },
    ])
    const mild = planned(event('Non-serious', [regulator])).submissions[0]
    expect(mild).toMatchObject({ serious: false })
    expect(mild).not.toHaveProperty('regulator')
    expect(planned(event('Serious')).unmapped[0]?.reason).toMatch(/names no regulator/)
  })

  it.each([
    ['unfinished', response({ status: 'in-progress' }), /is in-progress, not completed/],
    ['of another questionnaire', response({ questionnaire: 'http://example.org/q' }), /no community/],
    ['about no period', response({ extension: [reviewer] }), /no period/],
    ['about two periods', response({ extension: [period, period, reviewer] }), /no period/],
    ['for no doctor', response({ extension: [period] }), /no doctor/],
    ['about what might happen', { ...event('Serious'), actuality: 'potential' }, /did not happen/],
  ])('%s are records only, with the reason', (_what, resource, reason) => {
    const { submissions, records, unmapped } = planned(resource)
    expect([submissions.length, records.length]).toEqual([0, 1])
    expect(unmapped).toMatchObject([
      { kind: expect.stringMatching(/\(as feedback\)/), reason: expect.stringMatching(reason) },
    ])
  })

  it('need the vault', () => {
    expect(planned(response(), false).unmapped[0]?.reason).toMatch(/--vault/)
  })

  it('are refused with the place where R4 does not allow them', () => {
    expect(() => planned(response({ status: undefined }))).toThrow(/a\.json#\/status: is missing/)
    expect(() => planned({ ...event('Serious'), actuality: 'maybe' })).toThrow(/#\/actuality/)
  })
})

describeWith([NEEDS_SYNTHEA], 'the Synthea bundles', () => {
  it('go through whole', () => {
    const files = readdirSync(SYNTHEA).map((name) => ({ name, bytes: readFileSync(`${SYNTHEA}/${name}`) }))
    const resources = files.flatMap(readFhirFile)
    const { patients, records, unmapped } = planImport(resources, OPTIONS)
    expect([files.length, resources.length]).toEqual([14, 1_150])
    // Beside what is nobody's: a prescription that says nothing of control, a claim without a known payer, an
    // explanation that is its payer's to import.
    expect([patients.length, records.length, unmapped.length]).toEqual([12, 908, 230 + 17 + 90 + 73])
    expect(patients.every(({ place }) => place !== undefined)).toBe(true)
    expect(records.every(({ time }) => time !== undefined)).toBe(true)
    expect(new Set(unmapped.map(({ kind }) => kind))).toEqual(
      new Set([
        'Organization',
        'Practitioner',
        'MedicationRequest (as a prescription)',
        'Claim (as a claim)',
        'ExplanationOfBenefit (as a decision)',
      ]),
    )
    for (const { bytes, recordId } of records) {
      const { resourceType, id } = JSON.parse(decodeUtf8(bytes)) as { resourceType: string; id: string }
      expect(recordId).toBe(`${resourceType}-${id}`)
    }
  })
})
