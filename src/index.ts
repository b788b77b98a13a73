/**
 * medseal as a library: run a node in your own process. `medseal/client` speaks to one, `medseal/engine` and
 * `medseal/kernel` verify without one, `medseal/protocol` has the formats.
 */
export { type ApiOptions, buildApi, type Server, type ServerOptions, startServer } from './api/index.ts'
export { CODES, type Code, LedgerError, systemClock } from './base/index.ts'
export * from './finality/index.ts'
export * from './host/index.ts'
export * from './node/index.ts'
