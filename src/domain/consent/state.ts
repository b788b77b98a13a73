/** What consent stores: its tables and their rows, and the state of a consent at a time. */
import Type from 'typebox'
import { PURPOSES } from '../purposes.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import {
  Act,
  ActorId,
  Fields,
  LocalId,
  OneOf,
  pick,
  Reference,
  type RowOf,
  Subject,
  Time,
} from '../schema.ts'
import { createTable } from '../table.ts'

export const ConsentRow = Fields({
  subject: Subject,
  /** Member or actor that may open records. */
  grantee: ActorId,
  purpose: OneOf(PURPOSES),
  /** FHIR R4 resource types. */
  kinds: Type.Array(OneOf(RECORD_KINDS)),
  /** In force at times from <= t < to, unless revoked. */
  from: Time,
  to: Time,
  /** The case whose records it covers, and no others. */
  caseRef: Type.Optional(LocalId),
  grantedAt: Time,
  revocation: Type.Optional(Act),
})
export type ConsentRow = RowOf<typeof ConsentRow>

export const CONSENTS = createTable('consent/consent', {
  id: ['owner', 'consentId'],
  row: ConsentRow,
  meaning: 'a consent; the owner is the patient or guardian that granted it',
  indexes: {
    ofSubject: {
      name: 'consent/of-subject',
      id: ['subject', 'owner', 'consentId'],
      row: Fields(pick(ConsentRow, 'grantee')),
      meaning: 'the consents of a subject',
      key: ({ subject }, ...id) => [subject, ...id],
    },
    ofGrantee: {
      name: 'consent/of-grantee',
      id: ['grantee', 'subject', 'owner', 'consentId'],
      row: Fields(pick(ConsentRow, 'purpose')),
      meaning: 'the consents of a grantee',
      key: ({ grantee, subject }, ...id) => [grantee, subject, ...id],
    },
  },
})

/** By hand, and no index: which claim consent of a case is the last one does not follow from one consent. */
export const CASES = createTable('consent/case', {
  id: ['subject', 'caseRef', 'grantee'],
  row: Fields({ consent: Reference }),
  meaning: 'the last claim consent of a case to a payer',
})

export const CONSENT_STATES = ['PENDING', 'ACTIVE', 'REVOKED', 'EXPIRED'] as const
export type ConsentState = (typeof CONSENT_STATES)[number]

export function stateOf({ revocation, from, to }: ConsentRow, time: number): ConsentState {
  if (revocation !== undefined) return 'REVOKED'
  if (time < from) return 'PENDING'
  return time < to ? 'ACTIVE' : 'EXPIRED'
}
