/**
 * EPCIS 2.0 and CBV 2.0 (GS1): events of waste and supply in JSON-LD, queries for them, and reading of others'
 * documents.
 */
export * from './events.ts'
export * from './import.ts'
export * from './pages.ts'
export * from './query.ts'
export * from './reading.ts'
export * from './terms.ts'
