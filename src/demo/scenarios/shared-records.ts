/** Shared records: a patient of one hospital lets a doctor of another see a record, and takes it back. */
import { DAY_SECONDS } from '../../base/index.ts'
import { CITY_HOSPITAL, INSURER, TOWN_HOSPITAL } from '../consortium.ts'
import type { Scenario, Step } from './scenario.ts'

export const sharedRecords: Scenario = {
  title: 'Shared records under the patient’s consent',
  async steps(cast) {
    const { surface } = cast
    const [city, town, insurer] = cast.members(CITY_HOSPITAL, TOWN_HOSPITAL, INSURER)
    const patient = cast.person(CITY_HOSPITAL, 'patient')
    const li = cast.person(CITY_HOSPITAL, 'dr-li')
    const zhou = cast.person(TOWN_HOSPITAL, 'dr-zhou')
    const stranger = cast.person(TOWN_HOSPITAL, 'stranger')
    const subject = cast.subject(CITY_HOSPITAL, patient)
    const [record, scan] = [cast.id('glucose'), cast.id('scan')]
    const consent = `${patient.actor}:${cast.id('consent')}`
    const now = surface.now()

    const anchor = (recordId: string, kind: string) => ({
      type: 'record.anchor',
      payload: { recordId, subject, kind, contentHash: cast.hash(), encounterAt: now },
    })
    const grant = {
      type: 'consent.grant',
      payload: {
        consentId: cast.id('consent'),
        subject,
        grantee: zhou.actor,
        purpose: 'treatment',
        kinds: ['Observation'],
        from: now,
        to: now + DAY_SECONDS,
      },
    }
    const access = (verb: 'notify' | 'open', accessId: string, recordId = record, purpose = 'treatment') => ({
      type: `access.${verb}`,
      payload: { accessId, subject, record: `${CITY_HOSPITAL}:${recordId}`, consent, purpose },
    })
    const [first, second] = [cast.id('first'), cast.id('second')]

    const steps: Step[] = [
      {
        who: 'city hospital',
        does: 'enrols a patient',
        key: city,
        draft: await cast.enrol(patient, 'patient'),
        told: 'accepted',
      },
      {
        who: 'city hospital',
        does: 'makes the patient’s pseudonym',
        key: city,
        draft: { type: 'identity.enrol-subject', payload: { subject, patient: patient.actor } },
        told: 'accepted',
      },
      {
        who: 'city hospital',
        does: 'enrols Dr Li',
        key: city,
        draft: await cast.enrol(li, 'doctor'),
        told: 'accepted',
      },
      {
        who: 'town hospital',
        does: 'enrols Dr Zhou',
        key: town,
        draft: await cast.enrol(zhou, 'doctor'),
        told: 'accepted',
      },
      {
        who: 'town hospital',
        does: 'enrols a patient of its own',
        key: town,
        draft: await cast.enrol(stranger, 'patient'),
        told: 'accepted',
      },
      {
        who: 'Dr Li',
        does: 'anchors a glucose reading',
        key: li.key,
        draft: anchor(record, 'Observation'),
        told: 'accepted',
      },
      {
        who: 'Dr Li',
        does: 'anchors an imaging study',
        key: li.key,
        draft: anchor(scan, 'ImagingStudy'),
        told: 'accepted',
      },
      {
        who: 'Dr Zhou',
        does: 'announces an opening without consent',
        key: zhou.key,
        draft: access('notify', first),
        told: 'access.consent-unfit',
      },
      {
        who: 'a stranger',
        does: 'consents in the patient’s name',
        key: stranger.key,
        draft: grant,
        told: 'consent.not-yours',
      },
      {
        who: 'the patient',
        does: 'lets Dr Zhou see observations for a day',
        key: patient.key,
        draft: grant,
        told: 'accepted',
      },
      {
        who: 'Dr Zhou',
        does: 'opens without a notice',
        key: zhou.key,
        draft: access('open', first),
        told: 'access.no-notice',
      },
      {
        who: 'Dr Zhou',
        does: 'announces the opening',
        key: zhou.key,
        draft: access('notify', first),
        told: 'accepted',
      },
      {
        who: 'Dr Zhou',
        does: 'opens the record',
        key: zhou.key,
        draft: access('open', first),
        told: 'accepted',
      },
      {
        who: 'Dr Zhou',
        does: 'opens again on the same notice',
        key: zhou.key,
        draft: access('open', first),
        told: 'access.opened',
      },
      {
        who: 'Dr Zhou',
        does: 'announces the scan, which is of another kind',
        key: zhou.key,
        draft: access('notify', second, scan),
        told: 'access.record-unfit',
      },
      {
        who: 'Dr Zhou',
        does: 'announces it for research',
        key: zhou.key,
        draft: access('notify', second, record, 'research'),
        told: 'access.purpose',
      },
      {
        who: 'the insurer',
        does: 'announces an opening on that consent',
        key: insurer,
        draft: access('notify', cast.id('insurer')),
        told: 'access.consent-unfit',
      },
      {
        who: 'Dr Zhou',
        does: 'announces a second opening',
        key: zhou.key,
        draft: access('notify', second),
        told: 'accepted',
      },
      {
        who: 'the patient',
        does: 'takes the consent back',
        key: patient.key,
        draft: { type: 'consent.revoke', payload: { consent, subject, grantee: zhou.actor } },
        told: 'accepted',
      },
      {
        who: 'Dr Zhou',
        does: 'opens after that',
        key: zhou.key,
        draft: access('open', second),
        told: 'access.consent-inactive',
      },
    ]
    return steps
  },
}
