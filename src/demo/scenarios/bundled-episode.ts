/** A new knee for one price: two hospitals and a pharmacy share it, and the insurer gets its part of what they save. */
import type { Draft } from '../../client/index.ts'
import { CITY_HOSPITAL, INSURER, PHARMACY, SOCIAL_SECURITY, TOWN_HOSPITAL } from '../consortium.ts'
import { declareIssuerSteps } from './issuer-steps.ts'
import { type Scenario, step } from './scenario.ts'

/** Fen: 42,000 yuan. */
const BUNDLE = 4_200_000

export const bundledEpisode: Scenario = {
  title: 'An episode of care for one price',
  async steps(cast) {
    const { surface } = cast
    const [city, town, pharmacy, insurer, fund] = cast.members(
      CITY_HOSPITAL,
      TOWN_HOSPITAL,
      PHARMACY,
      INSURER,
      SOCIAL_SECURITY,
    )
    const patient = cast.person(CITY_HOSPITAL, 'knee-patient')
    const surgeon = cast.person(CITY_HOSPITAL, 'surgeon')
    const therapist = cast.person(TOWN_HOSPITAL, 'therapist')
    const subject = cast.subject(CITY_HOSPITAL, patient)
    const episodeId = cast.id('knee')
    const named = { episode: `${CITY_HOSPITAL}:${episodeId}`, subject }
    const now = surface.now()

    const open = (more: object = {}): Draft => ({
      type: 'care.open-episode',
      payload: {
        episodeId,
        subject,
        payer: INSURER,
        members: [CITY_HOSPITAL, TOWN_HOSPITAL, PHARMACY],
        shares: [650, 300, 50],
        bundlePrice: BUNDLE,
        payerSavings: 400,
        ...more,
      },
    })
    const join: Draft = { type: 'care.join-episode', payload: named }
    const log = (stepId: string, cost: number): Draft => ({
      type: 'care.log-step',
      payload: { ...named, stepId: cast.id(stepId), contentHash: cast.hash(), cost, occurredAt: now },
    })
    const end = (verb: string): Draft => ({
      type: `care.${verb}-episode`,
      payload: { ...named, payer: INSURER },
    })
    return [
      ...declareIssuerSteps(cast, { issuer: SOCIAL_SECURITY, currency: 'cny-fen' }),
      step('social security', 'pays the insurer what it is to spend', fund, {
        type: 'settlement.issue',
        payload: { to: INSURER, currency: 'cny-fen', amount: BUNDLE },
      }),
      step('city hospital', 'enrols a patient', city, await cast.enrol(patient, 'patient')),
      step('city hospital', 'makes the patient’s pseudonym', city, {
        type: 'identity.enrol-subject',
        payload: { subject, patient: patient.actor },
      }),
      step('city hospital', 'enrols a surgeon', city, await cast.enrol(surgeon, 'doctor')),
      step('town hospital', 'enrols a therapist', town, await cast.enrol(therapist, 'doctor')),
      step(
        'city hospital',
        'proposes shares that do not add up',
        city,
        open({ shares: [650, 300, 51] }),
        'care.shares',
      ),
      step('city hospital', 'proposes a million yuan', city, open({ bundlePrice: 100_000_000 }), 'care.cap'),
      step('city hospital', 'proposes a new knee for 42,000 yuan', city, open()),
      step('the surgeon', 'operates before all have agreed', surgeon.key, log('early', 1), 'care.not-active'),
      step('town hospital', 'agrees', town, join),
      step('the pharmacy', 'agrees', pharmacy, join),
      step('the insurer', 'agrees: the 42,000 yuan are held', insurer, join),
      step('the surgeon', 'logs the operation', surgeon.key, log('operation', 2_600_000)),
      step('the therapist', 'logs six weeks of training', therapist.key, log('training', 900_000)),
      step('city hospital', 'closes without the pharmacy’s part', city, end('close'), 'care.step-missing'),
      step('the insurer', 'takes the money back meanwhile', insurer, end('cancel'), 'care.running'),
      step('social security', 'logs a step of an episode not its own', fund, log('x', 1), 'care.unknown'),
      step('the pharmacy', 'logs the medicines', pharmacy, log('medicines', 200_000)),
      step('town hospital', 'closes what another coordinates', town, end('close'), 'care.role'),
      step('city hospital', 'closes: 40,000 yuan are shared, 2,000 go back', city, end('close')),
      step('city hospital', 'closes it again', city, end('close'), 'care.not-active'),
    ]
  },
}
