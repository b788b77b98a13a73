/**
 * Hands jobs to worker threads, in order, one at a time to each, and gets an answer to every job: a worker that
 * crashes or hangs is replaced, and its job runs again on another. Piscina owns the threads; the queue is ours, so that
 * a job's time limit begins when the job does.
 */
import { Piscina } from 'piscina'
import { ENGINE_JOB_MS_MAX, LedgerError } from '../base/index.ts'
import type { KernelBuild } from '../kernel/index.ts'
import type { Answer, Job, JobKind, PostedJob, Success } from './job.ts'
import type { EngineLimits } from './types.ts'

export interface DispatcherOptions {
  readonly worker: URL
  readonly threads: number
  readonly limits: EngineLimits
  readonly workerData: unknown
}

/** A job that does nothing: a worker answers it once it is ready. */
const PING: PostedJob = {
  kind: 'verifyPacked',
  bytes: new Uint8Array(0),
  offsets: new Uint32Array(1),
  ledgerId: new Uint8Array(0),
  confirm: false,
  scalarOnly: false,
}

export class Dispatcher {
  readonly #pool: Piscina<PostedJob, Answer>
  readonly #threads: number
  readonly #limits: EngineLimits
  /** Jobs that wait for a free worker: each starts when it is called. */
  readonly #queue: (() => void)[] = []
  #idleThreads: number
  #workerError: unknown
  #closing = false

  #jobs = 0
  #retriedJobs = 0
  #replacedWorkers = 0
  #queueMs = 0
  #runMs = 0

  /** Which build answers the jobs that start from now on: the workers' fastest, until it is set to `scalar`. */
  build: KernelBuild = 'scalar'

  constructor(options: DispatcherOptions) {
    this.#threads = options.threads
    this.#idleThreads = options.threads
    this.#limits = options.limits
    this.#pool = new Piscina({
      filename: options.worker.href,
      minThreads: options.threads,
      maxThreads: options.threads,
      workerData: options.workerData,
      recordTiming: false,
    })
    this.#pool.on('workerDestroy', () => {
      if (!this.#closing) this.#replacedWorkers++
    })
    // A worker that fails between jobs is replaced like any other; unheard, this event would end the process.
    this.#pool.on('error', (error) => {
      this.#workerError = error
    })
  }

  /** Resolves when every worker has loaded and warmed its kernel; rejects, with no thread left, where one could not. */
  async start(): Promise<void> {
    try {
      const pings = Array.from({ length: this.#threads }, () => this.#pool.run(PING))
      for (const answer of await Promise.all(pings)) {
        if (!answer.ok) throw new Error(`a worker did not start: ${answer.message}`)
        this.build = answer.build
      }
    } catch (error) {
      await this.end()
      throw error
    }
  }

  /** Runs `job` when its turn comes. Rejects with `engine.failed` after `triesMax` workers failed on it. */
  async run<Kind extends JobKind>(job: Job<Kind>): Promise<Success<Kind>> {
    const queuedMs = performance.now()
    await this.#takeThread()
    const startedMs = performance.now()
    this.#queueMs += startedMs - queuedMs
    try {
      return await this.#runWithTries(job)
    } finally {
      this.#jobs++
      this.#runMs += performance.now() - startedMs
      this.#freeThread()
    }
  }

  stats() {
    return {
      jobs: this.#jobs,
      retriedJobs: this.#retriedJobs,
      replacedWorkers: this.#replacedWorkers,
      queueMs: this.#queueMs,
      runMs: this.#runMs,
    }
  }

  /** Ends the threads. No job may be under way. */
  async end(): Promise<void> {
    this.#closing = true
    await this.#pool.destroy()
  }

  async #runWithTries<Kind extends JobKind>(job: Job<Kind>): Promise<Success<Kind>> {
    const { triesMax, jobMsMax } = this.#limits
    for (let tries = 1; ; tries++) {
      const lastTry = tries === triesMax
      try {
        // Should only the fast build fail on this input, the scalar build still answers.
        return await this.#runOnce({ ...job, scalarOnly: lastTry || this.build === 'scalar' }, jobMsMax)
      } catch (error) {
        if (lastTry) throw new LedgerError('engine.failed', { tries }, error)
        this.#retriedJobs++
        // Waits for the replacement, so that starting it does not count as the job's time. Where none comes, the next
        // try says so.
        await this.#runOnce(PING, ENGINE_JOB_MS_MAX).catch(() => undefined)
      }
    }
  }

  async #runOnce<Kind extends JobKind>(job: PostedJob<Kind>, msMax: number): Promise<Success<Kind>> {
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), msMax)
    try {
      const answer = (await this.#pool.run(job, { signal: limit.signal })) as Answer<Kind>
      if (!answer.ok) throw new Error(answer.message)
      return answer
    } catch (error) {
      if (!limit.signal.aborted) throw error
      throw new Error(`no answer within ${msMax} ms`, { cause: this.#workerError })
    } finally {
      clearTimeout(timer)
    }
  }

  #takeThread(): Promise<void> {
    if (this.#idleThreads > 0) {
      this.#idleThreads--
      return Promise.resolve()
    }
    return new Promise((start) => {
      this.#queue.push(start)
    })
  }

  #freeThread(): void {
    const next = this.#queue.shift()
    if (next === undefined) this.#idleThreads++
    else next()
  }
}
