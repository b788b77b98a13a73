/** What may be asked of governance: everything, by every enrolled reader. A consortium decides in the open. */
import Type from 'typebox'
import { PARAMETERS } from '../context.ts'
import type { Context } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { everyone } from '../rights.ts'
import { Height, type Scheduled, valueAt } from '../scheduled.ts'
import { Fields, Hash, LocalId, Name, OneOf, omit, Reference, type RowOf, Time } from '../schema.ts'
import { type Entry, splitReference } from '../table.ts'
import {
  APPROVALS,
  FOUNDERS,
  FounderRow,
  listNodes,
  PROPOSAL_STATES,
  PROPOSALS,
  ProposalRow,
  SETTINGS,
  SIGNALS,
  SignalRow,
} from './state.ts'

const Amount = Type.Integer()
const Next = Type.Optional(Fields({ value: Amount, fromHeight: Height }))

const ProposalAnswer = Fields({
  ref: Reference,
  ...omit(ProposalRow, 'state'),
  state: OneOf(PROPOSAL_STATES),
})

const ParameterAnswer = Fields({
  name: Name,
  value: Amount,
  default: Amount,
  min: Amount,
  max: Amount,
  meaning: Name,
  next: Next,
})

const SettingAnswer = Fields({ value: Amount, next: Next })

/** A scheduled number, with what is still to come. */
function showScheduled(context: Context, row: Scheduled<number>) {
  const value = valueAt(row, context.height)
  const isPending = row.next !== undefined && row.next.fromHeight > context.height
  return isPending ? { value, next: row.next! } : { value }
}

/** A proposal; one that ran out of time reads as expired. */
function showProposal(
  { member, proposalId, ...row }: Entry<['member', 'proposalId'], ProposalRow>,
  { time }: Context,
): RowOf<typeof ProposalAnswer> {
  const isOver = row.state === 'open' && time > row.openUntil
  return { ref: `${member}:${proposalId}`, ...row, state: isOver ? 'expired' : row.state }
}

function showParameter(context: Context, name: string): RowOf<typeof ParameterAnswer> | undefined {
  const parameter = context.parameters.get(name)
  if (parameter === undefined) return undefined
  const [module = '', short = ''] = name.split('.')
  const row = PARAMETERS.get(context.state, module, short) ?? { value: parameter.default }
  return { name, ...parameter, ...showScheduled(context, row) }
}

const base = { patientData: false, for: everyone } as const

const proposals = defineList({
  ...base,
  path: '/proposals',
  summary: 'All proposals.',
  query: Fields({}),
  answer: ProposalAnswer,
  over: PROPOSALS,
  show: showProposal,
})

const proposal = defineRead({
  ...base,
  path: '/proposals/:ref',
  summary: 'One proposal.',
  query: Fields({ ref: Reference }),
  answer: ProposalAnswer,
  find: ({ state, query }) => PROPOSALS.find(state, query.ref),
  show: (found, context) => showProposal(found, context),
})

const approvals = defineList({
  ...base,
  path: '/proposals/:ref/approvals',
  summary: 'Who approved a proposal, and when.',
  query: Fields({ ref: Reference }),
  answer: Fields({ member: LocalId, at: Time }),
  over: APPROVALS,
  under: ({ query }) => splitReference(query.ref),
  show: ({ approver, at }) => ({ member: approver, at }),
})

const parameters = defineRead({
  ...base,
  path: '/parameters',
  summary: 'Every parameter with its value, bounds and meaning.',
  query: Fields({}),
  answer: Fields({ parameters: Type.Array(ParameterAnswer) }),
  show: (_, context) => ({
    parameters: [...context.parameters.keys()].map((name) => showParameter(context, name)!),
  }),
})

const parameter = defineRead({
  ...base,
  path: '/parameters/:name',
  summary: 'One parameter.',
  query: Fields({ name: Name }),
  answer: ParameterAnswer,
  show: (_, context) => showParameter(context, context.query.name),
})

const settings = defineRead({
  ...base,
  path: '/settings',
  summary: 'Quorum of cosigners and rules version.',
  query: Fields({}),
  answer: Fields({ quorum: SettingAnswer, rulesVersion: SettingAnswer }),
  show: (_, context) => ({
    quorum: showScheduled(context, SETTINGS.get(context.state, 'quorum')!),
    rulesVersion: showScheduled(context, SETTINGS.get(context.state, 'rules-version')!),
  }),
})

const founders = defineList({
  ...base,
  path: '/founders',
  summary: 'Members of the founding class.',
  query: Fields({}),
  answer: Fields({ member: LocalId, ...FounderRow.properties }),
  over: FOUNDERS,
  show: (founder) => founder,
})

const nodes = defineRead({
  ...base,
  path: '/nodes',
  summary: 'Members with nodes, and the keys of these.',
  query: Fields({}),
  answer: Fields({
    nodes: Type.Array(
      Fields({
        member: LocalId,
        logKey: Hash,
        cosignerKey: Hash,
        orderKey: Type.Optional(Hash),
        active: Type.Boolean(),
      }),
    ),
  }),
  show: (_, context) => ({
    nodes: listNodes(context, context.height).map(({ member, keys }) => {
      const active = context.port('identity.member')(member)?.active ?? false
      const { logKey, cosignerKey, orderKey } = keys
      const order = orderKey === undefined ? {} : { orderKey }
      return { member, logKey: logKey!, cosignerKey: cosignerKey!, ...order, active }
    }),
  }),
})

const signals = defineList({
  ...base,
  path: '/rules-signals',
  summary: 'Up to which rules version the nodes of members can execute, as the members say.',
  query: Fields({}),
  answer: Fields({ member: LocalId, ...SignalRow.properties }),
  over: SIGNALS,
  show: (signal) => signal,
})

export const reads = [
  proposals,
  proposal,
  approvals,
  parameters,
  parameter,
  settings,
  founders,
  nodes,
  signals,
]
