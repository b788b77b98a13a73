/**
 * Rules versions that are to come, for the node that must know them in time: the one that was adopted for a later
 * height, and those that open proposals name.
 */
import { PAGE_COUNT_MAX } from '../../base/index.ts'
import type { Context, PortContext } from '../contract.ts'
import type { RulesOutlook, UpcomingVersion } from '../ports.ts'
import { valueAt } from '../scheduled.ts'
import { countReady, isToCome, PROPOSALS, type ProposalRow, SETTINGS } from './state.ts'

/** Looks at every proposal that was ever made: members make few, and a node asks once a minute. */
export function lookAhead(context: PortContext): RulesOutlook {
  const setting = SETTINGS.get(context.state, 'rules-version')!
  const version = valueAt(setting, context.height)
  const { next } = setting
  const upcoming: UpcomingVersion[] = []
  const withReady = (one: Omit<UpcomingVersion, 'ready' | 'nodes'>): UpcomingVersion => ({
    ...one,
    ...countReady(context, one.version),
  })
  if (next !== undefined && isToCome(setting, context.height)) {
    upcoming.push(withReady({ version: next.value, height: next.fromHeight, state: 'adopted' }))
  }
  for (const { id, value } of iterateProposals(context)) {
    const named = value.change.rulesVersion
    const isOpen = value.state === 'open' && context.time <= value.openUntil
    if (named === undefined || !isOpen) continue
    // Neither a version that is over nor a height that is past can be adopted any more.
    if (named.version <= version || named.height <= context.height) continue
    upcoming.push(withReady({ ...named, state: 'proposed', proposal: id.join(':') }))
  }
  return { version, upcoming }
}

function* iterateProposals(
  context: Context,
): Generator<{ readonly id: readonly string[]; readonly value: ProposalRow }> {
  let after: string | undefined
  for (;;) {
    const rows = PROPOSALS.list(context.state, [], { limit: PAGE_COUNT_MAX, after })
    yield* rows
    after = rows.at(-1)?.id.join('/')
    if (rows.length < PAGE_COUNT_MAX || after === undefined) return
  }
}
