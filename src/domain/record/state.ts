/** What record stores: its tables and their rows. */
import { createTable } from '../table.ts'

/** `record/record/<owner>/<local>`: a record as it stands. */
export type RecordRow = {
  readonly subject: string
  /** FHIR R4 resource type. */
  readonly kind: string
  /** When the care took place, unix seconds. */
  readonly encounterAt: number
  /** Number of the latest version, from 1. */
  readonly version: number
  readonly anchoredAt: number
  /** The report came longer after the encounter than the parameter says. */
  readonly late: boolean
  /** The owner's number of the insured case to which the record belongs. */
  readonly caseRef?: string
  /** Bytes that its versions take in the vault, of what a patient holds itself; absent where that is nothing. */
  readonly bytes?: number
  /** Present once the content has been destroyed. */
  readonly erasure?: { readonly reason: string; readonly by: string; readonly at: number }
}

/** `record/version/<owner>/<local>/<number, six digits>`: one version, never changed. */
export type VersionRow = {
  /** Commitment to the content. */
  readonly contentHash: string
  /** Address of the ciphertext in the vault; absent where the content is not in the vault. */
  readonly vaultHash?: string
  /** Length of the ciphertext, of what a patient holds itself. */
  readonly bytes?: number
  /** Actor id of who signed it. */
  readonly by: string
  readonly at: number
}

/** `record/of-subject/<subject>/<owner>/<local>`: the records of a subject. */
export type OfSubjectRow = { readonly kind: string; readonly encounterAt: number }

/** `record/of-case/<subject>/<case>/<owner>/<local>`: the records of a case, for whoever pays for it. */
export type OfCaseRow = { readonly kind: string }

/** `record/latest/<subject>/<kind>`: the latest record of its kind that a facility anchored. */
export type LatestRow = { readonly record: string; readonly encounterAt: number }

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
export const LATEST = createTable<LatestRow, [subject: string, kind: string]>('record/latest')
export const QUOTAS = createTable<QuotaRow, [owner: string]>('record/quota')
export const REPORTS = createTable<ReportRow, [facility: string, period: string]>('record/report')
export const REPORTS_TO = createTable<ReportToRow, [commission: string, period: string, facility: string]>(
  'record/report-to',
)

/** A version's number as it stands in keys: byte order is numeric order. */
export const versionKey = (version: number): string => String(version).padStart(6, '0')

/** Versions of one record: as many as the keys can order. */
export const VERSION_MAX = 999_999
