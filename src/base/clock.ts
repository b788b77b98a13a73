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

export interface TimeLimit {
  readonly clock: Pick<Clock, 'sleep'>
  readonly seconds: number
  /** Whoever waits went away. */
  readonly signal: AbortSignal | undefined
}

/** Runs `work` until it is done, time is up, or the caller went away. Rejects only where `work` failed by itself. */
export async function withinSeconds(
  { clock, seconds, signal }: TimeLimit,
  work: (deadline: AbortSignal) => Promise<void>,
): Promise<void> {
  const timer = new AbortController()
  const deadline = new AbortController()
  const timeUp = clock.sleep(1000 * seconds, signal ? AbortSignal.any([signal, timer.signal]) : timer.signal)
  const ended = timeUp.catch(() => {}).then(() => deadline.abort())
  try {
    await Promise.race([
      work(deadline.signal).catch((error: unknown) => {
        if (!deadline.signal.aborted) throw error
      }),
      ended,
    ])
  } finally {
    timer.abort()
  }
}
