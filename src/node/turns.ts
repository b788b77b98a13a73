/**
 * Work in turn: one job at a time, and the one whose owner has waited longest since its last, so that nobody's many
 * jobs stand before another's first.
 */
import { LEDGER_CALLS_MAX, LedgerError } from '../base/index.ts'

export class Turns {
  /** By owner, in the order in which they come next. */
  readonly #waiting = new Map<string, (() => Promise<void>)[]>()
  #running = false
  #waitingCount = 0

  /** Runs `job` when `owner` has its turn; settles as it does. LedgerError `ledger.overloaded` where too many wait. */
  async take<Result>(owner: string, job: () => Promise<Result>): Promise<Result> {
    // What waits here would else wait for the ledger thread, which has the same bound.
    if (this.#waitingCount >= LEDGER_CALLS_MAX) {
      throw new LedgerError('ledger.overloaded', { retryAfterSeconds: 1 })
    }
    this.#waitingCount += 1
    return new Promise((resolve, reject) => {
      const run = () => job().then(resolve, reject)
      const jobs = this.#waiting.get(owner)
      if (jobs === undefined) this.#waiting.set(owner, [run])
      else jobs.push(run)
      void this.#work()
    })
  }

  async #work(): Promise<void> {
    if (this.#running) return
    this.#running = true
    for (let next = this.#next(); next !== undefined; next = this.#next()) await next()
    this.#running = false
  }

  #next(): (() => Promise<void>) | undefined {
    const [found] = this.#waiting
    if (found === undefined) return undefined
    const [owner, jobs] = found
    const job = jobs.shift()
    this.#waitingCount -= 1
    this.#waiting.delete(owner)
    // Behind all others.
    if (jobs.length > 0) this.#waiting.set(owner, jobs)
    return job
  }
}
