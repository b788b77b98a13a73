export { type ContentStoreOptions, openContentStore } from './content-store.ts'
export { createMemoryPartStore } from './memory-part-store.ts'
export { openPartStore } from './part-store.ts'
export type { ContentStore, ExpiredParts, PartStore, PartToKeep, StoredContent, Upload } from './types.ts'
