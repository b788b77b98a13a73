/** What consent stores: its tables and their rows, and the state of a consent at a time. */
import type { Act } from '../contract.ts'
import type { Purpose } from '../purposes.ts'
import { createTable } from '../table.ts'

/** `consent/consent/<owner>/<local>`; the owner is the patient or guardian that granted it. */
export type ConsentRow = {
  readonly subject: string
  /** Member or actor that may open records. */
  readonly grantee: string
  readonly purpose: Purpose
  /** FHIR R4 resource types. */
  readonly kinds: readonly string[]
  /** In force at times from <= t < to, unless revoked. */
  readonly from: number
  readonly to: number
  /** The case whose records it covers, and no others. */
  readonly caseRef?: string
  readonly grantedAt: number
  readonly revocation?: Act
}

/** `consent/of-subject/<subject>/<owner>/<local>` */
export type OfSubjectRow = { readonly grantee: string }

/** `consent/of-grantee/<grantee>/<subject>/<owner>/<local>` */
export type OfGranteeRow = { readonly purpose: Purpose }

/** `consent/case/<subject>/<case>/<grantee>`: the claim consent of a case. */
export type CaseRow = { readonly consent: string }

export const CONSENTS = createTable<ConsentRow, [owner: string, local: string]>('consent/consent')
export const OF_SUBJECT = createTable<OfSubjectRow, [subject: string, owner: string, local: string]>(
  'consent/of-subject',
)
export const OF_GRANTEE = createTable<
  OfGranteeRow,
  [grantee: string, subject: string, owner: string, local: string]
>('consent/of-grantee')
export const CASES = createTable<CaseRow, [subject: string, caseRef: string, grantee: string]>('consent/case')

export type ConsentState = 'PENDING' | 'ACTIVE' | 'REVOKED' | 'EXPIRED'

export function stateOf({ revocation, from, to }: ConsentRow, time: number): ConsentState {
  if (revocation !== undefined) return 'REVOKED'
  if (time < from) return 'PENDING'
  return time < to ? 'ACTIVE' : 'EXPIRED'
}
