/** `Consent` (R4 6.2) of a grant: who may see what, for which purpose, from when to when. */
import type { Consent, Organization } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import {
  fhirIdOf,
  identifierOf,
  purposeCoding,
  RESOURCE_TYPES_SYSTEM,
  referTo,
  referToActor,
  referToSubject,
} from './terms.ts'

/** A grant as the reads of the module `consent` answer it. */
export interface ConsentAnswer {
  readonly ref: string
  readonly subject: string
  readonly grantee: string
  readonly purpose: string
  readonly kinds: readonly string[]
  readonly from: number
  readonly to: number
  readonly caseRef?: string
  readonly grantedAt: number
  readonly revocation?: { readonly by: string; readonly at: number }
  readonly state: string
}

const CONSENT_SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope'
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'

/** A grant that has not begun is active: R4 tells its beginning by the period, not by the status. */
export function consentOf(consent: ConsentAnswer): Consent {
  const { ref, subject, grantee, purpose, kinds, from, to, caseRef, grantedAt, revocation } = consent
  const isOver = consent.state === 'REVOKED' || consent.state === 'EXPIRED'
  return {
    resourceType: 'Consent',
    id: fhirIdOf(ref),
    meta: { lastUpdated: instantOf(revocation?.at ?? grantedAt) },
    identifier: [identifierOf('consent', ref)],
    status: isOver ? 'inactive' : 'active',
    scope: {
      coding: [{ system: CONSENT_SCOPE, code: purpose === 'research' ? 'research' : 'patient-privacy' }],
    },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: referToSubject(subject),
    dateTime: instantOf(grantedAt),
    performer: [referToSubject(subject)],
    policyRule: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }],
    },
    provision: {
      type: 'permit',
      period: { start: instantOf(from), end: instantOf(to) },
      actor: [
        {
          role: { coding: [{ system: PARTICIPATION, code: 'IRCP' }] },
          reference: referToActor(grantee),
        },
      ],
      purpose: [purposeCoding(purpose)],
      class: kinds.map((code) => ({ system: RESOURCE_TYPES_SYSTEM, code })),
      ...(caseRef !== undefined && {
        data: [
          { meaning: 'related' as const, reference: referTo<Organization>('Organization', 'case', caseRef) },
        ],
      }),
    },
  }
}
