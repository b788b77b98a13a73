/** What certificate stores: its tables and their rows, and the state of a certificate at a time. */
import type { Act, Context } from '../contract.ts'
import { createTable, splitReference } from '../table.ts'

/** Work for which a health certificate is asked, by the food safety and public places rules of China. */
export const TRADES = ['food', 'public-places', 'cosmetics', 'drinking-water', 'drugs'] as const
export type Trade = (typeof TRADES)[number]

/** `certificate/exam/<institution>/<local>` */
export type ExamRow = {
  readonly subject: string
  /** The institution found a disease that keeps from this work; which one is in the private part. */
  readonly disqualifying: boolean
  readonly doctor: string
  readonly specimenAt: number
  readonly recordedAt: number
  readonly by: string
  /** Recorded longer after the specimen than the parameter says. */
  readonly late: boolean
  /** Local id of the last certificate that rests on it. */
  readonly certificate?: string
}

/** `certificate/latest-exam/<subject>` */
export type LatestExamRow = { readonly exam: string; readonly specimenAt: number }

/** `certificate/certificate/<institution>/<local>` */
export type CertificateRow = {
  readonly subject: string
  readonly exam: string
  readonly trades: readonly Trade[]
  /** Valid at times from <= t < until, unless suspended or revoked. */
  readonly validFrom: number
  readonly validUntil: number
  /** SHA-256 of the credential as its proof signs it. */
  readonly credentialHash: string
  readonly issuedAt: number
  readonly suspension?: Act
  readonly revocation?: Act
  /** Local id of the certificate that renews this one. */
  readonly renewedBy?: string
}

/** `certificate/of-subject/<subject>/<institution>/<local>` */
export type OfSubjectRow = { readonly validUntil: number }

/** `certificate/employment/<enterprise>/<institution>/<local>`: in force once the other side agreed. */
export type EmploymentRow = {
  readonly trade: Trade
  readonly offeredBy: 'enterprise' | 'holder'
  readonly offeredAt: number
  readonly agreedAt?: number
}

/** `certificate/business/<enterprise>`: the trades in which an enterprise may work. */
export type BusinessRow = {
  readonly businessId: string
  readonly trades: readonly Trade[]
  readonly by: string
  readonly at: number
}

/** `certificate/inspection/<regulator>/<local>` */
export type InspectionRow = {
  readonly enterprise: string
  readonly checked: number
  readonly lacking: number
  readonly by: string
  readonly at: number
}

/** `certificate/inspection-of/<enterprise>/<regulator>/<local>` */
export type InspectionOfRow = { readonly at: number }

type Owned = [owner: string, local: string]

export const EXAMS = createTable<ExamRow, Owned>('certificate/exam')
export const LATEST_EXAMS = createTable<LatestExamRow, [subject: string]>('certificate/latest-exam')
export const CERTIFICATES = createTable<CertificateRow, Owned>('certificate/certificate')
export const OF_SUBJECT = createTable<OfSubjectRow, [subject: string, ...Owned]>('certificate/of-subject')
export const EMPLOYMENTS = createTable<EmploymentRow, [enterprise: string, ...Owned]>(
  'certificate/employment',
)
export const BUSINESSES = createTable<BusinessRow, [enterprise: string]>('certificate/business')
export const INSPECTIONS = createTable<InspectionRow, Owned>('certificate/inspection')
export const INSPECTIONS_OF = createTable<InspectionOfRow, [enterprise: string, ...Owned]>(
  'certificate/inspection-of',
)

export type CertificateState = 'PENDING' | 'VALID' | 'SUSPENDED' | 'EXPIRED' | 'REVOKED'

export function stateOf(row: CertificateRow, time: number): CertificateState {
  if (row.revocation !== undefined) return 'REVOKED'
  if (time >= row.validUntil) return 'EXPIRED'
  if (row.suspension !== undefined) return 'SUSPENDED'
  return time < row.validFrom ? 'PENDING' : 'VALID'
}

/** Whether the latest exam of a subject found nothing that keeps from this work. */
export function isFit(context: Context, subject: string): boolean {
  const latest = LATEST_EXAMS.get(context.state, subject)
  const exam = latest && EXAMS.get(context.state, ...splitReference(latest.exam))
  return exam !== undefined && !exam.disqualifying
}
