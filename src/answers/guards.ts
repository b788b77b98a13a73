/**
 * Whether a value looks like an answer, for clients that take one from the network. Less than the schemas ask, on
 * purpose: what a newer node says besides is no fault, and a page that checks a few fields needs no schema compiler,
 * which would make the client's bundle half as large again.
 */
import { isHashHex, type Receipt } from '../protocol/index.ts'
import type { AnyNodeInfo, LedgerEvent, Page, SubmissionResult, TransactionAnswer, Wrap } from './schemas.ts'
import { SUBMISSION_STATUSES, TRANSACTION_STATUSES } from './words.ts'

/** What is known of a value that may be a `Type`: its fields, each of which may be anything. */
type Unchecked<Type> = { readonly [Name in keyof Type]?: unknown }

const isMap = <Type>(value: unknown): value is Unchecked<Type> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: unknown): value is string => typeof value === 'string'

const isWord = (words: readonly string[], value: unknown): boolean => isText(value) && words.includes(value)

/** One item of a submission's answer. */
export const isSubmissionResult = (value: unknown): value is SubmissionResult =>
  isMap<SubmissionResult>(value) &&
  (value.id === null || isText(value.id)) &&
  isWord(SUBMISSION_STATUSES, value.status)

export const isTransactionAnswer = (value: unknown): value is TransactionAnswer =>
  isMap<TransactionAnswer>(value) && isText(value.id) && isWord(TRANSACTION_STATUSES, value.status)

export const isNodeInfo = (value: unknown): value is AnyNodeInfo =>
  isMap<AnyNodeInfo>(value) &&
  isText(value.origin) &&
  isText(value.ledgerId) &&
  isHashHex(value.ledgerId) &&
  isText(value.node) &&
  isMap(value.vkeys)

export const isReceipt = (value: unknown): value is Receipt =>
  isMap<Receipt>(value) && [value.proof, value.entry, value.header, value.headerProof].every(isText)

export const isWrap = (value: unknown): value is Wrap =>
  isMap<Wrap>(value) && isText(value.vaultHash) && isText(value.wrap)

export const isPage = (value: unknown): value is Page =>
  isMap<Page>(value) && Array.isArray(value.items) && (value.next === undefined || isText(value.next))

export const isLedgerEvent = (value: unknown): value is LedgerEvent =>
  isMap<LedgerEvent>(value) && Number.isInteger(value.index) && isText(value.type) && isText(value.signer)
