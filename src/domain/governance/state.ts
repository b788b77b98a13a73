/** What governance stores: its tables and their rows, and the settings as they hold at a height. */
import type { Context, StateReader } from '../contract.ts'
import { type Scheduled, valueAt } from '../scheduled.ts'
import { createTable } from '../table.ts'
import type { Change } from './changes.ts'

/** `governance/founder/<member>`: a member of the founding class, whose approval counts. */
export type FounderRow = { readonly since: number }

/** `governance/node/<member>`: the keys of a member's node; empty once it is retired. */
export type NodeKeys = { readonly logKey?: string; readonly cosignerKey?: string }

/** `governance/proposal/<member>/<local>` */
export type ProposalRow = {
  readonly change: Change
  readonly proposedAt: number
  /** Approvals after this time are refused. */
  readonly openUntil: number
  readonly state: 'open' | 'adopted' | 'withdrawn'
  /** Height of the block in which it was adopted; it holds from the next one on. */
  readonly adoptedHeight?: number
}

/** `governance/approval/<member>/<local>/<approver>` */
export type ApprovalRow = { readonly at: number }

/** The settings of the ledger itself: how many members must cosign, and which version of the rules holds. */
export type SettingName = 'quorum' | 'rules-version'

export const FOUNDERS = createTable<FounderRow, [member: string]>('governance/founder')
export const NODES = createTable<Scheduled<NodeKeys>, [member: string]>('governance/node')
export const SETTINGS = createTable<Scheduled<number>, [name: SettingName]>('governance/setting')
export const PROPOSALS = createTable<ProposalRow, [member: string, local: string]>('governance/proposal')
export const APPROVALS = createTable<ApprovalRow, [member: string, local: string, approver: string]>(
  'governance/approval',
)

/** A setting at a height. Genesis writes every one of them. */
export const settingAt = (state: StateReader, name: SettingName, height: number): number =>
  valueAt(SETTINGS.get(state, name)!, height)

/** Members that hold a seat: founding, or with a node. More are never admitted than the parameter says. */
const seats = (context: Context) => ({ limit: context.parameter('seatsMax') })

export const listFounders = (context: Context): readonly string[] =>
  FOUNDERS.list(context.state, [], seats(context)).map(({ id }) => id[0]!)

/** Members with the keys of their nodes as they stand at `height`; retired ones are left out. */
export function listNodes(
  context: Context,
  height: number,
): readonly { readonly member: string; readonly keys: NodeKeys }[] {
  return NODES.list(context.state, [], seats(context))
    .map(({ id, value }) => ({ member: id[0]!, keys: valueAt(value, height) }))
    .filter(({ keys }) => keys.cosignerKey !== undefined)
}
