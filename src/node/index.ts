export { nodeIdOf } from '../order/cometbft/index.ts'
export {
  type BackupManifest,
  type BackupOptions,
  backupData,
  type Restored,
  type RestoreOptions,
  restoreData,
} from './backup.ts'
export { compose, type NodeParts } from './compose.ts'
export { type ImportedLog, type ImportLogOptions, importLogFolder } from './import-log.ts'
export { initMirror, type OpenMirrorOptions, openMirror, type RunningMirror } from './mirror.ts'
export {
  type ConsortiumPlan,
  type Founder,
  foundConsortium,
  planConsortium,
} from './new-consortium.ts'
export { type OpenNodeOptions, openNode } from './open.ts'
export { type Seat, takeFollowing, takeOrdering } from './seats.ts'
export type * from './types.ts'
