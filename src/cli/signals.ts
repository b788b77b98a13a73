/** SIGINT and SIGTERM ask for a clean stop. A second one finds no handler and ends the process at once. */

export interface Stop {
  /** Aborted once a stop is asked for. */
  readonly signal: AbortSignal
  /** Resolves then. */
  readonly stopped: Promise<void>
  /** Gives the signals back. */
  release(): void
}

export function untilStopped(): Stop {
  const abort = new AbortController()
  const names = ['SIGINT', 'SIGTERM'] as const
  const release = (): void => {
    for (const name of names) process.removeListener(name, onSignal)
  }
  const onSignal = (): void => {
    release()
    abort.abort(new Error('asked to stop'))
  }
  for (const name of names) process.once(name, onSignal)
  const stopped = new Promise<void>((resolve) => {
    abort.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  return { signal: abort.signal, stopped, release }
}
