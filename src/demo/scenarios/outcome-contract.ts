/**
 * Paid by outcome: the price is held until the steps and the result are attested; what is disputed, an arbiter divides.
 */
import { DAY_SECONDS } from '../../base/index.ts'
import type { Draft } from '../../client/index.ts'
import { CITY_HOSPITAL, HEALTH_COMMISSION, SOCIAL_SECURITY, TOWN_HOSPITAL } from '../consortium.ts'
import { declareIssuerSteps } from './issuer-steps.ts'
import { type Scenario, step } from './scenario.ts'

export const outcomeContract: Scenario = {
  title: 'A treatment paid by its outcome',
  async steps(cast) {
    const { surface } = cast
    const [city, town, commission, fund] = cast.members(
      CITY_HOSPITAL,
      TOWN_HOSPITAL,
      HEALTH_COMMISSION,
      SOCIAL_SECURITY,
    )
    const patient = cast.person(CITY_HOSPITAL, 'back-patient')
    const doctor = cast.person(CITY_HOSPITAL, 'dr-sun')
    const assessor = cast.person(TOWN_HOSPITAL, 'dr-assessor')
    const subject = cast.subject(CITY_HOSPITAL, patient)
    const due = surface.now() + 60 * DAY_SECONDS

    const sign = (name: string, more: object = {}): Draft => ({
      type: 'care.sign-pathway',
      payload: {
        provider: CITY_HOSPITAL,
        pathwayId: cast.id(name),
        subject,
        payer: patient.actor,
        steps: [
          { step: 'imaging', mandatory: true },
          { step: 'therapy', mandatory: true },
          { step: 'acupuncture', mandatory: false },
        ],
        price: 800_000,
        dueBy: due,
        assessor: assessor.actor,
        arbiter: HEALTH_COMMISSION,
        ...more,
      },
    })
    const act = (name: string, verb: string, more: object = {}): Draft => ({
      type: `care.${verb}`,
      payload: { pathway: `${CITY_HOSPITAL}:${cast.id(name)}`, subject, payer: patient.actor, ...more },
    })
    const attest = (name: string, step: string) => act(name, 'attest-step', { step })
    const arbiter = { arbiter: HEALTH_COMMISSION }
    return [
      ...declareIssuerSteps(cast, { issuer: SOCIAL_SECURITY, currency: 'cny-fen' }),
      step('city hospital', 'enrols a patient', city, await cast.enrol(patient, 'patient')),
      step('city hospital', 'makes the patient’s pseudonym', city, {
        type: 'identity.enrol-subject',
        payload: { subject, patient: patient.actor },
      }),
      step('city hospital', 'enrols Dr Sun', city, await cast.enrol(doctor, 'doctor')),
      step('town hospital', 'enrols an assessor', town, await cast.enrol(assessor, 'doctor')),
      step('social security', 'pays the patient 10,000 yuan', fund, {
        type: 'settlement.issue',
        payload: { to: patient.actor, currency: 'cny-fen', amount: 1_000_000 },
      }),
      step(
        'city hospital',
        'would assess its own success',
        city,
        sign('back', { assessor: doctor.actor }),
        'care.assessor-unfit',
      ),
      step('city hospital', 'offers a treatment of the back for 8,000 yuan', city, sign('back')),
      step('the patient', 'signs a lower price', patient.key, sign('back', { price: 1 }), 'care.terms'),
      step('the patient', 'signs: the price is held', patient.key, sign('back')),
      step('city hospital', 'offers a second treatment', city, sign('neck')),
      step(
        'the patient',
        'signs that too, with 2,000 yuan left',
        patient.key,
        sign('neck'),
        'settlement.insufficient',
      ),
      step('Dr Sun', 'attests the imaging', doctor.key, attest('back', 'imaging')),
      step('city hospital', 'asks for the price', city, act('back', 'release'), 'care.incomplete'),
      step('Dr Sun', 'attests the therapy', doctor.key, attest('back', 'therapy')),
      step(
        'Dr Sun',
        'attests the outcome as well',
        doctor.key,
        act('back', 'attest-outcome', { met: true }),
        'care.role',
      ),
      step(
        'the assessor',
        'attests that the outcome was reached',
        assessor.key,
        act('back', 'attest-outcome', { met: true }),
      ),
      step(
        'city hospital',
        'asks for the price while the patient may object',
        city,
        act('back', 'release'),
        'care.objection-open',
      ),
      step('the patient', 'wants the price back', patient.key, act('back', 'refund'), 'care.complete'),
      step('the patient', 'calls the arbiter', patient.key, act('back', 'dispute', arbiter)),
      step('the patient', 'releases in spite of it', patient.key, act('back', 'release'), 'care.disputed'),
      step(
        'the arbiter',
        'awards more than the price',
        commission,
        act('back', 'arbitrate', { ...arbiter, toProvider: 900_000 }),
        'care.award',
      ),
      step(
        'the arbiter',
        'gives 6,000 yuan to the hospital, 2,000 back',
        commission,
        act('back', 'arbitrate', { ...arbiter, toProvider: 600_000 }),
      ),
      step(
        'city hospital',
        'offers a third treatment, for 3,000 yuan',
        city,
        sign('knee', { price: 300_000 }),
      ),
      step('the patient', 'signs it', patient.key, sign('knee', { price: 300_000 })),
      step('the patient', 'wants the price back at once', patient.key, act('knee', 'refund'), 'care.not-due'),
      step('city hospital', 'gives it back', city, act('knee', 'refund')),
    ]
  },
}
