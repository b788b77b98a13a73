/**
 * Time enters medseal only here, so that rules stay free of clocks and a test can run a consortium by hand.
 */

/** Wall time and timers, injected everywhere. Rules never see it: they see the time of their block. */
export interface Clock {
  /** Whole seconds since 1970-01-01T00:00:00Z. */
  nowSeconds(): number
  /** Milliseconds of a monotonic clock, for durations only. */
  monotonicMs(): number
  /** Resolves after `delayMs`; rejects with the signal's reason when aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

/** The machine's own clock. */
export const systemClock: Clock = {
  nowSeconds: () => Math.floor(Date.now() / 1000),
  monotonicMs: () => performance.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, delayMs)
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
}
