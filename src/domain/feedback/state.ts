/** What feedback stores: its tables and their rows, and states as they follow from them. */
import Type from 'typebox'
import type { Context, StateReader } from '../contract.ts'
import {
  ActorId,
  actFields,
  Count,
  Fen,
  Fields,
  Hash,
  LocalId,
  OneOf,
  pick,
  Reference,
  type RowOf,
  Subject,
  Time,
} from '../schema.ts'
import { createTable, splitReference, timeKey } from '../table.ts'

/** Bound of the schemas; the parameter `rowsMax` is lower. */
export const RowCount = Count(0, 1_000_000)

export const CommunityRow = Fields({
  by: ActorId,
  openedAt: Time,
  /** Local id of the data set that takes rows now. */
  openDataset: Type.Optional(LocalId),
})
export type CommunityRow = RowOf<typeof CommunityRow>

export const COMMUNITIES = createTable('feedback/community', {
  id: ['platform', 'communityId'],
  row: CommunityRow,
  meaning: 'a community, with the data set that takes its rows now',
})

export const MemberRow = Fields({
  by: ActorId,
  subject: Subject,
  joinedAt: Time,
  /** Local id of the data set that took a row of this person last. */
  dataset: Type.Optional(LocalId),
})

export const MEMBERS = createTable('feedback/member', {
  id: ['insured', 'platform', 'communityId'],
  row: MemberRow,
  meaning: 'a person in a community, by what social security attests of it',
})

export const REVIEWERS = createTable('feedback/reviewer', {
  id: ['doctor'],
  row: Fields({ insured: Hash, registeredAt: Time }),
  meaning: 'a doctor that reviews, and as whom social security knows it when it is a patient',
})

export const VERDICTS = ['accepted', 'returned', 'rejected'] as const

/** `by`, in the key, is who signed it. */
export const SubmissionRow = Fields({
  /** Reference `<platform>:<community>`. */
  community: Reference,
  subject: Subject,
  /** Actor id of a doctor. */
  reviewer: ActorId,
  /** Commitment to the content. */
  contentHash: Hash,
  /** Address of the ciphertext in the vault. */
  vaultHash: Hash,
  periodFrom: Time,
  periodTo: Time,
  serious: Type.Boolean(),
  /** Reference of the prescription. */
  rx: Type.Optional(Reference),
  /** One more each time it is sent again. */
  version: Count(1, Number.MAX_SAFE_INTEGER),
  submittedAt: Time,
  /** The regulator that was told of a serious effect, and when. */
  notice: Type.Optional(Fields({ regulator: LocalId, at: Time })),
  review: Type.Optional(Fields({ verdict: OneOf(VERDICTS), at: Time })),
  /** Where it stands in which data set. */
  inclusion: Type.Optional(Fields({ dataset: Reference, index: RowCount })),
})
export type SubmissionRow = RowOf<typeof SubmissionRow>

export const SUBMISSIONS = createTable('feedback/submission', {
  id: ['by', 'submissionId'],
  row: SubmissionRow,
  meaning: 'a submission as it stands, by the actor that signed it',
  indexes: {
    ofReviewer: {
      name: 'feedback/queue',
      id: ['reviewer', 'time', 'by', 'submissionId'],
      row: Fields(pick(SubmissionRow, 'serious')),
      meaning: 'what waits for a review by a doctor, by when it was submitted',
      key: (row, ...id) => (isReviewable(row) ? [row.reviewer, timeKey(row.submittedAt), ...id] : undefined),
    },
    accepted: {
      name: 'feedback/accepted',
      id: ['platform', 'communityId', 'time', 'by', 'submissionId'],
      row: Fields(pick(SubmissionRow, 'subject')),
      meaning: 'what was accepted and no data set has yet, by when that was',
      key: ({ community, review, inclusion }, ...id) =>
        review?.verdict === 'accepted' && inclusion === undefined
          ? [...splitReference(community), timeKey(review.at), ...id]
          : undefined,
    },
  },
})

/** By hand, and no index: the person behind the subject is known to identity alone. */
const periods = createTable('feedback/period', {
  id: ['insured', 'platform', 'communityId', 'time'],
  row: Fields({ from: Time, submission: Reference }),
  meaning:
    'on what period a person has reported, by its end: those of one person in one community do not overlap',
})
/** A period is listed as its submission. */
export const PERIODS = {
  ...periods,
  at: (state: StateReader, id: readonly string[]) =>
    SUBMISSIONS.find(state, periods.at(state, id).submission)!,
}

/**
 * By hand, and no index: a notice stays as it was raised, with what the submission's version was, whatever is reported
 * later.
 */
