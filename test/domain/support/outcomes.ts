/**
 * What the rules answered while a file's tests ran: which verbs were accepted, which codes refused. `test/setup.ts`
 * hands it to the reporter, which knows at the end whether any verb or code was never seen.
 */
let accepted = new Set<string>()
let refused = new Set<string>()

/** Notes an outcome: 'ok' for an accepted transaction, otherwise a code. */
export function noteOutcome(type: string, outcome: string): void {
  if (outcome === 'ok') accepted.add(type)
  else refused.add(outcome)
}

/** What was noted since the last call. */
export function takeOutcomes(): {
  readonly accepted: readonly string[]
  readonly refused: readonly string[]
} {
  const taken = { accepted: [...accepted], refused: [...refused] }
  accepted = new Set()
  refused = new Set()
  return taken
}
