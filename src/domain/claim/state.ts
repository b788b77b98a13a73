/** What claim stores: its tables and their rows, and what follows from them at a time. */
import type { Act, Context } from '../contract.ts'
import { createTable } from '../table.ts'

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

/** One service that was billed; what it was is in the private part. Fen. */
export type ClaimLine = {
  readonly line: string
  readonly billed: number
  /** Reference of the record that shows it. */
  readonly record?: string
}

/** What a payer decided about a line; they stand in the order of the claim's lines. Fen. */
export type LineDecision = {
  readonly allowed: number
  readonly paid: number
  readonly patientShare: number
}

/** One step of a claim's history. */
export type ClaimStep = {
  /** Verb that made it. */
  readonly verb: string
  readonly state: ClaimState
  /** Actor id. */
  readonly by: string
  readonly at: number
  /** Sum that the step decided to pay, or paid. Fen. */
  readonly amount?: number
}

/** `claim/claim/<provider>/<local>` */
export type ClaimRow = {
  readonly subject: string
  readonly payer: string
  readonly caseRef: string
  /** The provider's id of the visit. */
  readonly visit: string
  readonly visitAt: number
  readonly lines: readonly ClaimLine[]
  /** References of the payer's answers on which it rests. */
  readonly eligibility?: string
  readonly preauthorisation?: string
  /** Local id of the payer's rule that adjudicated it. */
  readonly rule?: string
  /** Absent until adjudicated, and again once denied. */
  readonly decision?: readonly LineDecision[]
  /** Fen that the payer has transferred. */
  readonly remitted: number
  readonly state: ClaimState
  /** Every step, the first one first. */
  readonly history: readonly ClaimStep[]
}

/** `claim/of-payer/<payer>/<state>/<time, ten digits>/<provider>/<local>` and `claim/of-provider/<provider>/…` */
export type OfSideRow = { readonly visit: string }

/** `claim/of-subject/<subject>/<time, ten digits>/<provider>/<local>` */
export type OfSubjectRow = { readonly payer: string }

/** A line of a visit, over all payers. Fen. */
export type VisitLine = { readonly line: string; readonly billed: number; readonly paid: number }

/** `claim/visit/<provider>/<visit>` */
export type VisitRow = {
  readonly subject: string
  readonly visitAt: number
  readonly lines: readonly VisitLine[]
  /** Claims that were not withdrawn, in order of submission. */
  readonly claims: readonly { readonly claim: string; readonly payer: string }[]
}

/** `claim/eligibility/<provider>/<local>`: whether a payer insures a subject. */
export type EligibilityRow = {
  readonly subject: string
  readonly payer: string
  readonly by: string
  readonly at: number
  readonly answer?: {
    readonly by: string
    readonly at: number
    readonly eligible: boolean
    /** Insured at times before it; present where eligible. */
    readonly until?: number
  }
}

/** `claim/preauthorisation/<provider>/<local>`: what a payer promises to pay before the care. */
export type PreauthorisationRow = {
  readonly subject: string
  readonly payer: string
  readonly caseRef: string
  /** Fen, as planned. */
  readonly amount: number
  readonly by: string
  readonly at: number
  readonly answer?: {
    readonly by: string
    readonly at: number
    readonly granted: boolean
    /** Fen, and the end; present where granted. */
    readonly ceiling?: number
    readonly until?: number
  }
  /** Local id of the claim that rests on it; one does. */
  readonly claim?: string
}

/** `claim/asked/<payer>/<kind>/<time, ten digits>/<provider>/<local>`: what a payer has not answered yet. */
export type AskedRow = { readonly subject: string }

/** When a rule adjudicates, and how. */
export type RuleTerms = {
  /** Most that is allowed of one line. Fen. */
  readonly lineCap: number
  /** Most that is paid of one claim. Fen. */
  readonly claimCap: number
  /** Share of what is allowed that the payer pays; in 1/10,000, rounded down to a fen. */
  readonly shareBasisPoints: number
  readonly eligibilityRequired: boolean
  readonly preauthorisationRequired: boolean
  readonly recordsRequired: boolean
  /** Longest time from the visit to the claim. Seconds. */
  readonly windowSeconds: number
  /** It adjudicates at times from <= t < to. */
  readonly from: number
  readonly to: number
  /** Members whose claims it adjudicates; absent where it is for every provider. */
  readonly providers?: readonly string[]
}

/** `claim/rule/<payer>/<local>`: never changed but to be ended. */
export type RuleRow = RuleTerms & {
  readonly registeredAt: number
  readonly ended?: Act
}

type Owned = [owner: string, local: string]
type Timed = [time: string, ...Owned]

export const CLAIMS = createTable<ClaimRow, Owned>('claim/claim')
export const OF_PAYER = createTable<OfSideRow, [payer: string, state: ClaimState, ...Timed]>('claim/of-payer')
export const OF_PROVIDER = createTable<OfSideRow, [provider: string, state: ClaimState, ...Timed]>(
  'claim/of-provider',
)
export const OF_SUBJECT = createTable<OfSubjectRow, [subject: string, ...Timed]>('claim/of-subject')
export const VISITS = createTable<VisitRow, [provider: string, visit: string]>('claim/visit')
export const ELIGIBILITIES = createTable<EligibilityRow, Owned>('claim/eligibility')
export const PREAUTHORISATIONS = createTable<PreauthorisationRow, Owned>('claim/preauthorisation')
export type AskedKind = 'eligibility' | 'preauthorisation'
export const ASKED = createTable<AskedRow, [payer: string, kind: AskedKind, ...Timed]>('claim/asked')
export const RULES = createTable<RuleRow, Owned>('claim/rule')

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
