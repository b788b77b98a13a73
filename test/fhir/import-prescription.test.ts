/** MedicationRequests that become prescriptions, MedicationDispenses that become dispensings, and why others do not. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { LedgerError, utf8 } from '../../src/base/index.ts'
import { RECORD_KINDS } from '../../src/domain/index.ts'
import {
  medicationDispensesOf,
  medicationRequestsOf,
  planImport,
  readFhirFile,
} from '../../src/fhir/index.ts'

/** Noon of a day in China. */
const NOON = 1_767_240_000
const SUBJECT = 'ab'.repeat(32)
const COMMITMENT = 'cd'.repeat(32)
const KNOWN = { 'Practitioner/li': 'hospital:dr-li', 'Practitioner/sun': 'pharmacy:ph-sun' }

function plan(...resources: object[]) {
  const text = JSON.stringify({
    resourceType: 'Bundle',
    entry: resources.map((resource) => ({ resource })),
  })
  return planImport(readFhirFile({ name: 'a.json', bytes: utf8(text) }), {
    kinds: RECORD_KINDS,
    grantees: new Map(Object.entries(KNOWN)),
    copies: new Map([['hospital:rx-1', COMMITMENT]]),
    now: NOON,
  })
}

function faultOf(...resources: object[]): LedgerError {
  try {
    plan(...resources)
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** As another hospital's system writes it. */
const request = (more: object = {}, dispense: object = {}) => ({
  resourceType: 'MedicationRequest',
  id: 'm1',
  status: 'active',
  intent: 'order',
  category: [{ coding: [{ system: 'urn:medseal:controlled', code: 'none' }] }],
  medicationCodeableConcept: { text: 'amoxicillin' },
  subject: { reference: 'Patient/ann' },
  authoredOn: '2026-01-01T11:00:00+08:00',
  requester: { reference: 'Practitioner/li' },
  dosageInstruction: [{ text: 'one, thrice a day' }],
  dispenseRequest: {
    quantity: { value: 21 },
    expectedSupplyDuration: { value: 1, system: 'http://unitsofmeasure.org', code: 'wk' },
    ...dispense,
  },
  ...more,
})
const [given] = medicationDispensesOf({
  ref: 'pharmacy:d-1',
  pharmacy: 'pharmacy',
  prescription: 'hospital:rx-1',
  subject: SUBJECT,
  quantities: [{ line: 2, quantity: 10 }],
  packs: ['81234567890123456789'],
  by: 'pharmacy:ph-sun',
  at: NOON - 60,
})

describe('a MedicationRequest', () => {
  it('becomes a prescription, whole in its private part, and a record', () => {
    const { prescriptions, records, unmapped } = plan(request())
    expect(prescriptions).toEqual([
      {
        rxId: 'rx-m1',
        patient: 'ann',
        prescriber: 'hospital:dr-li',
        basis: 'ordinary',
        lines: [{ quantity: 21, daysSupply: 7, controlled: 'none' }],
        validUntil: undefined,
        resources: [request()],
        place: 'a.json#/entry/0/resource',
      },
    ])
    expect(records).toMatchObject([{ recordId: 'MedicationRequest-m1' }])
    expect(unmapped).toEqual([])
  })

  it('is one line of several that a group identifier joins', () => {
    const groupIdentifier = { system: 'urn:oid:1', value: 'g 7' }
    const { prescriptions } = plan(
      request({ groupIdentifier }),
      request({ id: 'm2', groupIdentifier }, { validityPeriod: { end: '2026-01-01T20:00:00+08:00' } }),
      request({ id: 'm3' }),
    )
    expect(prescriptions.map(({ lines }) => lines.length)).toEqual([2, 1])
    expect(prescriptions[0]).toMatchObject({
      rxId: expect.stringMatching(/^rx-[0-9a-f]{32}$/),
      validUntil: 1_767_268_800,
    })
  })

  it('is no prescription where one of its group is none, or another patient’s', () => {
    const groupIdentifier = { value: 'g7' }
    for (const other of [
      { status: 'stopped' },
      { subject: { reference: 'Patient/bob' } },
      { priority: 'stat' },
    ]) {
      const { prescriptions, records, unmapped } = plan(
        request({ groupIdentifier }),
        request({ id: 'm2', groupIdentifier, ...other }),
      )
      expect([prescriptions.length, records.length, unmapped.length]).toEqual([0, 2, 2])
    }
  })

  it('is what an export says, whoever reads it', () => {
    const lines = [{ line: 1, quantity: 30, daysSupply: 30, controlled: 'class-2', dispensed: 0 }]
    const [exported] = medicationRequestsOf({
      ref: 'hospital:rx-9',
      subject: SUBJECT,
      prescriber: 'hospital:dr-li',
      basis: 'chronic',
      lines,
      issuedAt: NOON,
      validUntil: 1_767_283_200,
      state: 'REVIEWED',
    })
    expect(plan({ ...exported, subject: { reference: 'Patient/ann' } }).prescriptions).toMatchObject([
      {
        prescriber: 'hospital:dr-li',
        basis: 'chronic',
        lines: [{ quantity: 30, daysSupply: 30, controlled: 'class-2' }],
        validUntil: 1_767_283_200,
      },
    ])
  })

  it.each([
    ['not active', { status: 'on-hold' }, {}, /on-hold, not active/],
    ['a plan', { intent: 'plan' }, {}, /plan, no order/],
    ['a prohibition', { doNotPerform: true }, {}, /not to be given/],
    ['modified', { modifierExtension: [{ url: 'x' }] }, {}, /modifier/],
    ['of yesterday', { authoredOn: '2025-12-31T23:59:59+08:00' }, {}, /not written today/],
    ['of another century', { authoredOn: '1904-01-01' }, {}, /not written today/],
    ['without a date', { authoredOn: undefined }, {}, /not written today/],
    ['of a stranger', { requester: { reference: 'Practitioner/x' } }, {}, /no doctor that is known/],
    ['of uncertain control', { category: [] }, {}, /controlled/],
    ['in halves', {}, { quantity: { value: 1.5 } }, /whole units/],
    ['without a quantity', {}, { quantity: undefined }, /whole units/],
    [
      'for hours',
      {},
      { expectedSupplyDuration: { value: 9, system: 'http://unitsofmeasure.org', code: 'h' } },
      /whole days/,
    ],
    ['to be repeated', {}, { numberOfRepeatsAllowed: 2 }, /repeated/],
    ['valid for a week', {}, { validityPeriod: { end: '2026-01-08' } }, /until the end of today/],
  ])('%s is a record only, with the reason', (_name, more, dispense, reason) => {
    const { prescriptions, records, unmapped } = plan(request(more, dispense))
    expect(prescriptions).toEqual([])
    expect(records.length).toBe(1)
    expect(unmapped).toMatchObject([
      { kind: 'MedicationRequest (as a prescription)', reason: expect.stringMatching(reason) },
    ])
  })

  it.each([
    [{ status: 'finished' }, '/status'],
    [{ status: undefined }, '/status'],
    [{ intent: undefined }, '/intent'],
    [{ priority: 'soon' }, '/priority'],
    [{ authoredOn: 'yesterday' }, '/authoredOn'],
    [{ medicationCodeableConcept: undefined }, '/medication[x]'],
    [{ medicationReference: { reference: 'Medication/1' } }, '/medication[x]'],
    [{ category: {} }, '/category'],
    [{ dispenseRequest: [] }, '/dispenseRequest'],
    [{ dispenseRequest: { quantity: { value: '7' } } }, '/dispenseRequest/quantity/value'],
  ])('that is none, as with %j, is refused with the place', (more, place) => {
    const fault = faultOf(request({ id: 'm0' }), request(more))
    expect(fault.code).toBe('import.invalid')
    expect(fault.details?.field).toBe(`a.json#/entry/1/resource${place}`)
  })
})

describe('a MedicationDispense', () => {
  it('becomes a dispensing on a prescription of which there is a copy', () => {
    const { dispensings, unmapped } = plan(given!)
    expect(dispensings).toEqual([
      {
        dispenseId: expect.stringMatching(/^MedicationDispense-[0-9a-f]{32}$/),
        prescription: 'hospital:rx-1',
        subject: SUBJECT,
        commitment: COMMITMENT,
        line: 2,
        quantity: 10,
        packs: ['81234567890123456789'],
        pharmacist: 'pharmacy:ph-sun',
        place: 'a.json#/entry/0/resource',
      },
    ])
    // The patient is named by a pseudonym: no record of a patient of this member.
    expect(unmapped.map(({ kind }) => kind)).toEqual(['MedicationDispense'])
  })

  it('counts once', () => {
    const { dispensings, unmapped } = plan(given!, { ...given, quantity: { value: 4 } })
    expect(dispensings.map(({ quantity }) => quantity)).toEqual([10])
    expect(unmapped.map(({ reason }) => reason)).toContain('has the id of another that is taken')
  })

  const line = (value: string) => [{ identifier: { system: 'urn:medseal:prescription-line', value } }]
  it.each([
    ['under way', { status: 'in-progress' }, /in-progress, not completed/],
    ['modified', { modifierExtension: [{ url: 'x' }] }, /modifier/],
    ['of last week', { whenHandedOver: '2025-12-25' }, /today/],
    ['without a prescription', { authorizingPrescription: [] }, /line of a prescription/],
    [
      'on two',
      { authorizingPrescription: [...line('hospital:rx-1/1'), ...line('hospital:rx-1/2')] },
      /line of a/,
    ],
    ['on one without a copy', { authorizingPrescription: line('hospital:rx-2/1') }, /no copy/],
    ['by nobody', { performer: [] }, /pharmacist/],
    ['in halves', { quantity: { value: 0.5 } }, /whole units/],
    ['to somebody by name', { subject: { reference: 'Patient/ann' } }, /by the subject/],
  ])('%s is listed, with the reason', (_name, more, reason) => {
    const { dispensings, unmapped } = plan({ ...given, ...more })
    expect(dispensings).toEqual([])
    expect(unmapped).toContainEqual({
      kind: 'MedicationDispense (as a dispensing)',
      reason: expect.stringMatching(reason),
      place: 'a.json#/entry/0/resource',
    })
  })

  it.each([
    [{ status: 'done' }, '/status'],
    [{ medicationReference: undefined }, '/medication[x]'],
    [{ performer: 'me' }, '/performer'],
    [{ whenHandedOver: 'now' }, '/whenHandedOver'],
    [{ quantity: 7 }, '/quantity'],
  ])('that is none, as with %j, is refused with the place', (more, place) => {
    expect(faultOf({ ...given, ...more }).details?.field).toBe(`a.json#/entry/0/resource${place}`)
  })
})

const EXAMPLES = fileURLToPath(new URL('../../node_modules/hl7.fhir.r4.examples', import.meta.url))

describe('the examples of HL7', () => {
  const files = readdirSync(EXAMPLES).filter((name) => /^Medication(Request|Dispense)-/.test(name))

  it('are all sound, and each that is no prescription or dispensing of today is listed', () => {
    const resources = files.flatMap((name) =>
      readFhirFile({ name, bytes: readFileSync(`${EXAMPLES}/${name}`) }),
    )
    const options = { kinds: RECORD_KINDS, grantees: new Map(), copies: new Map(), now: NOON }
    const { prescriptions, dispensings, records, unmapped } = planImport(resources, options)
    const count = (kind: string) => resources.filter((found) => found.kind === kind).length
    const left = (kind: string) => unmapped.filter((row) => row.kind.startsWith(`${kind} (`)).length
    expect(files.length).toBeGreaterThan(60)
    expect([prescriptions.length, dispensings.length]).toEqual([0, 0])
    expect(left('MedicationDispense')).toBe(count('MedicationDispense'))
    const requests = records.filter(({ kind }) => kind === 'MedicationRequest').length
    expect(left('MedicationRequest')).toBe(requests)
  })
})
