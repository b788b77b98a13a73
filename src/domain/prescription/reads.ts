/**
 * What may be asked of prescriptions: a patient sees its own, a hospital and its doctors what they prescribed,
 * pharmacists what waits for their review, a pharmacy what waits at its counter and what it handed out. No read gives
 * the commitment: whoever states it computes it from the copy in hand.
 */
import type { Context, ReadContext } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { type Page, type PageQuery, readPage } from '../page.ts'
import { actsFor, anyOf, hasRole, staff, staffOf, staffOfFound } from '../rights.ts'
import { MEMBER } from '../roles.ts'
import { Fields, LocalId, OneOf, omit, Reference, type RowOf, Subject } from '../schema.ts'
import { type Entry, splitReference, timeKey } from '../table.ts'
import {
  DISPENSINGS,
  DispensingRow,
  PRESCRIPTION_STATES,
  PRESCRIPTIONS,
  PrescriptionRow,
  stateOf,
} from './state.ts'

const PrescriptionAnswer = Fields({
  ref: Reference,
  facility: LocalId,
  ...omit(PrescriptionRow, 'commitment'),
  state: OneOf(PRESCRIPTION_STATES),
})

function showPrescription(
  row: Entry<['facility', 'rxId'], PrescriptionRow>,
  context: Context,
): RowOf<typeof PrescriptionAnswer> {
  const { rxId, commitment: _, ...shown } = row
  return { ref: `${shown.facility}:${rxId}`, ...shown, state: stateOf(row, context.time) }
}

const DispensingAnswer = Fields({ ref: Reference, pharmacy: LocalId, ...DispensingRow.properties })

const showDispensing = ({
  dispenseId,
  ...row
}: Entry<['pharmacy', 'dispenseId'], RowOf<typeof DispensingRow>>): RowOf<typeof DispensingAnswer> => ({
  ref: `${row.pharmacy}:${dispenseId}`,
  ...row,
})

/** The patient, the hospital, who reviews, and the pharmacy that has it now. */
const concerned = anyOf(
  actsFor('subject'),
  staffOf('facility', 'hospital'),
  staffOf('reviewer'),
  staffOfFound('pharmacy that has it', ({ route }: PrescriptionRow) => route?.pharmacy),
)

/** A queue from what is still valid on: what has expired lies before. */
function readQueue(
  context: ReadContext<PageQuery>,
  queue: (typeof PRESCRIPTIONS)['indexes']['toReview'],
): Page<RowOf<typeof PrescriptionAnswer>> {
  const { query, reader, state, time } = context
  const cursor = query.cursor ?? timeKey(time + 1)
  return readPage({ ...context, query: { ...query, cursor } }, queue, [reader.member], ({ id }) =>
    showPrescription(queue.at(state, [reader.member, ...id]), context),
  )
}

const list = { answer: PrescriptionAnswer, patientData: true } as const

const prescriptions = defineList({
  ...list,
  path: '/prescriptions',
  summary: 'Prescriptions of a subject, in order of time.',
  query: Fields({ subject: Subject }),
  for: actsFor('subject'),
  over: PRESCRIPTIONS.indexes.ofSubject,
  under: ({ query }) => [query.subject],
  show: showPrescription,
})

const prescription = defineRead({
  path: '/prescriptions/:ref',
  summary: 'One prescription.',
  query: Fields({ ref: Reference }),
  answer: PrescriptionAnswer,
  patientData: true,
  find: ({ state, query }) => PRESCRIPTIONS.find(state, query.ref),
  for: concerned,
  show: ({ ref: _, ...found }, context) => showPrescription(found, context),
})

const issued = defineList({
  ...list,
  path: '/issued',
  summary: "Prescriptions of the reader's hospital, in order of ids.",
  query: Fields({}),
  for: staff,
  over: PRESCRIPTIONS,
  under: ({ reader }) => [reader.member],
  show: showPrescription,
})

const prescribed = defineList({
  ...list,
  path: '/prescribed',
  summary: 'What the reader prescribed, in order of time.',
  query: Fields({}),
  for: hasRole('doctor'),
  over: PRESCRIPTIONS.indexes.ofPrescriber,
  under: ({ reader }) => splitReference(reader.actor),
  show: showPrescription,
})

const toReview = defineList({
  ...list,
  path: '/to-review',
  summary: "What waits for the review of the reader's member, the soonest to expire first.",
  query: Fields({}),
  for: hasRole('pharmacist', MEMBER),
  page: (context) => readQueue(context, PRESCRIPTIONS.indexes.toReview),
})

const toDispense = defineList({
  ...list,
  path: '/to-dispense',
  summary: "What patients sent to the reader's pharmacy and is not whole, the soonest to expire first.",
  query: Fields({}),
  for: staff,
  page: (context) => readQueue(context, PRESCRIPTIONS.indexes.toDispense),
})

const dispensed = defineList({
  path: '/dispensed',
  summary: "What the reader's pharmacy handed out.",
  query: Fields({}),
  answer: DispensingAnswer,
  patientData: true,
  for: staff,
  over: DISPENSINGS,
  under: ({ reader }) => [reader.member],
  show: showDispensing,
})

const dispensings = defineList({
  path: '/dispensings',
  summary: 'What was handed out on a prescription, in order of time.',
  query: Fields({ prescription: Reference }),
  answer: DispensingAnswer,
  patientData: true,
  find: ({ state, query }) => PRESCRIPTIONS.find(state, query.prescription),
  for: concerned,
  over: DISPENSINGS.indexes.ofPrescription,
  under: ({ found }) => [found.facility, found.rxId],
  show: showDispensing,
})

export const reads = [
  prescriptions,
  prescription,
  issued,
  prescribed,
  toReview,
  toDispense,
  dispensed,
  dispensings,
]
