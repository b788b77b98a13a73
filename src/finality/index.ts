/** What is signed and what is final: checkpoints, the record of what was signed, a held node, a witness. */
export { FollowedFinality, type KeptNote } from './followed.ts'
export {
  findHold,
  type Hold,
  type HoldFiles,
  heldError,
  holdFilesOf,
  readSignedNote,
  type Voucher,
  vouchFor,
  writeHold,
} from './hold.ts'
export type { Notes, SignedHead } from './notes.ts'
export {
  createMemorySignedRecord,
  createSignedRecord,
  openSignedRecord,
  type SignedRecord,
} from './signed-record.ts'
export { type Divergence, SigningFinality } from './signer.ts'
export { createMemoryTrustSteps, openTrustSteps, type TrustSteps } from './trust-steps.ts'
export type { Finality } from './types.ts'
export {
  addWitnessLog,
  initWitness,
  openWitness,
  parseLogVkey,
  readWitnessLogs,
  type Witness,
} from './witness.ts'
