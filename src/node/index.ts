export * from './config.ts'
export { initData, lockData, type NewData, type NodeData, openData } from './data-folder.ts'
export {
  encryptionKeyPath,
  generateKey,
  type KeyKind,
  keyPath,
  type NewKey,
  type NodeKeys,
  readSigningKey,
  signingKeyFromPem,
} from './keys.ts'
export {
  createLogger,
  errorFields,
  type LogFields,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './logger.ts'
export { type ConsortiumPlan, planConsortium } from './new-consortium.ts'
export { createNode, type NodeParts } from './node.ts'
export { type OpenNodeOptions, openNode } from './open.ts'
export {
  type Journal,
  openJournal,
  openPerson,
  openRegister,
  type Person,
  type Register,
  type RegisterRow,
} from './people.ts'
export { isSettled } from './results.ts'
export type * from './types.ts'
