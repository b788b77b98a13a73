export { type ContentStoreOptions, openContentStore } from './content-store.ts'
export { type DocumentStoreOptions, openDocumentStore } from './document-store.ts'
export { checkVault, copyVault, type VaultReport, vaultFoldersOf } from './files.ts'
export { createMemoryContentStore } from './memory-content-store.ts'
export { createMemoryDocumentStore } from './memory-document-store.ts'
export { createMemoryPartStore } from './memory-part-store.ts'
export { openPartStore } from './part-store.ts'
export { openPartThread } from './part-thread-client.ts'
export type {
  ContentStore,
  DocumentStore,
  ExpiredParts,
  PartStore,
  PartToKeep,
  StoredContent,
  Upload,
} from './types.ts'
