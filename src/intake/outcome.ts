/** Turns what the ledger says of a transaction into what a node answers. */
import { assert, type Code, codeOfNumber, type ErrorDetails } from '../base/index.ts'
import { type PackedStatuses, STATUS, type TransactionStatus } from '../ledger/index.ts'
import type { Json } from '../protocol/index.ts'
import type { BlockOutcome } from './pending.ts'

function codeOfRefusal(number: number): Code {
  const code = codeOfNumber(number)
  assert(code !== undefined, `the code ${number} of a refusal is in the table`)
  return code
}

const withDetails = (details: Json | undefined) =>
  details === undefined ? {} : { details: details as ErrorDetails }

/** What became of a transaction that is in a block. */
export function unpackOutcome(status: Exclude<TransactionStatus, { status: 'unknown' }>): BlockOutcome {
  const { index, height } = status
  if (status.status === 'accepted') return { status: 'accepted', index, height }
  return {
    status: 'refused',
    code: codeOfRefusal(status.code),
    ...withDetails(status.details),
    index,
    height,
  }
}

/**
 * Outcomes of a list of statuses, in order; undefined for an unknown id. Linear, where asking for one position after
 * another would search the details each time.
 */
export function unpackOutcomes(statuses: PackedStatuses): (BlockOutcome | undefined)[] {
  const details = new Map(statuses.details.map((item) => [item.position, item.details]))
  return Array.from(statuses.kinds, (kind, position) => {
    if (kind === STATUS.unknown) return undefined
    const [index, height] = [statuses.indexes[position]!, statuses.heights[position]!]
    if (kind === STATUS.accepted) return { status: 'accepted', index, height }
    const code = codeOfRefusal(statuses.codes[position]!)
    return { status: 'refused', code, ...withDetails(details.get(position)), index, height }
  })
}
