/**
 * The engine: the kernel on every core. One interface, two implementations: a pool of worker threads
 * (`createEngine`) and one that answers on the calling thread (`createInlineEngine`), for simulation and small tools.
 */
import type { Packed } from '../base/index.ts'
import type { EntryVerdicts, KernelBuild, SignatureCheck } from '../kernel/index.ts'

/** What an engine has done since it started. Times are milliseconds, summed over jobs. */
export interface EngineStats {
  readonly threads: number
  /** The kernel build that answers now: any other turns into `scalar` for good after a disagreement. */
  readonly build: KernelBuild
  /** Jobs finished; a call is split into one job or more. */
  readonly jobs: number
  readonly checks: number
  readonly invalidChecks: number
  /** Checks that the scalar build made again in `ordered` calls, and jobs in which it answered otherwise. */
  readonly confirmedChecks: number
  readonly disagreements: number
  /** Jobs that ran again because their worker crashed, hung or failed. */
  readonly retriedJobs: number
  readonly replacedWorkers: number
  /** Memory of the calls that are queued or running, and the callers that wait behind them. */
  readonly queuedBytes: number
  readonly waitingCallers: number
  readonly queueMs: number
  readonly runMs: number
}

/**
 * How far a fast build is trusted. The scalar build checks a sampled share of the jobs in which all was accepted
 * again; where the two differ the scalar answer stands. `admission`: refusals are trusted (a wrong one costs its sender
 * a retry, and a flood of rubbish stays cheap). `ordered`: the scalar build checks every refusal again.
 */
export type Confirmation = 'admission' | 'ordered'

/** The evidence of two builds that differ: the input of the job and both answers. All arrays are the receiver's. */
export interface Disagreement {
  readonly entries: Packed
  readonly ledgerId: Uint8Array
  /** The fast build, and what it said. */
  readonly build: KernelBuild
  readonly fast: EntryVerdicts
  readonly scalar: EntryVerdicts
}

/** Bounds of an engine; `src/base/limits.ts` holds what each is by default, and why. */
export interface EngineLimits {
  readonly queueBytesMax: number
  readonly waitingBytesMax: number
  readonly waitersMax: number
  readonly jobMsMax: number
  readonly triesMax: number
  /** One in so many wholly accepted jobs of an `ordered` call is checked again; 1 means all. */
  readonly confirmOneIn: number
}

/** How to build an engine. Everything has a default. */
export interface EngineOptions {
  /** Worker threads, 1 to ENGINE_THREADS_MAX; by default one a core. */
  readonly threads?: number
  /** Which kernel build answers; by default the fastest that this machine runs. */
  readonly build?: KernelBuild
  readonly limits?: Partial<EngineLimits>
  /** Called once for each disagreement, after the fast build was switched off. Keep the evidence and raise an alarm. */
  readonly onDisagreement?: (evidence: Disagreement) => void
  /** Another worker module, for tests that plant faults. */
  readonly worker?: URL
}

/**
 * Asynchronous verification and hashing. Arguments are copied before the call returns its promise, results are the
 * caller's. The promise rejects: with TypeError or RangeError for malformed arguments (nothing was queued); with a
 * LedgerError `engine.overloaded` over the bound of waiting callers, `engine.closed` after close, `engine.failed` for
 * a job that failed on several workers.
 */
export interface Engine {
  /**
   * The ledger's way in: form, ids, leaf hashes and signatures of packed transaction leaves in one trip.
   * `offsets` has n + 1 numbers (see `Packed`); `ledgerId` 32 bytes; `confirm` is `admission` by default.
   */
  verifyEntries(
    packed: Uint8Array,
    offsets: Uint32Array,
    ledgerId: Uint8Array,
    confirm?: Confirmation,
  ): Promise<EntryVerdicts>
  /** Ed25519 under ZIP-215, in order. */
  verifySignatures(checks: readonly SignatureCheck[]): Promise<boolean[]>
  /** The same over packed checks (`Kernel.verifyPacked`): a bit set. */
  verifyPacked(checks: Packed): Promise<Uint8Array>
  /** RFC 6962 leaf hashes, n × 32. */
  hashLeaves(entries: readonly Uint8Array[]): Promise<Uint8Array>
  /** RFC 6962 root. */
  merkleRoot(entries: readonly Uint8Array[]): Promise<Uint8Array>
  stats(): EngineStats
  /** Finishes accepted work (waiting callers too), then ends the workers. Calls after it: `engine.closed`. */
  close(): Promise<void>
}
