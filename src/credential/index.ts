export * from './data-integrity.ts'
export * from './health-certificate.ts'
export * from './status-list.ts'
