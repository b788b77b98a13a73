/** The order of blocks: its interfaces, and the order of a single node. */
export { type ClockJump, createBlockClock } from './block-clock.ts'
export { createEmbeddedOrder, type EmbeddedOrderOptions } from './embedded.ts'
export { createEntryQueue } from './entry-queue.ts'
export type * from './types.ts'
