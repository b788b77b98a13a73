/**
 * `MedicationRequest` (R4 11.1) of a prescription, one a line, joined by `groupIdentifier`. Which drug it is stands in
 * the private part, which the ledger does not have: the line's identifier stands for it.
 */
import type { CodeableConcept, Medication, MedicationRequest, Organization } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import { fhirIdOf, identifierOf, referTo, referToActor, referToSubject } from './terms.ts'

/** A prescription as the reads of the module `prescription` answer it. */
export interface PrescriptionAnswer {
  readonly ref: string
  readonly subject: string
  /** Actor id. */
  readonly prescriber: string
  readonly basis: string
  readonly lines: readonly {
    readonly line: number
    readonly quantity: number
    readonly daysSupply: number
    readonly controlled: string
    readonly dispensed: number
  }[]
  readonly issuedAt: number
  readonly validUntil: number
  readonly route?: { readonly pharmacy: string }
  readonly state: string
}

/** Systems of the flags that a prescription carries in the open, in exports and imports alike. */
export const CONTROLLED_SYSTEM = 'urn:medseal:controlled'
export const COURSE_SYSTEM = 'http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy'
export const UCUM = 'http://unitsofmeasure.org'

type Line = PrescriptionAnswer['lines'][number]

/**
 * What waits for a pharmacist is not actionable yet: R4's draft. A line that is whole is completed before the others
 * are.
 */
function statusOf({ state }: PrescriptionAnswer, { quantity, dispensed }: Line): MedicationRequest['status'] {
  if (dispensed === quantity) return 'completed'
  switch (state) {
    case 'ISSUED':
      return 'draft'
    case 'REJECTED':
      return 'cancelled'
    case 'CANCELLED':
      return dispensed === 0 ? 'cancelled' : 'stopped'
    case 'EXPIRED':
      return 'stopped'
    default:
      return 'active'
  }
}

const courseOf = (basis: string): CodeableConcept => ({
  coding: [{ system: COURSE_SYSTEM, code: basis === 'chronic' ? 'continuous' : 'acute' }],
})

export const medicationRequestsOf = (prescription: PrescriptionAnswer): MedicationRequest[] =>
  prescription.lines.map((line) => medicationRequestOf(prescription, line))

function medicationRequestOf(prescription: PrescriptionAnswer, line: Line): MedicationRequest {
  const { ref, subject, prescriber, basis, issuedAt, validUntil, route, state } = prescription
  const name = `${ref}/${line.line}`
  return {
    resourceType: 'MedicationRequest',
    id: fhirIdOf(name),
    identifier: [identifierOf('prescriptionLine', name)],
    groupIdentifier: identifierOf('prescription', ref),
    status: statusOf(prescription, line),
    statusReason: { coding: [{ system: 'urn:medseal:prescription-state', code: state }] },
    intent: 'order',
    category: [{ coding: [{ system: CONTROLLED_SYSTEM, code: line.controlled }] }],
    priority: basis === 'emergency' ? 'stat' : 'routine',
    medicationReference: referTo<Medication>('Medication', 'prescriptionLine', name),
    subject: referToSubject(subject),
    authoredOn: instantOf(issuedAt),
    requester: referToActor(prescriber),
    courseOfTherapyType: courseOf(basis),
    dispenseRequest: {
      validityPeriod: { start: instantOf(issuedAt), end: instantOf(validUntil) },
      numberOfRepeatsAllowed: 0,
      quantity: { value: line.quantity },
      expectedSupplyDuration: { value: line.daysSupply, unit: 'days', system: UCUM, code: 'd' },
      ...(route !== undefined && {
        performer: referTo<Organization>('Organization', 'member', route.pharmacy),
      }),
    },
  }
}
