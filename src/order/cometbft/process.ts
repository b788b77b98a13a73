/**
 * Keeps the engine's process running: started again whatever it ended with, later and later while it ends soon. When
 * the application goes away the engine ends itself, and this starts none.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type Clock, ENGINE_STOP_SECONDS } from '../../base/index.ts'
import type { Logger } from '../../host/index.ts'

export interface EngineProcessOptions {
  readonly program: string
  /** The engine's home, its working directory. */
  readonly home: string
  readonly clock: Clock
  readonly logger: Logger
  /** Told of each line that it logs. */
  readonly onLine: (line: string) => void
  /** Called right before each start. */
  readonly onStart: () => void
}

const BACK_OFF_MS = [100, 500, 1_000, 2_000, 5_000, 10_000] as const
/** One that ran this long was started well. */
const STEADY_MS = 60_000

export class EngineProcess {
  readonly #options: EngineProcessOptions
  readonly #stopping = new AbortController()
  #child: ChildProcess | undefined
  #running: Promise<void> = Promise.resolve()
  #starts = 0

  constructor(options: EngineProcessOptions) {
    this.#options = options
  }

  /** Undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** How often it was started. */
  get starts(): number {
    return this.#starts
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Ends the process, which is started again. */
  restart(): void {
    if (this.#child !== undefined) void this.#end(this.#child)
  }

  /** Ends the process for good. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    if (this.#child !== undefined) void this.#end(this.#child)
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#options
    let failures = 0
    while (!this.#stopping.signal.aborted) {
      const startedMs = clock.monotonicMs()
      const how = await this.#runOnce()
      if (this.#stopping.signal.aborted) return
      failures = clock.monotonicMs() - startedMs >= STEADY_MS ? 0 : failures + 1
      const delayMs = BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)]!
      logger.warn('the engine has ended and is started again', { how, delayMs })
      await clock.sleep(delayMs, this.#stopping.signal).catch(() => {})
    }
  }

  /** Runs it until it ends; how it did. */
  #runOnce(): Promise<string> {
    const { program, home, onLine, onStart } = this.#options
    onStart()
    this.#starts += 1
    return new Promise((resolve) => {
      // Its variables (CMT_…) would be stronger than the settings that were derived: it gets none of them.
      const { PATH = '', TMPDIR } = process.env
      const env = { PATH, ...(TMPDIR !== undefined && { TMPDIR }) }
      const child = spawn(program, ['node', '--home', '.'], {
        cwd: home,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      this.#child = child
      for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine)
      const ended = (how: string) => {
        this.#child = undefined
        resolve(how)
      }
      child.on('error', (error) => ended(error.message))
      child.on('exit', (code, signal) => ended(signal ?? `code ${code}`))
    })
  }

  async #end(child: ChildProcess): Promise<void> {
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const timer = new AbortController()
    const late = this.#options.clock.sleep(1000 * ENGINE_STOP_SECONDS, timer.signal).then(
      () => child.kill('SIGKILL'),
      () => {},
    )
    await gone
    timer.abort()
    await late
  }
}
