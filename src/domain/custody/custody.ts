/**
 * One profile of the engine: its tables and names, how its ids are read, and what the module counts beside. The
 * engine's refusals have a code of each module's own.
 */
import type { Code } from '../../base/index.ts'
import { memberOf } from '../../protocol/index.ts'
import type { Actor, RuleContext, StateReader } from '../contract.ts'
import { isStaff, MEMBER } from '../roles.ts'
import type { Content, CustodyModule, Item, ItemId, Tables } from './state.ts'

/** Why the engine says no, `<module>.<refusal>`. */
export type Refusal =
  | 'exists'
  | 'unknown'
  | 'ended'
  | 'packed'
  | 'not-holder'
  | 'offered'
  | 'handover-exists'
  | 'handover-unknown'
  | 'handover-over'
  | 'not-receiver'
  | 'not-in-container'
  | 'not-container'
  | 'container-full'
  | 'receiver-unfit'

export interface Custody<Row extends Item> {
  readonly module: CustodyModule
  readonly tables: Tables<Row>
  /** The parts of an item's key. */
  readonly idOf: (ref: string) => ItemId
  readonly refOf: (owner: string, local: string) => string
  /** Members that are party to what happens to an item, beside those between which it moves. */
  readonly watchersOf: (ref: string, row: Row) => readonly string[]
  /** Who they are, in words. */
  readonly watchers: string
  /** What the module counts as an amount comes to a member (more than 0) or leaves it. */
  readonly onStock?: (context: RuleContext<unknown>, member: string, content: Content, change: number) => void
}

/** The context of a rule, whatever its payload. */
export type AnyRule = RuleContext<unknown>

export function refuse(
  custody: { readonly module: CustodyModule },
  context: AnyRule,
  refusal: Refusal,
  field?: string,
): never {
  const code: Code = `${custody.module}.${refusal}`
  return context.refuse(code, field === undefined ? undefined : { field })
}

/**
 * Whether an actor may act for a holder: what a member holds, its staff; what one of its people holds, that one, or
 * the member's own key, so that nothing is stuck where somebody left.
 */
export function speaksFor(actor: Actor, holder: string): boolean {
  if (!isStaff(actor) || memberOf(holder) !== actor.member) return false
  return holder === actor.member || holder === actor.actor || actor.role === MEMBER
}

export const findItem = <Row extends Item>(
  custody: Custody<Row>,
  state: StateReader,
  ref: string,
): Row | undefined => custody.tables.items.get(state, ...custody.idOf(ref))

/**
 * Whether an actor is staff of a member that an item concerns: its holder, the receiver to whom it is offered, those
 * whom the profile names. Whom it does not concern learns nothing of it, neither by reading nor by a refusal.
 */
export function isConcerned<Row extends Item>(
  custody: Custody<Row>,
  state: StateReader,
  actor: Actor,
  ref: string,
): boolean {
  const root = rootOf(custody, state, ref)
  const row = findItem(custody, state, ref)
  if (!isStaff(actor) || root === undefined || row === undefined) return false
  const { holder = root.row.ended?.holder, offer } = root.row
  const receiver = offer && custody.tables.handovers.get(state, ...custody.idOf(offer))?.to
  const concerned = [holder, receiver, ...custody.watchersOf(ref, row)]
  return concerned.some((one) => one !== undefined && memberOf(one) === actor.member)
}

/** The outermost item around an item: itself where it lies in none. */
export function rootOf<Row extends Item>(
  custody: Custody<Row>,
  state: StateReader,
  ref: string,
): { readonly ref: string; readonly row: Row } | undefined {
  let row = findItem(custody, state, ref)
  while (row?.parent !== undefined) {
    ref = row.parent
    row = findItem(custody, state, ref)
  }
  return row && { ref, row }
}
