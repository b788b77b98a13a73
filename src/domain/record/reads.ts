/**
 * What may be asked of records. Their commitments are for those who act for the subject and for their owner: staff of the
 * facility that anchored them, or the patient that imported them. The contents are the vault's.
 */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import type { Context, ReadContext } from '../contract.ts'
import { defineRead } from '../define.ts'
import type { RecordView } from '../ports.ts'
import { isStaffOf } from '../roles.ts'
import { ActorId, Count, Fields, Hash, LocalId, Reference, Subject, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { OF_SUBJECT, RECORDS, type RecordRow, VERSION_MAX, VERSIONS, versionKey } from './state.ts'

const VersionAnswer = Fields({
  version: Count(1, VERSION_MAX),
  contentHash: Hash,
  vaultHash: Type.Optional(Hash),
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

function showRecord(context: Context, owner: string, recordId: string, row: RecordRow): Json {
  const { version, ...rest } = row
  const latest = { version, ...VERSIONS.get(context.state, owner, recordId, versionKey(version))! }
  return { ref: `${owner}:${recordId}`, owner, recordId, ...rest, latest }
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
      return showRecord(context, owner, recordId, RECORDS.get(context.state, owner, recordId)!)
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
    return found && showRecord(context, found.owner, found.recordId, found.row)
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
    return readPage(context, VERSIONS, [found.owner, found.recordId], ({ id, value }) => ({
      version: Number(id[0]),
      ...value,
    }))
  },
})

/** The port `record.find`. */
export function findRecord(context: Context, reference: string): RecordView | undefined {
  const [owner, recordId] = splitReference(reference)
  const row = RECORDS.get(context.state, owner, recordId)
  if (row === undefined) return undefined
  const { contentHash, vaultHash } = VERSIONS.get(context.state, owner, recordId, versionKey(row.version))!
  const { subject, kind, encounterAt, erasure } = row
  return { owner, subject, kind, encounterAt, contentHash, vaultHash, erased: erasure !== undefined }
}

export const reads = [records, record, versions]
