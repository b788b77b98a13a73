/** Prescriptions, from the doctor to the counter. docs/domain/prescription.md. */
import type { DomainModule } from '../contract.ts'
import { splitReference } from '../table.ts'
import { dispense, release, review, route } from './filling.ts'
import { cancel, extend, issue } from './prescribing.ts'
import { reads } from './reads.ts'
import { DISPENSINGS, PRESCRIPTIONS, stateOf } from './state.ts'

export const prescription: DomainModule = {
  name: 'prescription',
  summary: 'Prescriptions: issued, reviewed, routed to a pharmacy of the patient’s choice, dispensed once.',
  verbs: { issue, review, route, release, dispense, extend, cancel },
  reads,
  tables: [PRESCRIPTIONS, DISPENSINGS],
  parameters: {
    validDays: {
      default: 1,
      min: 1,
      max: 30,
      meaning:
        'Days at whose end a prescription is over at the latest, the day of issue being the first. Calendar days in China; 1, by article 18 of the Prescription Management Measures.',
    },
    extendedDaysMax: {
      default: 3,
      min: 1,
      max: 90,
      meaning: 'The same after the prescriber extended it. 3, by the same article.',
    },
    supplyDaysMax: {
      default: 7,
      min: 1,
      max: 366,
      meaning:
        'Most days that an ordinary prescription supplies. 7, by article 19 of the Prescription Management Measures.',
    },
    emergencyDaysMax: {
      default: 3,
      min: 1,
      max: 366,
      meaning: 'Most days that an emergency prescription supplies. 3, by the same article.',
    },
    chronicDaysMax: {
      default: 84,
      min: 1,
      max: 366,
      meaning:
        'Most days that a prescription for a chronic disease supplies. 12 weeks, the most under the rules on long prescriptions of 2021.',
    },
    linesMax: {
      default: 5,
      min: 1,
      max: 64,
      meaning: 'Most drugs of one prescription. 5, by article 6 of the Prescription Management Measures.',
    },
  },
  ports: {
    'prescription.find': (context) => (reference) => {
      const [facility, local] = splitReference(reference)
      const row = PRESCRIPTIONS.get(context.state, facility, local)
      if (row === undefined) return undefined
      const { subject, prescriber, issuedAt } = row
      return { subject, prescriber, facility, issuedAt, state: stateOf(row, context.time) }
    },
  },
  needs: [
    'credential.isSuspended',
    'identity.actsFor',
    'identity.facilityOf',
    'identity.member',
    'supply.dispense',
  ],
}
