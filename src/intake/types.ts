/** What comes through a door to be admitted, and what is answered. */
import type { Code, ErrorDetails } from '../base/index.ts'

/** One transaction as it came through a door. */
export interface Submission {
  /** Transaction leaf: 0x01 ‖ public key ‖ signature ‖ body. */
  readonly entry: Uint8Array
  readonly privatePart?: Uint8Array | undefined
}

/** How far a result has come: durable on this node, or cosigned by the quorum. */
export type Settlement = 'committed' | 'final'

/** The answer for one submitted transaction (PROTOCOL: answers). */
export interface SubmissionResult {
  /** Hex; null where the entry's form is unsound. */
  readonly id: string | null
  readonly status: 'rejected' | 'pending' | 'accepted' | 'refused'
  readonly code?: Code
  readonly details?: ErrorDetails
  readonly index?: number
  readonly height?: number
  readonly settled?: Settlement
}
