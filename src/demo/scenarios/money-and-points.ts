/** Money and points: issued by whom the consortium declares, spent by whom they belong to, and never out of nothing. */
import type { Draft } from '../../client/index.ts'
import { CITY_HOSPITAL, INSURER, PLATFORM, SOCIAL_SECURITY, TOWN_HOSPITAL } from '../consortium.ts'
import { declareIssuerSteps } from './issuer-steps.ts'
import { type Scenario, step } from './scenario.ts'

export const moneyAndPoints: Scenario = {
  title: 'Money and points',
  async steps(cast) {
    const [city, town, fund, platform, insurer] = cast.members(
      CITY_HOSPITAL,
      TOWN_HOSPITAL,
      SOCIAL_SECURITY,
      PLATFORM,
      INSURER,
    )
    const patient = cast.person(CITY_HOSPITAL, 'payer')

    const move = (verb: string, currency: string, amount: number, to?: string): Draft => ({
      type: `settlement.${verb}`,
      payload: { currency, amount, ...(to !== undefined && { to }) },
    })
    return [
      step('city hospital', 'enrols a patient', city, await cast.enrol(patient, 'patient')),
      step(
        'town hospital',
        'issues money to itself',
        town,
        move('issue', 'cny-fen', 500, TOWN_HOSPITAL),
        'settlement.not-issuer',
      ),
      step(
        'town hospital',
        'asks to become an issuer',
        town,
        {
          type: 'governance.propose',
          payload: {
            proposalId: cast.id('town-issuer'),
            change: { issuer: { member: TOWN_HOSPITAL, currency: 'cny-fen', ceiling: 1_000_000 } },
          },
        },
        'settlement.issuer-unfit',
      ),
      ...declareIssuerSteps(cast, { issuer: SOCIAL_SECURITY, currency: 'cny-fen' }),
      ...declareIssuerSteps(cast, { issuer: PLATFORM, currency: 'points' }),
      step(
        'social security',
        'issues more than its ceiling',
        fund,
        move('issue', 'cny-fen', 1e12 + 1, SOCIAL_SECURITY),
        'settlement.ceiling',
      ),
      step(
        'social security',
        'issues 300 yuan to the patient',
        fund,
        move('issue', 'cny-fen', 30_000, patient.actor),
      ),
      step(
        'the platform',
        'issues 500 points to the patient',
        platform,
        move('issue', 'points', 500, patient.actor),
      ),
      step(
        'the platform',
        'issues money',
        platform,
        move('issue', 'cny-fen', 500, PLATFORM),
        'settlement.not-issuer',
      ),
      step(
        'the patient',
        'pays the hospital 120 yuan',
        patient.key,
        move('transfer', 'cny-fen', 12_000, CITY_HOSPITAL),
      ),
      step(
        'the patient',
        'pays 200 yuan more, of 180 left',
        patient.key,
        move('transfer', 'cny-fen', 20_000, CITY_HOSPITAL),
        'settlement.insufficient',
      ),
      step(
        'the patient',
        'pays somebody who does not exist',
        patient.key,
        move('transfer', 'cny-fen', 100, `${TOWN_HOSPITAL}:${cast.id('nobody')}`),
        'settlement.account-unknown',
      ),
      step(
        'city hospital',
        'passes 50 yuan to social security',
        city,
        move('transfer', 'cny-fen', 5_000, SOCIAL_SECURITY),
      ),
      step('social security', 'retires the 50 yuan', fund, move('retire', 'cny-fen', 5_000)),
      step(
        'the insurer',
        'retires money that it never issued',
        insurer,
        move('retire', 'cny-fen', 1),
        'settlement.not-issuer',
      ),
    ]
  },
}
