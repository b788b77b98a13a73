/** Refusals by the rules of access: numbers from 1400 to 1499. */
import { type CodeRow, row } from './row.ts'

export const ACCESS_CODES = {
  'access.role': row(1400, 403, 'Your role may not do this.'),
  'access.grantee': row(1401, 403, 'You may ask for yourself or for your member only.'),
  'access.request-exists': row(1402, 409, 'Your member has made a request of this id.'),
  'access.not-yours': row(1403, 403, 'You do not act for this subject.'),
  'access.request-unknown': row(1404, 409, 'There is no such request to this subject.'),
  'access.request-over': row(1405, 409, 'The request was answered or has expired.'),
  'access.exists': row(1406, 409, 'You have used this access id.'),
  'access.no-notice': row(1407, 409, 'No fresh notice of yours announces this very opening.'),
  'access.opened': row(1408, 409, 'This access was used; each opening needs its own notice.'),
  'access.consent-unfit': row(1409, 403, 'There is no such consent of this subject to you.'),
  'access.consent-inactive': row(1410, 403, 'The consent is not in force.'),
  'access.purpose': row(1411, 403, 'The consent is for another purpose.'),
  'access.record-unfit': row(
    1412,
    403,
    'There is no such record of this subject, kind and case that you may open so.',
  ),
  'access.erased': row(1415, 409, 'The content of the record has been erased.'),
  'access.supervisor-unfit': row(1416, 409, 'The supervisor is not an active health commission.'),
  'access.unknown': row(1417, 409, 'There is no such emergency access for you to justify.'),
  'access.justified': row(1418, 409, 'The access was justified already.'),
} as const satisfies Record<string, CodeRow>
