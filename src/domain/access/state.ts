/** What access stores: its tables and their rows, and states as they follow from stored times. */
import type { Act, Context } from '../contract.ts'
import type { Purpose } from '../purposes.ts'
import { createTable } from '../table.ts'

/** `access/request/<member>/<local>`: a member or one of its people asks a patient for a consent. */
export type RequestRow = {
  readonly subject: string
  readonly grantee: string
  readonly purpose: Purpose
  readonly kinds: readonly string[]
  readonly caseRef?: string
  readonly by: string
  readonly at: number
  readonly answer?: {
    readonly by: string
    readonly at: number
    /** The consent that was granted; absent where the request was refused. */
    readonly consent?: string
  }
}

/** `access/request-of/<subject>/<member>/<local>` */
export type RequestOfRow = { readonly at: number }

/** `access/access/<actor>/<local>`: the actor is who opens. */
export type AccessRow = {
  readonly subject: string
  /** Reference of the record. */
  readonly record: string
  /** Under which consent, and for what; absent where the glass was broken. */
  readonly consent?: string
  readonly purpose?: Purpose
  readonly noticeAt?: number
  readonly openedAt?: number
  /** Address of the ciphertext when the record was opened. */
  readonly vaultHash?: string
  /** Health commission that watches over a broken glass. */
  readonly supervisor?: string
  readonly justification?: Act & { readonly late: boolean }
}

/** `access/of-subject/<subject>/<time, ten digits>/<actor>/<local>` and `access/of-supervisor/<member>/…` */
export type AccessOfRow = { readonly record: string }

/** `access/of-consent/<consent>/<time, ten digits>/<actor>/<local>`: accesses under a claim consent. */
export type OfConsentRow = { readonly record: string }

type AccessId = [actor: string, local: string]

export const REQUESTS = createTable<RequestRow, [member: string, local: string]>('access/request')
export const REQUESTS_OF = createTable<RequestOfRow, [subject: string, member: string, local: string]>(
  'access/request-of',
)
export const ACCESSES = createTable<AccessRow, AccessId>('access/access')
export const OF_SUBJECT = createTable<AccessOfRow, [subject: string, time: string, ...AccessId]>(
  'access/of-subject',
)
export const OF_SUPERVISOR = createTable<AccessOfRow, [member: string, time: string, ...AccessId]>(
  'access/of-supervisor',
)

export const OF_CONSENT = createTable<OfConsentRow, [consent: string, time: string, ...AccessId]>(
  'access/of-consent',
)

export function requestState(context: Context, { at, answer }: RequestRow): string {
  if (answer !== undefined) return answer.consent === undefined ? 'REFUSED' : 'APPROVED'
  return context.time <= at + context.parameter('requestSeconds') ? 'OPEN' : 'EXPIRED'
}

/** A broken glass that nobody justified in time is a violation, and stays one that was justified late. */
export function accessState(context: Context, row: AccessRow): string {
  const { openedAt, supervisor, justification } = row
  if (openedAt === undefined) return isNoticeFresh(context, row) ? 'NOTIFIED' : 'LAPSED'
  if (supervisor === undefined) return 'OPENED'
  if (justification !== undefined) return justification.late ? 'JUSTIFIED_LATE' : 'JUSTIFIED'
  return isJustifiable(context, openedAt) ? 'UNJUSTIFIED' : 'VIOLATION'
}

/** Whether a record may be opened on this notice now. */
export function isNoticeFresh(context: Context, { noticeAt }: AccessRow): boolean {
  return noticeAt !== undefined && context.time <= noticeAt + context.parameter('noticeValidSeconds')
}

/** Whether a justification now is in time. */
export const isJustifiable = (context: Context, openedAt: number): boolean =>
  context.time <= openedAt + context.parameter('justifySeconds')
