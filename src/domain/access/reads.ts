/**
 * What may be asked of access: a patient sees every request and every opening, the others their part. A
 * grantee sees at once what its consent covers, and a treating hospital whether an examination need not be
 * repeated.
 */
import Type from 'typebox'
import { PAGE_COUNT_DEFAULT } from '../../base/index.ts'
import type { Json } from '../../protocol/index.ts'
import { memberOf } from '../../protocol/index.ts'
import type { Context, ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import { hasMemberRole, isStaff, isStaffOf } from '../roles.ts'
import { ActorId, Fields, Hash, LocalId, Name, OneOf, Reference, Subject, Time } from '../schema.ts'
import { readMergedPage, readPage, splitReference } from '../table.ts'
import {
  ACCESSES,
  type AccessRow,
  accessState,
  OF_SUBJECT,
  OF_SUPERVISOR,
  REQUESTS,
  REQUESTS_OF,
  type RequestRow,
  requestState,
} from './state.ts'

const RequestAnswer = Fields({
  ref: Reference,
  subject: Subject,
  grantee: ActorId,
  purpose: Name,
  kinds: Type.Array(Name),
  caseRef: Type.Optional(LocalId),
  by: ActorId,
  at: Time,
  answer: Type.Optional(Fields({ by: ActorId, at: Time, consent: Type.Optional(Reference) })),
  state: Name,
})

const AccessAnswer = Fields({
  ref: Reference,
  by: ActorId,
  subject: Subject,
  record: Reference,
  consent: Type.Optional(Reference),
  purpose: Type.Optional(Name),
  noticeAt: Type.Optional(Time),
  openedAt: Type.Optional(Time),
  vaultHash: Type.Optional(Hash),
  supervisor: Type.Optional(LocalId),
  justification: Type.Optional(Fields({ by: ActorId, at: Time, late: Type.Boolean() })),
  state: Name,
})

const showRequest = (context: Context, ref: string, row: RequestRow): Json => ({
  ref,
  ...row,
  kinds: [...row.kinds],
  state: requestState(context, row),
})

const showAccess = (context: Context, by: string, local: string, row: AccessRow): Json => ({
  ref: `${by}:${local}`,
  by,
  ...row,
  state: accessState(context, row),
})

/** The access behind an index row, whose id ends in actor and local id. */
function showIndexed(context: Context, id: readonly string[]): Json {
  const [by = '', local = ''] = id.slice(-2)
  return showAccess(context, by, local, ACCESSES.get(context.state, by, local)!)
}

const actsFor = (context: ReadContext, subject: string): boolean =>
  context.port('identity.actsFor')(context.reader, subject)

const requests = defineOldRead({
  path: '/requests',
  summary: 'Requests to a subject with their state: those who act for it.',
  query: Fields({ subject: Subject }),
  answer: RequestAnswer,
  list: true,
  patientData: true,
  run(context) {
    const subject = String(context.query.subject)
    if (!actsFor(context, subject)) return undefined
    return readPage(context, REQUESTS_OF, [subject], ({ id: [member = '', local = ''] }) =>
      showRequest(context, `${member}:${local}`, REQUESTS.get(context.state, member, local)!),
    )
  },
})

const request = defineOldRead({
  path: '/requests/:ref',
  summary: 'One request: those who act for its subject, and staff of the member that asked.',
  query: Fields({ ref: Reference }),
  answer: RequestAnswer,
  list: false,
  patientData: true,
  run(context) {
    const ref = String(context.query.ref)
    const id = splitReference(ref)
    const row = REQUESTS.get(context.state, ...id)
    if (row === undefined) return undefined
    const maySee = isStaffOf(context.reader, id[0]) || actsFor(context, row.subject)
    return maySee ? showRequest(context, ref, row) : undefined
  },
})

const accesses = defineOldRead({
  path: '/accesses',
  summary: 'Every notice and opening of the records of a subject, in order of time: those who act for it.',
  query: Fields({ subject: Subject }),
  answer: AccessAnswer,
  list: true,
  patientData: true,
  run(context) {
    const subject = String(context.query.subject)
    if (!actsFor(context, subject)) return undefined
    return readPage(context, OF_SUBJECT, [subject], ({ id }) => showIndexed(context, id))
  },
})

const allAccesses = defineOldRead({
  path: '/all-accesses',
  summary:
    'The same over every subject that the patient has joined to this one, in one order of time: those who act for it.',
  query: Fields({ subject: Subject }),
  answer: AccessAnswer,
  list: true,
  patientData: true,
  run(context) {
    const subject = String(context.query.subject)
    if (!actsFor(context, subject)) return undefined
    const joined = context.port('identity.joinedSubjects')(subject)
    const prefixes = joined.map((one) => [one])
    return readMergedPage(context, OF_SUBJECT, prefixes, ({ id }) => showIndexed(context, id))
  },
})

const access = defineOldRead({
  path: '/accesses/:ref',
  summary: 'One access: those who act for the subject, who opened, the owner of the record, the supervisor.',
  query: Fields({ ref: Reference }),
  answer: AccessAnswer,
  list: false,
  patientData: true,
  run(context) {
    const { reader } = context
    const [by, local] = splitReference(String(context.query.ref))
    const row = ACCESSES.get(context.state, by, local)
    if (row === undefined) return undefined
    const [owner] = splitReference(row.record)
    const concerned = [memberOf(by), owner, row.supervisor ?? owner]
    const maySee =
      concerned.some((member) => isStaffOf(reader, member)) ||
      reader.actor === owner ||
      actsFor(context, row.subject)
    return maySee ? showAccess(context, by, local, row) : undefined
  },
})

const brokenGlass = defineOldRead({
  path: '/break-glass',
  summary: 'Records opened without consent, in order of time: staff of the supervisor that was named.',
  query: Fields({}),
  answer: AccessAnswer,
  list: true,
  patientData: true,
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(context, OF_SUPERVISOR, [reader.member], ({ id }) => showIndexed(context, id))
  },
})

