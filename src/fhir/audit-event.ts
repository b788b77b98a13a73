/** `AuditEvent` (R4 6.4) of an access: who opened which record, on which consent or in which emergency. */
import type { AuditEvent, Consent, DocumentReference, Organization } from '@medplum/fhirtypes'
import { fhirIdOf, instantOf, purposeCoding, referTo, referToActor, referToSubject } from './terms.ts'

/** An access as the reads of the module `access` answer it. */
export interface AccessAnswer {
  readonly ref: string
  /** Actor id. */
  readonly opener: string
  readonly record: string
  readonly subject: string
  /** `emergency` for a break-glass access. */
  readonly purpose: string
  readonly consent?: string
  readonly at: number
  /** A break-glass access that nobody justified in time. */
  readonly violation?: boolean
}

const LIFECYCLE = 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle'

export function auditEventOf(access: AccessAnswer): AuditEvent {
  const { ref, opener, record, subject, purpose, consent, at, violation } = access
  return {
    resourceType: 'AuditEvent',
    id: fhirIdOf(ref),
    type: { system: LIFECYCLE, code: 'access' },
    subtype: [
      {
        system: 'urn:medseal:transaction-type',
        code: consent === undefined ? 'access.break-glass' : 'access.open',
      },
    ],
    action: 'R',
    recorded: instantOf(at),
    outcome: '0',
    ...(violation && { outcomeDesc: 'Break-glass access without a justification in time.' }),
    purposeOfEvent: [{ coding: [purposeCoding(purpose)] }],
    agent: [
      {
        who: referToActor(opener),
        requestor: true,
        ...(consent !== undefined && { policy: [`urn:medseal:consent:${consent}`] }),
      },
    ],
    source: { observer: referTo<Organization>('Organization', 'member', record.split(':', 1)[0]!) },
    entity: [
      { what: referTo<DocumentReference>('DocumentReference', 'record', record) },
      { what: referToSubject(subject) },
      ...(consent === undefined ? [] : [{ what: referTo<Consent>('Consent', 'consent', consent) }]),
    ],
  }
}
