/**
 * What may be asked of records. Their commitments are for those who act for the subject and for their owner:
 * staff of the facility that anchored them, or the patient that imported them. The contents are the vault's.
 */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import type { ReadContext } from '../contract.ts'
import { defineRead } from '../define.ts'
import { isStaffOf } from '../roles.ts'
import { ActorId, Count, Fields, Hash, LocalId, Period, Reference, Subject, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { showQuota } from './quota.ts'
import {
  OF_SUBJECT,
  RECORDS,
  REPORTS,
  REPORTS_TO,
  type RecordRow,
  VERSION_MAX,
  VERSIONS,
  versionKey,
} from './state.ts'

const Bytes = Count(0, 2 ** 53 - 1)

const VersionAnswer = Fields({
  version: Count(1, VERSION_MAX),
  contentHash: Hash,
  vaultHash: Type.Optional(Hash),
  bytes: Type.Optional(Bytes),
  by: ActorId,
  at: Time,
})

const RecordAnswer = Fields({
  ref: Reference,
  owner: ActorId,
  recordId: LocalId,
  subject: Subject,
  kind: Type.String(),
  encounterAt: Time,
  anchoredAt: Time,
  late: Type.Boolean(),
  caseRef: Type.Optional(LocalId),
  bytes: Type.Optional(Bytes),
  erasure: Type.Optional(Fields({ reason: Type.String(), by: ActorId, at: Time })),
  latest: VersionAnswer,
})

const ownsRecord = ({ reader }: ReadContext, owner: string): boolean =>
  reader.actor === owner || isStaffOf(reader, owner)

const maySeeRecord = (context: ReadContext, owner: string, row: RecordRow): boolean =>
  ownsRecord(context, owner) || context.port('identity.actsFor')(context.reader, row.subject)

/** A record that this reader may see, with owner and local id. */
function findVisible(context: ReadContext): { owner: string; recordId: string; row: RecordRow } | undefined {
  const [owner, recordId] = splitReference(String(context.query.ref))
  const row = RECORDS.get(context.state, owner, recordId)
  return row !== undefined && maySeeRecord(context, owner, row) ? { owner, recordId, row } : undefined
}

function showRecord(owner: string, recordId: string, { latest, version, ...rest }: RecordRow): Json {
  return { ref: `${owner}:${recordId}`, owner, recordId, ...rest, latest: { version, ...latest } }
}

const records = defineRead({
  path: '/records',
  summary:
    'Records of a subject: those who act for it see all, staff of its facility what the facility anchored.',
  query: Fields({ subject: Subject }),
  answer: RecordAnswer,
  list: true,
  patientData: true,
  run(context) {
    const subject = String(context.query.subject)
    const isAgent = context.port('identity.actsFor')(context.reader, subject)
    const facility = context.port('identity.facilityOf')(subject)
    if (!isAgent && (facility === undefined || !isStaffOf(context.reader, facility))) return undefined
    return readPage(context, OF_SUBJECT, [subject], ({ id: [owner = '', recordId = ''] }) => {
      if (!isAgent && !ownsRecord(context, owner)) return undefined
      return showRecord(owner, recordId, RECORDS.get(context.state, owner, recordId)!)
    })
  },
})

const record = defineRead({
  path: '/records/:ref',
  summary: 'One record: those who act for its subject, and its owner.',
  query: Fields({ ref: Reference }),
  answer: RecordAnswer,
  list: false,
  patientData: true,
  run(context) {
    const found = findVisible(context)
    return found && showRecord(found.owner, found.recordId, found.row)
  },
})

const versions = defineRead({
  path: '/records/:ref/versions',
  summary: 'All versions of a record, the first one first: those who act for its subject, and its owner.',
  query: Fields({ ref: Reference }),
  answer: VersionAnswer,
  list: true,
  patientData: true,
  run(context) {
    const found = findVisible(context)
    if (found === undefined) return undefined
    const { latest, version } = found.row
    const page = readPage(context, VERSIONS, [found.owner, found.recordId], ({ id, value }) => ({
      version: Number(id[0]),
      ...value,
    }))
    // The superseded ones come first; where no page of them follows, the latest is the last of all.
    const isPast = context.query.cursor !== undefined && String(context.query.cursor) >= versionKey(version)
    if (page.next !== undefined || isPast) return page
    return { items: [...page.items, { version, ...latest }] }
  },
})

const ReportAnswer = Fields({
  facility: LocalId,
  period: Period,
  commission: LocalId,
  total: Type.Integer(),
  cells: Type.Array(Fields({ cell: LocalId, count: Type.Integer() })),
  by: ActorId,
  at: Time,
})

const reports = defineRead({
  path: '/reports',
  summary: 'Counts of a month that facilities reported to the commission of the reader: its staff.',
  query: Fields({ period: Period }),
  answer: ReportAnswer,
  list: true,
  patientData: false,
  run(context) {
    const { reader } = context
    if (!isStaffOf(reader, reader.member)) return undefined
    const period = String(context.query.period)
    return readPage(context, REPORTS_TO, [reader.member, period], ({ id: [facility = ''] }) => ({
      facility,
      period,
      ...REPORTS.get(context.state, facility, period)!,
    }))
  },
})

const report = defineRead({
  path: '/reports/:facility/:period',
  summary: 'What a facility reported for a month: staff of the facility, and of the commission that got it.',
  query: Fields({ facility: LocalId, period: Period }),
  answer: ReportAnswer,
  list: false,
  patientData: false,
  run(context) {
    const [facility, period] = [String(context.query.facility), String(context.query.period)]
    const row = REPORTS.get(context.state, facility, period)
    const { reader } = context
    const maySee = row !== undefined && (isStaffOf(reader, facility) || isStaffOf(reader, row.commission))
    return maySee ? { facility, period, ...row } : undefined
  },
})

const quota = defineRead({
  path: '/quotas/:owner',
  summary:
    'What a patient keeps of its own in the vault, and may keep: itself, and staff of the member that keeps it.',
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
  list: false,
  patientData: false,
  run(context) {
    const owner = String(context.query.owner)
    const standing = context.port('identity.actor')(owner)
    if (standing?.role !== 'patient') return undefined
    const maySee = context.reader.actor === owner || isStaffOf(context.reader, standing.member)
    return maySee ? showQuota(context, owner) : undefined
  },
})

export const reads = [records, record, versions, reports, report, quota]
