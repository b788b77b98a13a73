/** What feedback stores: its tables and their rows, and states as they follow from them. */
import type { Context } from '../contract.ts'
import { createTable, splitReference } from '../table.ts'

export const VERDICTS = ['accepted', 'returned', 'rejected'] as const
export type Verdict = (typeof VERDICTS)[number]

/** `feedback/community/<platform>/<local>` */
export type CommunityRow = {
  readonly by: string
  readonly openedAt: number
  /** Local id of the data set that takes rows now. */
  readonly openDataset?: string
}

/** `feedback/member/<insured>/<platform>/<community>`: a person, by what social security attests of it. */
export type MemberRow = {
  readonly by: string
  readonly subject: string
  readonly joinedAt: number
  /** Local id of the data set that took a row of this person last. */
  readonly dataset?: string
}

/** `feedback/reviewer/<doctor>`: as whom social security knows the doctor when it is a patient. */
export type ReviewerRow = { readonly insured: string; readonly registeredAt: number }

/** `feedback/submission/<actor>/<local>`: the actor is who signed it. */
export type SubmissionRow = {
  /** Reference `<platform>:<community>`. */
  readonly community: string
  readonly subject: string
  /** Actor id of a doctor. */
  readonly reviewer: string
  /** Commitment to the content. */
  readonly contentHash: string
  /** Address of the ciphertext in the vault. */
  readonly vaultHash: string
  readonly periodFrom: number
  readonly periodTo: number
  readonly serious: boolean
  /** Reference of the prescription. */
  readonly rx?: string
  /** From 1; one more each time it is sent again. */
  readonly version: number
  readonly submittedAt: number
  /** The regulator that was told of a serious effect, and when. */
  readonly notice?: { readonly regulator: string; readonly at: number }
  readonly review?: { readonly verdict: Verdict; readonly at: number }
  /** Where it stands in which data set (reference). */
  readonly inclusion?: { readonly dataset: string; readonly index: number }
}

/** `feedback/period/<insured>/<platform>/<community>/<end, ten digits>`: a person's periods do not overlap. */
export type PeriodRow = { readonly from: number; readonly submission: string }

/** `feedback/queue/<doctor>/<time, ten digits>/<actor>/<local>`: what waits for a doctor. */
export type QueueRow = { readonly serious: boolean }

/** `feedback/accepted/<platform>/<community>/<time, ten digits>/<actor>/<local>`: what no data set has yet. */
export type AcceptedRow = { readonly subject: string }

/** `feedback/notice/<regulator>/<time, ten digits>/<actor>/<local>` */
export type NoticeRow = { readonly version: number }

/** `feedback/dataset/<platform>/<local>` */
export type DatasetRow = {
  /** Local id of the community. */
  readonly community: string
  readonly rows: number
  readonly people: number
  readonly openedAt: number
  /** Roots of the complete subtrees of the rows, the largest first; none once it is published. */
  readonly subtrees: readonly string[]
  readonly publication?: { readonly root: string; readonly by: string; readonly at: number }
  /** Rows from the first on that some license has paid for. */
  readonly rewardedRows: number
}

/** `feedback/row/<platform>/<dataset>/<index, six digits>` */
export type RowRow = { readonly submission: string; readonly consent: string }

/** `feedback/tile/<platform>/<dataset>/<index, six digits>`: root of 256 rows, for proofs. */
export type TileRow = { readonly root: string }

/** What a buyer pays, in fen: the parts add up to the price. */
export type Terms = {
  readonly buyer: string
  readonly price: number
  readonly patientReward: number
  readonly doctorReward: number
  readonly platformFee: number
}

/** `feedback/license/<platform>/<dataset>/<local>` */
export type LicenseRow = Terms & {
  readonly offeredBy: string
  readonly offeredAt: number
  readonly acceptedAt?: number
  /** Rows from the first on whose rewards are paid. */
  readonly settledRows: number
  readonly settledAt?: number
}

/** `feedback/license-of/<buyer>/<platform>/<dataset>/<local>` */
export type LicenseOfRow = { readonly offeredAt: number }

type Owned = [owner: string, local: string]

export const COMMUNITIES = createTable<CommunityRow, Owned>('feedback/community')
export const MEMBERS = createTable<MemberRow, [insured: string, ...community: Owned]>('feedback/member')
export const REVIEWERS = createTable<ReviewerRow, [doctor: string]>('feedback/reviewer')
export const SUBMISSIONS = createTable<SubmissionRow, Owned>('feedback/submission')
export const PERIODS = createTable<PeriodRow, [insured: string, platform: string, local: string, to: string]>(
  'feedback/period',
)
export const QUEUE = createTable<QueueRow, [doctor: string, time: string, ...Owned]>('feedback/queue')
export const ACCEPTED = createTable<
  AcceptedRow,
  [platform: string, community: string, time: string, ...submission: Owned]
>('feedback/accepted')
export const NOTICES = createTable<NoticeRow, [regulator: string, time: string, ...Owned]>('feedback/notice')
export const DATASETS = createTable<DatasetRow, Owned>('feedback/dataset')
export const ROWS = createTable<RowRow, [platform: string, dataset: string, index: string]>('feedback/row')
export const TILES = createTable<TileRow, [platform: string, dataset: string, index: string]>('feedback/tile')
export const LICENSES = createTable<LicenseRow, [platform: string, dataset: string, local: string]>(
  'feedback/license',
)
export const LICENSES_OF = createTable<LicenseOfRow, [buyer: string, platform: string, ...Owned]>(
  'feedback/license-of',
)

/** An index as it stands in keys. Parameter `rowsMax` stays below what six digits can order. */
export const indexKey = (index: number): string => String(index).padStart(6, '0')

export const isReviewable = ({ review }: SubmissionRow): boolean => review === undefined

/** Whether its author may send it again in its own place: until it is accepted or rejected. */
export const isReplaceable = ({ review }: SubmissionRow): boolean =>
  review === undefined || review.verdict === 'returned'

export function submissionState(context: Context, { review, inclusion }: SubmissionRow): string {
  if (review === undefined) return 'SUBMITTED'
  if (review.verdict !== 'accepted') return review.verdict === 'returned' ? 'RETURNED' : 'REJECTED'
  if (inclusion === undefined) return 'ACCEPTED'
  const dataset = DATASETS.get(context.state, ...splitReference(inclusion.dataset))!
  return inclusion.index < dataset.rewardedRows ? 'REWARDED' : 'INCLUDED'
}

export function licenseState(context: Context, row: LicenseRow): string {
  if (row.settledAt !== undefined) return 'SETTLED'
  if (row.acceptedAt !== undefined) return 'LICENSED'
  return isOfferOpen(context, row) ? 'OFFERED' : 'LAPSED'
}

export const isOfferOpen = (context: Context, { offeredAt }: LicenseRow): boolean =>
  context.time <= offeredAt + context.parameter('offerSeconds')
