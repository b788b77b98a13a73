/**
 * Blocks that were executed on the present head and are not committed: an order of several nodes asks what a proposal
 * comes to before it is decided. One of them is committed, and all others with it are worth nothing.
 */
import { EXECUTED_BLOCKS_MAX } from '../base/index.ts'
import type { PreparedBlock } from './chain.ts'
import type { ExecutedBlock } from './types.ts'

export interface ExecutedBlocks {
  keep(prepared: PreparedBlock): ExecutedBlock
  /** The block of a ticket; none is kept after it. RangeError where it is not kept. */
  take(ticket: number): PreparedBlock
  clear(): void
}

export function createExecutedBlocks(): ExecutedBlocks {
  const blocks = new Map<number, PreparedBlock>()
  let last = 0
  return {
    keep(prepared) {
      const ticket = ++last
      blocks.set(ticket, prepared)
      blocks.delete(ticket - EXECUTED_BLOCKS_MAX)
      return { ticket, head: prepared.head, ...prepared.counts }
    },
    take(ticket) {
      const prepared = blocks.get(ticket)
      if (prepared === undefined) throw new RangeError(`no executed block has the ticket ${ticket}`)
      blocks.clear()
      return prepared
    },
    clear: () => blocks.clear(),
  }
}
