/** What aid stores: its tables and their rows. Dates are `YYYY-MM-DD` in China, amounts fen. */
import Type from 'typebox'
import { AID_CASE_NUMBER_MAX, COHORT_MEMBERS_MAX } from '../../base/index.ts'
import {
  ActorId,
  actFields,
  Count,
  Fen,
  Fields,
  Hash,
  LocalId,
  Name,
  OneOf,
  Reference,
  type RowOf,
  Subject,
  Time,
} from '../schema.ts'
import { createTable, splitReference } from '../table.ts'

export const DateText = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' })
export const Year = Type.String({ pattern: '^[0-9]{4}$' })

/** A number of members or cases. */
export const Many = Count(0, Number.MAX_SAFE_INTEGER)
export const CohortIndex = Count(0, COHORT_MEMBERS_MAX - 1)
export const CaseNumber = Count(1, AID_CASE_NUMBER_MAX)

export type PlanId = readonly [sponsor: string, plan: string]

export const PlanRow = Fields({
  foundedAt: Time,
  /** Surplus of earlier rounds; the next need is less by it. */
  balance: Fen,
  /** In escrow: the balance, and the aid that was shared and not yet paid. */
  held: Fen,
  /** Claims that may still be paid. */
  openClaims: Many,
  /** Date of the round that is published and not yet shared. */
  openRound: Type.Optional(DateText),
  /** Date of the last round. */
  lastRound: Type.Optional(DateText),
  terminatedAt: Type.Optional(Time),
  closedAt: Type.Optional(Time),
})
export type PlanRow = RowOf<typeof PlanRow>

export const PLANS = createTable('aid/plan', {
  id: ['sponsor', 'planId'],
  row: PlanRow,
  meaning: 'a plan as it stands: its escrow, its open claims and rounds',
})

/**
 * Members that have paid the same this year: those first covered between the rounds before and of `upTo`, or earlier
 * than the year.
 */
export const Bucket = Fields({
  /** Date of the round from which they take part, or the last round that found them covered. */
  upTo: DateText,
  /** Sum of this year's shares before they took part. */
  base: Fen,
  count: Many,
})
export type Bucket = RowOf<typeof Bucket>

export const CollectorRow = Fields({
  since: Time,
  /** As they stood at 00:00 of `countedTo`. */
  buckets: Type.Array(Bucket),
  /** Date of the last round; empty before the first. */
  countedTo: Name,
})
export type CollectorRow = RowOf<typeof CollectorRow>

export const COLLECTORS = createTable('aid/collector', {
  id: ['sponsor', 'planId', 'collector'],
  row: CollectorRow,
  meaning: 'a member that collects from people, with its tally of them',
})

export const STARTS = createTable('aid/starts', {
  id: ['sponsor', 'planId', 'collector', 'date'],
  row: Fields({ count: Many }),
  meaning: 'how many are covered from 00:00 of a date on; until a round counts it',
})

export const LEAVES = createTable('aid/leaves', {
  id: ['sponsor', 'planId', 'collector', 'date', 'start'],
  row: Fields({ count: Many }),
  meaning: 'of those that started then, how many are gone at 00:00 of a date; until a round counts it',
})

export const CohortRow = Fields({
  plan: Reference,
  /** Member that collects from them. */
  collector: LocalId,
  count: Count(1, COHORT_MEMBERS_MAX),
  /** Root of the RFC 6962 tree over the commitments, in order. */
  root: Hash,
  /** Everyone was born from `bornFrom` to `bornTo`, both included. */
  bornFrom: DateText,
  bornTo: DateText,
  joinedAt: Time,
  /** End of the waiting period. */
  coveredFrom: Time,
  /** First date at whose 00:00 they are covered. */
  start: DateText,
})
export type CohortRow = RowOf<typeof CohortRow>

export const COHORTS = createTable('aid/cohort', {
  id: ['owner', 'cohortId'],
  row: CohortRow,
  meaning: 'people that joined together; their commitments are in the leaf, `root` binds them',
})

export const ExceptionRow = Fields({
  leave: Type.Optional(
    Fields({ reason: OneOf(['exit', 'claimed', 'illness']), at: Time, diagnosedAt: Type.Optional(Time) }),
  ),
  arrears: Type.Optional(
    Fields({
      amount: Fen,
      /** Dates of the rounds not paid for. */
      rounds: Type.Array(DateText),
      /** Unpaid then, the membership ends. */
      until: Time,
      /** A claim is open from which they are deducted: the membership goes on. */
      deducted: Type.Boolean(),
    }),
  ),
  /** The open or paid claim. */
  claim: Type.Optional(Reference),
  returned: Type.Optional(Fields({ amount: Fen, at: Time })),
})
export type ExceptionRow = RowOf<typeof ExceptionRow>

export const EXCEPTIONS = createTable('aid/exception', {
  id: ['owner', 'cohortId', 'index'],
  row: ExceptionRow,
  meaning: 'what sets one member apart from its cohort',
})

export const YEARS = createTable('aid/year', {
  id: ['sponsor', 'planId', 'year'],
  row: Fields({ cap: Fen, sum: Fen }),
  meaning: 'the cap of a year, and the sum of the shares of its rounds',
})

