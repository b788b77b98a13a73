/**
 * The mass balance: running totals by hospital, month of sealing and class. Nothing is sealed, destroyed or explained
 * but through here, so that what is in hand is always what is left.
 */
import { type AnyRule, putContents, putItem } from '../custody/index.ts'
import { BALANCES, hospitalOf, totalOf, WASTE, type WasteItem } from './state.ts'

type Booking = { readonly sealed?: number; readonly destroyed?: number; readonly explained?: number }

const EMPTY = { sealed: 0, destroyed: 0, inHand: 0, explained: 0 }

export function book(
  context: AnyRule,
  hospital: string,
  month: string,
  wasteClass: string,
  { sealed = 0, destroyed = 0, explained = 0 }: Booking,
): void {
  if (sealed === 0 && destroyed === 0 && explained === 0) return
  const row = BALANCES.get(context.state, hospital, month, wasteClass) ?? EMPTY
  const next = {
    sealed: row.sealed + sealed,
    destroyed: row.destroyed + destroyed,
    inHand: row.inHand + sealed - destroyed - explained,
    explained: row.explained + explained,
  }
  BALANCES.put(context.state, next, hospital, month, wasteClass)
}

/** Sets the weight on which the links agree now; the difference from the one before is explained. */
export function reweigh(context: AnyRule, ref: string, row: WasteItem, grams: number): WasteItem {
  const { class: kind, month } = row
  book(context, hospitalOf(ref), month, kind, { explained: row.grams - grams })
  const next = { ...row, grams }
  if (row.depth > 0) {
    putItem(WASTE, context, ref, next)
    return next
  }
  // A unit is its own content; what a container weighs otherwise than its contents is its own difference.
  const contents = [{ kind, batch: month, amount: grams }]
  if (row.ended === undefined) putContents(WASTE, context, ref, next, contents)
  return { ...next, contents }
}

/** Books an item as destroyed, each content in the month and class in which it was sealed. */
export function bookDestroyed(context: AnyRule, ref: string, row: WasteItem): void {
  const hospital = hospitalOf(ref)
  for (const { kind, batch, amount } of row.contents) {
    book(context, hospital, batch, kind, { destroyed: amount })
  }
  book(context, hospital, row.month, row.class, { destroyed: row.grams - totalOf(row.contents) })
}
