/** Refusals by the rules of referral: numbers from 1700 to 1799. */
import { type CodeRow, row } from './row.ts'

export const REFERRAL_CODES = {
  'referral.role': row(1700, 403, 'Your role, or that of your member, may not do this.'),
  'referral.facility-unfit': row(1701, 409, 'This is not another active facility of the right role.'),
  'referral.exists': row(1702, 409, 'Your hospital has made a referral of this id.'),
  'referral.not-facility': row(1703, 403, 'Your hospital did not enrol this subject.'),
  'referral.receiver-unfit': row(1704, 409, 'The receiver is not another active hospital.'),
  'referral.tier': row(1705, 409, 'The health commission has attested no tier of this hospital, or another.'),
  'referral.direction': row(1706, 409, 'The direction does not agree with the tiers.'),
  'referral.plan-missing': row(1707, 409, 'A down-referral carries a plan.'),
  'referral.consent-unfit': row(
    1708,
    403,
    'There is no referral consent in force of this subject to the receiver.',
  ),
  'referral.attachment-unfit': row(
    1709,
    403,
    'An attachment is no record of this subject that can be opened so.',
  ),
  'referral.attachment-uncovered': row(1710, 403, 'The consent does not cover an attachment.'),
  'referral.not-receiver': row(1711, 403, 'The referral is addressed to another hospital.'),
  'referral.not-concerned': row(1712, 403, 'Only the sender or the patient may cancel a referral.'),
  'referral.unknown': row(1713, 409, 'There is no such referral of this subject to this receiver.'),
  'referral.answered': row(1714, 409, 'The referral was accepted or declined already.'),
  'referral.not-accepted': row(1715, 409, 'The referral was not accepted.'),
  'referral.over': row(1716, 409, 'The referral was declined, completed or cancelled.'),
} as const satisfies Record<string, CodeRow>
