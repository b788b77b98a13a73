/** What a patient keeps itself: free up to a quota, more for points. */
import type { Draft } from '../../client/index.ts'
import { CITY_HOSPITAL, PLATFORM } from '../consortium.ts'
import { declareIssuerSteps } from './issuer-steps.ts'
import { type Scenario, step } from './scenario.ts'

const GIBIBYTE = 1_073_741_824

export const ownRecords: Scenario = {
  title: 'Records that a patient keeps itself',
  async steps(cast) {
    const { surface } = cast
    const [city, platform] = cast.members(CITY_HOSPITAL, PLATFORM)
    const patient = cast.person(CITY_HOSPITAL, 'collector')
    const subject = cast.subject(CITY_HOSPITAL, patient)
    const now = surface.now()

    const bring = (name: string, gibibytes?: number): Draft => ({
      type: 'record.import',
      payload: {
        recordId: cast.id(name),
        subject,
        kind: 'ImagingStudy',
        contentHash: cast.hash(),
        vaultHash: cast.hash(),
        encounterAt: now,
        ...(gibibytes !== undefined && { bytes: gibibytes * GIBIBYTE }),
      },
    })
    const extend = (units: number, points: number): Draft => ({
      type: 'record.extend-quota',
      payload: { units, points },
    })
    return [
      ...declareIssuerSteps(cast, { issuer: PLATFORM, currency: 'points' }),
      step('city hospital', 'enrols a patient', city, await cast.enrol(patient, 'patient')),
      step('city hospital', 'makes the patient’s pseudonym', city, {
        type: 'identity.enrol-subject',
        payload: { subject, patient: patient.actor },
      }),
      step('the patient', 'brings a scan of 4 GiB', patient.key, bring('first', 4)),
      step(
        'the patient',
        'does not say how large the next one is',
        patient.key,
        bring('next'),
        'record.bytes',
      ),
      step('the patient', 'brings one of 2 GiB', patient.key, bring('second', 2), 'record.quota-full'),
      step('the patient', 'buys room without points', patient.key, extend(1, 100), 'settlement.insufficient'),
      step('the platform', 'gives the patient 250 points', platform, {
        type: 'settlement.issue',
        payload: { to: patient.actor, currency: 'points', amount: 250 },
      }),
      step('the patient', 'buys room for half the price', patient.key, extend(1, 50), 'record.price'),
      step(
        'the patient',
        'wants a hundred times as much',
        patient.key,
        extend(100, 10_000),
        'record.quota-limit',
      ),
      step('city hospital', 'buys room for itself', city, extend(1, 100), 'record.role'),
      step('the patient', 'buys one gibibyte for 100 points', patient.key, extend(1, 100)),
      step('the patient', 'brings the scan of 2 GiB', patient.key, bring('second', 2)),
      step('the patient', 'brings one more', patient.key, bring('third', 1), 'record.quota-full'),
      step('the patient', 'erases the first', patient.key, {
        type: 'record.erase',
        payload: { recordId: cast.id('first'), subject, reason: 'own' },
      }),
      step('the patient', 'has room again', patient.key, bring('third', 1)),
    ]
  },
}
