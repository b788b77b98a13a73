/** Refusals by the rules of identity: numbers from 1000 to 1099. */
import { type CodeRow, row } from './row.ts'

export const IDENTITY_CODES = {
  'identity.role': row(1000, 403, 'Your role may not do this.'),
  'identity.foreign-member': row(1001, 403, 'The actor belongs to another member than yours.'),
  'identity.actor-exists': row(1002, 409, 'An actor of this id is already enrolled.'),
  'identity.role-unfit': row(1003, 409, 'A member of your roles may not enrol an actor of this role.'),
  'identity.key-unsound': row(
    1004,
    409,
    'The key is not the canonical encoding of a point of the prime-order subgroup.',
  ),
  'identity.key-used': row(1005, 409, 'The key was enrolled before; a key is enrolled once.'),
  'identity.statement-invalid': row(1006, 409, 'The new key did not sign this statement.'),
  'identity.actor-unknown': row(1007, 409, 'No actor of this id that you may act on.'),
  'identity.subject-exists': row(1008, 409, 'The subject is already enrolled.'),
  'identity.subject-unknown': row(1009, 409, 'No facility has enrolled this subject.'),
  'identity.patient-unfit': row(1010, 409, 'The actor is not an active patient that may be named here.'),
  'identity.not-yours': row(1011, 403, 'You do not act for this subject.'),
  'identity.link-exists': row(1012, 409, 'This link has been offered already.'),
  'identity.link-self': row(1013, 409, 'A subject is not linked to itself.'),
  'identity.links-full': row(1014, 409, 'The subject has as many links as the parameters allow.'),
  'identity.key-inactive': row(1015, 409, 'The key is not the valid key of this actor.'),
  'identity.suspended': row(1016, 409, 'The actor is suspended already.'),
  'identity.not-suspended': row(1017, 409, 'The actor is not suspended.'),
  'identity.insured-differs': row(1018, 409, 'Another insured person is attested for this subject.'),
  'identity.not-facility': row(
    1019,
    403,
    'Only the key or a doctor of the facility of this subject may do this.',
  ),
  'identity.guardian-exists': row(1020, 409, 'The actor is guardian of this subject already.'),
  'identity.guardian-unknown': row(1021, 409, 'The actor is not guardian of this subject.'),
  'identity.guardian-time': row(1022, 409, 'The guardianship ends in the past or lasts too long.'),
  'identity.vouched': row(1023, 409, 'Your member vouches for this key already.'),
  'identity.recovery-waits': row(1024, 409, 'A recovery of this patient waits for its delay to pass.'),
  'identity.recovery-unknown': row(1025, 409, 'No recovery to this key waits.'),
} as const satisfies Record<string, CodeRow>
