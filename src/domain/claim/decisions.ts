/**
 * What a payer does with a claim: acknowledges it, asks for more, adjudicates it line by line or denies it, and pays.
 * Reasons are in the private part.
 */
import Type from 'typebox'
import { CLAIM_LINES_MAX } from '../../base/index.ts'
import type { PortContext, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { isDesk, MEMBER } from '../roles.ts'
import { Amount, Fields, LocalId } from '../schema.ts'
import { splitReference } from '../table.ts'
import { type ClaimRow, dueOf, isAppealable, LineDecision, sumOf } from './state.ts'
import { putStep, requireClaim, requirePayer, stepFields, stepParties } from './steps.ts'
import { putPaid, restOfLines } from './visits.ts'

export const acknowledge = defineVerb({
  summary: 'The payer has received a claim, and will decide.',
  signers: "payer's desk",
  payload: Fields(stepFields),
  parties: stepParties,
  rule(context) {
    requirePayer(context)
    putStep(context, requireClaim(context, ['SUBMITTED']), { verb: 'acknowledge', state: 'ACKNOWLEDGED' })
  },
})

export const pend = defineVerb({
  summary: 'The payer can not decide before the provider has supplied what the private part says.',
  signers: "payer's desk",
  payload: Fields(stepFields),
  privatePart: 'required',
  parties: stepParties,
  rule(context) {
    requirePayer(context)
    const found = requireClaim(context, ['ACKNOWLEDGED'])
    const pends = found.row.history.filter(({ verb }) => verb === 'pend').length
    if (pends >= context.parameter('pendsMax')) context.refuse('claim.pends', { field: '/payload/claim' })
    putStep(context, found, { verb: 'pend', state: 'PENDED' })
  },
})

/** What a payer decides about the lines of a claim, named again in the claim's order. */
export const DecisionLines = Type.Array(Fields({ line: LocalId, ...LineDecision.properties }), {
  minItems: 1,
  maxItems: CLAIM_LINES_MAX,
})
type NamedDecision = LineDecision & { readonly line: string }

export const adjudicate = defineVerb({
  summary: 'The payer decides what it allows and pays of every line.',
  signers: "payer's desk",
  payload: Fields({ ...stepFields, lines: DecisionLines }),
  privatePart: 'optional',
  parties: stepParties,
  rule(context) {
    requirePayer(context)
    const found = requireClaim(context, ['ACKNOWLEDGED', 'PENDED', 'APPEALED'])
    const { row, provider } = found
    const decision = requireDecision(context, row, restOfLines(context, provider, row))
    const amount = sumOf(decision, ({ paid }) => paid)
    if (amount < row.remitted) context.refuse('claim.below-remitted', { field: '/payload/lines' })
    putPaid(context, provider, row, decision)
    const { rule: _, ...byHand } = row
    putStep(
      context,
      { ...found, row: byHand },
      { verb: 'adjudicate', state: 'ADJUDICATED', amount },
      { decision },
    )
  },
})

/** billed >= allowed = paid + patientShare for every line of the claim, and no more than other payers leave. */
function requireDecision(
  context: RuleContext<{ readonly lines: readonly NamedDecision[] }>,
  claim: ClaimRow,
  rest: readonly number[],
): LineDecision[] {
  const { lines } = context.payload
  if (lines.length !== claim.lines.length) context.refuse('claim.lines', { field: '/payload/lines' })
  return lines.map(({ line, allowed, paid, patientShare }, i) => {
    const at = `/payload/lines/${i}`
    const { billed, line: claimed } = claim.lines[i]!
    if (line !== claimed) context.refuse('claim.lines', { field: `${at}/line` })
    if (allowed > billed) context.refuse('claim.above-billed', { field: `${at}/allowed` })
    if (allowed !== paid + patientShare) context.refuse('claim.sum', { field: `${at}/paid` })
    requireRest(context, paid, rest[i]!, `${at}/paid`)
    return { allowed, paid, patientShare }
  })
}

function requireRest(context: PortContext, paid: number, rest: number, field: string): void {
  if (paid > rest) context.refuse('claim.beyond-billed', { field })
}

export const deny = defineVerb({
  summary: 'The payer pays nothing; the private part says why.',
  signers: "payer's desk",
  payload: Fields(stepFields),
  privatePart: 'required',
  parties: stepParties,
  rule(context) {
    requirePayer(context)
    const found = requireClaim(context, ['SUBMITTED', 'ACKNOWLEDGED', 'PENDED', 'APPEALED'])
    const { row, provider } = found
    if (row.remitted > 0) context.refuse('claim.below-remitted', { field: '/payload/claim' })
    putPaid(context, provider, row, undefined)
    const { decision: _, rule: _rule, ...undecided } = row
    putStep(context, { ...found, row: undecided }, { verb: 'deny', state: 'DENIED', amount: 0 })
  },
})

export const remit = defineVerb({
  summary: "The payer's own key pays what was adjudicated, from its account to the provider's.",
  signers: "the payer's own key",
  payload: Fields({ ...stepFields, amount: Amount }),
  parties: stepParties,
  rule(context) {
    requirePayer(context)
    const { payload, signer } = context
    // What a member has is spent by the member's own key.
    if (signer.role !== MEMBER) context.refuse('claim.role')
    const found = requireClaim(context, ['ADJUDICATED'])
    const { row, provider } = found
    const { amount } = payload
    if (amount !== dueOf(row)) context.refuse('claim.amount', { field: '/payload/amount' })
    const transfer = { from: row.payer, to: provider, currency: 'cny-fen', amount } as const
    context.port('settlement.transfer')({ ...transfer, reference: payload.claim })
    const remitted = row.remitted + amount
    putStep(context, found, { verb: 'remit', state: 'REMITTED', amount }, { remitted })
  },
})

export const close = defineVerb({
  summary:
    'Ends a claim on which nothing is due: the provider at any time, the payer once no appeal is possible.',
  signers: 'either desk',
  payload: Fields(stepFields),
  parties: stepParties,
  rule(context) {
    const { payload, signer } = context
    if (!isDesk(signer)) context.refuse('claim.role')
    const isProvider = signer.member === splitReference(payload.claim)[0]
    if (!isProvider && signer.member !== payload.payer) {
      context.refuse('claim.not-payer', { field: '/payload/payer' })
    }
    const found = requireClaim(context, ['ADJUDICATED', 'DENIED', 'REMITTED'])
    if (dueOf(found.row) > 0) context.refuse('claim.due', { field: '/payload/claim' })
    if (!isProvider && isAppealable(context, found.row)) {
      context.refuse('claim.appealable', { field: '/payload/claim' })
    }
    putStep(context, found, { verb: 'close', state: 'CLOSED' })
  },
})
