/** What is signed and what is final: checkpoints, the record of what was signed, a held node, a witness. */
export { type Checkpoints, type SignedHead, SigningCheckpoints } from './checkpoints.ts'
export { FollowedCheckpoints } from './followed-checkpoints.ts'
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
export {
  createMemorySignedRecord,
  createSignedRecord,
  openSignedRecord,
  type SignedRecord,
} from './signed-record.ts'
export {
  addWitnessLog,
  initWitness,
  openWitness,
  parseLogVkey,
  readWitnessLogs,
  type Witness,
} from './witness.ts'
