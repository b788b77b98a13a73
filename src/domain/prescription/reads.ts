/**
 * What may be asked of prescriptions: a patient sees its own, a hospital and its doctors what they prescribed, pharmacists
 * what waits for their review, a pharmacy what waits at its counter and what it handed out. No read gives the commitment:
 * whoever states it computes it from the copy in hand.
 */
import Type from 'typebox'
import { PRESCRIPTION_DAYS_MAX, PRESCRIPTION_UNITS_MAX } from '../../base/index.ts'
import type { Context, ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isStaff, isStaffOf, MEMBER } from '../roles.ts'
import { Act, ActorId, actFields, Count, Fields, LocalId, Name, Reference, Subject, Time } from '../schema.ts'
import { type Page, readPage, splitReference, type Table, timeKey } from '../table.ts'
import { LineNumber, Units } from './prescribing.ts'
import {
  DISPENSINGS,
  DISPENSINGS_OF,
  type DispensingRow,
  OF_PRESCRIBER,
  OF_SUBJECT,
  PRESCRIPTIONS,
  type PrescriptionRow,
  stateOf,
  TO_DISPENSE,
  TO_REVIEW,
} from './state.ts'

const PrescriptionAnswer = Fields({
  ref: Reference,
  facility: LocalId,
  subject: Subject,
  prescriber: ActorId,
  basis: Name,
  lines: Type.Array(
    Fields({
      line: LineNumber,
      quantity: Units,
      daysSupply: Count(1, PRESCRIPTION_DAYS_MAX),
      controlled: Name,
      dispensed: Count(0, PRESCRIPTION_UNITS_MAX),
    }),
  ),
  issuedAt: Time,
  validUntil: Time,
  reviewer: LocalId,
  review: Type.Optional(Fields({ ...actFields, approved: Type.Boolean() })),
  route: Type.Optional(Fields({ ...actFields, pharmacy: LocalId })),
  cancellation: Type.Optional(Act),
  state: Name,
})

function showPrescription(context: Context, facility: string, local: string, row: PrescriptionRow) {
  const { commitment: _, ...shown } = row
  return {
    ref: `${facility}:${local}`,
    facility,
    ...shown,
    lines: row.lines.map((line) => ({ ...line })),
    state: stateOf(row, context.time),
  }
}

/** The prescription behind an index row, whose id ends in facility and local id. */
function showIndexed(context: Context, id: readonly string[]) {
  const [facility = '', local = ''] = id.slice(-2)
  return showPrescription(context, facility, local, PRESCRIPTIONS.get(context.state, facility, local)!)
}

const DispensingAnswer = Fields({
  ref: Reference,
  pharmacy: LocalId,
  prescription: Reference,
  subject: Subject,
  quantities: Type.Array(Fields({ line: LineNumber, quantity: Units })),
  packs: Type.Optional(Type.Array(Name)),
  ...actFields,
})

function showDispensing(pharmacy: string, local: string, row: DispensingRow) {
  const { quantities, packs, ...shown } = row
  return {
    ref: `${pharmacy}:${local}`,
    pharmacy,
    ...shown,
    quantities: quantities.map((quantity) => ({ ...quantity })),
    ...(packs !== undefined && { packs: [...packs] }),
  }
}

/** The patient, the hospital, who reviews, and the pharmacy that has it now. */
function maySee(context: ReadContext, facility: string, row: PrescriptionRow): boolean {
  const members = [facility, row.reviewer, ...(row.route === undefined ? [] : [row.route.pharmacy])]
  const isConcerned = members.some((member) => isStaffOf(context.reader, member))
  return isConcerned || context.port('identity.actsFor')(context.reader, row.subject)
}

/** A queue from what is still valid on: what has expired lies before. */
const readQueue = (
  context: ReadContext,
  table: Table<{ readonly [name: string]: never }, [string, string, string, string]>,
): Page<ReturnType<typeof showIndexed>> => {
  const { query } = context
  const cursor = query['cursor'] ?? timeKey(context.time + 1)
  return readPage({ ...context, query: { ...query, cursor } }, table, [context.reader.member], ({ id }) =>
    showIndexed(context, id),
  )
}

