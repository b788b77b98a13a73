/**
 * The door of the engine: how many bytes may be in work at once, and who waits for room. Callers wait in the order in
 * which they came, so a large call is never overtaken for ever by small ones.
 */
import { LedgerError } from '../base/index.ts'
import type { EngineLimits } from './types.ts'

interface Waiter {
  readonly bytes: number
  enter(): void
}

export class Gate {
  readonly #limits: EngineLimits
  readonly #waiters: Waiter[] = []
  #queuedBytes = 0
  #waitingBytes = 0

  constructor(limits: EngineLimits) {
    this.#limits = limits
  }

  /** Bytes of the calls that have entered and have not left. */
  get queuedBytes(): number {
    return this.#queuedBytes
  }

  get waitingCallers(): number {
    return this.#waiters.length
  }

  /**
   * Throws `engine.overloaded` where a call of `bytes` may neither begin nor wait. A call larger than a bound may,
   * alone.
   */
  assertRoom(bytes: number): void {
    if (this.#mayBegin(bytes)) return
    const waiters = this.#waiters.length
    const tooManyBytes = waiters > 0 && this.#waitingBytes + bytes > this.#limits.waitingBytesMax
    if (waiters >= this.#limits.waitersMax || tooManyBytes) {
      throw new LedgerError('engine.overloaded', { retryAfterSeconds: 1 })
    }
  }

  /** Resolves when a call of `bytes` may begin. Whoever was let in leaves once. */
  enter(bytes: number): Promise<void> {
    if (this.#mayBegin(bytes)) {
      this.#queuedBytes += bytes
      return Promise.resolve()
    }
    this.#waitingBytes += bytes
    return new Promise((enter) => {
      this.#waiters.push({ bytes, enter })
    })
  }

  /** Gives back the room of a call, and lets in those who waited for it. */
  leave(bytes: number): void {
    this.#queuedBytes -= bytes
    let next = this.#waiters[0]
    while (next !== undefined && this.#fits(next.bytes)) {
      this.#waiters.shift()
      this.#waitingBytes -= next.bytes
      this.#queuedBytes += next.bytes
      next.enter()
      next = this.#waiters[0]
    }
  }

  #mayBegin(bytes: number): boolean {
    return this.#waiters.length === 0 && this.#fits(bytes)
  }

  #fits(bytes: number): boolean {
    return this.#queuedBytes === 0 || this.#queuedBytes + bytes <= this.#limits.queueBytesMax
  }
}
