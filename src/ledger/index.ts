/** The ledger: opened on this thread or on its own, over LMDB or memory; replay of leaves for auditors. */

export { createCheckedStore } from './checked-store.ts'
export { type FormFault, findFormFault } from './form.ts'
export { type LedgerOptions, openLedger } from './ledger.ts'
export { iterateLeaves } from './log.ts'
export { type ReplayOptions, replayLeaves } from './recovery.ts'
export { KEY_STATUS, STATUS, statusAt } from './statuses.ts'
export * from './store.ts'
export { openLmdbStore } from './store-lmdb.ts'
export { createMemoryStore } from './store-memory.ts'
export { type LedgerThreadOptions, openLedgerThread } from './thread-client.ts'
export type * from './types.ts'
