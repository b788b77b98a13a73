export { createMemoryPartStore } from './memory-part-store.ts'
export { openPartStore } from './part-store.ts'
export type { ExpiredParts, PartStore, PartToKeep } from './types.ts'
