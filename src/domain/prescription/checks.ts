/** What the rules of several verbs ask of a prescription and its signer, and the one place where a prescription is stored. */
import type { RuleContext } from '../contract.ts'
import { splitReference, timeKey } from '../table.ts'
import {
  isWhole,
  PRESCRIPTIONS,
  type PrescriptionRow,
  type PrescriptionState,
  stateOf,
  TO_DISPENSE,
  TO_REVIEW,
} from './state.ts'

/** What every verb about a prescription names. */
export type About = RuleContext<{ readonly prescription: string; readonly subject: string }>

const AT = { field: '/payload/prescription' }

/** The prescription, where it is this subject's. */
export function requirePrescription(context: About): PrescriptionRow {
  const { prescription, subject } = context.payload
  const row = PRESCRIPTIONS.get(context.state, ...splitReference(prescription))
  return row?.subject === subject ? row : context.refuse('prescription.unknown', AT)
}

/** Refuses a prescription with which nothing more can be done. */
export function requireLive(context: About, row: PrescriptionRow): PrescriptionState {
  const state = stateOf(row, context.time)
  if (state === 'CANCELLED' || state === 'REJECTED') context.refuse('prescription.over', AT)
  if (state === 'DISPENSED') context.refuse('prescription.dispensed', AT)
  if (state === 'EXPIRED') context.refuse('prescription.expired', AT)
  return state
}

/** Refuses a signer whose licence is withheld. */
export function requireLicence(context: RuleContext<unknown>): void {
  if (context.port('credential.isSuspended')(context.signer.actor)) context.refuse('prescription.suspended')
}

/** Refuses a copy that hashes to something else than what the prescriber signed. */
export function requireSameCopy(
  context: About,
  row: PrescriptionRow,
  commitment: string | undefined,
  field: string,
): void {
  if (commitment !== row.commitment) context.refuse('prescription.tampered', { field })
}

/**
 * Stores a prescription that changed, and moves it to where it waits now: for the pharmacists who review, at the pharmacy
 * that has it, or nowhere. Queues are in order of the end of validity, so that what has expired is passed over at once.
 */
export function moveInQueues(context: About, before: PrescriptionRow, after: PrescriptionRow): void {
  const { state, payload } = context
  const id = splitReference(payload.prescription)
  PRESCRIPTIONS.put(state, after, ...id)
  const [from, to] = [placeOf(before), placeOf(after)]
  if (from?.join('/') === to?.join('/')) return
  if (from !== undefined) TABLES[from[0]].delete(state, from[1], from[2], ...id)
  if (to !== undefined) TABLES[to[0]].put(state, {}, to[1], to[2], ...id)
}

const TABLES = { review: TO_REVIEW, dispense: TO_DISPENSE }

/** In which queue of which member a prescription stands, and at which time. */
function placeOf(
  row: PrescriptionRow,
): readonly [queue: keyof typeof TABLES, member: string, until: string] | undefined {
  if (row.cancellation !== undefined || isWhole(row.lines)) return undefined
  const until = timeKey(row.validUntil)
  if (row.review === undefined) return ['review', row.reviewer, until]
  return row.route === undefined ? undefined : ['dispense', row.route.pharmacy, until]
}
