/** What reads answer about claims: the same to provider, payer and patient, with the whole history. */
import Type from 'typebox'
import type { Context } from '../contract.ts'
import { Fields, LocalId, omit, Reference, type RowOf } from '../schema.ts'
import type { Entry } from '../table.ts'
import { isRuleInForce } from './automatic.ts'
import {
  billedOf,
  ClaimLine,
  ClaimRow,
  ClaimStep,
  dueOf,
  isAppealable,
  isLate,
  isOverdue,
  LineDecision,
  paidOf,
  RULES,
  RuleRow,
  SumFen,
} from './state.ts'

/** A line with what was decided about it, where it was. */
const Line = Fields({ ...ClaimLine.properties, ...Type.Partial(LineDecision).properties })

export const RuleAnswer = Fields({ ref: Reference, ...RuleRow.properties, inForce: Type.Boolean() })

export const ClaimAnswer = Fields({
  ref: Reference,
  provider: LocalId,
  ...omit(ClaimRow, 'rule', 'lines', 'decision', 'history'),
  rule: Type.Optional(RuleAnswer),
  lines: Type.Array(Line),
  billed: SumFen,
  paid: Type.Optional(SumFen),
  due: SumFen,
  late: Type.Boolean(),
  overdue: Type.Boolean(),
  appealable: Type.Boolean(),
  history: Type.Array(ClaimStep),
})

export function showRule(
  { payer, ruleId, ...row }: Entry<['payer', 'ruleId'], RuleRow>,
  context: Context,
): RowOf<typeof RuleAnswer> {
  return { ref: `${payer}:${ruleId}`, ...row, inForce: isRuleInForce(row, context.time) }
}

/** A claim as it stands, with the rule that decided it where one did. */
export function showClaim(
  row: Entry<['provider', 'claimId'], ClaimRow>,
  context: Context,
): RowOf<typeof ClaimAnswer> {
  const { claimId, rule, decision, lines, ...rest } = row
  const terms = rule === undefined ? undefined : RULES.entry(context.state, row.payer, rule)
  return {
    ...rest,
    ref: `${row.provider}:${claimId}`,
    ...(terms !== undefined && { rule: showRule(terms, context) }),
    lines: lines.map((line, i) => ({ ...line, ...decision?.[i] })),
    billed: billedOf(row),
    ...(decision !== undefined && { paid: paidOf(row) }),
    due: dueOf(row),
    late: isLate(context, row),
    overdue: isOverdue(context, row),
    appealable: isAppealable(context, row),
  }
}
