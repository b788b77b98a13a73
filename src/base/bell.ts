/** Wakes whoever waits for the next of something. Counted, so that a ring between looking and waiting is not missed. */

export class Bell {
  #count = 0
  readonly #waiting = new Set<() => void>()

  /** How often it rang. Taken before looking at what it announces. */
  get count(): number {
    return this.#count
  }

  ring(): void {
    this.#count += 1
    for (const wake of this.#waiting) wake()
  }

  /** Resolves once it has rung more than `seen` times, at once where it has, and also when the signal aborts. */
  async after(seen: number, signal: AbortSignal): Promise<void> {
    if (this.#count > seen || signal.aborted) return
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })
  }
}
