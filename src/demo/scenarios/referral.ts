/** Referral: from the small hospital up to the large one and back down, and what is not let through on the way. */
import { DAY_SECONDS } from '../../base/index.ts'
import type { Draft } from '../../client/index.ts'
import { CITY_HOSPITAL, HEALTH_COMMISSION, TOWN_HOSPITAL } from '../consortium.ts'
import { type Scenario, step } from './scenario.ts'

export const referral: Scenario = {
  title: 'Referral up and down the tiers',
  async steps(cast) {
    const { surface } = cast
    const [city, town, commission] = cast.members(CITY_HOSPITAL, TOWN_HOSPITAL, HEALTH_COMMISSION)
    const patient = cast.person(TOWN_HOSPITAL, 'patient')
    const cityPatient = cast.person(CITY_HOSPITAL, 'patient')
    const [zhou, li] = [cast.person(TOWN_HOSPITAL, 'dr-zhou'), cast.person(CITY_HOSPITAL, 'dr-li')]
    const [subject, citySubject] = [
      cast.subject(TOWN_HOSPITAL, patient),
      cast.subject(CITY_HOSPITAL, cityPatient),
    ]
    const [record, consentId, up, down, access] = cast.ids('x-ray', 'consent', 'up', 'down', 'opening')
    const now = surface.now()

    const attest = (hospital: string, tier: number): Draft => ({
      type: 'referral.attest-tier',
      payload: { hospital, tier },
    })
    const recognise = (facility: string): Draft => ({
      type: 'referral.recognise',
      payload: { facility, kinds: ['ImagingStudy'] },
    })
    const pseudonym = (of: string, person: string): Draft => ({
      type: 'identity.enrol-subject',
      payload: { subject: of, patient: person },
    })
    const grant = (of: string, grantee: string): Draft => ({
      type: 'consent.grant',
      payload: {
        consentId,
        subject: of,
        grantee,
        purpose: 'referral',
        kinds: ['ImagingStudy'],
        from: now,
        to: now + 30 * DAY_SECONDS,
      },
    })
    const upwards = (more = {}): Draft => ({
      type: 'referral.create',
      payload: {
        referralId: up,
        subject,
        to: CITY_HOSPITAL,
        direction: 'up',
        fromTier: 2,
        toTier: 3,
        attachments: [`${TOWN_HOSPITAL}:${record}`],
        consent: `${patient.actor}:${consentId}`,
        ...more,
      },
      privatePart: { reason: 'shadow on the left lung, please assess' },
    })
    const downwards = (referralId: string, more = {}): Draft => ({
      type: 'referral.create',
      payload: {
        referralId,
        subject: citySubject,
        to: TOWN_HOSPITAL,
        direction: 'down',
        fromTier: 3,
        toTier: 2,
        attachments: [],
        consent: `${cityPatient.actor}:${consentId}`,
        ...more,
      },
      privatePart: { plan: 'wound check on day 7, physiotherapy' },
    })
    const answer = (verb: string, more = {}): Draft => ({
      type: `referral.${verb}`,
      payload: { referral: `${TOWN_HOSPITAL}:${up}`, subject, to: CITY_HOSPITAL, ...more },
    })
    const opening = (verb: string): Draft => ({
      type: `access.${verb}`,
      payload: {
        accessId: access,
        subject,
        record: `${TOWN_HOSPITAL}:${record}`,
        consent: `${patient.actor}:${consentId}`,
        purpose: 'referral',
      },
    })
    return [
      step(
        'health commission',
        'attests that the town hospital is of tier 2',
        commission,
        attest(TOWN_HOSPITAL, 2),
      ),
      step(
        'health commission',
        'attests that the city hospital is of tier 3',
        commission,
        attest(CITY_HOSPITAL, 3),
      ),
      step('city hospital', 'recognises images of the town hospital', city, recognise(TOWN_HOSPITAL)),
      step('town hospital', 'recognises images of the city hospital', town, recognise(CITY_HOSPITAL)),
      step('town hospital', 'enrols Dr Zhou', town, await cast.enrol(zhou, 'doctor')),
      step('city hospital', 'enrols Dr Li', city, await cast.enrol(li, 'doctor')),
      step('town hospital', 'enrols a patient', town, await cast.enrol(patient, 'patient')),
      step('town hospital', 'makes the patient’s pseudonym', town, pseudonym(subject, patient.actor)),
      step('Dr Zhou', 'anchors an X-ray', zhou.key, {
        type: 'record.anchor',
        payload: {
          recordId: record,
          subject,
          kind: 'ImagingStudy',
          contentHash: cast.hash(),
          encounterAt: now,
        },
      }),
      step(
        'Dr Zhou',
        'attaches the X-ray without the patient’s consent',
        zhou.key,
        upwards(),
        'referral.consent-unfit',
      ),
      step('the patient', 'consents to the referral', patient.key, grant(subject, CITY_HOSPITAL)),
      step(
        'Dr Zhou',
        'calls it a referral down',
        zhou.key,
        upwards({ direction: 'down', planHash: cast.hash() }),
        'referral.direction',
      ),
      step(
        'Dr Zhou',
        'makes the city hospital smaller than it is',
        zhou.key,
        upwards({ toTier: 1 }),
        'referral.tier',
      ),
      step('Dr Li', 'refers another hospital’s patient', li.key, upwards(), 'referral.not-facility'),
      step('Dr Zhou', 'refers the patient up to the city hospital', zhou.key, upwards()),
      step(
        'Dr Zhou',
        'accepts in the city hospital’s place',
        zhou.key,
        answer('accept'),
        'referral.not-receiver',
      ),
      step(
        'Dr Li',
        'accepts for the day after tomorrow',
        li.key,
        answer('accept', { appointmentAt: now + 2 * DAY_SECONDS }),
      ),
      step('Dr Li', 'announces that it will open the X-ray', li.key, opening('notify')),
      step('Dr Li', 'opens the X-ray', li.key, opening('open')),
      step('Dr Li', 'completes the referral', li.key, answer('complete', { replyHash: cast.hash() })),
      step('the patient', 'cancels what is completed', patient.key, answer('cancel'), 'referral.over'),
      step(
        'city hospital',
        'enrols the patient for its stay',
        city,
        await cast.enrol(cityPatient, 'patient'),
      ),
      step(
        'city hospital',
        'makes the pseudonym of its own',
        city,
        pseudonym(citySubject, cityPatient.actor),
      ),
      step('the patient', 'consents to the way back', cityPatient.key, grant(citySubject, TOWN_HOSPITAL)),
      step('Dr Li', 'refers it down without a plan', li.key, downwards(down), 'referral.plan-missing'),
      step('Dr Li', 'refers it down with a plan', li.key, downwards(down, { planHash: cast.hash() })),
      step('Dr Zhou', 'declines: no bed is free', zhou.key, {
        type: 'referral.decline',
        payload: {
          referral: `${CITY_HOSPITAL}:${down}`,
          subject: citySubject,
          to: TOWN_HOSPITAL,
          reason: 'no-capacity',
        },
      }),
      step(
        'Dr Zhou',
        'accepts after all',
        zhou.key,
        {
          type: 'referral.accept',
          payload: { referral: `${CITY_HOSPITAL}:${down}`, subject: citySubject, to: TOWN_HOSPITAL },
        },
        'referral.answered',
      ),
    ]
  },
}
