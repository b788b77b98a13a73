/** FHIR R4 (4.0.1): exports of what the ledger knows, and reading of what others bring. */
export * from './audit-event.ts'
export * from './consent.ts'
export * from './date.ts'
export * from './document-reference.ts'
export * from './exports.ts'
export * from './patient.ts'
export * from './provenance.ts'
export { instantOf, SYSTEMS } from './terms.ts'
