/**
 * The two steps of a handover: the holder offers items to a named receiver, and that one answers. Until then they are
 * the holder's, and nothing else can be done with them.
 */
import { memberOf } from '../../protocol/index.ts'
import { isStaffOf } from '../roles.ts'
import { type AnyRule, type Custody, findItem, refuse, speaksFor } from './custody.ts'
import { moveItem, putItem } from './items.ts'
import type { Handover, Item } from './state.ts'

/** Offers items, which the caller has checked to be held and fit to go, to a receiver who may take them. */
export function offerItems<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  offer: Pick<Handover, 'from' | 'to' | 'items' | 'purpose'>,
  field: string,
): void {
  const { state, signer, time } = context
  const { tables, idOf } = custody
  const id = idOf(ref)
  if (tables.handovers.has(state, ...id)) refuse(custody, context, 'handover-exists', field)
  tables.handovers.put(state, { ...offer, by: signer.actor, at: time }, ...id)
  for (const item of offer.items) {
    putItem(custody, context, item, { ...findItem(custody, state, item)!, offer: ref })
  }
}

/** A handover between the signer's member and another that waits for its answer. */
export function requireWaiting<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  field: string,
): Handover {
  const row = custody.tables.handovers.get(context.state, ...custody.idOf(ref))
  const isSide =
    row !== undefined && [row.from, row.to].some((side) => isStaffOf(context.signer, memberOf(side)))
  if (!isSide) return refuse(custody, context, 'handover-unknown', field)
  if (row.answer !== undefined) refuse(custody, context, 'handover-over', field)
  return row
}

/** A handover that waits for the signer. */
export function requireForSigner<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  field: string,
): Handover {
  const row = requireWaiting(custody, context, ref, field)
  if (!speaksFor(context.signer, row.to)) refuse(custody, context, 'not-receiver', field)
  return row
}

/** Answers a handover: what was accepted is the receiver's, the rest stays where it is. */
export function answerHandover<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  row: Handover,
  accepted: readonly string[],
): void {
  const { state, signer, time } = context
  const { tables, idOf } = custody
  for (const item of row.items) {
    if (accepted.includes(item)) {
      moveItem(custody, context, item, row.to)
      continue
    }
    const { offer: _offer, ...rest } = findItem(custody, state, item)!
    putItem(custody, context, item, rest as unknown as Row)
  }
  tables.handovers.put(state, { ...row, answer: { by: signer.actor, at: time, accepted } }, ...idOf(ref))
}

/** Ends a handover that was not answered: its holder takes it back, or its receiver declines. */
export function cancelHandover<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  field: string,
): Handover {
  const row = requireWaiting(custody, context, ref, field)
  const isSide = speaksFor(context.signer, row.from) || speaksFor(context.signer, row.to)
  if (!isSide) refuse(custody, context, 'not-receiver', field)
  answerHandover(custody, context, ref, row, [])
  return row
}
