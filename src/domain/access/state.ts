/** What access stores: its tables and their rows, and states as they follow from stored times. */
import Type from 'typebox'
import type { Context } from '../contract.ts'
import { PURPOSES } from '../purposes.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import {
  ActorId,
  actFields,
  Fields,
  Hash,
  LocalId,
  OneOf,
  pick,
  Reference,
  type RowOf,
  Subject,
  Time,
} from '../schema.ts'
import { createTable, timeKey } from '../table.ts'

export const RequestRow = Fields({
  subject: Subject,
  grantee: ActorId,
  purpose: OneOf(PURPOSES),
  kinds: Type.Array(OneOf(RECORD_KINDS)),
  caseRef: Type.Optional(LocalId),
  ...actFields,
  /** The consent that was granted is absent where the request was refused. */
  answer: Type.Optional(Fields({ ...actFields, consent: Type.Optional(Reference) })),
})
export type RequestRow = RowOf<typeof RequestRow>

export const REQUESTS = createTable('access/request', {
  id: ['member', 'requestId'],
  row: RequestRow,
  meaning: 'a member or one of its people asks a patient for a consent',
  indexes: {
    ofSubject: {
      name: 'access/request-of',
      id: ['subject', 'member', 'requestId'],
      row: Fields(pick(RequestRow, 'at')),
      meaning: 'the requests to a subject',
      key: ({ subject }, ...id) => [subject, ...id],
    },
  },
})

/** `by`, in its id, is who opens. */
export const AccessRow = Fields({
  subject: Subject,
  record: Reference,
  /** Under which consent, and for what; absent where the glass was broken. */
  consent: Type.Optional(Reference),
  purpose: Type.Optional(OneOf(PURPOSES)),
  noticeAt: Type.Optional(Time),
  openedAt: Type.Optional(Time),
  /** Address of the ciphertext when the record was opened. */
  vaultHash: Type.Optional(Hash),
  /** Health commission that watches over a broken glass. */
  supervisor: Type.Optional(LocalId),
  justification: Type.Optional(Fields({ ...actFields, late: Type.Boolean() })),
})
export type AccessRow = RowOf<typeof AccessRow>

const recordRow = Fields(pick(AccessRow, 'record'))
/** When the patient was told: by the notice, or by the opening where the glass was broken. */
const toldKey = ({ noticeAt, openedAt }: AccessRow): string => timeKey((noticeAt ?? openedAt)!)

export const ACCESSES = createTable('access/access', {
  id: ['by', 'accessId'],
  row: AccessRow,
  meaning: 'a notice, and an opening, of a record by an actor',
  indexes: {
    ofSubject: {
      name: 'access/of-subject',
      id: ['subject', 'time', 'by', 'accessId'],
      row: recordRow,
      meaning: 'accesses to what is about a subject, in order of time',
      key: (row, ...id) => [row.subject, toldKey(row), ...id],
    },
    ofSupervisor: {
      name: 'access/of-supervisor',
      id: ['supervisor', 'time', 'by', 'accessId'],
      row: recordRow,
      meaning: 'records that were opened without consent, for the commission that watches over it',
      key: (row, ...id) => (row.supervisor === undefined ? undefined : [row.supervisor, toldKey(row), ...id]),
    },
    // A payer's case file shows what it opened of the case; nobody asks that of other consents.
    ofConsent: {
      name: 'access/of-consent',
      id: ['consent', 'time', 'by', 'accessId'],
      row: recordRow,
      meaning: 'accesses under a claim consent',
      key: (row, ...id) =>
        row.consent === undefined || row.purpose !== 'claim' ? undefined : [row.consent, toldKey(row), ...id],
    },
  },
})

export const REQUEST_STATES = ['OPEN', 'APPROVED', 'REFUSED', 'EXPIRED'] as const

export function requestState(context: Context, { at, answer }: RequestRow): (typeof REQUEST_STATES)[number] {
  if (answer !== undefined) return answer.consent === undefined ? 'REFUSED' : 'APPROVED'
  return context.time <= at + context.parameter('requestSeconds') ? 'OPEN' : 'EXPIRED'
}

export const ACCESS_STATES = [
  'NOTIFIED',
  'LAPSED',
  'OPENED',
  'UNJUSTIFIED',
  'JUSTIFIED',
  'JUSTIFIED_LATE',
  'VIOLATION',
] as const

/** A broken glass that nobody justified in time is a violation, and stays one that was justified late. */
export function accessState(context: Context, row: AccessRow): (typeof ACCESS_STATES)[number] {
  const { openedAt, supervisor, justification } = row
  if (openedAt === undefined) return isNoticeFresh(context, row) ? 'NOTIFIED' : 'LAPSED'
  if (supervisor === undefined) return 'OPENED'
  if (justification !== undefined) return justification.late ? 'JUSTIFIED_LATE' : 'JUSTIFIED'
  return isJustifiable(context, openedAt) ? 'UNJUSTIFIED' : 'VIOLATION'
}

/** Whether a record may be opened on this notice now. */
export function isNoticeFresh(context: Context, { noticeAt }: AccessRow): boolean {
  return noticeAt !== undefined && context.time <= noticeAt + context.parameter('noticeValidSeconds')
}

/** Whether a justification now is in time. */
export const isJustifiable = (context: Context, openedAt: number): boolean =>
  context.time <= openedAt + context.parameter('justifySeconds')
