/** What record stores: its tables and their rows. */
import type { StateReader, StateWriter } from '../contract.ts'
import { createTable } from '../table.ts'

/**
 * `record/record/<owner>/<local>`: a record as it stands, its latest version included: most records have one version, and
 * are one write.
 */
export type RecordRow = {
  readonly anchoredAt: number
  /** Bytes that its versions take in the vault, of what a patient holds itself; absent where that is nothing. */
  readonly bytes?: number
  /** The owner's number of the insured case to which the record belongs. */
  readonly caseRef?: string
  /** When the care took place, unix seconds. */
  readonly encounterAt: number
  /** Present once the content has been destroyed. */
  readonly erasure?: { readonly at: number; readonly by: string; readonly reason: string }
  /** FHIR R4 resource type. */
  readonly kind: string
  /** The report came longer after the encounter than the parameter says. */
  readonly late: boolean
  readonly latest: VersionRow
  readonly subject: string
  /** Number of the latest version, from 1. */
  readonly version: number
}

/** `record/version/<owner>/<local>/<number, six digits>`: one version that another has superseded, never changed. */
export type VersionRow = {
  readonly at: number
  /** Actor id of who signed it. */
  readonly by: string
  /** Length of the ciphertext, of what a patient holds itself. */
  readonly bytes?: number
  /** Commitment to the content. */
  readonly contentHash: string
  /** Address of the ciphertext in the vault; absent where the content is not in the vault. */
  readonly vaultHash?: string
}

/** `record/of-subject/<subject>/<owner>/<local>`: the records of a subject. */
export type OfSubjectRow = { readonly encounterAt: number; readonly kind: string }

/** `record/of-case/<subject>/<case>/<owner>/<local>`: the records of a case, for whoever pays for it. */
export type OfCaseRow = { readonly kind: string }

/**
 * `record/of-subject/<subject>:<kind>`: the latest record of its kind that a facility anchored. Its key stands beside those of
 * the subject's records, so that a new record touches one place of the store for both.
 */
export type LatestRow = { readonly encounterAt: number; readonly record: string }

/** `record/quota/<owner>`: what a patient keeps in the vault, and by how much it has extended what it may keep. */
export type QuotaRow = { readonly used: number; readonly extended: number }

/** `record/report/<facility>/<period>` */
export type ReportRow = {
  readonly commission: string
  readonly total: number
  readonly cells: readonly { readonly cell: string; readonly count: number }[]
  readonly by: string
  readonly at: number
}

/** `record/report-to/<commission>/<period>/<facility>`: the reports that a commission got. */
export type ReportToRow = { readonly at: number }

export const RECORDS = createTable<RecordRow, [owner: string, local: string]>('record/record')
export const VERSIONS = createTable<VersionRow, [owner: string, local: string, version: string]>(
  'record/version',
)
export const OF_SUBJECT = createTable<OfSubjectRow, [subject: string, owner: string, local: string]>(
  'record/of-subject',
)

export const OF_CASE = createTable<
  OfCaseRow,
  [subject: string, caseRef: string, owner: string, local: string]
>('record/of-case')
const LATEST_ROWS = createTable<LatestRow, [subjectAndKind: string]>('record/of-subject')
export const QUOTAS = createTable<QuotaRow, [owner: string]>('record/quota')
export const REPORTS = createTable<ReportRow, [facility: string, period: string]>('record/report')
export const REPORTS_TO = createTable<ReportToRow, [commission: string, period: string, facility: string]>(
  'record/report-to',
)

export const findLatestRow = (state: StateReader, subject: string, kind: string): LatestRow | undefined =>
  LATEST_ROWS.get(state, `${subject}:${kind}`)

export const putLatestRow = (state: StateWriter, row: LatestRow, subject: string, kind: string): void =>
  LATEST_ROWS.put(state, row, `${subject}:${kind}`)

/** A version's number as it stands in keys: byte order is numeric order. */
export const versionKey = (version: number): string => String(version).padStart(6, '0')

/** Versions of one record: as many as the keys can order. */
export const VERSION_MAX = 999_999
