export { checkVault, type VaultReport } from '../vault/index.ts'
export {
  type BackupManifest,
  type BackupOptions,
  backupData,
  copyKeys,
  type Restored,
  type RestoreOptions,
  restoreData,
} from './backup.ts'
export type { CertificateUpload, NodeCertificates } from './certificate-desk.ts'
export * from './config.ts'
export {
  initData,
  type LedgerData,
  lockData,
  type NewData,
  type NodeData,
  openData,
  openLedgerData,
} from './data-folder.ts'
export { holdFilesOf, readSignedNote, type Voucher, vouchFor, writeHold } from './hold.ts'
export {
  encryptionKeyPath,
  generateKey,
  type KeyKind,
  keyPath,
  type NewKey,
  type NodeKeys,
  readSigningKey,
  signingKeyFromPem,
} from './keys.ts'
export {
  createLogger,
  errorFields,
  type LogFields,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './logger.ts'
export { initMirror, type OpenMirrorOptions, openMirror, type RunningMirror } from './mirror.ts'
export { type ConsortiumPlan, planConsortium } from './new-consortium.ts'
export { createNode, type NodeParts } from './node.ts'
export { type OpenNodeOptions, openNode } from './open.ts'
export {
  type Journal,
  openJournal,
  openPerson,
  openRegister,
  type Person,
  type Register,
  type RegisterRow,
} from './people.ts'
export { isSettled } from './results.ts'
export { createMemorySignedRecord, openSignedRecord, type SignedRecord } from './signed-record.ts'
export type * from './submission.ts'
export type * from './types.ts'
export type { ContentRelease, ContentSummary, ContentUpload, NodeVault, WrapAnswer } from './vault-desk.ts'
export {
  addWitnessLog,
  initWitness,
  openWitness,
  parseLogVkey,
  readWitnessLogs,
  type Witness,
} from './witness.ts'
