/**
 * Rules about objections and the jury: whom a claimant's appeal or a member's objection brings to it, who votes, and
 * what its word does. A jury hears a claim once.
 */
import Type from 'typebox'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { isDesk } from '../roles.ts'
import { Fields, Reference, Subject } from '../schema.ts'
import { splitReference } from '../table.ts'
import { dropClaim, enterState, findClaim, requireClaim, stateOfClaim } from './claim-state.ts'
import { appealUntil, requireState } from './claims.ts'
import { requireInForce } from './joining.ts'
import { Opening, requireOpening } from './members.ts'
import { requirePlan } from './plans.ts'
import { padCase } from './rounds.ts'
import {
  CASES,
  CaseNumber,
  CLAIMS,
  type ClaimRow,
  COLLECTORS,
  DateText,
  JURORS,
  ROUNDS,
  VOTES,
} from './state.ts'

export const appeal = defineVerb({
  summary: 'A claimant that was told no brings the claim before a jury.',
  signers: 'the claimant',
  payload: Fields({ claim: Reference }),
  parties: ({ claim }, signer) => [{ actor: splitReference(claim)[0] }, { member: signer.member }],
  rule(context) {
    const { payload, signer } = context
    const row = requireClaim(context, payload.claim, '/payload/claim')
    if (splitReference(payload.claim)[0] !== signer.actor)
      context.refuse('aid.not-yours', { field: '/payload/claim' })
    requireState(context, row, ['PRELIMINARY_NO'])
    if (row.heard) context.refuse('aid.heard', { field: '/payload/claim' })
    if (context.time >= appealUntil(context, row)) context.refuse('aid.too-late', { field: '/payload/claim' })
    enterState(context, payload.claim, convene(row), 'JURY')
  },
})

export const object = defineVerb({
  summary:
    'A member, by its proof, or the desk of sponsor or collector objects to a published case, until it is shared.',
  signers: 'a member by its proof; desk of sponsor or collector',
  payload: Fields({
    plan: Reference,
    round: DateText,
    case: CaseNumber,
    subject: Type.Optional(Subject),
    membership: Type.Optional(Opening),
  }),
  privatePart: 'optional',
  parties: ({ plan }, signer) => [{ member: splitReference(plan)[0] }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state } = context
    const { id } = requirePlan(context, payload.plan)
    const isCollector = COLLECTORS.has(state, ...id, signer.member) && isDesk(signer)
    if (!isCollector) requireObjector(context)
    const at = { field: '/payload/case' }
    const published = CASES.get(state, ...id, payload.round, padCase(payload.case))
    if (published === undefined) return context.refuse('aid.case-unknown', at)
    const row = findClaim(context, published.claim)!
    if (row.heard) context.refuse('aid.heard', at)
    const isOpen = row.round === payload.round && stateOfClaim(context, row) === 'PUBLISHED'
    if (!isOpen) context.refuse('aid.claim-state', at)
    changeRound(context, row, -1)
    enterState(context, published.claim, convene(row), 'OBJECTED')
  },
})

type Objection = RuleContext<{
  readonly plan: string
  readonly subject?: string
  readonly membership?: Parameters<typeof requireOpening>[3]
}>

function requireObjector(context: Objection): void {
  const { payload } = context
  const membership = payload.membership ?? context.refuse('aid.role')
  const subject = payload.subject ?? context.refuse('aid.role')
  const { member } = requireOpening(context, payload.plan, subject, membership)
  requireInForce(context, member, '/payload/membership')
}

/** A jury that has not voted yet. */
const convene = (row: ClaimRow): ClaimRow => ({
  ...row,
  jury: { sitting: (row.jury?.sitting ?? 0) + 1, yes: 0, no: 0 },
})

/** A case enters or leaves what its round shares. */
function changeRound(context: RuleContext<unknown>, row: ClaimRow, by: 1 | -1): void {
  const id = [...splitReference(row.plan), row.round!] as const
  const round = ROUNDS.get(context.state, ...id)!
  const changed = { cases: round.cases + by, aid: round.aid + by * row.amount }
  ROUNDS.put(context.state, { ...round, ...changed }, ...id)
}

export const juryVote = defineVerb({
  summary: 'A juror that passed its exam votes on a claim, once; with the quorum the jury has decided.',
  signers: 'a juror that passed its exam',
  payload: Fields({ claim: Reference, yes: Type.Boolean() }),
  parties: ({ claim }, signer) => [{ actor: splitReference(claim)[0] }, { actor: signer.actor }],
  rule(context) {
    const { payload, signer, state, time } = context
    if (signer.role !== 'juror') context.refuse('aid.role')
    const row = requireHearing(context)
    requireState(context, row, ['JURY', 'OBJECTED'])
    const { sitting, ...votes } = row.jury!
    const vote = [...splitReference(payload.claim), String(sitting), signer.actor] as const
    if (VOTES.has(state, ...vote)) context.refuse('aid.voted', { field: '/payload/claim' })
    VOTES.put(state, { yes: payload.yes, at: time }, ...vote)
    const jury = {
      sitting,
      yes: votes.yes + (payload.yes ? 1 : 0),
      no: votes.no + (payload.yes ? 0 : 1),
    }
    concludeJury(context, payload.claim, { ...row, jury })
  },
})

/** The claim, where it came before a jury and the juror passed the exam of its plan. */
function requireHearing(context: RuleContext<{ readonly claim: string }>): ClaimRow {
  const { payload, signer, state } = context
  const row = findClaim(context, payload.claim)
  const exam = row && JURORS.get(state, ...splitReference(row.plan), ...splitReference(signer.actor))
  const isJurors = row?.jury !== undefined && exam?.passed === true
  return isJurors ? row : context.refuse('aid.claim-unknown', { field: '/payload/claim' })
}

/** Stores the vote; with the last one of the quorum the jury's word holds. */
function concludeJury(context: RuleContext<unknown>, reference: string, row: ClaimRow): void {
  const { yes, no } = row.jury!
  if (yes + no < context.parameter('juryQuorum')) {
    CLAIMS.put(context.state, row, ...splitReference(reference))
    return
  }
  const heard = { ...row, heard: true }
  if (yes * 100 < context.parameter('juryMajorityPercent') * (yes + no)) {
    enterState(context, reference, heard, 'PRELIMINARY_NO')
    dropClaim(context, row)
  } else if (row.state === 'OBJECTED' && isRoundOpen(context, row)) {
    changeRound(context, row, 1)
    enterState(context, reference, heard, 'CONFIRMED')
  } else {
    // Its round was shared without it, or it was never in one: it is published in one to come.
    enterState(context, reference, heard, 'PRELIMINARY_YES')
  }
}

const isRoundOpen = (context: RuleContext<unknown>, { plan, round }: ClaimRow): boolean =>
  ROUNDS.get(context.state, ...splitReference(plan), round!)!.shared === undefined
