/** Packed statuses and key statuses: their numbers, and how one is read or written. No decisions are made here. */
import type { Json } from '../protocol/index.ts'
import type { PackedStatuses, TransactionStatus } from './types.ts'

/** What `PackedStatuses.kinds` holds. */
export const STATUS = { unknown: 0, accepted: 1, refused: 2 } as const

/** What `Ledger.keyStatuses` answers: never enrolled; enrolled but revoked or suspended; may sign. */
export const KEY_STATUS = { unknown: 0, inactive: 1, active: 2 } as const

/** Packed statuses that can be filled. */
export interface StatusList extends PackedStatuses {
  readonly details: { position: number; details: Json }[]
}

/** `count` unknown statuses. */
export const createStatusList = (count: number): StatusList => ({
  kinds: new Uint8Array(count),
  codes: new Uint16Array(count),
  indexes: new Float64Array(count),
  heights: new Float64Array(count),
  details: [],
})

/** Writes one status. Positions with details are given in rising order. */
export function setStatus(list: StatusList, position: number, status: TransactionStatus): void {
  if (status.status === 'unknown') {
    list.kinds[position] = STATUS.unknown
    return
  }
  list.kinds[position] = STATUS[status.status]
  list.indexes[position] = status.index
  list.heights[position] = status.height
  if (status.status === 'refused') {
    list.codes[position] = status.code
    if (status.details !== undefined) list.details.push({ position, details: status.details })
  }
}

/** Status `position` of a packed list. */
export function statusAt(list: PackedStatuses, position: number): TransactionStatus {
  const kind = list.kinds[position]
  if (kind === STATUS.unknown || kind === undefined) return { status: 'unknown' }
  const place = { index: list.indexes[position]!, height: list.heights[position]! }
  if (kind === STATUS.accepted) return { status: 'accepted', ...place }
  const details = findDetails(list, position)
  const refused = { status: 'refused', code: list.codes[position]!, ...place } as const
  return details === undefined ? refused : { ...refused, details }
}

/** Details stand in order of position, so that a block full of refusals is not searched from its start for each. */
function findDetails({ details }: PackedStatuses, position: number): Json | undefined {
  let [low, high] = [0, details.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (details[middle]!.position < position) low = middle + 1
    else high = middle
  }
  const found = details[low]
  return found?.position === position ? found.details : undefined
}
