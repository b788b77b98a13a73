/**
 * Time that passes only when the simulation says so. Every process has a clock of its own over it: one that was killed
 * never wakes again, and may be set wrong.
 */
import type { Clock } from '../../src/base/index.ts'

interface Sleeper {
  readonly at: number
  readonly order: number
  readonly wake: () => void
}

export class SimulatedTime {
  /** Milliseconds since 1970. */
  #now: number
  #order = 0
  readonly #sleepers = new Set<Sleeper>()

  constructor(startSeconds: number) {
    this.#now = 1000 * startSeconds
  }

  get nowMs(): number {
    return this.#now
  }

  /** Wakes the next sleeper, at its time. False where nobody sleeps. */
  step(): boolean {
    let next: Sleeper | undefined
    for (const sleeper of this.#sleepers) {
      if (
        next === undefined ||
        sleeper.at < next.at ||
        (sleeper.at === next.at && sleeper.order < next.order)
      ) {
        next = sleeper
      }
    }
    if (next === undefined) return false
    this.#now = Math.max(this.#now, next.at)
    this.#sleepers.delete(next)
    next.wake()
    return true
  }

  /** Lets a time pass in which nobody wakes. */
  pass(milliseconds: number): void {
    this.#now += milliseconds
  }

  sleep(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        this.#sleepers.delete(sleeper)
        reject(signal?.reason)
      }
      const wake = () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }
      const sleeper = { at: this.#now + delayMs, order: this.#order++, wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** The clock of one process; `errorSeconds` is how wrong it goes, and `alive` whether the process still is. */
  clockOf(process: { readonly alive: boolean; readonly errorSeconds: number }): Clock {
    return {
      nowSeconds: () => Math.floor(this.#now / 1000) + process.errorSeconds,
      monotonicMs: () => this.#now,
      sleep: async (delayMs, signal) => {
        await this.sleep(delayMs, signal)
        // The dead do not wake: a promise that never settles stands for a process that is gone.
        if (!process.alive) await new Promise<never>(() => {})
      },
    }
  }
}
