/** What claim stores: its tables and their rows, and what follows from them at a time. */
import Type from 'typebox'
import {
  CLAIM_LINE_FEN_MAX,
  CLAIM_LINES_MAX,
  RULE_PROVIDERS_MAX,
  RULE_WINDOW_SECONDS_MAX,
} from '../../base/index.ts'
import type { Context } from '../contract.ts'
import {
  Act,
  actFields,
  Count,
  Fields,
  LocalId,
  OneOf,
  pick,
  Reference,
  type RowOf,
  SetOf,
  Subject,
  Time,
} from '../schema.ts'
import { createTable, timeKey } from '../table.ts'

export const CLAIM_STATES = [
  'SUBMITTED',
  'ACKNOWLEDGED',
  'PENDED',
  'ADJUDICATED',
  'DENIED',
  'APPEALED',
  'REMITTED',
  'CLOSED',
] as const
export type ClaimState = (typeof CLAIM_STATES)[number]

/** Verbs that are steps of a claim. */
const CLAIM_VERBS = [
  'submit',
  'acknowledge',
  'pend',
  'supplement',
  'adjudicate',
  'deny',
  'appeal',
  'remit',
  'withdraw',
  'close',
] as const

export const ASKED_KINDS = ['eligibility', 'preauthorisation'] as const

/** What is billed, allowed or paid on one line, or asked for a plan. Fen. */
export const LineFen = Count(0, CLAIM_LINE_FEN_MAX)

/** Fen over the lines of a claim or a visit. */
export const SumFen = Count(0, CLAIM_LINE_FEN_MAX * CLAIM_LINES_MAX)

/** One service that was billed; what it was is in the private part. */
export const ClaimLine = Fields({
  line: LocalId,
  billed: LineFen,
  /** Reference of the record that shows it. */
  record: Type.Optional(Reference),
})
export type ClaimLine = RowOf<typeof ClaimLine>

/** What a payer decided about a line; they stand in the order of the claim's lines. */
export const LineDecision = Fields({ allowed: LineFen, paid: LineFen, patientShare: LineFen })
export type LineDecision = RowOf<typeof LineDecision>

/** One step of a claim's history. */
export const ClaimStep = Fields({
  /** Verb that made it. */
  verb: OneOf(CLAIM_VERBS),
  state: OneOf(CLAIM_STATES),
  ...actFields,
  /** Sum that the step decided to pay, or paid. */
  amount: Type.Optional(SumFen),
})
export type ClaimStep = RowOf<typeof ClaimStep>

export const ClaimRow = Fields({
  subject: Subject,
  payer: LocalId,
  caseRef: LocalId,
  /** The provider's id of the visit. */
  visit: LocalId,
  visitAt: Time,
  /** References of the payer's answers on which it rests. */
  eligibility: Type.Optional(Reference),
  preauthorisation: Type.Optional(Reference),
  /** Local id of the payer's rule that adjudicated it. */
  rule: Type.Optional(LocalId),
  lines: Type.Array(ClaimLine),
  /** Absent until adjudicated, and again once denied. */
  decision: Type.Optional(Type.Array(LineDecision)),
  /** What the payer has transferred. */
  remitted: SumFen,
  state: OneOf(CLAIM_STATES),
  /** Every step, the first one first. */
  history: Type.Array(ClaimStep),
})
export type ClaimRow = RowOf<typeof ClaimRow>

const visitRow = Fields(pick(ClaimRow, 'visit'))

export const CLAIMS = createTable('claim/claim', {
  id: ['provider', 'claimId'],
  row: ClaimRow,
  meaning: 'a claim as it stands, with every step of its history',
  indexes: {
    ofPayer: {
      name: 'claim/of-payer',
      id: ['payer', 'state', 'time', 'provider', 'claimId'],
      row: visitRow,
      meaning: 'claims to a payer by state, then by when they came into it',
      key: (row, ...id) => [row.payer, row.state, timeKey(lastStep(row).at), ...id],
    },
    ofProvider: {
      name: 'claim/of-provider',
      id: ['member', 'state', 'time', 'provider', 'claimId'],
      row: visitRow,
      meaning: 'likewise those of a provider',
      key: (row, ...id) => [id[0], row.state, timeKey(lastStep(row).at), ...id],
    },
    ofSubject: {
      name: 'claim/of-subject',
      id: ['subject', 'time', 'provider', 'claimId'],
      row: Fields(pick(ClaimRow, 'payer')),
      meaning: 'claims about a subject, by when they were submitted',
      key: (row, ...id) => [row.subject, timeKey(submittedAt(row)), ...id],
    },
  },
})

/** A line of a visit, over all payers. */
export const VisitLine = Fields({ line: LocalId, billed: LineFen, paid: LineFen })
export type VisitLine = RowOf<typeof VisitLine>

export const VisitRow = Fields({
  subject: Subject,
  visitAt: Time,
  lines: Type.Array(VisitLine),
  /** Claims that were not withdrawn, in order of submission. */
  claims: Type.Array(Fields({ claim: Reference, payer: LocalId })),
})
export type VisitRow = RowOf<typeof VisitRow>

export const VISITS = createTable('claim/visit', {
  id: ['provider', 'visit'],
  row: VisitRow,
  meaning: 'what was billed and is paid of a visit over all payers; deleted when its last claim is withdrawn',
})

const question = { subject: Subject, payer: LocalId, ...actFields }
/** `until`: it holds at times before it; present where the answer is yes. */
const answerFields = { ...actFields, until: Type.Optional(Time) }

