/**
 * `AuditEvent` (R4 6.4) of an access: who opened which record, on which consent or in which emergency, or announced it.
 */
import type { AuditEvent, Consent, DocumentReference, Organization } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import { memberOf } from '../protocol/index.ts'
import { fhirIdOf, purposeCoding, referTo, referToActor, referToSubject } from './terms.ts'

/** An access as the reads of the module `access` answer it. */
export interface AccessAnswer {
  readonly ref: string
  /** Actor id of who opened, or gave notice. */
  readonly by: string
  readonly subject: string
  readonly record: string
  /** Absent where the glass was broken, as is the purpose. */
  readonly consent?: string
  readonly purpose?: string
  readonly noticeAt?: number
  /** Absent where there was a notice and nothing more. */
  readonly openedAt?: number
  readonly supervisor?: string
  readonly state: string
}

const LIFECYCLE = 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle'

/** The transaction type that made the access what it is. */
function typeOf({ openedAt, supervisor }: AccessAnswer): string {
  if (supervisor !== undefined) return 'access.break-glass'
  return openedAt === undefined ? 'access.notify' : 'access.open'
}

export function auditEventOf(access: AccessAnswer): AuditEvent {
  const { ref, by, record, subject, consent, supervisor, openedAt, noticeAt, state } = access
  const purpose = supervisor === undefined ? access.purpose : 'emergency'
  return {
    resourceType: 'AuditEvent',
    id: fhirIdOf(ref),
    type: { system: LIFECYCLE, code: 'access' },
    subtype: [
      { system: 'urn:medseal:transaction-type', code: typeOf(access) },
      { system: 'urn:medseal:access-state', code: state },
    ],
    // A notice reads nothing yet.
    action: openedAt === undefined ? 'E' : 'R',
    recorded: instantOf(openedAt ?? noticeAt ?? 0),
    outcome: '0',
    ...(purpose !== undefined && { purposeOfEvent: [{ coding: [purposeCoding(purpose)] }] }),
    agent: [
      {
        who: referToActor(by),
        requestor: true,
        ...(consent !== undefined && { policy: [`urn:medseal:consent:${consent}`] }),
      },
      ...(supervisor === undefined
        ? []
        : [{ who: referTo<Organization>('Organization', 'member', supervisor), requestor: false }]),
    ],
    source: { observer: referTo<Organization>('Organization', 'member', memberOf(record)) },
    entity: [
      { what: referTo<DocumentReference>('DocumentReference', 'record', record) },
      { what: referToSubject(subject) },
      ...(consent === undefined ? [] : [{ what: referTo<Consent>('Consent', 'consent', consent) }]),
    ],
  }
}
