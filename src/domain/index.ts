/**
 * The rules: modules of verbs, reads, ports and parameters, pure over a state. docs/domain/README.md says how
 * to add one.
 */
export { type AidPerson, aidCommitmentInput, aidPaymentOf } from './aid/index.ts'
export { addDays, dateOf, startOfDate, startOfDay } from './calendar.ts'
export {
  bindPorts,
  createReadContext,
  createRuleContext,
  executeRule,
  type PortCall,
  type Scene,
} from './context.ts'
export type * from './contract.ts'
export type { Facts } from './custody/index.ts'
export { rulesVersionAt } from './governance/index.ts'
export type * from './ports.ts'
export { RECORD_KINDS } from './record-kinds.ts'
export { Refusal } from './refusal.ts'
export { createRegistry, type ModuleRead, type Registry } from './registry.ts'
export { isAuditor, isParty, isStaffOf, MEMBER } from './roles.ts'
export { Fields, Hash, OneOf, Reference } from './schema.ts'
export {
  createVersions,
  rulesUnknown,
  type Version,
  type Versions,
} from './version-table.ts'
export { RELEASED, RULES_VERSION, registry, rulesOf, VERSIONS } from './versions.ts'
