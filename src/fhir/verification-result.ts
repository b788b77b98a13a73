/**
 * `VerificationResult` (R4 8.13) of a check at the primary source: what was checked, by whom, when, and for how long it
 * stands.
 */
import type { Organization, Practitioner, VerificationResult } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import { dayOf, fhirIdOf, identifierOf, referTo } from './terms.ts'

/** A verification as the reads of the module `credential` answer it. */
export interface VerificationAnswer {
  readonly ref: string
  readonly attester: string
  readonly practitioner: string
  readonly element: string
  readonly licence?: string
  readonly confirmed: boolean
  readonly checkedAt: number
  readonly attestedAt: number
  readonly currentUntil: number
  readonly current: boolean
  readonly borneOut: boolean
}

/** What R4 keeps with a practitioner's qualifications; past work and sanctions have no place in a Practitioner. */
const IN_QUALIFICATION = ['licence', 'education', 'training', 'certification']
const CODES = 'http://terminology.hl7.org/CodeSystem'

/** R4's status: a check that the ledger contradicts by now, or that is too old, has to be made again. */
function statusOf({ confirmed, current, borneOut }: VerificationAnswer): VerificationResult['status'] {
  if (!current || !borneOut) return 'req-revalid'
  return confirmed ? 'validated' : 'val-fail'
}

export function verificationResultOf(answer: VerificationAnswer): VerificationResult {
  const { ref, attester, practitioner, element, licence, confirmed, checkedAt, attestedAt } = answer
  const [body] = licence === undefined ? [undefined] : licence.split(':', 1)
  return {
    resourceType: 'VerificationResult',
    id: fhirIdOf(ref),
    target: [
      referTo<Practitioner>('Practitioner', 'actor', practitioner),
      ...(licence === undefined ? [] : [{ identifier: identifierOf('licence', licence) }]),
    ],
    ...(IN_QUALIFICATION.includes(element) && { targetLocation: ['Practitioner.qualification'] }),
    need: { coding: [{ system: `${CODES}/need`, code: 'periodic' }] },
    status: statusOf(answer),
    statusDate: instantOf(attestedAt),
    validationType: { coding: [{ system: `${CODES}/validation-type`, code: 'primary' }] },
    lastPerformed: instantOf(checkedAt),
    nextScheduled: dayOf(answer.currentUntil),
    failureAction: { coding: [{ system: `${CODES}/failure-action`, code: 'fatal' }] },
    primarySource: [
      {
        ...(body !== undefined && { who: referTo<Organization>('Organization', 'member', body) }),
        type: [{ coding: [{ system: 'urn:medseal:element', code: element }] }],
        validationStatus: {
          coding: [{ system: `${CODES}/validation-status`, code: confirmed ? 'successful' : 'failed' }],
        },
        validationDate: instantOf(checkedAt),
      },
    ],
    attestation: {
      who: referTo<Organization>('Organization', 'member', attester),
      date: dayOf(attestedAt),
    },
  }
}
