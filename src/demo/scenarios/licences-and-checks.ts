/**
 * Licences and checks: a check of a doctor is sold instead of made again, and a suspension stops the doctor at once.
 */
import { DAY_SECONDS } from '../../base/index.ts'
import { type Draft, randomBytes } from '../../client/index.ts'
import {
  CITY_HOSPITAL,
  EXAM_CENTER,
  HEALTH_COMMISSION,
  SOCIAL_SECURITY,
  TOWN_HOSPITAL,
} from '../consortium.ts'
import { declareIssuerSteps } from './issuer-steps.ts'
import { type Scenario, step } from './scenario.ts'

const PRICE_FEN = 20_000

export const licencesAndChecks: Scenario = {
  title: 'Licences, and checks of them that members sell one another',
  async steps(cast) {
    const { surface } = cast
    const [exam, commission, city, town, fund] = cast.members(
      EXAM_CENTER,
      HEALTH_COMMISSION,
      CITY_HOSPITAL,
      TOWN_HOSPITAL,
      SOCIAL_SECURITY,
    )
    const [doctor, worker] = [cast.person(EXAM_CENTER, 'dr-chen'), cast.person(EXAM_CENTER, 'worker')]
    const subject = cast.subject(EXAM_CENTER, worker)
    const [licenceId, verificationId] = [cast.id('licence'), cast.id('check')]
    const practitioner = doctor.actor
    const now = surface.now()
    const salt = randomBytes(32)
    const evidence = { register: 'licence register', number: '110-42', found: 'in force', by: 'desk 3' }

    const license = (who: string): Draft => ({
      type: 'credential.issue',
      payload: {
        licenceId,
        practitioner: who,
        profession: 'doctor',
        validFrom: now - DAY_SECONDS,
        validUntil: now + 365 * DAY_SECONDS,
      },
      privatePart: { number: '110-42', scope: 'internal medicine' },
    })
    const change = (verb: string): Draft => ({
      type: `credential.${verb}`,
      payload: { licenceId, practitioner },
      ...(verb === 'suspend' && { privatePart: { reason: 'an inquiry is under way' } }),
    })
    const attest = (confirmed: boolean): Draft => ({
      type: 'credential.attest',
      payload: {
        verificationId,
        practitioner,
        element: 'licence',
        licence: `${HEALTH_COMMISSION}:${licenceId}`,
        confirmed,
        checkedAt: now - DAY_SECONDS,
      },
      privatePart: evidence,
      salt,
    })
    const buy = (price: number): Draft => ({
      type: 'credential.purchase-verification',
      payload: { verification: `${EXAM_CENTER}:${verificationId}`, practitioner, price },
    })
    const deliver = (found: string): Draft => ({
      type: 'credential.deliver-verification',
      payload: { verificationId, practitioner, buyer: CITY_HOSPITAL },
      privatePart: { ...evidence, found },
      salt,
    })
    const examine = (name: string): Draft => ({
      type: 'certificate.record-exam',
      payload: {
        examId: cast.id(name),
        subject,
        disqualifying: false,
        doctor: practitioner,
        specimenAt: now - DAY_SECONDS,
      },
      privatePart: { items: [{ item: 'stool culture', result: 'no growth' }] },
    })
    const certify: Draft = {
      type: 'certificate.issue',
      payload: {
        institution: EXAM_CENTER,
        certId: cast.id('cert'),
        examId: cast.id('first-exam'),
        subject,
        trades: ['food'],
        validFrom: now,
        validUntil: now + 300 * DAY_SECONDS,
        credentialHash: cast.hash(),
        statusIndex: cast.statusIndex,
      },
    }
    return [
      step('exam centre', 'enrols Dr Chen', exam, await cast.enrol(doctor, 'doctor')),
      step('exam centre', 'enrols a worker', exam, await cast.enrol(worker, 'patient')),
      step('exam centre', 'makes the worker’s pseudonym', exam, {
        type: 'identity.enrol-subject',
        payload: { subject, patient: worker.actor },
      }),
      step('town hospital', 'licenses Dr Chen', town, license(practitioner), 'credential.role'),
      step(
        'the licensing body',
        'licenses the worker as a doctor',
        commission,
        license(worker.actor),
        'credential.practitioner-unfit',
      ),
      step('the licensing body', 'licenses Dr Chen', commission, license(practitioner)),
      step('Dr Chen', 'examines the worker', doctor.key, examine('first-exam')),
      step(
        'exam centre',
        'attests that the licence is not in force',
        exam,
        attest(false),
        'credential.contradicts',
      ),
      step('exam centre', 'attests what the register says', exam, attest(true)),
      step('exam centre', 'offers its check for 200 yuan', exam, {
        type: 'credential.list-verification',
        payload: { verificationId, practitioner, price: PRICE_FEN },
      }),
      ...declareIssuerSteps(cast, { issuer: SOCIAL_SECURITY, currency: 'cny-fen' }),
      step('social security', 'issues 200 yuan to city hospital', fund, {
        type: 'settlement.issue',
        payload: { currency: 'cny-fen', amount: PRICE_FEN, to: CITY_HOSPITAL },
      }),
      step('city hospital', 'offers half the price', city, buy(PRICE_FEN / 2), 'credential.price'),
      step('city hospital', 'buys the check', city, buy(PRICE_FEN)),
      step('city hospital', 'buys it again', city, buy(PRICE_FEN), 'credential.bought'),
      step(
        'exam centre',
        'hands over other evidence than it attested',
        exam,
        deliver('expired'),
        'credential.evidence-differs',
      ),
      step('exam centre', 'hands over the evidence', exam, deliver(evidence.found)),
      step('the licensing body', 'suspends Dr Chen', commission, change('suspend')),
      step('Dr Chen', 'examines again', doctor.key, examine('second-exam'), 'certificate.doctor-suspended'),
      step('exam centre', 'certifies on Dr Chen’s first exam', exam, certify, 'certificate.doctor-suspended'),
      step(
        'town hospital',
        'buys the check, which is wrong by now',
        town,
        buy(PRICE_FEN),
        'credential.contradicts',
      ),
      step('the licensing body', 'restores Dr Chen', commission, change('restore')),
      step('exam centre', 'certifies the worker', exam, certify),
    ]
  },
}
