/**
 * What may be asked of access: a patient sees every request and every opening, the others their part. A
 * grantee sees at once what its consent covers, and a treating hospital whether an examination need not be
 * repeated.
 */
import Type from 'typebox'
import { memberOf } from '../../protocol/index.ts'
import type { Context } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { fillPage } from '../page.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import { actsFor, anyOf, only, partyTo, staff, staffOf, staffOfFound } from '../rights.ts'
import { hasMemberRole, isStaff } from '../roles.ts'
import { ActorId, Fields, Hash, OneOf, Reference, type RowOf, Subject, Time } from '../schema.ts'
import { type Entry, splitReference } from '../table.ts'
import {
  ACCESS_STATES,
  ACCESSES,
  AccessRow,
  accessState,
  REQUEST_STATES,
  REQUESTS,
  RequestRow,
  requestState,
} from './state.ts'

const RequestAnswer = Fields({ ref: Reference, ...RequestRow.properties, state: OneOf(REQUEST_STATES) })

const AccessAnswer = Fields({
  ref: Reference,
  by: ActorId,
  ...AccessRow.properties,
  state: OneOf(ACCESS_STATES),
})

const showRequest = (
  { member, requestId, ...row }: Entry<['member', 'requestId'], RequestRow>,
  context: Context,
): RowOf<typeof RequestAnswer> => ({
  ref: `${member}:${requestId}`,
  ...row,
  state: requestState(context, row),
})

const showAccess = (
  { accessId, ...row }: Entry<['by', 'accessId'], AccessRow>,
  context: Context,
): RowOf<typeof AccessAnswer> => ({
  ref: `${row.by}:${accessId}`,
  ...row,
  state: accessState(context, row),
})

const requests = defineList({
  path: '/requests',
  summary: 'Requests to a subject with their state.',
  query: Fields({ subject: Subject }),
  answer: RequestAnswer,
  patientData: true,
  for: actsFor('subject'),
  over: REQUESTS.indexes.ofSubject,
  under: ({ query }) => [query.subject],
  show: showRequest,
})

const request = defineRead({
  path: '/requests/:ref',
  summary: 'One request.',
  query: Fields({ ref: Reference }),
  answer: RequestAnswer,
  patientData: true,
  find: ({ state, query }) => REQUESTS.find(state, query.ref),
  for: anyOf(actsFor('subject'), staffOf('member', 'member that asked')),
  show: (found, context) => showRequest(found, context),
})

const accesses = defineList({
  path: '/accesses',
  summary: 'Every notice and opening of the records of a subject, in order of time.',
  query: Fields({ subject: Subject }),
  answer: AccessAnswer,
  patientData: true,
  for: actsFor('subject'),
  over: ACCESSES.indexes.ofSubject,
  under: ({ query }) => [query.subject],
  show: showAccess,
})

const allAccesses = defineList({
  path: '/all-accesses',
  summary: 'The same over every subject that the patient has joined to this one, in one order of time.',
  query: Fields({ subject: Subject }),
  answer: AccessAnswer,
  patientData: true,
  for: actsFor('subject'),
  over: ACCESSES.indexes.ofSubject,
  underEach: ({ port, query }) => port('identity.joinedSubjects')(query.subject).map((one) => [one]),
  show: showAccess,
})

const access = defineRead({
  path: '/accesses/:ref',
  summary: 'One access.',
  query: Fields({ ref: Reference }),
  answer: AccessAnswer,
  patientData: true,
  find({ state, query }) {
    const row = ACCESSES.find(state, query.ref)
    return row && { row, subject: row.subject, owner: splitReference(row.record)[0] }
  },
  for: anyOf(
    actsFor('subject'),
    staffOfFound('member that opened', ({ row }: { row: { readonly by: string } }) => memberOf(row.by)),
    partyTo('owner', 'owner of the record'),
    staffOfFound('supervisor', ({ row }: { row: AccessRow }) => row.supervisor),
  ),
  show: ({ row }, context) => showAccess(row, context),
})

const brokenGlass = defineList({
  path: '/break-glass',
  summary: "Records opened without consent under the eyes of the reader's commission, in order of time.",
  query: Fields({}),
  answer: AccessAnswer,
  patientData: true,
  for: staff,
  over: ACCESSES.indexes.ofSupervisor,
  under: ({ reader }) => [reader.member],
  show: showAccess,
})

const covered = defineList({
  path: '/covered',
  summary: 'The records that a consent in force covers, a whole case at once.',
  query: Fields({ consent: Reference }),
  answer: Fields({ ref: Reference, kind: OneOf(RECORD_KINDS), encounterAt: Time, contentHash: Hash }),
  patientData: true,
  find({ port, query }) {
    const consent = port('consent.find')(query.consent)
    return consent?.active ? consent : undefined
  },
  for: partyTo('grantee'),
  page({ port, query, found }) {
    const { subject, caseRef, kinds } = found
    return fillPage({ query }, (count, after) => {
      const rows =
        caseRef === undefined
          ? port('record.ofSubject')(subject, count, after)
          : port('record.ofCase')(subject, caseRef, count, after)
      return rows.map(({ key, ref }) => ({
        key,
        show() {
          const { erased, kind, encounterAt, contentHash } = port('record.find')(ref)!
          return erased || !kinds.includes(kind) ? undefined : { ref, kind, encounterAt, contentHash }
        },
      }))
    })
  },
})

/** Members whose results others recognise. */
const RECOGNISED = ['hospital', 'exam-institution']

type OfSubject = { readonly subject: string }

const recent = defineRead({
  path: '/recent',
  summary:
    'Whether a recognised recent result of a kind exists, so that it need not be repeated, and which one.',
  query: Fields({ subject: Subject, kind: OneOf(RECORD_KINDS) }),
  answer: Fields({
    exists: Type.Boolean(),
    record: Type.Optional(Reference),
    encounterAt: Type.Optional(Time),
  }),
  patientData: true,
  for: anyOf(
    actsFor('subject'),
    only('whom the patient lets treat it, and its staff', ({ port, reader }, { subject }: OfSubject) => {
      const treats = port('consent.treats')
      return treats(reader.actor, subject) || (isStaff(reader) && treats(reader.member, subject))
    }),
  ),
  show(_, context) {
    const { port, query, time } = context
    const since = time - context.parameter('recentSeconds')
    const results = port('identity.joinedSubjects')(query.subject)
      .flatMap((joined) => port('record.latest')(joined, query.kind) ?? [])
      .filter(({ record, encounterAt }) => encounterAt >= since && isRecognised(context, record))
    const latest = results.reduce<(typeof results)[number] | undefined>(
      (best, result) => (best === undefined || result.encounterAt > best.encounterAt ? result : best),
      undefined,
    )
    return latest === undefined ? { exists: false } : { exists: true, ...latest }
  },
})

function isRecognised(context: Context, record: string): boolean {
  const owner = context.port('identity.member')(splitReference(record)[0])
  return owner?.active === true && hasMemberRole(owner.roles, RECOGNISED)
}

export const reads = [requests, request, accesses, allAccesses, access, brokenGlass, covered, recent]
