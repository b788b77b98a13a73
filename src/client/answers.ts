/**
 * What a node answers, as the client hands it on. The client trusts none of it for validity: receipts are recomputed
 * (`verifyReceipt`). Codes are strings here, since a newer node may know some that this build does not.
 */

/** How far a caller wishes to wait: durable on the node, or cosigned by the quorum. */
export type Settlement = 'committed' | 'final'

/** What became of one submitted transaction. */
export interface SubmissionAnswer {
  /** 64 hex digits; null where the node could not make an id of the bytes. */
  readonly id: string | null
  /** `rejected` leaves no trace and may be sent again; `refused` is the ledger's own, lasting answer. */
  readonly status: 'rejected' | 'pending' | 'accepted' | 'refused'
  readonly code?: string
  readonly details?: Readonly<Record<string, unknown>>
  /** Leaf index, once in a block. */
  readonly index?: number
  readonly height?: number
  /** How far it is, where `wait` was asked. */
  readonly settled?: Settlement
}

/** `GET /v1/transactions/{id}`. */
export interface TransactionAnswer {
  readonly id: string
  readonly status: 'unknown' | 'pending' | 'accepted' | 'refused'
  readonly type?: string
  readonly index?: number
  readonly height?: number
  readonly code?: string
  readonly details?: unknown
}

/** `GET /v1/info`, as far as the client uses it. */
export interface InfoAnswer {
  readonly origin: string
  /** 64 hex digits. */
  readonly ledgerId: string
  /** The node's name, the `aud` of tokens. */
  readonly node: string
  readonly size: number
  readonly vkeys: {
    readonly logs: readonly string[]
    readonly cosigners: readonly string[]
    readonly witnesses: readonly string[]
  }
  readonly quorum: number
  readonly rulesVersion: number
  /** The rules versions that the node executes, and those that are proposed or adopted for a height ahead; older nodes say nothing. */
  readonly rules?: {
    readonly known: readonly number[]
    readonly upcoming: readonly {
      readonly version: number
      readonly height: number
      readonly state: 'adopted' | 'proposed'
      readonly proposal?: string
      readonly known: boolean
    }[]
  }
  readonly formats: Readonly<Record<string, string>>
  readonly limits: Readonly<Record<string, number>>
  readonly codes: readonly { number: number; code: string; status: number; meaning: string }[]
}

/** One page of a list. */
export interface PageAnswer {
  readonly items: readonly unknown[]
  readonly next?: string
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const STATUSES = new Set(['rejected', 'pending', 'accepted', 'refused', 'unknown'])

/** Whether `value` looks like one item of a submission's answer. */
export const isSubmissionAnswer = (value: unknown): value is SubmissionAnswer =>
  isRecord(value) &&
  (value.id === null || typeof value.id === 'string') &&
  typeof value.status === 'string' &&
  value.status !== 'unknown' &&
  STATUSES.has(value.status)

export const isTransactionAnswer = (value: unknown): value is TransactionAnswer =>
  isRecord(value) &&
  typeof value.id === 'string' &&
  typeof value.status === 'string' &&
  value.status !== 'rejected' &&
  STATUSES.has(value.status)

export const isInfoAnswer = (value: unknown): value is InfoAnswer =>
  isRecord(value) &&
  typeof value.origin === 'string' &&
  typeof value.ledgerId === 'string' &&
  /^[0-9a-f]{64}$/.test(value.ledgerId) &&
  typeof value.node === 'string' &&
  isRecord(value.vkeys)

export const isPageAnswer = (value: unknown): value is PageAnswer =>
  isRecord(value) &&
  Array.isArray(value.items) &&
  (value.next === undefined || typeof value.next === 'string')