const notices = createTable('feedback/notice', {
  id: ['regulator', 'time', 'by', 'submissionId'],
  row: Fields(pick(SubmissionRow, 'version')),
  meaning: 'that a regulator was told of a serious effect, by when',
})
/** A notice is listed as its submission. */
export const NOTICES = {
  ...notices,
  at: (state: StateReader, id: readonly string[]) => SUBMISSIONS.at(state, id.slice(-2)),
}

export const DatasetRow = Fields({
  /** Local id of the community. */
  community: LocalId,
  rows: RowCount,
  people: RowCount,
  openedAt: Time,
  /** Roots of the complete subtrees of the rows, the largest first; none once it is published. */
  subtrees: Type.Array(Hash),
  publication: Type.Optional(Fields({ root: Hash, ...actFields })),
  /** Rows from the first on that some license has paid for. */
  rewardedRows: RowCount,
})
export type DatasetRow = RowOf<typeof DatasetRow>

export const DATASETS = createTable('feedback/dataset', {
  id: ['platform', 'datasetId'],
  row: DatasetRow,
  meaning: 'a data set, with the roots of the subtrees of its rows until it is published',
})

export const RowRow = Fields({ submission: Reference, consent: Reference })

export const ROWS = createTable('feedback/row', {
  id: ['platform', 'datasetId', 'index'],
  row: RowRow,
  meaning: 'a row of a data set, by its index in six digits',
})

export const TILES = createTable('feedback/tile', {
  id: ['platform', 'datasetId', 'index'],
  row: Fields({ root: Hash }),
  meaning: 'the root of 256 rows of a data set, for proofs, by the index of the tile in six digits',
})

/** What a buyer pays: the parts add up to the price. */
export const Terms = Fields({
  buyer: LocalId,
  price: Fen,
  patientReward: Fen,
  doctorReward: Fen,
  platformFee: Fen,
})
export type Terms = RowOf<typeof Terms>

export const LicenseRow = Fields({
  ...Terms.properties,
  offeredBy: ActorId,
  offeredAt: Time,
  acceptedAt: Type.Optional(Time),
  /** Rows from the first on whose rewards are paid. */
  settledRows: RowCount,
  settledAt: Type.Optional(Time),
})
export type LicenseRow = RowOf<typeof LicenseRow>

export const LICENSES = createTable('feedback/license', {
  id: ['platform', 'datasetId', 'licenseId'],
  row: LicenseRow,
  meaning: 'a license of a data set as it was offered to a buyer, and how far it is paid out',
  indexes: {
    ofBuyer: {
      name: 'feedback/license-of',
      id: ['buyer', 'platform', 'datasetId', 'licenseId'],
      row: Fields(pick(LicenseRow, 'offeredAt')),
      meaning: 'the licenses that were offered to a buyer',
      key: ({ buyer }, ...id) => [buyer, ...id],
    },
  },
})

/** An index as it stands in keys. Parameter `rowsMax` stays below what six digits can order. */
export const indexKey = (index: number): string => String(index).padStart(6, '0')

/** Whether it waits for its review. */
export function isReviewable({ review }: SubmissionRow): boolean {
  return review === undefined
}

/** Whether its author may send it again in its own place: until it is accepted or rejected. */
export const isReplaceable = ({ review }: SubmissionRow): boolean =>
  review === undefined || review.verdict === 'returned'

export const SUBMISSION_STATES = [
  'SUBMITTED',
  'RETURNED',
  'REJECTED',
  'ACCEPTED',
  'INCLUDED',
  'REWARDED',
] as const
type SubmissionState = (typeof SUBMISSION_STATES)[number]

export function submissionState(context: Context, { review, inclusion }: SubmissionRow): SubmissionState {
  if (review === undefined) return 'SUBMITTED'
  if (review.verdict !== 'accepted') return review.verdict === 'returned' ? 'RETURNED' : 'REJECTED'
  if (inclusion === undefined) return 'ACCEPTED'
  const dataset = DATASETS.get(context.state, ...splitReference(inclusion.dataset))!
  return inclusion.index < dataset.rewardedRows ? 'REWARDED' : 'INCLUDED'
}

export const LICENSE_STATES = ['OFFERED', 'LAPSED', 'LICENSED', 'SETTLED'] as const
type LicenseState = (typeof LICENSE_STATES)[number]

export function licenseState(context: Context, row: LicenseRow): LicenseState {
  if (row.settledAt !== undefined) return 'SETTLED'
  if (row.acceptedAt !== undefined) return 'LICENSED'
  return isOfferOpen(context, row) ? 'OFFERED' : 'LAPSED'
}

export const isOfferOpen = (context: Context, { offeredAt }: LicenseRow): boolean =>
  context.time <= offeredAt + context.parameter('offerSeconds')
