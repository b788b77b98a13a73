/**
 * The answers of the HTTP API, declared once: schemas, the types made from them, and checks for clients. Node and
 * browser alike.
 */
export {
  isLedgerEvent,
  isNodeInfo,
  isPage,
  isReceipt,
  isSubmissionResult,
  isTransactionAnswer,
  isWrap,
} from './guards.ts'
export {
  ANSWERS,
  type AnswerName,
  type AnyNodeInfo,
  type Content,
  type Hashes,
  type LedgerEvent,
  type NodeInfo,
  type OrderStatus,
  type Page,
  type Problem,
  pageOf,
  type Readiness,
  type SubmissionResult,
  type TransactionAnswer,
  type Wrap,
} from './schemas.ts'
export { SETTLEMENTS, type Settlement } from './words.ts'
