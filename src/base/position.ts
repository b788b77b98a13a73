/**
 * Where a block stands in its order. An order counts its blocks from 1 within an epoch, those that leave nothing in the
 * log too, so this is not the height of the ledger. It is committed with the block, and an order goes on behind it.
 */
export interface Position {
  readonly epoch: number
  readonly height: number
}

/** Before the first block of the first epoch. */
export const ORIGIN_POSITION: Position = { epoch: 0, height: 0 }
