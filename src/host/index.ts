/** What a node stands on: configuration, data folder, keys, files, the logger, the disk. */
export {
  CONFIG_VARIABLE,
  loadConfig,
  type NodeConfig,
  SETTINGS,
  type Setting,
  type SettingTexts,
} from './config.ts'
export {
  addKeyPair,
  initData,
  type LedgerData,
  lockData,
  type NewData,
  type NodeData,
  openData,
  openLedgerData,
} from './data-folder.ts'
export { DiskWatch, freeBytesAt } from './disk-watch.ts'
export { keepDisagreement } from './evidence.ts'
export { replaceSynced, syncFolder, writeSynced } from './files.ts'
export { adoptGenesis, type MemberKeys, makeMemberKeys } from './founding.ts'
export {
  encryptionKeyPath,
  generateKey,
  type KeyKind,
  keyPath,
  type NewKey,
  type NodeKeys,
  readEncryptionPublicKey,
  readSigningKey,
  readSigningSeed,
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
export type { PeerConfig } from './peers.ts'
