/** The ledger: opened on this thread or on its own, over LMDB or memory; replay of leaves for auditors. */

export { backupLedger } from './backup.ts'
export {
  type CheckOptions,
  type CheckProblem,
  type CheckProgress,
  type CheckReport,
  checkLedger,
} from './check.ts'
export { createCheckedStore } from './checked-store.ts'
export { type FormFault, findFormFault } from './form.ts'
export { readHead } from './head.ts'
export { createKeyReader } from './key-reader.ts'
export { type LedgerOptions, openLedger } from './ledger.ts'
export { iterateLeaves } from './log.ts'
export { type ExportOptions, exportLog, type ImportOptions, importLog } from './log-folder.ts'
export { type RebuildOptions, rebuildLedger } from './rebuild.ts'
export { blocksOf, type LeafBlock, type ReplayOptions, replayLeaves } from './replay.ts'
export { KEY_STATUS, STATUS, statusAt } from './statuses.ts'
export * from './store.ts'
export { openLmdbStore } from './store-lmdb.ts'
export { createMemoryStore } from './store-memory.ts'
export { type LedgerThreadOptions, openLedgerThread } from './thread-client.ts'
export { readTrust } from './trust.ts'
export type * from './types.ts'