/** Whether a payer insures a subject. */
export const EligibilityRow = Fields({
  ...question,
  answer: Type.Optional(Fields({ ...answerFields, eligible: Type.Boolean() })),
})
export type EligibilityRow = RowOf<typeof EligibilityRow>

/** What a payer promises to pay before the care. */
export const PreauthorisationRow = Fields({
  ...question,
  caseRef: LocalId,
  /** As planned. */
  amount: LineFen,
  /** Local id of the claim that rests on it; one does. */
  claim: Type.Optional(LocalId),
  answer: Type.Optional(
    Fields({ ...answerFields, granted: Type.Boolean(), ceiling: Type.Optional(LineFen) }),
  ),
})
export type PreauthorisationRow = RowOf<typeof PreauthorisationRow>

/** The index of both kinds of question: what a payer has not answered yet. */
const asked = (kind: (typeof ASKED_KINDS)[number]) => ({
  name: 'claim/asked',
  id: ['payer', 'kind', 'time', 'provider', 'local'],
  row: Fields({ subject: Subject }),
  meaning: 'a question that a payer has not answered yet, by when it was asked',
  key: ({ payer, at, answer }: EligibilityRow | PreauthorisationRow, ...id: readonly [string, string]) =>
    answer === undefined ? [payer, kind, timeKey(at), ...id] : undefined,
})

export const ELIGIBILITIES = createTable('claim/eligibility', {
  id: ['provider', 'local'],
  row: EligibilityRow,
  meaning: 'whether a payer insures a subject: the question, and its answer',
  indexes: { asked: asked('eligibility') },
})

export const PREAUTHORISATIONS = createTable('claim/preauthorisation', {
  id: ['provider', 'local'],
  row: PreauthorisationRow,
  meaning: 'what a payer promises to pay before the care: the question, and its answer',
  indexes: { asked: asked('preauthorisation') },
})

/** The whole, of which a rule pays a share. */
export const BASIS_POINTS = 10_000

/** When a rule adjudicates, and how. */
export const ruleTerms = {
  /** Most that is allowed of one line. */
  lineCap: LineFen,
  /** Most that is paid of one claim. */
  claimCap: LineFen,
  /** Share of what is allowed that the payer pays; in 1/10,000, rounded down to a fen. */
  shareBasisPoints: Count(0, BASIS_POINTS),
  eligibilityRequired: Type.Boolean(),
  preauthorisationRequired: Type.Boolean(),
  recordsRequired: Type.Boolean(),
  /** Longest time from the visit to the claim. Seconds. */
  windowSeconds: Count(1, RULE_WINDOW_SECONDS_MAX),
  /** It adjudicates at times from <= t < to. */
  from: Time,
  to: Time,
  /** Members whose claims it adjudicates; absent where it is for every provider. */
  providers: Type.Optional(SetOf(LocalId, RULE_PROVIDERS_MAX)),
}

export const RuleRow = Fields({ ...ruleTerms, registeredAt: Time, ended: Type.Optional(Act) })
export type RuleRow = RowOf<typeof RuleRow>

export const RULES = createTable('claim/rule', {
  id: ['payer', 'ruleId'],
  row: RuleRow,
  meaning: 'a rule of a payer that adjudicates; never changed but to be ended',
})

export const submittedAt = ({ history }: ClaimRow): number => history[0]!.at
export const lastStep = ({ history }: ClaimRow): ClaimStep => history.at(-1)!

/** Fen: at most CLAIM_LINES_MAX lines of CLAIM_LINE_FEN_MAX, so exact. */
export const sumOf = <Row>(rows: readonly Row[], amount: (row: Row) => number): number =>
  rows.reduce((sum, row) => sum + amount(row), 0)

export const billedOf = ({ lines }: ClaimRow): number => sumOf(lines, ({ billed }) => billed)

/** What the payer's decision comes to; 0 where there is none. */
export const paidOf = ({ decision = [] }: ClaimRow): number => sumOf(decision, ({ paid }) => paid)

/** What was decided and not transferred yet. */
export const dueOf = (row: ClaimRow): number => Math.max(0, paidOf(row) - row.remitted)

/** Whether the payer is late: with its decision, or with the money. */
export function isOverdue(context: Context, row: ClaimRow): boolean {
  const since = context.time - lastStep(row).at
  if (row.state === 'ADJUDICATED') return dueOf(row) > 0 && since > context.parameter('remitSeconds')
  if (!['SUBMITTED', 'ACKNOWLEDGED', 'APPEALED'].includes(row.state)) return false
  const asked = row.history.findLast(({ verb }) => ['submit', 'supplement', 'appeal'].includes(verb))
  return context.time - (asked?.at ?? 0) > context.parameter('decideSeconds')
}

/** Whether it came later after the visit than the parameter says. */
export const isLate = (context: Context, row: ClaimRow): boolean =>
  submittedAt(row) - row.visitAt > context.parameter('lateAfterSeconds')

/** Whether the decision may still be appealed against: in time, and not too often. */
export function isAppealable(context: Context, row: ClaimRow): boolean {
  if (!['DENIED', 'ADJUDICATED', 'REMITTED'].includes(row.state)) return false
  const decided = row.history.findLast(({ verb }) => ['adjudicate', 'deny'].includes(verb))
  const appeals = row.history.filter(({ verb }) => verb === 'appeal').length
  return (
    context.time - (decided?.at ?? 0) <= context.parameter('appealSeconds') &&
    appeals < context.parameter('appealsMax')
  )
}