const list = { answer: PrescriptionAnswer, list: true, patientData: true } as const

const prescriptions = defineOldRead({
  ...list,
  path: '/prescriptions',
  summary: 'Prescriptions of a subject, in order of time: those who act for it.',
  query: Fields({ subject: Subject }),
  run(context) {
    const subject = String(context.query.subject)
    if (!context.port('identity.actsFor')(context.reader, subject)) return undefined
    return readPage(context, OF_SUBJECT, [subject], ({ id }) => showIndexed(context, id))
  },
})

const prescription = defineOldRead({
  path: '/prescriptions/:ref',
  summary:
    'One prescription: those who act for the subject, staff of the hospital, of who reviews, and of the pharmacy that has it.',
  query: Fields({ ref: Reference }),
  answer: PrescriptionAnswer,
  list: false,
  patientData: true,
  run(context) {
    const [facility, local] = splitReference(String(context.query.ref))
    const row = PRESCRIPTIONS.get(context.state, facility, local)
    if (row === undefined || !maySee(context, facility, row)) return undefined
    return showPrescription(context, facility, local, row)
  },
})

const issued = defineOldRead({
  ...list,
  path: '/issued',
  summary: "Prescriptions of the reader's hospital, in order of ids: its staff.",
  query: Fields({}),
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(context, PRESCRIPTIONS, [reader.member], ({ id: [local = ''], value }) =>
      showPrescription(context, reader.member, local, value),
    )
  },
})

const prescribed = defineOldRead({
  ...list,
  path: '/prescribed',
  summary: 'What the reader prescribed, in order of time: a doctor.',
  query: Fields({}),
  run(context) {
    const { reader } = context
    if (reader.role !== 'doctor') return undefined
    return readPage(context, OF_PRESCRIBER, splitReference(reader.actor), ({ id: [, local = ''] }) =>
      showIndexed(context, [reader.member, local]),
    )
  },
})

const toReview = defineOldRead({
  ...list,
  path: '/to-review',
  summary:
    "What waits for the review of the reader's member, the soonest to expire first: its pharmacists and key.",
  query: Fields({}),
  run(context) {
    if (!['pharmacist', MEMBER].includes(context.reader.role)) return undefined
    return readQueue(context, TO_REVIEW)
  },
})

const toDispense = defineOldRead({
  ...list,
  path: '/to-dispense',
  summary:
    "What patients sent to the reader's pharmacy and is not whole, the soonest to expire first: its staff.",
  query: Fields({}),
  run(context) {
    return isStaff(context.reader) ? readQueue(context, TO_DISPENSE) : undefined
  },
})

const dispensed = defineOldRead({
  path: '/dispensed',
  summary: "What the reader's pharmacy handed out: its staff.",
  query: Fields({}),
  answer: DispensingAnswer,
  list: true,
  patientData: true,
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(context, DISPENSINGS, [reader.member], ({ id: [local = ''], value }) =>
      showDispensing(reader.member, local, value),
    )
  },
})

const dispensings = defineOldRead({
  path: '/dispensings',
  summary: 'What was handed out on a prescription, in order of time: whoever may see the prescription.',
  query: Fields({ prescription: Reference }),
  answer: DispensingAnswer,
  list: true,
  patientData: true,
  run(context) {
    const id = splitReference(String(context.query.prescription))
    const row = PRESCRIPTIONS.get(context.state, ...id)
    if (row === undefined || !maySee(context, id[0], row)) return undefined
    return readPage(context, DISPENSINGS_OF, id, ({ id: [, pharmacy = '', local = ''] }) =>
      showDispensing(pharmacy, local, DISPENSINGS.get(context.state, pharmacy, local)!),
    )
  },
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