/** How a round was shared: balanceBefore + due + sponsor = aid + fee + balanceAfter. */
export const Shared = Fields({
  at: Time,
  fee: Fen,
  balanceBefore: Fen,
  need: Fen,
  /** Of one member whom the cap does not spare. */
  share: Fen,
  /** Of all members. */
  due: Fen,
  sponsor: Fen,
  balanceAfter: Fen,
  /** Shares not paid by then end a membership. */
  graceUntil: Time,
})
export type Shared = RowOf<typeof Shared>

export const RoundRow = Fields({
  year: Year,
  publishedAt: Time,
  shareFrom: Time,
  /** Members covered at 00:00 of the date. */
  members: Many,
  /** Sum of the year's shares before this round. */
  sumBefore: Fen,
  cap: Fen,
  /** Cases published, withdrawn and refused ones included: the number of the last. */
  published: Many,
  /** Cases to be shared: without those under objection or turned down. */
  cases: Many,
  aid: Fen,
  shared: Type.Optional(Shared),
})
export type RoundRow = RowOf<typeof RoundRow>

export const ROUNDS = createTable('aid/round', {
  id: ['sponsor', 'planId', 'round'],
  row: RoundRow,
  meaning: 'a round by its date, with every number of its sharing once it is shared',
})

export const DueRow = Fields({
  members: Many,
  due: Fen,
  /** Reported as not paid by members. */
  arrears: Fen,
  remitted: Fen,
})
export type DueRow = RowOf<typeof DueRow>

export const DUES = createTable('aid/due', {
  id: ['sponsor', 'planId', 'round', 'collector'],
  row: DueRow,
  meaning: 'what a collector owes of a round',
})

export const CASES = createTable('aid/case', {
  id: ['sponsor', 'planId', 'round', 'case'],
  row: Fields({ claim: Reference }),
  meaning: 'a published case by its number in five digits; it stays when its claim comes into a later round',
})

const STORED_CLAIM_STATES = [
  'FILED',
  'INVESTIGATING',
  'PRELIMINARY_YES',
  'PRELIMINARY_NO',
  'JURY',
  'PUBLISHED',
  'OBJECTED',
  'CONFIRMED',
  'PAID',
  'WITHDRAWN',
] as const
export type StoredClaimState = (typeof STORED_CLAIM_STATES)[number]
/** That a claim is shared follows from its round. */
export const CLAIM_STATES = [...STORED_CLAIM_STATES, 'SHARED'] as const
export type ClaimState = (typeof CLAIM_STATES)[number]

/** Votes of a jury. */
export const Votes = Count(0, 100_000)

export const ClaimRow = Fields({
  plan: Reference,
  cohort: Reference,
  index: CohortIndex,
  subject: Subject,
  insured: Hash,
  diagnosedAt: Time,
  amount: Fen,
  state: OneOf(STORED_CLAIM_STATES),
  /** Every step with who made it, the first one first. */
  steps: Type.Array(Fields({ state: OneOf(STORED_CLAIM_STATES), ...actFields })),
  investigator: Type.Optional(ActorId),
  report: Type.Optional(Fields({ reportHash: Hash, supports: Type.Boolean(), at: Time })),
  /** The jury that sits or sat last. */
  jury: Type.Optional(Fields({ sitting: Count(1, 9), yes: Votes, no: Votes })),
  /** A jury has heard it: nobody objects again. */
  heard: Type.Boolean(),
  round: Type.Optional(DateText),
  number: Type.Optional(CaseNumber),
  paid: Type.Optional(Fields({ amount: Fen, deducted: Fen })),
})
export type ClaimRow = RowOf<typeof ClaimRow>

/** Which queue a claim in a state stands in. */
const QUEUE_OF: { readonly [State in StoredClaimState]?: Queue } = {
  FILED: 'filed',
  INVESTIGATING: 'investigating',
  PRELIMINARY_YES: 'agreed',
  JURY: 'jury',
  OBJECTED: 'jury',
}
export type Queue = 'filed' | 'investigating' | 'agreed' | 'jury'

/** When a claim came into its state. */
export const enteredAt = ({ steps }: ClaimRow): number => steps.at(-1)!.at

export const CLAIMS = createTable('aid/claim', {
  id: ['claimant', 'claimId'],
  row: ClaimRow,
  meaning: 'a claim as it stands, with every step of its history',
  indexes: {
    waiting: {
      name: 'aid/queue',
      id: ['sponsor', 'planId', 'queue', 'claimant', 'claimId'],
      row: Fields({ since: Time }),
      meaning: 'claims that wait for somebody, by whom they wait for',
      key({ plan, state }, ...id) {
        const queue = QUEUE_OF[state]
        return queue === undefined ? undefined : [...splitReference(plan), queue, ...id]
      },
      value: (row) => ({ since: enteredAt(row) }),
    },
  },
})

/** By hand, and no index: the key does not name the claim. */
export const INSURED = createTable('aid/insured', {
  id: ['sponsor', 'planId', 'insured'],
  row: Fields({ claim: Reference }),
  meaning: 'the claim of a person, open or paid',
})

export const JURORS = createTable('aid/juror', {
  id: ['sponsor', 'planId', 'member', 'local'],
  row: Fields({ score: Count(0, 100), passed: Type.Boolean(), at: Time }),
  meaning: 'the exam of a juror',
})

export const VOTES = createTable('aid/vote', {
  id: ['claimant', 'claimId', 'sitting', 'juror'],
  row: Fields({ yes: Type.Boolean(), at: Time }),
  meaning: 'the vote of a juror on a claim, by the sitting',
})
