export * from './data-integrity.ts'
export * from './status-list.ts'
