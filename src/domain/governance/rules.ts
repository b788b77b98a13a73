/**
 * How a consortium decides: a member proposes, members of the founding class approve, and with enough of them
 * it holds.
 */
import { assert } from '../../base/index.ts'
import type { PortContext, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { MEMBER } from '../roles.ts'
import { Fields, LocalId, Reference } from '../schema.ts'
import { splitReference } from '../table.ts'
import { ChangeSchema, RulesVersion } from './change-schema.ts'
import { adoptChange, checkChange } from './changes.ts'
import {
  APPROVALS,
  FOUNDERS,
  listFounders,
  listNodes,
  PROPOSALS,
  type ProposalRow,
  SIGNALS,
  settingAt,
} from './state.ts'

export const propose = defineVerb({
  summary: 'Proposes one change; if the proposer is of the founding class it approves by proposing.',
  signers: 'the key of any member',
  payload: Fields({ proposalId: LocalId, change: ChangeSchema }),
  rule(context) {
    const { payload, signer, state, time } = context
    requireMember(context)
    if (PROPOSALS.has(state, signer.member, payload.proposalId)) {
      context.refuse('governance.proposal-exists', { field: '/payload/proposalId' })
    }
    checkChange(context, payload.change)
    const openUntil = time + context.parameter('proposalSeconds')
    const row: ProposalRow = { change: payload.change, proposedAt: time, openUntil, state: 'open' }
    PROPOSALS.put(state, row, signer.member, payload.proposalId)
    if (FOUNDERS.has(state, signer.member)) addApproval(context, signer.member, payload.proposalId)
  },
})

export const approve = defineVerb({
  summary: 'Approves a proposal; the approval that completes the quorum carries the change out.',
  signers: 'the key of a founding member',
  payload: Fields({ proposal: Reference }),
  rule(context) {
    const { payload, signer, state } = context
    requireMember(context)
    if (!FOUNDERS.has(state, signer.member)) context.refuse('governance.not-founding')
    const [owner, local] = splitReference(payload.proposal)
    requireOpen(context, owner, local)
    if (APPROVALS.has(state, owner, local, signer.member)) context.refuse('governance.approved')
    addApproval(context, owner, local)
  },
})

export const withdraw = defineVerb({
  summary: 'Withdraws an own proposal that is still open.',
  signers: 'the key of the proposer',
  payload: Fields({ proposalId: LocalId }),
  rule(context) {
    const { payload, signer, state } = context
    requireMember(context)
    const row = requireOpen(context, signer.member, payload.proposalId)
    PROPOSALS.put(state, { ...row, state: 'withdrawn' }, signer.member, payload.proposalId)
  },
})

export const signalRules = defineVerb({
  summary:
    "Says up to which rules version the build of the member's node executes; a lower one takes back what was said.",
  signers: 'the key of a member with a node',
  payload: Fields({ version: RulesVersion }),
  rule(context) {
    const { payload, signer, state, time, height } = context
    requireMember(context)
    const hasNode = listNodes(context, height + 1).some(({ member }) => member === signer.member)
    if (!hasNode) context.refuse('governance.node-unknown')
    if (payload.version < settingAt(state, 'rules-version', height)) {
      context.refuse('governance.version', { field: '/payload/version' })
    }
    SIGNALS.put(state, { version: payload.version, at: time }, signer.member)
  },
})

function requireMember(context: RuleContext<unknown>): void {
  if (context.signer.role !== MEMBER) context.refuse('governance.role')
}

function requireOpen(context: PortContext, owner: string, local: string): ProposalRow {
  const row = PROPOSALS.get(context.state, owner, local) ?? context.refuse('governance.proposal-unknown')
  if (row.state !== 'open' || context.time > row.openUntil) context.refuse('governance.proposal-closed')
  return row
}

function addApproval(context: RuleContext<unknown>, owner: string, local: string): void {
  const { state, signer, time, height } = context
  APPROVALS.put(state, { at: time }, owner, local, signer.member)
  if (!isCarried(context, owner, local)) return
  const row = PROPOSALS.get(state, owner, local)
  assert(row !== undefined, 'an approved proposal exists')
  checkChange(context, row.change)
  adoptChange(context, row.change)
  PROPOSALS.put(state, { ...row, state: 'adopted', adoptedHeight: height }, owner, local)
}

/** Whether the approvals of active founding members reach the share of all active founding members. */
function isCarried(context: PortContext, owner: string, local: string): boolean {
  const isActive = (member: string) => context.port('identity.member')(member)?.active === true
  const founders = listFounders(context).filter(isActive)
  const approvals = founders.filter((member) => APPROVALS.has(context.state, owner, local, member))
  return approvals.length * 1_000 >= context.parameter('approvalPermille') * founders.length
}
