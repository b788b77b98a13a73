/**
 * Deadlines: each stage that must end in time has one, kept in order, so that what is overdue is found without looking
 * at the rest.
 */
import type { AnyRule } from '../custody/index.ts'
import { timeKey } from '../table.ts'
import { type Deadline, DUES, type Stage, WASTE, type WasteItem } from './state.ts'

const SECONDS: { readonly [Name in Deadline]: string } = {
  department: 'departmentSecondsMax',
  store: 'storeSecondsMax',
  destruction: 'destructionSecondsMax',
}

/** When a deadline that begins now ends. */
export const dueFromNow = (context: AnyRule, deadline: Deadline): NonNullable<WasteItem['due']> => ({
  deadline,
  at: context.time + context.parameter(SECONDS[deadline]),
})

/** Replaces the deadline of an item in its row, which is returned, and in the order of deadlines. */
export function setDue(
  context: AnyRule,
  ref: string,
  { due: before, ...row }: WasteItem,
  due: WasteItem['due'],
): WasteItem {
  const id = WASTE.idOf(ref)
  if (before !== undefined) DUES.delete(context.state, timeKey(before.at), ...id)
  if (due === undefined) return row
  DUES.put(context.state, { deadline: due.deadline }, timeKey(due.at), ...id)
  return { ...row, due }
}

export const isOverdue = ({ due }: WasteItem, time: number): boolean => due !== undefined && time > due.at

/** Alarms of items whose stage ends only after its deadline, by deadline. */
export function lateAlarms(
  context: AnyRule,
  rows: readonly (readonly [ref: string, row: WasteItem])[],
): readonly { readonly kind: string; readonly items: readonly string[] }[] {
  const deadlines: readonly Deadline[] = ['department', 'store', 'destruction']
  return deadlines.flatMap((deadline) => {
    const late = rows.filter(([, row]) => row.due?.deadline === deadline && isOverdue(row, context.time))
    return late.length === 0 ? [] : [{ kind: `overdue-${deadline}`, items: late.map(([ref]) => ref) }]
  })
}

/** Refuses an item that is at another stage, or frozen by an open difference of weights. */
export function requireStage(
  context: AnyRule,
  row: WasteItem,
  stages: readonly Stage[],
  field: string,
): void {
  if (row.discrepancy !== undefined) context.refuse('waste.discrepant', { field })
  if (!stages.includes(row.stage)) context.refuse('waste.stage', { field })
}
