/**
 * Rules by which a payer adjudicates without looking: registered under its own key, never changed, ended when it says
 * so. A provider names the rule in its claim and states the outcome it asks for; the claim is accepted only where every
 * condition of the rule is met and the outcome is the one that the rule gives. So two entries prove the decision: the
 * rule, signed by the payer, and the claim, signed by the provider and accepted by all who executed it.
 */
import type { Static } from 'typebox'
import type { Context, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, MEMBER } from '../roles.ts'
import { Fields, LocalId } from '../schema.ts'
import { ceilingOf } from './asks.ts'
import { DecisionLines } from './decisions.ts'
import {
  BASIS_POINTS,
  type ClaimRow,
  type LineDecision,
  RULES,
  type RuleRow,
  ruleTerms,
  sumOf,
} from './state.ts'
import { PAYER_ROLES } from './steps.ts'
import { putPaid, restOfLines } from './visits.ts'

/** What a claim says of the rule that shall decide it. */
export const Automatic = Fields({ rule: LocalId, lines: DecisionLines })

export const registerRule = defineVerb({
  summary: "A payer's own key says under which conditions claims are adjudicated at once, and how.",
  signers: "the payer's own key",
  payload: Fields({
    ruleId: LocalId,
    ...ruleTerms,
  }),
  parties: ({ providers = [] }) => providers.map((member) => ({ member })),
  rule(context) {
    const { payload, signer, state, time } = context
    const { ruleId, ...terms } = payload
    requirePayerKey(context)
    if (RULES.has(state, signer.member, ruleId)) {
      context.refuse('claim.rule-exists', { field: '/payload/ruleId' })
    }
    if (terms.from >= terms.to || terms.to <= time) context.refuse('claim.period', { field: '/payload/to' })
    RULES.put(state, { ...terms, registeredAt: time }, signer.member, ruleId)
  },
})

export const endRule = defineVerb({
  summary: 'A payer ends one of its rules from the next leaf on; what it decided stands.',
  signers: "the payer's own key",
  payload: Fields({ ruleId: LocalId }),
  rule(context) {
    const { payload, signer, state, time } = context
    requirePayerKey(context)
    const row = RULES.get(state, signer.member, payload.ruleId)
    if (row === undefined || row.ended !== undefined) {
      return context.refuse('claim.rule-unknown', { field: '/payload/ruleId' })
    }
    RULES.put(state, { ...row, ended: { by: signer.actor, at: time } }, signer.member, payload.ruleId)
  },
})

/** A rule binds the payer's money, so its own key signs. */
function requirePayerKey({ signer, refuse }: RuleContext<unknown>): void {
  if (signer.role !== MEMBER || !hasMemberRole(signer.memberRoles, PAYER_ROLES)) refuse('claim.role')
}

/** Whether a rule is for a provider's claims. */
export const isRuleFor = ({ providers }: RuleRow, provider: string): boolean =>
  providers === undefined || providers.includes(provider)

/** Whether a rule adjudicates at this time. */
export const isRuleInForce = ({ from, to, ended }: RuleRow, time: number): boolean =>
  ended === undefined && from <= time && time < to

/**
 * A new claim as its payer's rule decides it. Refuses where a condition is not met, or another outcome is asked for.
 */
export function adjudicateByRule(
  context: RuleContext<unknown>,
  provider: string,
  claim: ClaimRow,
  { rule, lines }: Static<typeof Automatic>,
): ClaimRow {
  const terms = RULES.get(context.state, claim.payer, rule)
  if (terms === undefined || !isRuleFor(terms, provider) || !isRuleInForce(terms, context.time)) {
    return context.refuse('claim.rule-unknown', { field: '/payload/automatic/rule' })
  }
  requireConditions(context, terms, claim)
  const decision = decideByRule(context, provider, claim, terms)
  requireOutcome(context, claim, decision, lines)
  putPaid(context, provider, claim, decision)
  const amount = sumOf(decision, ({ paid }) => paid)
  const step = {
    verb: 'adjudicate',
    state: 'ADJUDICATED',
    by: claim.payer,
    at: context.time,
    amount,
  } as const
  return { ...claim, rule, decision, state: 'ADJUDICATED', history: [...claim.history, step] }
}

function requireConditions(context: RuleContext<unknown>, terms: RuleRow, claim: ClaimRow): void {
  if (context.time - claim.visitAt > terms.windowSeconds) {
    context.refuse('claim.rule-window', { field: '/payload/visitAt' })
  }
  if (terms.eligibilityRequired && claim.eligibility === undefined) {
    context.refuse('claim.rule-eligibility', { field: '/payload/eligibility' })
  }
  if (terms.preauthorisationRequired && claim.preauthorisation === undefined) {
    context.refuse('claim.rule-preauthorisation', { field: '/payload/preauthorisation' })
  }
  const bare = claim.lines.findIndex(({ record }) => record === undefined)
  if (terms.recordsRequired && bare >= 0) {
    context.refuse('claim.rule-record', { field: `/payload/lines/${bare}/record` })
  }
}

/**
 * Line by line, in the claim's order: allowed is what was billed up to the line's cap, or all that other payers leave
 * where that is less; of it the payer pays its share, rounded down to a fen, as long as the claim's cap and its promise
 * last. The patient has the rest.
 */
export function decideByRule(
  context: Context,
  provider: string,
  claim: ClaimRow,
  { lineCap, claimCap, shareBasisPoints }: RuleRow,
): readonly LineDecision[] {
  const rest = restOfLines(context, provider, claim)
  let left = Math.min(claimCap, ceilingOf(context, claim.preauthorisation) ?? claimCap)
  return claim.lines.map(({ billed }, i) => {
    const allowed = Math.min(billed, lineCap, rest[i]!)
    const share = Number((BigInt(allowed) * BigInt(shareBasisPoints)) / BigInt(BASIS_POINTS))
    const paid = Math.min(share, left)
    left -= paid
    return { allowed, paid, patientShare: allowed - paid }
  })
}

function requireOutcome(
  context: RuleContext<unknown>,
  claim: ClaimRow,
  decision: readonly LineDecision[],
  asked: readonly (LineDecision & { readonly line: string })[],
): void {
  const at = '/payload/automatic/lines'
  if (asked.length !== decision.length) context.refuse('claim.outcome', { field: at })
  for (const [i, { line, allowed, paid, patientShare }] of asked.entries()) {
    const due = decision[i]!
    const isSame = allowed === due.allowed && paid === due.paid && patientShare === due.patientShare
    if (line !== claim.lines[i]!.line || !isSame) context.refuse('claim.outcome', { field: `${at}/${i}` })
  }
}
