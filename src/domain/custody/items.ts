/** Items come to be, move from member to member, and end; what each member holds is kept by kind and batch. */
import { memberOf } from '../../protocol/index.ts'
import { type AnyRule, type Custody, findItem, isConcerned, refuse, rootOf, speaksFor } from './custody.ts'
import type { Content, Item } from './state.ts'

export function putItem<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  row: NoInfer<Row>,
): void {
  custody.tables.items.put(context.state, row, ...custody.idOf(ref))
}

/** Adds what an outermost item holds to a member's stock. */
export function addStock<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  { holder, contents }: Row,
): void {
  const member = memberOf(holder!)
  for (const content of contents) {
    const { kind, batch, amount } = content
    custody.tables.stock.put(context.state, { amount }, member, kind, batch, ...custody.idOf(ref))
    custody.onStock?.(context, member, content, amount)
  }
}

export function removeStock<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  { holder, contents }: Row,
): void {
  const member = memberOf(holder!)
  for (const content of contents) {
    const { kind, batch, amount } = content
    custody.tables.stock.delete(context.state, member, kind, batch, ...custody.idOf(ref))
    custody.onStock?.(context, member, content, -amount)
  }
}

/** A new unit in the hands of its holder. */
export function createItem<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  row: Row,
  field: string,
): void {
  if (findItem(custody, context.state, ref) !== undefined) refuse(custody, context, 'exists', field)
  putItem(custody, context, ref, row)
  addStock(custody, context, ref, row)
}

/** An item that is there, concerns the signer unless it may look at all of them, and lies in no other. */
export function requireOutermost<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  field: string,
  isAuthority = false,
): Row {
  const { state, signer } = context
  const row = findItem(custody, state, ref)
  const holds = row?.holder !== undefined && speaksFor(signer, row.holder)
  if (row === undefined || !(holds || isAuthority || isConcerned(custody, state, signer, ref))) {
    return refuse(custody, context, 'unknown', field)
  }
  const isOver = rootOf(custody, context.state, ref)?.row.ended !== undefined
  if (row.ended !== undefined || isOver) refuse(custody, context, 'ended', field)
  if (row.parent !== undefined) refuse(custody, context, 'packed', field)
  return row
}

/** An outermost item that the signer may act for and that is not offered to anybody. */
export function requireHeld<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  field: string,
): Row {
  const row = requireOutermost(custody, context, ref, field)
  if (!speaksFor(context.signer, row.holder!)) refuse(custody, context, 'not-holder', field)
  if (row.offer !== undefined) refuse(custody, context, 'offered', field)
  return row
}

/** Replaces what an outermost item holds, in its row and in its holder's stock. */
export function putContents<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  row: Row,
  contents: readonly Content[],
): void {
  removeStock(custody, context, ref, row)
  const next = { ...row, contents }
  putItem(custody, context, ref, next)
  addStock(custody, context, ref, next)
}

/** Gives an outermost item to another holder. What lies in it goes with it, untouched. */
export function moveItem<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  to: string,
): void {
  const row = findItem(custody, context.state, ref)!
  const { offer: _offer, ...rest } = row
  const next = { ...rest, holder: to, from: memberOf(row.holder!) } as Row
  if (memberOf(to) !== memberOf(row.holder!)) {
    removeStock(custody, context, ref, row)
    addStock(custody, context, ref, next)
  }
  putItem(custody, context, ref, next)
}

/** Ends an outermost item with everything in it. */
export function endItem<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  ref: string,
  how: string,
): void {
  const row = findItem(custody, context.state, ref)!
  removeStock(custody, context, ref, row)
  const { holder, offer: _offer, ...rest } = row
  putItem(custody, context, ref, { ...rest, ended: { how, at: context.time, holder: holder! } } as Row)
}
