/** What reads answer about claims: the same to provider, payer and patient, with the whole history. */
import Type, { type Static } from 'typebox'
import { CLAIM_LINE_FEN_MAX, CLAIM_LINES_MAX } from '../../base/index.ts'
import type { Context } from '../contract.ts'
import { Act, ActorId, Count, Fields, LocalId, Name, Reference, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { isRuleInForce } from './automatic.ts'
import {
  billedOf,
  CLAIMS,
  type ClaimRow,
  dueOf,
  isAppealable,
  isLate,
  isOverdue,
  paidOf,
  RULES,
  type RuleRow,
} from './state.ts'
import { LineFen } from './steps.ts'

/** Fen over the lines of a claim or a visit. */
export const SumFen = Count(0, CLAIM_LINE_FEN_MAX * CLAIM_LINES_MAX)

const Line = Fields({
  line: LocalId,
  billed: LineFen,
  record: Type.Optional(Reference),
  allowed: Type.Optional(LineFen),
  paid: Type.Optional(LineFen),
  patientShare: Type.Optional(LineFen),
})

const HistoryStep = Fields({
  verb: Name,
  state: Name,
  by: ActorId,
  at: Time,
  amount: Type.Optional(SumFen),
})

export const RuleAnswer = Fields({
  ref: Reference,
  lineCap: LineFen,
  claimCap: LineFen,
  shareBasisPoints: Count(0, 10_000),
  eligibilityRequired: Type.Boolean(),
  preauthorisationRequired: Type.Boolean(),
  recordsRequired: Type.Boolean(),
  windowSeconds: Type.Integer(),
  from: Time,
  to: Time,
  providers: Type.Optional(Type.Array(LocalId)),
  registeredAt: Time,
  ended: Type.Optional(Act),
  inForce: Type.Boolean(),
})

export const ClaimAnswer = Fields({
  ref: Reference,
  provider: LocalId,
  subject: Subject,
  payer: LocalId,
  caseRef: LocalId,
  visit: LocalId,
  visitAt: Time,
  eligibility: Type.Optional(Reference),
  preauthorisation: Type.Optional(Reference),
  rule: Type.Optional(RuleAnswer),
  lines: Type.Array(Line),
  billed: SumFen,
  paid: Type.Optional(SumFen),
  remitted: SumFen,
  due: SumFen,
  state: Name,
  late: Type.Boolean(),
  overdue: Type.Boolean(),
  appealable: Type.Boolean(),
  history: Type.Array(HistoryStep),
})

export function showRule(
  context: Context,
  payer: string,
  local: string,
  row: RuleRow,
): Static<typeof RuleAnswer> {
  const { providers, ended, ...terms } = row
  return {
    ref: `${payer}:${local}`,
    ...terms,
    ...(providers !== undefined && { providers: [...providers] }),
    ...(ended !== undefined && { ended }),
    inForce: isRuleInForce(row, context.time),
  }
}

/** A claim as it stands, with the rule that decided it where one did. */
export function showClaim(
  context: Context,
  provider: string,
  local: string,
  row: ClaimRow,
): Static<typeof ClaimAnswer> {
  const { rule, decision, lines, history, ...rest } = row
  const terms = rule === undefined ? undefined : RULES.get(context.state, row.payer, rule)
  return {
    ref: `${provider}:${local}`,
    provider,
    ...rest,
    ...(rule !== undefined && terms !== undefined && { rule: showRule(context, row.payer, rule, terms) }),
    lines: lines.map((line, i) => ({ ...line, ...decision?.[i] })),
    billed: billedOf(row),
    ...(decision !== undefined && { paid: paidOf(row) }),
    due: dueOf(row),
    late: isLate(context, row),
    overdue: isOverdue(context, row),
    appealable: isAppealable(context, row),
    history: history.map((step) => ({ ...step })),
  }
}

/** A claim by reference with its id; undefined where there is none. */
export function findClaim(
  context: Context,
  reference: string,
): { readonly provider: string; readonly local: string; readonly row: ClaimRow } | undefined {
  const [provider, local] = splitReference(reference)
  const row = CLAIMS.get(context.state, provider, local)
  return row && { provider, local, row }
}
