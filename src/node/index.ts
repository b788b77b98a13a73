export {
  type BackupManifest,
  type BackupOptions,
  backupData,
  type Restored,
  type RestoreOptions,
  restoreData,
} from './backup.ts'
export { type ImportedLog, type ImportLogOptions, importLogFolder } from './import-log.ts'
export { initMirror, type OpenMirrorOptions, openMirror, type RunningMirror } from './mirror.ts'
export { type ConsortiumPlan, planConsortium } from './new-consortium.ts'
export { createNode, type NodeParts } from './node.ts'
export { type OpenNodeOptions, openNode } from './open.ts'
export type * from './types.ts'