const covered = defineOldRead({
  path: '/covered',
  summary: 'The records that a consent in force covers, a whole case at once: its grantee.',
  query: Fields({ consent: Reference }),
  answer: Fields({ ref: Reference, kind: Name, encounterAt: Time, contentHash: Hash }),
  list: true,
  patientData: true,
  run(context) {
    const { reader, query } = context
    const consent = context.port('consent.find')(String(query.consent))
    if (!consent?.active || !(reader.actor === consent.grantee || isStaffOf(reader, consent.grantee))) {
      return undefined
    }
    const limit = Number(query.limit ?? PAGE_COUNT_DEFAULT)
    const cursor = query.cursor === undefined ? undefined : String(query.cursor)
    const page =
      consent.caseRef === undefined
        ? context.port('record.ofSubject')(consent.subject, limit, cursor)
        : context.port('record.ofCase')(consent.subject, consent.caseRef, limit, cursor)
    const items = page.references.flatMap((ref) => {
      const record = context.port('record.find')(ref)!
      if (record.erased || !consent.kinds.includes(record.kind)) return []
      return [{ ref, kind: record.kind, encounterAt: record.encounterAt, contentHash: record.contentHash }]
    })
    return page.next === undefined ? { items } : { items, next: page.next }
  },
})

/** Members whose results others recognise. */
const RECOGNISED = ['hospital', 'exam-institution']

const recent = defineOldRead({
  path: '/recent',
  summary:
    'Whether a recognised recent result of a kind exists, so that it need not be repeated: who treats the patient, and the patient.',
  query: Fields({ subject: Subject, kind: OneOf(RECORD_KINDS) }),
  answer: Fields({
    exists: Type.Boolean(),
    record: Type.Optional(Reference),
    encounterAt: Type.Optional(Time),
  }),
  list: false,
  patientData: true,
  run(context) {
    const { reader } = context
    const [subject, kind] = [String(context.query.subject), String(context.query.kind)]
    const treats = context.port('consent.treats')
    const isTreating = treats(reader.actor, subject) || (isStaff(reader) && treats(reader.member, subject))
    if (!isTreating && !actsFor(context, subject)) return undefined
    const since = context.time - context.parameter('recentSeconds')
    const results = context
      .port('identity.joinedSubjects')(subject)
      .flatMap((joined) => context.port('record.latest')(joined, kind) ?? [])
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
