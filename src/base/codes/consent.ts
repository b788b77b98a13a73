/** Refusals by the rules of consent: numbers from 1300 to 1399. */
import { type CodeRow, row } from './row.ts'

export const CONSENT_CODES = {
  'consent.not-yours': row(1300, 403, 'You do not act for this subject.'),
  'consent.exists': row(1301, 409, 'You have granted a consent of this id already.'),
  'consent.grantee-unfit': row(1302, 409, 'The grantee is not active, or can not have this purpose.'),
  'consent.period': row(1303, 409, 'The consent ends before it begins, in the past, or lasts too long.'),
  'consent.case-missing': row(1304, 409, 'A consent for a claim must name its case.'),
  'consent.case-open': row(1305, 409, 'A consent of this case to this grantee is in force already.'),
  'consent.unknown': row(1306, 409, 'There is no such consent of this subject to this grantee.'),
  'consent.over': row(1307, 409, 'The consent was revoked or has expired.'),
} as const satisfies Record<string, CodeRow>
