/**
 * What travels between the engine and a worker: a job is a range of one call's items, an answer is tagged, because an
 * Error thrown through the pool would lose everything but its text.
 */
import type { EntryVerdicts, KernelBuild } from '../kernel/index.ts'
import type { Disagreement } from './types.ts'

/** What each kind of job answers. `foldRoots` makes one root of the roots of complete subtrees. */
export interface JobResults {
  readonly verifyEntries: EntryVerdicts
  readonly verifyPacked: Uint8Array
  readonly hashLeaves: Uint8Array
  readonly merkleRoot: Uint8Array
  readonly foldRoots: Uint8Array
}

export type JobKind = keyof JobResults

/** One trip to a worker. It reads `bytes` and `offsets`, which are shared memory, and never writes them. */
export interface Job<Kind extends JobKind = JobKind> {
  readonly kind: Kind
  /** Item i of the job is `bytes.subarray(offsets[i], offsets[i + 1])`; the first offset need not be 0. */
  readonly bytes: Uint8Array
  readonly offsets: Uint32Array
  /** 32 bytes for `verifyEntries`, else empty. */
  readonly ledgerId: Uint8Array
  /** Whether the scalar build confirms the fast build's refusals. */
  readonly confirm: boolean
}

/** A job as it is posted to a worker. */
export interface PostedJob<Kind extends JobKind = JobKind> extends Job<Kind> {
  /** Whether the scalar build answers, whatever build the worker has. */
  readonly scalarOnly: boolean
}

/** A job done, by the kernel build that it names. */
export interface Success<Kind extends JobKind = JobKind> {
  readonly ok: true
  readonly build: KernelBuild
  readonly result: JobResults[Kind]
  /** Checks that the scalar build made again, and what it found where it answered otherwise. */
  readonly confirmedChecks: number
  readonly disagreement?: Disagreement
}

/** What a worker says of a job. A failure is the kernel's own (a trap, a broken invariant), not an invalid check. */
export type Answer<Kind extends JobKind = JobKind> =
  | Success<Kind>
  | { readonly ok: false; readonly message: string }
