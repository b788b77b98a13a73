/** What may be asked of governance: everything, by every enrolled reader. A consortium decides in the open. */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import { PARAMETERS } from '../context.ts'
import type { Context } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { type Scheduled, valueAt } from '../scheduled.ts'
import { Count, Fields, Hash, LocalId, Reference, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { ChangeSchema } from './changes.ts'
import { APPROVALS, FOUNDERS, listNodes, PROPOSALS, type ProposalRow, SETTINGS } from './state.ts'

const Height = Count(0, 2 ** 53 - 1)
const Amount = Type.Integer()
const Next = Type.Optional(Fields({ value: Amount, fromHeight: Height }))

const ProposalAnswer = Fields({
  ref: Reference,
  change: ChangeSchema,
  proposedAt: Time,
  openUntil: Time,
  state: Type.String(),
  adoptedHeight: Type.Optional(Height),
})

const ParameterAnswer = Fields({
  name: Type.String(),
  value: Amount,
  default: Amount,
  min: Amount,
  max: Amount,
  meaning: Type.String(),
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
function showProposal(context: Context, ref: string, row: ProposalRow): Json {
  const isOver = row.state === 'open' && context.time > row.openUntil
  return { ref, ...row, state: isOver ? 'expired' : row.state }
}

function showParameter(context: Context, name: string): Json | undefined {
  const parameter = context.parameters.get(name)
  if (parameter === undefined) return undefined
  const [module = '', short = ''] = name.split('.')
  const row = PARAMETERS.get(context.state, module, short) ?? { value: parameter.default }
  return { name, ...parameter, ...showScheduled(context, row) }
}

const base = { list: false, patientData: false } as const

const proposals = defineOldRead({
  ...base,
  path: '/proposals',
  summary: 'All proposals: any enrolled reader.',
  query: Fields({}),
  answer: ProposalAnswer,
  list: true,
  run: (context) =>
    readPage(context, PROPOSALS, [], ({ id, value }) => showProposal(context, id.join(':'), value)),
})

const proposal = defineOldRead({
  ...base,
  path: '/proposals/:ref',
  summary: 'One proposal: any enrolled reader.',
  query: Fields({ ref: Reference }),
  answer: ProposalAnswer,
  run(context) {
    const ref = String(context.query.ref)
    const row = PROPOSALS.get(context.state, ...splitReference(ref))
    return row && showProposal(context, ref, row)
  },
})

const approvals = defineOldRead({
  ...base,
  path: '/proposals/:ref/approvals',
  summary: 'Who approved a proposal, and when: any enrolled reader.',
  query: Fields({ ref: Reference }),
  answer: Fields({ member: LocalId, at: Time }),
  list: true,
  run: (context) =>
    readPage(context, APPROVALS, splitReference(String(context.query.ref)), ({ id, value }) => ({
      member: id[0]!,
      ...value,
    })),
})

const parameters = defineOldRead({
  ...base,
  path: '/parameters',
  summary: 'Every parameter with its value, bounds and meaning: any enrolled reader.',
  query: Fields({}),
  answer: Fields({ parameters: Type.Array(ParameterAnswer) }),
  run: (context) => ({
    parameters: [...context.parameters.keys()].map((name) => showParameter(context, name)!),
  }),
})

const parameter = defineOldRead({
  ...base,
  path: '/parameters/:name',
  summary: 'One parameter: any enrolled reader.',
  query: Fields({ name: Type.String() }),
  answer: ParameterAnswer,
  run: (context) => showParameter(context, String(context.query.name)),
})

const settings = defineOldRead({
  ...base,
  path: '/settings',
  summary: 'Quorum of cosigners and rules version: any enrolled reader.',
  query: Fields({}),
  answer: Fields({ quorum: SettingAnswer, rulesVersion: SettingAnswer }),
  run: (context) => ({
    quorum: showScheduled(context, SETTINGS.get(context.state, 'quorum')!),
    rulesVersion: showScheduled(context, SETTINGS.get(context.state, 'rules-version')!),
  }),
})

const founders = defineOldRead({
  ...base,
  path: '/founders',
  summary: 'Members of the founding class: any enrolled reader.',
  query: Fields({}),
  answer: Fields({ member: LocalId, since: Time }),
  list: true,
  run: (context) => readPage(context, FOUNDERS, [], ({ id, value }) => ({ member: id[0]!, ...value })),
})

const nodes = defineOldRead({
  ...base,
  path: '/nodes',
  summary: 'Members with nodes, and the keys of these: any enrolled reader.',
  query: Fields({}),
  answer: Fields({
    nodes: Type.Array(Fields({ member: LocalId, logKey: Hash, cosignerKey: Hash, active: Type.Boolean() })),
  }),
  run: (context) => ({
    nodes: listNodes(context, context.height).map(({ member, keys }) => {
      const active = context.port('identity.member')(member)?.active ?? false
      return { member, logKey: keys.logKey!, cosignerKey: keys.cosignerKey!, active }
    }),
  }),
})

export const reads = [proposals, proposal, approvals, parameters, parameter, settings, founders, nodes]
