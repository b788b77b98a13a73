/**
 * The engine over worker threads: takes a call in, copies its arguments to shared memory, cuts it into jobs, joins
 * their answers. `docs/engine.md` draws the path.
 */
import { availableParallelism } from 'node:os'
import {
  ENGINE_CONFIRM_ONE_IN,
  ENGINE_JOB_MS_MAX,
  ENGINE_QUEUE_BYTES_MAX,
  ENGINE_THREADS_MAX,
  ENGINE_TRIES_MAX,
  ENGINE_WAITERS_MAX,
  ENGINE_WAITING_BYTES_MAX,
} from '../base/index.ts'
import { Dispatcher } from './dispatcher.ts'
import { type Backend, type Call, EngineFacade } from './facade.ts'
import { Gate } from './gate.ts'
import type { Job, JobKind, JobResults } from './job.ts'
import { joinResults } from './join.ts'
import { compileWorkerData } from './kernels.ts'
import { bufferBytesFor, SharedBuffers } from './shared-buffers.ts'
import { cutJobs } from './split.ts'
import type { Engine, EngineLimits, EngineOptions, EngineStats } from './types.ts'

const DEFAULT_LIMITS: EngineLimits = {
  queueBytesMax: ENGINE_QUEUE_BYTES_MAX,
  waitingBytesMax: ENGINE_WAITING_BYTES_MAX,
  waitersMax: ENGINE_WAITERS_MAX,
  jobMsMax: ENGINE_JOB_MS_MAX,
  triesMax: ENGINE_TRIES_MAX,
  confirmOneIn: ENGINE_CONFIRM_ONE_IN,
}

/** Workers are loaded from dist/, by the same relative path from src/ and from dist/. */
const WORKER = new URL('../../dist/engine/worker.js', import.meta.url)

/**
 * Starts an engine. Resolves when every worker has loaded and warmed its kernel; rejects, leaving no thread behind,
 * where one can not start.
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const threads = options.threads ?? Math.min(availableParallelism(), ENGINE_THREADS_MAX)
  if (!Number.isInteger(threads) || threads < 1 || threads > ENGINE_THREADS_MAX) {
    throw new RangeError(`threads is not an integer from 1 to ${ENGINE_THREADS_MAX}`)
  }
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const workerData = await compileWorkerData(limits.confirmOneIn, options.build)
  const dispatcher = new Dispatcher({ worker: options.worker ?? WORKER, threads, limits, workerData })
  await dispatcher.start()
  return new EngineFacade(new PoolBackend(dispatcher, threads, limits, options.onDisagreement))
}

class PoolBackend implements Backend {
  readonly #dispatcher: Dispatcher
  readonly #threads: number
  readonly #admission: Gate
  readonly #buffers: SharedBuffers
  readonly #onDisagreement: EngineOptions['onDisagreement']
  #confirmedChecks = 0
  #disagreements = 0

  constructor(
    dispatcher: Dispatcher,
    threads: number,
    limits: EngineLimits,
    onDisagreement: EngineOptions['onDisagreement'],
  ) {
    this.#dispatcher = dispatcher
    this.#threads = threads
    this.#admission = new Gate(limits)
    this.#buffers = new SharedBuffers(limits.queueBytesMax)
    this.#onDisagreement = onDisagreement
  }

  async run<Kind extends JobKind>(call: Call<Kind>): Promise<JobResults[Kind]> {
    const { offsets } = call.items
    const byteLength = offsets.byteLength + offsets[offsets.length - 1]!
    const memoryBytes = bufferBytesFor(byteLength)
    this.#admission.assertRoom(memoryBytes)
    const buffer = this.#buffers.take(memoryBytes)
    const jobs = this.#layOut(call, buffer)
    await this.#admission.enter(memoryBytes)
    try {
      return await this.#answer(call, jobs)
    } finally {
      this.#buffers.giveBack(buffer)
      this.#admission.leave(memoryBytes)
    }
  }

  stats(): Omit<EngineStats, 'checks' | 'invalidChecks'> {
    return {
      ...this.#dispatcher.stats(),
      threads: this.#threads,
      build: this.#dispatcher.build,
      confirmedChecks: this.#confirmedChecks,
      disagreements: this.#disagreements,
      queuedBytes: this.#admission.queuedBytes,
      waitingCallers: this.#admission.waitingCallers,
    }
  }

  end(): Promise<void> {
    return this.#dispatcher.end()
  }

  /** Copies the items of a call into `buffer`, offsets first, and makes its jobs: views of that memory. */
  #layOut<Kind extends JobKind>(call: Call<Kind>, buffer: SharedArrayBuffer): Job<Kind>[] {
    const offsets = new Uint32Array(buffer, 0, call.items.offsets.length)
    offsets.set(call.items.offsets)
    const bytes = new Uint8Array(buffer, offsets.byteLength, offsets[offsets.length - 1]!)
    call.items.copyTo(bytes)
    const { kind, ledgerId, confirm } = call
    const cuts = cutJobs(kind, offsets, this.#threads)
    return cuts.slice(1).map((end, i) => {
      return { kind, bytes, offsets: offsets.subarray(cuts[i]!, end + 1), ledgerId, confirm }
    })
  }

  async #answer<Kind extends JobKind>(call: Call<Kind>, jobs: Job<Kind>[]): Promise<JobResults[Kind]> {
    const { build } = this.#dispatcher
    let results = await this.#runAll(jobs)
    // What the fast build accepted of an ordered block just before it was found wrong is not to be trusted either.
    if (call.confirm && build !== this.#dispatcher.build) results = await this.#runAll(jobs)
    const joined = joinResults(call.kind, results)
    if (call.kind !== 'merkleRoot' || results.length === 1) return joined
    return this.#foldRoots(joined as Uint8Array) as Promise<JobResults[Kind]>
  }

  #foldRoots(roots: Uint8Array): Promise<Uint8Array> {
    const offsets = Uint32Array.of(0, roots.length)
    return this.#runOne({
      kind: 'foldRoots',
      bytes: roots,
      offsets,
      ledgerId: new Uint8Array(0),
      confirm: false,
    })
  }

  /** Results of all jobs in order. It waits for each, even when one fails: they read memory that is used again. */
  async #runAll<Kind extends JobKind>(jobs: readonly Job<Kind>[]): Promise<JobResults[Kind][]> {
    const outcomes = await Promise.allSettled(jobs.map((job) => this.#runOne(job)))
    return outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value
    })
  }

  async #runOne<Kind extends JobKind>(job: Job<Kind>): Promise<JobResults[Kind]> {
    const { result, confirmedChecks, disagreement } = await this.#dispatcher.run(job)
    this.#confirmedChecks += confirmedChecks
    if (disagreement !== undefined) {
      this.#disagreements++
      this.#dispatcher.build = 'scalar'
      // Outside our own flow: should the callback throw, that is the process's to hear and no caller's answer.
      queueMicrotask(() => this.#onDisagreement?.(disagreement))
    }
    return result
  }
}
