/** What record stores: its tables and their rows. */
import Type from 'typebox'
import { REPORT_COUNT_MAX } from '../../base/index.ts'
import type { StateReader, StateWriter } from '../contract.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import {
  actFields,
  Count,
  Fields,
  Hash,
  LocalId,
  OneOf,
  Reference,
  type RowOf,
  Subject,
  Time,
} from '../schema.ts'
import { createTable } from '../table.ts'

/** `own` is a patient's, who erases what it imported; the others are a facility's. */
export const ERASE_REASONS = ['own', 'retention-over', 'wrong-patient', 'ordered'] as const

/** Versions of one record: as many as the keys can order. */
export const VERSION_MAX = 999_999
const Version = Count(1, VERSION_MAX)

export const Bytes = Count(0, 2 ** 53 - 1)
const encounter = { encounterAt: Time, kind: OneOf(RECORD_KINDS) }

export const VersionRow = Fields({
  /** Commitment to the content. */
  contentHash: Hash,
  /** Address of the ciphertext in the vault; absent where the content is not in the vault. */
  vaultHash: Type.Optional(Hash),
  /** Length of the ciphertext, of what a patient holds itself. */
  bytes: Type.Optional(Bytes),
  ...actFields,
})
export type VersionRow = RowOf<typeof VersionRow>

/** A record as it stands, its latest version included: most records have one version, and are one write. */
export const RecordRow = Fields({
  subject: Subject,
  /** FHIR R4 resource type. */
  kind: encounter.kind,
  /** When the care took place, unix seconds. */
  encounterAt: Time,
  anchoredAt: Time,
  /** The report came longer after the encounter than the parameter says. */
  late: Type.Boolean(),
  /** The owner's number of the insured case to which the record belongs. */
  caseRef: Type.Optional(LocalId),
  /** Bytes that its versions take in the vault, of what a patient holds itself; absent where that is nothing. */
  bytes: Type.Optional(Bytes),
  /** Present once the content has been destroyed. */
  erasure: Type.Optional(Fields({ reason: OneOf(ERASE_REASONS), ...actFields })),
  latest: VersionRow,
  /** Number of the latest version, from 1. */
  version: Version,
})
export type RecordRow = RowOf<typeof RecordRow>

export const RECORDS = createTable('record/record', {
  id: ['owner', 'recordId'],
  row: RecordRow,
  meaning: 'a record as it stands; `version`, the number of `latest`, counts from 1',
  indexes: {
    ofSubject: {
      name: 'record/of-subject',
      id: ['subject', 'owner', 'recordId'],
      row: Fields(encounter),
      meaning: 'the records of a subject',
      key: ({ subject }, owner, recordId) => [subject, owner, recordId],
    },
    ofCase: {
      name: 'record/of-case',
      id: ['subject', 'caseRef', 'owner', 'recordId'],
      row: Fields({ kind: encounter.kind }),
      meaning: 'the records of a case, for whoever pays for it',
      key: ({ subject, caseRef }, owner, recordId) =>
        caseRef === undefined ? undefined : [subject, caseRef, owner, recordId],
    },
  },
})

export const VERSIONS = createTable('record/version', {
  id: ['owner', 'recordId', 'version'],
  row: VersionRow,
  meaning: 'a version that another superseded, by its number in six digits; never changed',
})

/**
 * A content is destroyed with the record that names it, so no other may. By hand, and no index: versions are in two
 * tables.
 */
export const CONTENTS = createTable('record/content', {
  id: ['owner', 'vaultHash'],
  row: Fields({ recordId: LocalId }),
  meaning: 'the one record of its owner that names a content in the vault; it stays when the content is gone',
})

/**
 * Its key stands beside those of the subject's records, so that a new record touches one place of the store for both.
 * By hand, and no index: which record is the latest does not follow from one record.
 */
export const LATEST = createTable('record/of-subject', {
  id: ['subject:kind'],
  row: Fields({ encounterAt: Time, record: Reference }),
  meaning: 'the latest record of its kind that a facility anchored for the subject',
})
type LatestRow = NonNullable<ReturnType<typeof LATEST.get>>

export const QuotaRow = Fields({ used: Bytes, extended: Bytes })
export type QuotaRow = RowOf<typeof QuotaRow>

export const QUOTAS = createTable('record/quota', {
  id: ['owner'],
  row: QuotaRow,
  meaning: 'bytes that a patient keeps in the vault, and by how many it has extended what it may keep',
})

export const ReportRow = Fields({
  commission: LocalId,
  total: Count(0, REPORT_COUNT_MAX),
  cells: Type.Array(Fields({ cell: LocalId, count: Count(0, REPORT_COUNT_MAX) })),
  ...actFields,
})

export const REPORTS = createTable('record/report', {
  id: ['facility', 'period'],
  row: ReportRow,
  meaning: 'what a facility reported for a month',
  indexes: {
    toCommission: {
      name: 'record/report-to',
      id: ['commission', 'period', 'facility'],
      row: Fields({ at: Time }),
      meaning: 'the reports that a commission got',
      key: ({ commission }, facility, period) => [commission, period, facility],
    },
  },
})

export const findLatestRow = (state: StateReader, subject: string, kind: string): LatestRow | undefined =>
  LATEST.get(state, `${subject}:${kind}`)

export const putLatestRow = (state: StateWriter, row: LatestRow, subject: string, kind: string): void =>
  LATEST.put(state, row, `${subject}:${kind}`)

/** A version's number as it stands in keys: byte order is numeric order. */
export const versionKey = (version: number): string => String(version).padStart(6, '0')
