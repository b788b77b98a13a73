/** What a node knows of its log's heads: what was committed, what of it is signed, and what is final. */
import type { LedgerHead } from '../ledger/index.ts'
import type { Trust } from '../protocol/index.ts'
import type { Notes } from './notes.ts'
import type { TrustSteps } from './trust-steps.ts'

export interface Finality {
  /** The head of the last committed block, signed or not. */
  readonly head: LedgerHead
  /** Log and cosigner keys and the quorum that hold at the newest checkpoint. */
  readonly trust: Trust
  /** The signed checkpoints. */
  readonly notes: Notes
  /** The changes of keys and quorum that can be proven. */
  readonly steps: TrustSteps
  /** Keys and quorum as the ledger's last call leaves them: asked right behind a block, those that hold after it. */
  readTrust(): Promise<Trust>
  /** Told of the head of a block that was just committed, with the trust that holds after it where that was read. */
  committed(head: LedgerHead, trust?: Promise<Trust>): Promise<void>
}
