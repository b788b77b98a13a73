/**
 * `Practitioner` (R4 8.4) of a doctor, pharmacist or nurse: its licences as qualifications, and whether it may
 * practise. No name, which the ledger does not have.
 */
import type { Organization, Practitioner, PractitionerQualification } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import { fhirIdOf, identifierOf, referTo } from './terms.ts'

/** A licence as the reads of the module `credential` answer it. */
export interface LicenceAnswer {
  readonly ref: string
  readonly body: string
  readonly validFrom: number
  readonly validUntil: number
  readonly suspendedAt?: number
  readonly lapsedAt?: number
  readonly state: string
}

/** A practitioner as `GET /v1/credential/practitioners/:practitioner` answers it. */
export interface PractitionerAnswer {
  readonly practitioner: string
  readonly profession: string
  readonly active: boolean
  readonly suspended: boolean
  readonly licences: readonly LicenceAnswer[]
}

/** Degree or licence, HL7 v2 table 0360: MD is the only one of ours that it has; the others keep our word. */
const LICENCE_CODES: { readonly [profession: string]: { readonly system: string; readonly code: string } } = {
  doctor: { system: 'http://terminology.hl7.org/CodeSystem/v2-0360', code: 'MD' },
}

/** A qualification holds from its beginning to its end, or to when it was withheld; R4 has no status for it. */
function qualificationOf(profession: string, licence: LicenceAnswer): PractitionerQualification {
  const { ref, body, validFrom, validUntil, suspendedAt, lapsedAt, state } = licence
  const until = Math.min(validUntil, suspendedAt ?? validUntil, lapsedAt ?? validUntil)
  return {
    identifier: [identifierOf('licence', ref)],
    code: {
      coding: [
        LICENCE_CODES[profession] ?? { system: 'urn:medseal:profession', code: profession },
        { system: 'urn:medseal:licence-state', code: state },
      ],
    },
    // A licence that was withheld before it began has held at no time.
    period: { start: instantOf(Math.min(validFrom, until)), end: instantOf(until) },
    issuer: referTo<Organization>('Organization', 'member', body),
  }
}

export function practitionerOf(answer: PractitionerAnswer): Practitioner {
  const { practitioner, profession, active, suspended, licences } = answer
  return {
    resourceType: 'Practitioner',
    id: fhirIdOf(practitioner),
    identifier: [identifierOf('actor', practitioner)],
    active: active && !suspended,
    ...(licences.length > 0 && {
      qualification: licences.map((licence) => qualificationOf(profession, licence)),
    }),
  }
}
