/** What governance stores: its tables and their rows, and the settings as they hold at a height. */
import Type from 'typebox'
import type { Context, PortContext, StateReader } from '../contract.ts'
import { Height, type Scheduled, ScheduledOf, valueAt } from '../scheduled.ts'
import { Fields, Hash, OneOf, type RowOf, Time } from '../schema.ts'
import { createTable } from '../table.ts'
import { ChangeSchema, RulesVersion } from './change-schema.ts'

export const FounderRow = Fields({ since: Time })

export const FOUNDERS = createTable('governance/founder', {
  id: ['member'],
  row: FounderRow,
  meaning: 'a member of the founding class, whose approval counts',
})

/** The keys of a member's node; empty once it is retired. */
export const NodeKeys = Fields({
  logKey: Type.Optional(Hash),
  cosignerKey: Type.Optional(Hash),
  orderKey: Type.Optional(Hash),
})
export type NodeKeys = RowOf<typeof NodeKeys>

export const NODES = createTable('governance/node', {
  id: ['member'],
  row: ScheduledOf(NodeKeys),
  meaning: "the keys of a member's node; empty once it is retired",
})

/** The settings of the ledger itself: how many members must cosign, and which version of the rules holds. */
export type SettingName = 'quorum' | 'rules-version'

export const SETTINGS = createTable('governance/setting', {
  id: ['name'],
  row: ScheduledOf(Type.Integer()),
  meaning: '`quorum`, how many members must cosign, and `rules-version`',
})

export const PROPOSAL_STATES = ['open', 'adopted', 'withdrawn', 'expired'] as const

export const ProposalRow = Fields({
  change: ChangeSchema,
  proposedAt: Time,
  /** Approvals after this time are refused. */
  openUntil: Time,
  state: OneOf(['open', 'adopted', 'withdrawn']),
  /** Height of the block in which it was adopted; it holds from the next one on. */
  adoptedHeight: Type.Optional(Height),
})
export type ProposalRow = RowOf<typeof ProposalRow>

export const PROPOSALS = createTable('governance/proposal', {
  id: ['member', 'proposalId'],
  row: ProposalRow,
  meaning: 'a proposed change and what became of it',
})

export const APPROVALS = createTable('governance/approval', {
  id: ['member', 'proposalId', 'approver'],
  row: Fields({ at: Time }),
  meaning: 'who approved a proposal, and when',
})

export const SignalRow = Fields({ version: RulesVersion, at: Time })

export const SIGNALS = createTable('governance/rules-signal', {
  id: ['member'],
  row: SignalRow,
  meaning: "the latest rules version that a member's node can execute, as the member says",
})

/** A setting at a height. Genesis writes every one of them. */
export const settingAt = (state: StateReader, name: SettingName, height: number): number =>
  valueAt(SETTINGS.get(state, name)!, height)

/** Of the active members with nodes, how many say that their node can execute a rules version. */
export function countReady(
  context: PortContext,
  version: number,
): { readonly ready: number; readonly nodes: number } {
  const isActive = (member: string) => context.port('identity.member')(member)?.active === true
  const nodes = listNodes(context, context.height + 1).filter(({ member }) => isActive(member))
  const ready = nodes.filter(({ member }) => (SIGNALS.get(context.state, member)?.version ?? 0) >= version)
  return { ready: ready.length, nodes: nodes.length }
}

/** Whether what is scheduled is still to come and differs. */
export const isToCome = ({ value, next }: Scheduled<number>, height: number): boolean =>
  next !== undefined && next.fromHeight > height && next.value !== value

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
