/** What aid stores: its tables and their rows. Dates are `YYYY-MM-DD` in China, amounts fen. */
import { createTable } from '../table.ts'

/** `aid/plan/<sponsor>/<plan>` */
export type PlanRow = {
  readonly foundedAt: number
  /** Surplus of earlier rounds; the next need is less by it. */
  readonly balance: number
  /** Fen in escrow: the balance, and the aid that was shared and not yet paid. */
  readonly held: number
  /** Claims that may still be paid. */
  readonly openClaims: number
  /** Date of the round that is published and not yet shared. */
  readonly openRound?: string
  /** Date of the last round. */
  readonly lastRound?: string
  readonly terminatedAt?: number
  readonly closedAt?: number
}

/**
 * Members that have paid the same this year: those first covered between the rounds before and of `upTo`, or earlier
 * than the year.
 */
export type Bucket = {
  /** Date of the round from which they take part, or the last round that found them covered. */
  readonly upTo: string
  /** Sum of this year's shares before they took part. */
  readonly base: number
  readonly count: number
}

/** `aid/collector/<sponsor>/<plan>/<collector>`: a member that collects from people, with its tally of them. */
export type CollectorRow = {
  readonly since: number
  /** As they stood at 00:00 of `countedTo`. */
  readonly buckets: readonly Bucket[]
  /** Date of the last round; empty before the first. */
  readonly countedTo: string
}

/** `aid/starts/<sponsor>/<plan>/<collector>/<date>`: how many are covered from 00:00 of a date on; kept until counted. */
export type StartsRow = { readonly count: number }

/** `aid/leaves/<sponsor>/<plan>/<collector>/<date>/<start>`: how many that started then are gone at 00:00 of a date. */
export type LeavesRow = { readonly count: number }

/** `aid/cohort/<owner>/<cohort>`: people that joined together. Their commitments are in the leaf; the root binds them. */
export type CohortRow = {
  readonly plan: string
  /** Member that collects from them. */
  readonly collector: string
  readonly count: number
  /** Root of the RFC 6962 tree over the commitments, in order. */
  readonly root: string
  /** Everyone was born from `bornFrom` to `bornTo`, both included. */
  readonly bornFrom: string
  readonly bornTo: string
  readonly joinedAt: number
  /** End of the waiting period. */
  readonly coveredFrom: number
  /** First date at whose 00:00 they are covered. */
  readonly start: string
}

export type LeaveReason = 'exit' | 'claimed' | 'illness'

/** `aid/exception/<owner>/<cohort>/<index>`: what sets one member apart from its cohort. */
export type ExceptionRow = {
  readonly leave?: {
    readonly reason: LeaveReason
    readonly at: number
    readonly diagnosedAt?: number
  }
  readonly arrears?: {
    readonly amount: number
    /** Dates of the rounds not paid for. */
    readonly rounds: readonly string[]
    /** Unpaid then, the membership ends. */
    readonly until: number
    /** A claim is open from which they are deducted: the membership goes on. */
    readonly deducted: boolean
  }
  /** Reference of the open or paid claim. */
  readonly claim?: string
  readonly returned?: { readonly amount: number; readonly at: number }
}

/** `aid/year/<sponsor>/<plan>/<year>` */
export type YearRow = {
  readonly cap: number
  /** Sum of the shares of its rounds. */
  readonly sum: number
}

/** `aid/round/<sponsor>/<plan>/<date>` */
export type RoundRow = {
  readonly year: string
  readonly publishedAt: number
  readonly shareFrom: number
  /** Members covered at 00:00 of the date. */
  readonly members: number
  /** Sum of the year's shares before this round. */
  readonly sumBefore: number
  readonly cap: number
  /** Cases published, withdrawn and refused ones included: the number of the last. */
  readonly published: number
  /** Cases to be shared: without those under objection or turned down. */
  readonly cases: number
  readonly aid: number
  readonly shared?: Shared
}

/** How a round was shared: balanceBefore + due + sponsor = aid + fee + balanceAfter. */
export type Shared = {
  readonly at: number
  readonly fee: number
  readonly balanceBefore: number
  readonly need: number
  /** Of one member whom the cap does not spare. */
  readonly share: number
  /** Of all members. */
  readonly due: number
  readonly sponsor: number
  readonly balanceAfter: number
  /** Shares not paid by then end a membership. */
  readonly graceUntil: number
}

