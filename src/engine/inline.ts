/**
 * The engine on the calling thread: every call is carried out before its promise is returned. For simulations, tests
 * and tools that check a few things; there is no queue, and nothing to warm.
 */
import { LedgerError } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type Backend, type Call, EngineFacade } from './facade.ts'
import type { JobKind, JobResults } from './job.ts'
import { runJob } from './run-job.ts'
import type { Engine, EngineStats } from './types.ts'

/** An engine that asks `kernel` directly. Its answers equal those of the pool; `confirm` has no effect. */
export function createInlineEngine(kernel: Kernel): Engine {
  return new EngineFacade(new InlineBackend(kernel))
}

class InlineBackend implements Backend {
  readonly #kernel: Kernel
  #jobs = 0
  #runMs = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  async run<Kind extends JobKind>({ kind, items, ledgerId }: Call<Kind>): Promise<JobResults[Kind]> {
    const startedMs = performance.now()
    const { offsets } = items
    const bytes = new Uint8Array(offsets[offsets.length - 1]!)
    items.copyTo(bytes)
    const kernels = { fast: this.#kernel, scalar: this.#kernel }
    try {
      return runJob(kernels, { kind, bytes, offsets, ledgerId, confirm: false, scalarOnly: false }, 1).result
    } catch (error) {
      throw new LedgerError('engine.failed', { tries: 1 }, error)
    } finally {
      this.#jobs++
      this.#runMs += performance.now() - startedMs
    }
  }

  stats(): Omit<EngineStats, 'checks' | 'invalidChecks'> {
    return {
      threads: 1,
      build: this.#kernel.build,
      jobs: this.#jobs,
      confirmedChecks: 0,
      disagreements: 0,
      retriedJobs: 0,
      replacedWorkers: 0,
      queuedBytes: 0,
      waitingCallers: 0,
      queueMs: 0,
      runMs: this.#runMs,
    }
  }

  async end(): Promise<void> {}
}
