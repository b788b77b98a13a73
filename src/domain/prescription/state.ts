/** What prescription stores: its tables and their rows, and the state of a prescription at a time. */
import Type from 'typebox'
import { PRESCRIPTION_DAYS_MAX, PRESCRIPTION_LINES_MAX, PRESCRIPTION_UNITS_MAX } from '../../base/index.ts'
import {
  Act,
  ActorId,
  actFields,
  Count,
  Fields,
  Hash,
  LocalId,
  OneOf,
  PackCode,
  Reference,
  type RowOf,
  Subject,
  Time,
} from '../schema.ts'
import { createTable, splitReference, timeKey } from '../table.ts'

/** By how the law controls a drug: not at all, as a narcotic, or as a psychotropic of class 1 or 2. */
export const CONTROLS = ['none', 'narcotic', 'class-1', 'class-2'] as const
export type Control = (typeof CONTROLS)[number]

/** What kind of prescription it is, which bounds the days it supplies. */
export const BASES = ['ordinary', 'emergency', 'chronic'] as const
export type Basis = (typeof BASES)[number]

const LineNumber = Count(1, PRESCRIPTION_LINES_MAX)
const Units = Count(1, PRESCRIPTION_UNITS_MAX)

/** One drug; which one is in the private part, under the same number. */
export const LineRow = Fields({
  line: LineNumber,
  /** In the smallest units that are handed out: tablets, vials. */
  quantity: Units,
  daysSupply: Count(1, PRESCRIPTION_DAYS_MAX),
  controlled: OneOf(CONTROLS),
  dispensed: Count(0, PRESCRIPTION_UNITS_MAX),
})
export type LineRow = RowOf<typeof LineRow>

export const PrescriptionRow = Fields({
  subject: Subject,
  /** The doctor. */
  prescriber: ActorId,
  basis: OneOf(BASES),
  lines: Type.Array(LineRow),
  /** Hash of the private part: drugs, directions, diagnosis. */
  commitment: Hash,
  issuedAt: Time,
  /** Valid at times < until. */
  validUntil: Time,
  /** Member whose pharmacists review. */
  reviewer: LocalId,
  review: Type.Optional(Fields({ ...actFields, approved: Type.Boolean() })),
  /** The pharmacy that has it now. */
  route: Type.Optional(Fields({ ...actFields, pharmacy: LocalId })),
  cancellation: Type.Optional(Act),
})
export type PrescriptionRow = RowOf<typeof PrescriptionRow>

/** Queues are in order of the end of validity, so that what has expired is passed over at once. */
export const PRESCRIPTIONS = createTable('prescription/prescription', {
  id: ['facility', 'rxId'],
  row: PrescriptionRow,
  meaning: 'a prescription as it stands, by the hospital that issued it',
  indexes: {
    ofSubject: {
      name: 'prescription/of-subject',
      id: ['subject', 'time', 'facility', 'rxId'],
      meaning: 'the prescriptions of a subject, by when they were issued',
      key: ({ subject, issuedAt }, ...id) => [subject, timeKey(issuedAt), ...id],
    },
    ofPrescriber: {
      name: 'prescription/of-prescriber',
      id: ['facility', 'doctor', 'time', 'rxId'],
      meaning: 'the prescriptions of a doctor, by when they were issued',
      key: ({ prescriber, issuedAt }, _, rxId) => [...splitReference(prescriber), timeKey(issuedAt), rxId],
    },
    toReview: {
      name: 'prescription/to-review',
      id: ['reviewer', 'time', 'facility', 'rxId'],
      meaning: 'what no pharmacist of the member that reviews has looked at, by the end of validity',
      key: (row, ...id) =>
        isOpen(row) && row.review === undefined ? [row.reviewer, timeKey(row.validUntil), ...id] : undefined,
    },
    toDispense: {
      name: 'prescription/to-dispense',
      id: ['pharmacy', 'time', 'facility', 'rxId'],
      meaning: 'what a pharmacy has and has not handed out whole, by the end of validity',
      key: (row, ...id) =>
        isOpen(row) && row.review !== undefined && row.route !== undefined
          ? [row.route.pharmacy, timeKey(row.validUntil), ...id]
          : undefined,
    },
  },
})

/** What is handed out of a line. */
export const Quantity = Fields({ line: LineNumber, quantity: Units })

export const DispensingRow = Fields({
  prescription: Reference,
  subject: Subject,
  quantities: Type.Array(Quantity),
  /** Codes of the packs handed out. */
  packs: Type.Optional(Type.Array(PackCode)),
  ...actFields,
})

export const DISPENSINGS = createTable('prescription/dispensing', {
  id: ['pharmacy', 'dispenseId'],
  row: DispensingRow,
  meaning: 'what a pharmacy handed out at once',
  indexes: {
    ofPrescription: {
      name: 'prescription/dispensing-of',
      id: ['facility', 'rxId', 'time', 'pharmacy', 'dispenseId'],
      meaning: 'what was handed out on a prescription, by when',
      key: ({ prescription, at }, ...id) => [...splitReference(prescription), timeKey(at), ...id],
    },
  },
})

export const PRESCRIPTION_STATES = [
  'ISSUED',
  'REVIEWED',
  'ROUTED',
  'PARTLY_DISPENSED',
  'DISPENSED',
  'EXPIRED',
  'CANCELLED',
  'REJECTED',
] as const
export type PrescriptionState = (typeof PRESCRIPTION_STATES)[number]

/** Whether every line was handed out whole. */
const isWhole = (lines: readonly LineRow[]): boolean =>
  lines.every(({ quantity, dispensed }) => dispensed === quantity)

/** Whether something is left to be done with it, were it still valid. */
const isOpen = ({ cancellation, lines }: PrescriptionRow): boolean =>
  cancellation === undefined && !isWhole(lines)

export function stateOf(row: PrescriptionRow, time: number): PrescriptionState {
  if (row.cancellation !== undefined) return 'CANCELLED'
  if (row.review?.approved === false) return 'REJECTED'
  if (isWhole(row.lines)) return 'DISPENSED'
  if (time >= row.validUntil) return 'EXPIRED'
  if (row.lines.some(({ dispensed }) => dispensed > 0)) return 'PARTLY_DISPENSED'
  if (row.route !== undefined) return 'ROUTED'
  return row.review === undefined ? 'ISSUED' : 'REVIEWED'
}
