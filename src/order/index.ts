/** The order of blocks: the interface, and the sequencer of a single node. */
export { createEmbeddedSequencer, type EmbeddedSequencerOptions } from './embedded.ts'
export type * from './types.ts'
