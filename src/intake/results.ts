/** From admissions to answers: waits as long as was asked, then says how far each transaction has come. */
import type { Settlement, SubmissionResult } from '../answers/index.ts'
import { type Clock, LedgerError, withinSeconds } from '../base/index.ts'
import type { Notes } from '../finality/index.ts'
import type { Admission } from './admission.ts'
import type { BlockOutcome, Outcome } from './pending.ts'

export interface WaitOptions {
  readonly clock: Pick<Clock, 'sleep'>
  readonly notes: Pick<Notes, 'finalSize' | 'reachFinal'>
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
 * One result for each admission, in order. Rejects with the LedgerError that ended the node's work on one of them, such
 * as
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
      await collectOutcomes(admissions, outcomes)
      if (wait === 'final') await reachFinal(outcomes, options.notes, deadline)
    })
  }
  const { finalSize } = options.notes
  return admissions.map(({ id }, i): SubmissionResult => {
    const outcome = outcomes[i]
    if (outcome === undefined) return { id, status: 'pending' }
    if (wait === 'none' || !isInBlock(outcome)) return { id, ...outcome }
    return { id, ...outcome, settled: outcome.index < finalSize ? 'final' : 'committed' }
  })
}

/** Fills in the outcomes of what is pending; resolves when the last has come. Rejects with the first LedgerError. */
function collectOutcomes(admissions: readonly Admission[], outcomes: (Outcome | undefined)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let openCount = 1
    const close = () => {
      openCount -= 1
      if (openCount === 0) resolve()
    }
    const told = (outcome: Outcome | LedgerError, i: number) => {
      if (outcome instanceof LedgerError) return reject(outcome)
      outcomes[i] = outcome
      close()
    }
    for (const [i, admission] of admissions.entries()) {
      if ('outcome' in admission) continue
      openCount += 1
      admission.pending.whenSettled(told, i)
    }
    close()
  })
}

async function reachFinal(
  outcomes: readonly (Outcome | undefined)[],
  notes: WaitOptions['notes'],
  deadline: AbortSignal,
): Promise<void> {
  const indexes = outcomes.flatMap((outcome) =>
    outcome !== undefined && isInBlock(outcome) ? [outcome.index] : [],
  )
  if (indexes.length > 0) await notes.reachFinal(Math.max(...indexes), deadline)
}
