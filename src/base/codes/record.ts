/** Refusals by the rules of record: numbers from 1100 to 1199. */
import { type CodeRow, row } from './row.ts'

export const RECORD_CODES = {
  'record.role': row(1100, 403, 'Your role may not do this with records.'),
  'record.not-facility': row(1101, 403, 'Your member did not enrol this subject.'),
  'record.not-yours': row(1102, 403, 'You do not act for this subject.'),
  'record.exists': row(1103, 409, 'The owner has a record of this id already.'),
  'record.in-future': row(1104, 409, 'The encounter lies in the future.'),
  'record.unknown': row(1105, 409, 'The owner has no record of this id about this subject.'),
  'record.not-latest': row(1106, 409, 'The version that is superseded is not the latest.'),
  'record.erased': row(1107, 409, 'The content of the record has been erased.'),
  'record.erase-reason': row(1108, 409, 'This reason is not for this signer to give.'),
  'record.retention': row(1109, 409, 'The time for which the record must be kept is not over.'),
  'record.commission-unfit': row(1110, 409, 'The member is not an active health commission.'),
  'record.report-exists': row(
    1111,
    409,
    'Your member has reported this month already; a cell is published once.',
  ),
  'record.cell-repeated': row(1112, 409, 'The cell stands twice.'),
  'record.cell-small': row(1113, 409, 'The count of the cell is too small to be shown.'),
  'record.rest-small': row(
    1114,
    409,
    'What the cells leave of the total is too small, or less than nothing.',
  ),
  'record.bytes': row(
    1115,
    409,
    'The length of what a patient has in the vault is missing, or one is given where there is none.',
  ),
  'record.quota-full': row(1116, 409, 'The patient keeps as much of its own in the vault as it may.'),
  'record.quota-limit': row(1117, 409, 'No quota is extended that far.'),
  'record.price': row(1118, 409, 'The points are not the price of so many units.'),
  'record.content-named': row(1119, 409, 'Another record of the owner names this content of the vault.'),
} as const satisfies Record<string, CodeRow>
