/** What prescription stores: its tables and their rows, and the state of a prescription at a time. */
import type { Act } from '../contract.ts'
import { createTable } from '../table.ts'

/** By how the law controls a drug: not at all, as a narcotic, or as a psychotropic of class 1 or 2. */
export const CONTROLS = ['none', 'narcotic', 'class-1', 'class-2'] as const
export type Control = (typeof CONTROLS)[number]

/** What kind of prescription it is, which bounds the days it supplies. */
export const BASES = ['ordinary', 'emergency', 'chronic'] as const
export type Basis = (typeof BASES)[number]

/** One drug; which one is in the private part, under the same number. */
export type LineRow = {
  readonly line: number
  /** In the smallest units that are handed out: tablets, vials. */
  readonly quantity: number
  readonly daysSupply: number
  readonly controlled: Control
  readonly dispensed: number
}

/** `prescription/prescription/<facility>/<local>` */
export type PrescriptionRow = {
  readonly subject: string
  /** Actor id of the doctor. */
  readonly prescriber: string
  readonly basis: Basis
  readonly lines: readonly LineRow[]
  /** Hash of the private part: drugs, directions, diagnosis. */
  readonly commitment: string
  readonly issuedAt: number
  /** Valid at times < until. */
  readonly validUntil: number
  /** Member whose pharmacists review. */
  readonly reviewer: string
  readonly review?: Act & { readonly approved: boolean }
  /** The pharmacy that has it now. */
  readonly route?: Act & { readonly pharmacy: string }
  readonly cancellation?: Act
}

/** `prescription/dispensing/<pharmacy>/<local>` */
export type DispensingRow = {
  /** Reference of the prescription. */
  readonly prescription: string
  readonly subject: string
  readonly quantities: readonly { readonly line: number; readonly quantity: number }[]
  /** Codes of the packs handed out. */
  readonly packs?: readonly string[]
  readonly by: string
  readonly at: number
}

/** Index rows say all in their keys. */
type IndexRow = { readonly [name: string]: never }

type Owned = [owner: string, local: string]

export const PRESCRIPTIONS = createTable<PrescriptionRow, Owned>('prescription/prescription')
/** `prescription/of-subject/<subject>/<issued>/<facility>/<local>` */
export const OF_SUBJECT = createTable<IndexRow, [subject: string, issued: string, ...Owned]>(
  'prescription/of-subject',
)
/** `prescription/of-prescriber/<facility>/<doctor>/<issued>/<local>` */
export const OF_PRESCRIBER = createTable<
  IndexRow,
  [facility: string, doctor: string, issued: string, local: string]
>('prescription/of-prescriber')
/** `prescription/to-review/<member>/<valid until>/<facility>/<local>`: what no pharmacist has looked at. */
export const TO_REVIEW = createTable<IndexRow, [member: string, until: string, ...Owned]>(
  'prescription/to-review',
)
/** `prescription/to-dispense/<pharmacy>/<valid until>/<facility>/<local>`: what is routed and not whole. */
export const TO_DISPENSE = createTable<IndexRow, [pharmacy: string, until: string, ...Owned]>(
  'prescription/to-dispense',
)
export const DISPENSINGS = createTable<DispensingRow, Owned>('prescription/dispensing')
/** `prescription/dispensing-of/<facility>/<local>/<time>/<pharmacy>/<local>` */
export const DISPENSINGS_OF = createTable<
  IndexRow,
  [...Owned, time: string, pharmacy: string, local: string]
>('prescription/dispensing-of')

export type PrescriptionState =
  | 'ISSUED'
  | 'REVIEWED'
  | 'ROUTED'
  | 'PARTLY_DISPENSED'
  | 'DISPENSED'
  | 'EXPIRED'
  | 'CANCELLED'
  | 'REJECTED'

/** Whether every line was handed out whole. */
export const isWhole = (lines: readonly LineRow[]): boolean =>
  lines.every(({ quantity, dispensed }) => dispensed === quantity)

export function stateOf(row: PrescriptionRow, time: number): PrescriptionState {
  if (row.cancellation !== undefined) return 'CANCELLED'
  if (row.review?.approved === false) return 'REJECTED'
  if (isWhole(row.lines)) return 'DISPENSED'
  if (time >= row.validUntil) return 'EXPIRED'
  if (row.lines.some(({ dispensed }) => dispensed > 0)) return 'PARTLY_DISPENSED'
  if (row.route !== undefined) return 'ROUTED'
  return row.review === undefined ? 'ISSUED' : 'REVIEWED'
}
