/** The SDK, for Node and browsers: `medseal/client`. */
export type {
  AnyNodeInfo,
  LedgerEvent,
  Page,
  Settlement,
  SubmissionResult,
  TransactionAnswer,
} from '../answers/index.ts'
export { type AnyCode, type Clock, type Code, LedgerError } from '../base/index.ts'
export { type Kernel, loadKernel } from '../kernel/index.ts'
export {
  type Genesis,
  ledgerIdOf,
  parseGenesis,
  type Receipt,
  type ReceiptVerdict,
  type Trust,
  trustOf,
  verifyReceipt,
} from '../protocol/index.ts'
export type { CertificateFile, CertificateVerdict } from '../w3c/index.ts'
export * from './aid.ts'
export { splitBatches } from './batches.ts'
export * from './certificate-check.ts'
export * from './certificates.ts'
export * from './client.ts'
export * from './contents.ts'
export type { StreamEvent } from './events.ts'
export type { TransportRequest } from './http.ts'
export * from './identity.ts'
export * from './keys.ts'
export * from './pem.ts'
export * from './qr.ts'
export * from './receipts.ts'
export type * from './rules.ts'
export * from './token.ts'
export * from './transaction.ts'
export type * from './typed.ts'
export * from './vault.ts'
