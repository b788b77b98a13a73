/**
 * What the rules of several verbs ask of a prescription and its signer, and the one place where a prescription is
 * stored.
 */
import type { RuleContext } from '../contract.ts'
import { isParty } from '../roles.ts'
import { splitReference } from '../table.ts'
import { PRESCRIPTIONS, type PrescriptionRow, type PrescriptionState, stateOf } from './state.ts'

/** What every verb about a prescription names. */
export type About = RuleContext<{ readonly prescription: string; readonly subject: string }>

const AT = { field: '/payload/prescription' }

/** The prescription, where it is this subject's, and with the signer: patient, hospital, reviewer or pharmacy. */
export function requirePrescription(context: About): PrescriptionRow {
  const { prescription, subject } = context.payload
  const id = splitReference(prescription)
  const row = PRESCRIPTIONS.get(context.state, ...id)
  if (row?.subject !== subject) return context.refuse('prescription.unknown', AT)
  const members = [id[0], row.reviewer, ...(row.route === undefined ? [] : [row.route.pharmacy])]
  const parties = [...members.map((member) => ({ member })), { subject }]
  return isParty(context.port, context.signer, parties) ? row : context.refuse('prescription.unknown', AT)
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

/** Stores a prescription that changed; by its row the queues follow. */
export function putPrescription({ state, payload }: About, row: PrescriptionRow): void {
  PRESCRIPTIONS.put(state, row, ...splitReference(payload.prescription))
}
