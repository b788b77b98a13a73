/** From admissions to answers: waits as long as was asked, then says how far each transaction has come. */
import type { Clock } from '../base/index.ts'
import type { Admission } from './admission.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { BlockOutcome, Outcome } from './pending.ts'
import type { Settlement, SubmissionResult } from './types.ts'

export interface WaitOptions {
  readonly clock: Pick<Clock, 'sleep'>
  readonly checkpoints: Checkpoints
  /** Longest wait; after it the status reached is answered. */
  readonly seconds: number
  /** The client went away: its answer no longer matters. */
  readonly signal: AbortSignal | undefined
}

const isInBlock = (outcome: Outcome): outcome is BlockOutcome => outcome.status !== 'rejected'

/** Whether `result` is as settled as `wait` asked. */
export const isSettled = (result: SubmissionResult, wait: 'none' | Settlement): boolean =>
  result.status === 'rejected' ||
  (wait === 'none'
    ? result.status !== 'pending'
    : result.settled === wait || (result.settled === 'final' && wait === 'committed'))

/**
 * One result for each admission, in order. Rejects with the LedgerError that ended the node's work on one of them, such as
 * `ledger.halted`: what became of the others is found by submitting again.
 */
export async function awaitResults(
  admissions: readonly Admission[],
  wait: 'none' | Settlement,
  options: WaitOptions,
): Promise<SubmissionResult[]> {
  const outcomes = admissions.map((admission) => ('outcome' in admission ? admission.outcome : undefined))
  if (wait !== 'none') {
    await withinSeconds(options, async (deadline) => {
      await Promise.all(
        admissions.map(async (admission, i) => {
          if ('pending' in admission) outcomes[i] = await admission.pending.outcome
        }),
      )
      if (wait === 'final') await reachFinal(outcomes, options.checkpoints, deadline)
    })
  }
  const { finalSize } = options.checkpoints
  return admissions.map(({ id }, i): SubmissionResult => {
    const outcome = outcomes[i]
    if (outcome === undefined) return { id, status: 'pending' }
    if (wait === 'none' || !isInBlock(outcome)) return { id, ...outcome }
    return { id, ...outcome, settled: outcome.index < finalSize ? 'final' : 'committed' }
  })
}

async function reachFinal(
  outcomes: readonly (Outcome | undefined)[],
  checkpoints: Checkpoints,
  deadline: AbortSignal,
): Promise<void> {
  const indexes = outcomes.flatMap((outcome) =>
    outcome !== undefined && isInBlock(outcome) ? [outcome.index] : [],
  )
  if (indexes.length > 0) await checkpoints.reachFinal(Math.max(...indexes), deadline)
}

/** Runs `work` until it is done, time is up, or the caller went away. Rejects only where `work` failed by itself. */
async function withinSeconds(
  { clock, seconds, signal }: WaitOptions,
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