/** `aid/due/<sponsor>/<plan>/<date>/<collector>`: what a collector owes of a round. */
export type DueRow = {
  readonly members: number
  readonly due: number
  /** Reported as not paid by members. */
  readonly arrears: number
  readonly remitted: number
}

/** `aid/case/<sponsor>/<plan>/<date>/<number>`: a published case; the number has five digits. */
export type CaseRow = { readonly claim: string }

export type StoredClaimState =
  | 'FILED'
  | 'INVESTIGATING'
  | 'PRELIMINARY_YES'
  | 'PRELIMINARY_NO'
  | 'JURY'
  | 'PUBLISHED'
  | 'OBJECTED'
  | 'CONFIRMED'
  | 'PAID'
  | 'WITHDRAWN'
export type ClaimState = StoredClaimState | 'SHARED'

export type ClaimStep = { readonly state: StoredClaimState; readonly at: number; readonly by: string }

/** `aid/claim/<owner>/<claim>` */
export type ClaimRow = {
  readonly plan: string
  readonly cohort: string
  readonly index: number
  readonly subject: string
  readonly insured: string
  readonly diagnosedAt: number
  readonly amount: number
  readonly state: StoredClaimState
  readonly steps: readonly ClaimStep[]
  readonly investigator?: string
  readonly report?: { readonly reportHash: string; readonly supports: boolean; readonly at: number }
  /** The jury that sits or sat last. */
  readonly jury?: { readonly sitting: number; readonly yes: number; readonly no: number }
  /** A jury has heard it: nobody objects again. */
  readonly heard: boolean
  readonly round?: string
  readonly number?: number
  readonly paid?: { readonly amount: number; readonly deducted: number }
}

/** `aid/insured/<sponsor>/<plan>/<insured>`: the claim of a person, open or paid. */
export type InsuredRow = { readonly claim: string }

export type Queue = 'filed' | 'investigating' | 'agreed' | 'jury'

/** `aid/queue/<sponsor>/<plan>/<queue>/<owner>/<claim>`: claims that wait for somebody. */
export type QueueRow = { readonly since: number }

/** `aid/juror/<sponsor>/<plan>/<member>/<local>` */
export type JurorRow = { readonly score: number; readonly passed: boolean; readonly at: number }

/** `aid/vote/<owner>/<claim>/<sitting>/<juror>` */
export type VoteRow = { readonly yes: boolean; readonly at: number }

type Owned = [owner: string, local: string]
export type PlanId = [sponsor: string, plan: string]

export const PLANS = createTable<PlanRow, PlanId>('aid/plan')
export const COLLECTORS = createTable<CollectorRow, [...PlanId, collector: string]>('aid/collector')
export const STARTS = createTable<StartsRow, [...PlanId, collector: string, date: string]>('aid/starts')
export const LEAVES = createTable<LeavesRow, [...PlanId, collector: string, date: string, start: string]>(
  'aid/leaves',
)
export const COHORTS = createTable<CohortRow, Owned>('aid/cohort')
export const EXCEPTIONS = createTable<ExceptionRow, [...Owned, index: string]>('aid/exception')
export const YEARS = createTable<YearRow, [...PlanId, year: string]>('aid/year')
export const ROUNDS = createTable<RoundRow, [...PlanId, date: string]>('aid/round')
export const DUES = createTable<DueRow, [...PlanId, date: string, collector: string]>('aid/due')
export const CASES = createTable<CaseRow, [...PlanId, date: string, number: string]>('aid/case')
export const CLAIMS = createTable<ClaimRow, Owned>('aid/claim')
export const INSURED = createTable<InsuredRow, [...PlanId, insured: string]>('aid/insured')
export const QUEUES = createTable<QueueRow, [...PlanId, queue: Queue, ...Owned]>('aid/queue')
export const JURORS = createTable<JurorRow, [...PlanId, member: string, local: string]>('aid/juror')
export const VOTES = createTable<VoteRow, [...Owned, sitting: string, juror: string]>('aid/vote')
