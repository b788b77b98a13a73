import { readdir } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Examples, findExamples, readExamples } from '../../src/demo/examples.ts'
import { patientOf, secondsOfFhirDate, timeOfResource } from '../../src/fhir/index.ts'

describe('FHIR dates', () => {
  it('are read at whatever precision they have, in UTC', () => {
    expect(secondsOfFhirDate('1970-01-01T00:00:01Z')).toBe(1)
    expect(secondsOfFhirDate('2015-02-07T13:28:17-05:00')).toBe(1_423_333_697)
    expect(secondsOfFhirDate('2015-02-07T13:28:17.239-05:00')).toBe(1_423_333_697)
    expect(secondsOfFhirDate('2012')).toBe(1_325_376_000)
    expect(secondsOfFhirDate('2012-02')).toBe(1_328_054_400)
    expect(secondsOfFhirDate('2012-02-29')).toBe(1_330_473_600)
  })

  it('are left out where they are none, or lie outside what a body holds', () => {
    for (const text of ['', '12', '2012-13', '2012-02-30T00:00:00', '1969', '2107']) {
      expect(secondsOfFhirDate(text), text).toBeUndefined()
    }
  })

  it('come from the element that says when it happened', () => {
    expect(timeOfResource({ issued: '2013-04-03', effectivePeriod: { start: '2013-04-02' } })).toBe(
      1_364_860_800,
    )
    expect(timeOfResource({ period: { end: '2013' }, date: '2014' })).toBe(1_388_534_400)
    expect(timeOfResource({ birthDate: '1970-03-30' })).toBeUndefined()
  })
})

describe('the patient of a resource', () => {
  it('is the first one that it names', () => {
    expect(patientOf({ subject: { reference: 'Patient/f001' } })).toBe('f001')
    expect(patientOf({ subject: [{ reference: 'Group/1' }, { reference: 'Patient/a' }] })).toBe('a')
    expect(patientOf({ patient: { reference: 'https://example.org/fhir/Patient/p-1/_history/2' } })).toBe(
      'p-1',
    )
    expect(
      patientOf({
        participant: [{ actor: { reference: 'Location/1' } }, { actor: { reference: 'Patient/x' } }],
      }),
    ).toBe('x')
  })

  it('is none where it names a thing, a place, or somebody in passing', () => {
    expect(patientOf({ subject: { reference: 'Device/f001' } })).toBeUndefined()
    expect(patientOf({ subject: { display: 'Patient/f001' } })).toBeUndefined()
    expect(patientOf({ contained: [{ subject: { reference: 'Patient/f001' } }] })).toBeUndefined()
    expect(patientOf({ subject: { reference: 'Patient/' } })).toBeUndefined()
  })
})

describe("HL7's examples", () => {
  const folder = findExamples()
  let examples: Examples
  beforeAll(async () => {
    examples = await readExamples(folder!)
  })

  it('are all counted, once each', async () => {
    const files = (await readdir(folder!)).filter((file) => file.endsWith('.json') && file !== 'package.json')
    const { definitionCount, nobodysCount, patients, practitioners, records } = examples
    expect(examples.fileCount).toBe(files.length)
    expect(definitionCount + nobodysCount + patients.length + practitioners.length + records.length).toBe(
      files.length,
    )
    expect([files.length, definitionCount, patients.length, practitioners.length]).toEqual([
      5306, 4560, 22, 14,
    ])
    expect(records.length).toBe(381)
  })

  it('name patients who have a file or are counted as named only', () => {
    const people = new Set([...examples.patients, ...examples.namedOnly])
    expect(people.size).toBe(examples.patients.length + examples.namedOnly.length)
    for (const record of examples.records) {
      expect(people.has(record.patient)).toBe(true)
      expect(record.contentHash).toMatch(/^[0-9a-f]{64}$/)
    }
  })
})
