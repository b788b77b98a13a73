/**
 * What may be asked of records. Their commitments are for those who act for the subject and for their owner:
 * staff of the facility that anchored them, or the patient that imported them. The contents are the vault's.
 */
import { PAGE_COUNT_DEFAULT } from '../../base/index.ts'
import { defineList, defineRead } from '../define.ts'
import { readPage } from '../page.ts'
import { actsFor, anyOf, partyTo, self, staff, staffOf, staffOfFacility } from '../rights.ts'
import { ActorId, Fields, LocalId, omit, Period, pick, Reference, type RowOf, Subject } from '../schema.ts'
import { showQuota } from './quota.ts'
import { Bytes, RECORDS, REPORTS, RecordRow, ReportRow, VERSIONS, VersionRow, versionKey } from './state.ts'

const VersionAnswer = Fields({ ...pick(RecordRow, 'version'), ...VersionRow.properties })

const RecordAnswer = Fields({
  ref: Reference,
  owner: ActorId,
  recordId: LocalId,
  ...omit(RecordRow, 'latest', 'version'),
  latest: VersionAnswer,
})

type Found = NonNullable<ReturnType<typeof RECORDS.entry>>

/** The owner is the facility that anchored a record, or the patient that imported it. */
const concerned = anyOf(actsFor('subject'), partyTo('owner'))

const showRecord = ({ latest, version, ...rest }: Found): RowOf<typeof RecordAnswer> => ({
  ref: `${rest.owner}:${rest.recordId}`,
  ...rest,
  latest: { version, ...latest },
})

const records = defineList({
  path: '/records',
  summary: 'Records of a subject: staff of its facility see what the facility anchored.',
  query: Fields({ subject: Subject }),
  answer: RecordAnswer,
  patientData: true,
  for: anyOf(actsFor('subject'), staffOfFacility('subject')),
  over: RECORDS.indexes.ofSubject,
  under: ({ query }) => [query.subject],
  each: concerned,
  show: showRecord,
})

const record = defineRead({
  path: '/records/:ref',
  summary: 'One record with its latest version.',
  query: Fields({ ref: Reference }),
  answer: RecordAnswer,
  patientData: true,
  find: ({ state, query }) => RECORDS.find(state, query.ref),
  for: concerned,
  show: ({ ref: _, ...found }) => showRecord(found),
})

const versions = defineList({
  path: '/records/:ref/versions',
  summary: 'All versions of a record, the first one first.',
  query: Fields({ ref: Reference }),
  answer: VersionAnswer,
  patientData: true,
  find: ({ state, query }) => RECORDS.find(state, query.ref),
  for: concerned,
  page(context) {
    const { latest, version, ...record } = context.found
    const page = readPage(context, VERSIONS, [record.owner, record.recordId], ({ id, value }) => ({
      version: Number(id[0]),
      ...value,
    }))
    const { cursor } = context.query
    const isPast = cursor !== undefined && cursor >= versionKey(version)
    if (page.next !== undefined || isPast) return page
    // The superseded ones come first; the latest is the last of all, on a page of its own where the others fill theirs.
    const last = page.items.at(-1)
    if (last !== undefined && page.items.length === (context.query.limit ?? PAGE_COUNT_DEFAULT)) {
      return { ...page, next: versionKey(last.version) }
    }
    return { items: [...page.items, { version, ...latest }] }
  },
})

const ReportAnswer = Fields({ facility: LocalId, period: Period, ...ReportRow.properties })

const reports = defineList({
  path: '/reports',
  summary: 'Counts of a month that facilities reported to the commission of the reader.',
  query: Fields({ period: Period }),
  answer: ReportAnswer,
  patientData: false,
  for: staff,
  over: REPORTS.indexes.toCommission,
  under: ({ reader, query }) => [reader.member, query.period],
  show: (report) => report,
})

const report = defineRead({
  path: '/reports/:facility/:period',
  summary: 'What a facility reported for a month.',
  query: Fields({ facility: LocalId, period: Period }),
  answer: ReportAnswer,
  patientData: false,
  find: ({ state, query }) => REPORTS.entry(state, query.facility, query.period),
  for: anyOf(staffOf('facility'), staffOf('commission')),
  show: (report) => report,
})

const quota = defineRead({
  path: '/quotas/:owner',
  summary: 'What a patient keeps of its own in the vault, and may keep.',
  query: Fields({ owner: ActorId }),
  answer: Fields({
    owner: ActorId,
    used: Bytes,
    total: Bytes,
    left: Bytes,
    extended: Bytes,
    unitBytes: Bytes,
    unitPoints: Bytes,
    totalMax: Bytes,
  }),
  patientData: false,
  find({ port, query }) {
    const standing = port('identity.actor')(query.owner)
    return standing?.role === 'patient' ? { keeper: standing.member } : undefined
  },
  for: anyOf(self('owner', 'patient'), staffOf('keeper', 'member that keeps it')),
  show: (_, context) => showQuota(context, context.query.owner),
})

export const reads = [records, record, versions, reports, report, quota]
