/**
 * The engine: the kernel on every core. One interface, two implementations: a pool of worker threads
 * (`createEngine`) and one that answers on the calling thread (`createInlineEngine`), for simulation and small tools.
 */
import type { Packed } from '../base/index.ts'
import type { EntryVerdicts, SignatureCheck } from '../kernel/index.ts'

/** What an engine has done since it started. Times are milliseconds, summed over jobs. */
export interface EngineStats {
  readonly threads: number
  /** Jobs finished; a call is split into one job or more. */
  readonly jobs: number
  readonly checks: number
  readonly invalidChecks: number
  /** Jobs that ran again because their worker crashed or hung. */
  readonly retriedJobs: number
  readonly replacedWorkers: number
  readonly queuedBytes: number
  readonly waitingCallers: number
  readonly queueMs: number
  readonly runMs: number
}

/**
 * Asynchronous verification and hashing. Arguments are copied before the call returns its promise, results are the
 * caller's. Malformed arguments: TypeError or RangeError. Over the bound of waiting callers: `engine.overloaded`;
 * after close: `engine.closed`; a job that failed on several workers: `engine.failed`.
 */
export interface Engine {
  /**
   * The ledger's way in: form, ids, leaf hashes and signatures of packed transaction leaves in one trip.
   * `offsets` has n + 1 numbers (see `Packed`); `ledgerId` 32 bytes.
   */
  verifyEntries(packed: Uint8Array, offsets: Uint32Array, ledgerId: Uint8Array): Promise<EntryVerdicts>
  /** Ed25519 under ZIP-215, in order. */
  verifySignatures(checks: readonly SignatureCheck[]): Promise<boolean[]>
  /** The same over packed checks (`Kernel.verifyPacked`): a bit set. */
  verifyPacked(checks: Packed): Promise<Uint8Array>
  /** RFC 6962 leaf hashes, n × 32. */
  hashLeaves(entries: readonly Uint8Array[]): Promise<Uint8Array>
  /** RFC 6962 root. */
  merkleRoot(entries: readonly Uint8Array[]): Promise<Uint8Array>
  stats(): EngineStats
  /** Finishes accepted work, then ends the workers. Calls after it: `engine.closed`. */
  close(): Promise<void>
}
