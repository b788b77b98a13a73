/**
 * What a worker does with a job: asks the kernel and tags the answer. The inline engine does the same on its own
 * thread, so both answer alike.
 */
import { randomInt } from 'node:crypto'
import type { Packed } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { verifyConfirmed } from './confirm.ts'
import type { Answer, Job, JobKind, JobResults, PostedJob, Success } from './job.ts'
import { warmUp } from './warm-up.ts'

/** The kernels of one thread. Both are one where there is only the scalar build. */
export interface Kernels {
  readonly fast: Kernel
  readonly scalar: Kernel
}

const RUN: { readonly [Kind in JobKind]: (kernel: Kernel, items: Packed, job: Job) => JobResults[Kind] } = {
  verifyEntries: (kernel, entries, job) => kernel.verifyEntries(entries, job.ledgerId),
  verifyPacked: (kernel, checks) => kernel.verifyPacked(checks),
  hashLeaves: (kernel, entries) => kernel.hashLeaves(entries),
  merkleRoot: (kernel, entries) => kernel.merkleRootOfHashes(kernel.hashLeaves(entries)),
  foldRoots: (kernel, roots) => kernel.merkleRootOfHashes(roots.bytes),
}

/**
 * Runs one job. One in `confirmOneIn` jobs of entries is checked again whole, by a draw that whoever made the entries
 * can not foresee; without confirmation only where all was accepted, so that a flood of rubbish stays cheap. Throws
 * what the kernel throws: its memory is then in doubt.
 */
export function runJob<Kind extends JobKind>(
  kernels: Kernels,
  job: PostedJob<Kind>,
  confirmOneIn: number,
): Success<Kind> {
  const items = itemsOf(job)
  const kernel = job.scalarOnly ? kernels.scalar : kernels.fast
  if (job.kind === 'verifyEntries' && job.confirm && kernel.build !== kernels.scalar.build) {
    return verifyConfirmed(kernels, items, job.ledgerId, randomInt(confirmOneIn) === 0) as Success<Kind>
  }
  const result = RUN[job.kind](kernel, items, job)
  if (job.kind === 'verifyEntries' && kernel.build !== kernels.scalar.build) {
    // What is accepted at the door is not checked again in its block where this node put it there itself.
    const { faults } = result as JobResults['verifyEntries']
    if (faults.every((fault) => fault === 0) && randomInt(confirmOneIn) === 0) {
      return verifyConfirmed(kernels, items, job.ledgerId, true) as Success<Kind>
    }
  }
  return { ok: true, build: kernel.build, result, confirmedChecks: 0 }
}

/**
 * The task of a worker thread, its kernels loaded and warm. A kernel that threw is dropped and made anew, so one
 * poisoned job does not taint the next; the engine tries the job again.
 */
export async function createJobRunner(
  load: () => Promise<Kernels>,
  confirmOneIn: number,
): Promise<(job: PostedJob) => Promise<Answer>> {
  let kernels: Kernels | undefined = await load()
  warmUp(kernels.fast)
  return async (job) => {
    try {
      kernels ??= await load()
      return runJob(kernels, job, confirmOneIn)
    } catch (error) {
      kernels = undefined
      return { ok: false, message: String(error) }
    }
  }
}

/** The job's own bytes, counted from 0. */
function itemsOf(job: Job): Packed {
  const start = job.offsets[0]!
  const offsets = job.offsets.map((offset) => offset - start)
  return { bytes: job.bytes.subarray(start, job.offsets[job.offsets.length - 1]!), offsets }
}
