/**
 * The prescription chain: prescribed in the hospital, reviewed, filled at the pharmacy of the patient's choice, once.
 */
import { DAY_SECONDS } from '../../base/index.ts'
import { type Draft, randomBytes } from '../../client/index.ts'
import { encodePrivatePart, privateHash } from '../../protocol/index.ts'
import { CITY_HOSPITAL, HEALTH_COMMISSION, PHARMACY } from '../consortium.ts'
import { type Scenario, step } from './scenario.ts'

/** China Standard Time, in whose days prescriptions are valid. */
const OFFSET = 28_800

/**
 * The end of the day after a time: the demo's prescriptions are valid so long, whether or not midnight passes
 * meanwhile.
 */
function endOfNextDay(time: number): number {
  const local = time + OFFSET
  return local - (local % DAY_SECONDS) + 2 * DAY_SECONDS - OFFSET
}

export const prescriptionChain: Scenario = {
  title: 'Prescription chain',
  async steps(cast) {
    const { surface } = cast
    const [city, pharmacy, commission] = cast.members(CITY_HOSPITAL, PHARMACY, HEALTH_COMMISSION)
    const doctor = cast.person(CITY_HOSPITAL, 'dr-fang')
    const reviewer = cast.person(CITY_HOSPITAL, 'ph-qian')
    const counter = cast.person(PHARMACY, 'ph-sun')
    const patient = cast.person(CITY_HOSPITAL, 'rx-patient')
    const subject = cast.subject(CITY_HOSPITAL, patient)
    const validUntil = endOfNextDay(surface.now())
    const rx = { plain: cast.id('rx'), strong: cast.id('rx-strong'), last: cast.id('rx-last') }

    const salt = randomBytes(32)
    const document = (dose: string) => ({
      diagnosis: 'acute bronchitis',
      lines: [
        { line: 1, drug: 'amoxicillin 500 mg capsule', dose },
        { line: 2, drug: 'codeine 30 mg tablet', dose: '1 at night' },
      ],
    })
    const copyOf = (dose: string) => ({ privatePart: document(dose), salt })
    const hashOfCopy = (dose: string) => privateHash(surface.kernel, encodePrivatePart(salt, document(dose)))
    const [dose, tampered] = ['1 thrice a day', '10 thrice a day']

    const issue = (
      rxId: string,
      more: { days?: number; controlled?: string; until?: number } = {},
    ): Draft => ({
      type: 'prescription.issue',
      payload: {
        rxId,
        subject,
        basis: 'ordinary',
        lines: [
          { line: 1, quantity: 21, daysSupply: more.days ?? 7, controlled: 'none' },
          { line: 2, quantity: 7, daysSupply: 7, controlled: more.controlled ?? 'class-2' },
        ],
        validUntil: more.until ?? validUntil,
      },
      ...copyOf(dose),
    })
    const about = (rxId: string) => ({ prescription: `${CITY_HOSPITAL}:${rxId}`, subject })
    const review = (rxId: string, copy = dose): Draft => ({
      type: 'prescription.review',
      payload: { ...about(rxId), commitment: hashOfCopy(copy), approved: true },
    })
    const route = (rxId: string, to = PHARMACY, copy = dose): Draft => ({
      type: 'prescription.route',
      payload: { ...about(rxId), pharmacy: to },
      ...copyOf(copy),
    })
    const dispense = (id: string, capsules: number, tablets: number, copy = dose): Draft => ({
      type: 'prescription.dispense',
      payload: {
        dispenseId: cast.id(id),
        ...about(rx.plain),
        commitment: hashOfCopy(copy),
        quantities: [
          { line: 1, quantity: capsules },
          ...(tablets > 0 ? [{ line: 2, quantity: tablets }] : []),
        ],
      },
    })
    const licence = { licenceId: cast.id('licence'), practitioner: doctor.actor }
    return [
      step('city hospital', 'enrols Dr Fang', city, await cast.enrol(doctor, 'doctor')),
      step('city hospital', 'enrols its pharmacist', city, await cast.enrol(reviewer, 'pharmacist')),
      step('the pharmacy', 'enrols its pharmacist', pharmacy, await cast.enrol(counter, 'pharmacist')),
      step('city hospital', 'enrols a patient', city, await cast.enrol(patient, 'patient')),
      step('city hospital', 'makes the patient’s pseudonym', city, {
        type: 'identity.enrol-subject',
        payload: { subject, patient: patient.actor },
      }),
      step(
        'Dr Fang',
        'prescribes for a month',
        doctor.key,
        issue(rx.plain, { days: 30 }),
        'prescription.supply',
      ),
      step(
        'Dr Fang',
        'prescribes something that can be fetched next week',
        doctor.key,
        issue(rx.plain, { until: validUntil + 7 * DAY_SECONDS }),
        'prescription.period',
      ),
      step('Dr Fang', 'prescribes for a week', doctor.key, issue(rx.plain)),
      step('Dr Fang', 'approves it as well', doctor.key, review(rx.plain), 'prescription.same-person'),
      step(
        'the patient',
        'takes it to the pharmacy before any review',
        patient.key,
        route(rx.plain),
        'prescription.not-reviewed',
      ),
      step(
        'the hospital’s pharmacist',
        'reviews an altered copy',
        reviewer.key,
        review(rx.plain, tampered),
        'prescription.tampered',
      ),
      step('the hospital’s pharmacist', 'approves it', reviewer.key, review(rx.plain)),
      step(
        'the patient',
        'brings an altered copy to the pharmacy',
        patient.key,
        route(rx.plain, PHARMACY, tampered),
        'prescription.tampered',
      ),
      step('the patient', 'chooses the pharmacy', patient.key, route(rx.plain)),
      step(
        'the patient',
        'takes it to the hospital’s counter too',
        patient.key,
        route(rx.plain, CITY_HOSPITAL),
        'prescription.routed',
      ),
      step(
        'the pharmacist',
        'dispenses from an altered copy',
        counter.key,
        dispense('altered', 21, 7, tampered),
        'prescription.tampered',
      ),
      step('the pharmacist', 'hands out what is in stock', counter.key, dispense('first', 14, 7)),
      step(
        'the pharmacist',
        'hands out the whole again',
        counter.key,
        dispense('again', 21, 7),
        'prescription.exceeds',
      ),
      step('the pharmacist', 'hands out the rest', counter.key, dispense('second', 7, 0)),
      step(
        'the pharmacist',
        'dispenses the prescription a second time',
        counter.key,
        dispense('third', 21, 7),
        'prescription.dispensed',
      ),
      step('Dr Fang', 'prescribes a narcotic', doctor.key, issue(rx.strong, { controlled: 'narcotic' })),
      step('the hospital’s pharmacist', 'approves it', reviewer.key, review(rx.strong)),
      step(
        'the patient',
        'takes the narcotic to the retail pharmacy',
        patient.key,
        route(rx.strong),
        'prescription.controlled',
      ),
      step('the patient', 'takes it to the hospital’s counter', patient.key, route(rx.strong, CITY_HOSPITAL)),
      step('the licensing body', 'licenses Dr Fang', commission, {
        type: 'credential.issue',
        payload: {
          ...licence,
          profession: 'doctor',
          validFrom: surface.now() - DAY_SECONDS,
          validUntil: surface.now() + 365 * DAY_SECONDS,
        },
        privatePart: { number: '110-77' },
      }),
      step('the licensing body', 'suspends Dr Fang', commission, {
        type: 'credential.suspend',
        payload: licence,
        privatePart: { reason: 'prescribes beyond the licence' },
      }),
      step('Dr Fang', 'prescribes while suspended', doctor.key, issue(rx.last), 'prescription.suspended'),
      step('city hospital', 'takes the narcotic prescription back', city, {
        type: 'prescription.cancel',
        payload: about(rx.strong),
      }),
    ]
  },
}
