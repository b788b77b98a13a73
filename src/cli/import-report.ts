/**
 * What every import tells and does alike: what is left out and why, what became of the rest, progress, and a stop in
 * good order.
 */
import { InvalidArgumentError } from 'commander'
import { LedgerError } from '../base/index.ts'
import { groupUnmapped, type OnProgress, type Tally, type Unmapped } from '../facility/index.ts'
import { EXIT } from './failure.ts'
import { formatCount, formatTable } from './output.ts'
import { createProgress } from './progress.ts'
import { untilStopped } from './signals.ts'

/** Whom a name means: `Organization/acme=insurer-b`, repeated. */
export function parseParty(
  value: string,
  before: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const at = value.lastIndexOf('=')
  if (at < 1 || at === value.length - 1) throw new InvalidArgumentError('It must be REFERENCE=ID.')
  return new Map([...before, [value.slice(0, at), value.slice(at + 1)]])
}

export function describeUnmapped(unmapped: Unmapped): string[] {
  return [
    unmapped.length === 0 ? 'Nothing is left out.' : 'Not imported:',
    ...formatTable(
      groupUnmapped(unmapped).map(({ kind, reason, count, first }) => [
        formatCount(count),
        `${kind}: ${reason} (first at ${first})`,
      ]),
    ),
  ]
}

function describeTally(name: string, { planned, accepted, already, failed }: Tally): [string, string] {
  const failures = Object.entries(failed).map(([code, count]) => `${formatCount(count)} refused [${code}]`)
  const parts = [`${formatCount(accepted)} new`, `${formatCount(already)} there already`, ...failures]
  return [`${formatCount(planned)} ${name}`, parts.join(', ')]
}

/** What is on the ledger now, a line for each kind. */
export function describeTallies(tallies: { readonly [name: string]: Tally }): string[] {
  return [
    'On the ledger:',
    ...formatTable(Object.entries(tallies).map(([name, tally]) => describeTally(name, tally))),
  ]
}

/** Shows progress of one kind of thing after another, unless the output is JSON. */
export function showProgress({ json }: { readonly json?: boolean }): OnProgress {
  const progress = createProgress(process.stderr)
  let label: string | undefined
  return (what, done, total) => {
    if (json) return
    if (label !== what) progress.start(what, total, 0)
    label = what
    progress.advance(done)
    if (done === total) progress.end(`${formatCount(total)} sent`)
  }
}

/** Runs until it is done or stopped by a signal. */
export async function untilDone<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const stop = untilStopped()
  try {
    return await work(stop.signal)
  } catch (error) {
    if (!stop.signal.aborted) throw error
    throw new LedgerError(
      'client.timeout',
      { message: 'Stopped. The same command goes on from here.' },
      error,
    )
  } finally {
    stop.release()
  }
}

/** Exit code 1 where the ledger refused something. */
export function setExitCode(tallies: readonly Tally[]): void {
  if (tallies.some(({ failed }) => Object.keys(failed).length > 0)) process.exitCode = EXIT.failed
}
