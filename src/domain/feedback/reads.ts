/**
 * What may be asked of submissions. A patient sees its own with what it earned, a doctor what waits for its review, a
 * regulator what was reported to it as serious. What a report says is in its private part and in the vault.
 */

import Type from 'typebox'
import { equalShare } from '../apportion.ts'
import type { Context } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { actsFor, anyOf, everyone, hasRole, self, staff } from '../rights.ts'
import {
  ActorId,
  Fen,
  Fields,
  LocalId,
  OneOf,
  omit,
  pick,
  Reference,
  type RowOf,
  Subject,
  Time,
} from '../schema.ts'
import { type Entry, splitReference } from '../table.ts'
import {
  COMMUNITIES,
  CommunityRow,
  DATASETS,
  LICENSES,
  MEMBERS,
  MemberRow,
  NOTICES,
  PERIODS,
  SUBMISSION_STATES,
  SUBMISSIONS,
  SubmissionRow,
  submissionState,
} from './state.ts'

const SubmissionAnswer = Fields({
  ref: Reference,
  by: ActorId,
  ...SubmissionRow.properties,
  late: Type.Boolean(),
  overdue: Type.Boolean(),
  state: OneOf(SUBMISSION_STATES),
})

function showSubmission(
  { submissionId, ...row }: Entry<['by', 'submissionId'], SubmissionRow>,
  context: Context,
): RowOf<typeof SubmissionAnswer> {
  const { submittedAt, periodTo, review } = row
  return {
    ref: `${row.by}:${submissionId}`,
    ...row,
    late: submittedAt > periodTo + context.parameter('lateAfterSeconds'),
    overdue: (review?.at ?? context.time) > submittedAt + context.parameter('reviewSeconds'),
    state: submissionState(context, row),
  }
}

/** What a row has earned its patient so far, in fen, over all licenses that have paid for it. */
function earnedBy(context: Context, { inclusion }: SubmissionRow): number {
  if (inclusion === undefined) return 0
  const id = splitReference(inclusion.dataset)
  const { rows } = DATASETS.get(context.state, ...id)!
  const limit = context.parameter('licensesMax')
  return LICENSES.list(context.state, id, { limit })
    .filter(({ value }) => inclusion.index < value.settledRows)
    .reduce((sum, { value }) => {
      return sum + equalShare(value.patientReward, rows, inclusion.index)
    }, 0)
}

/** Lists of the person behind a subject; of nobody where its identity is not attested. */
const underPerson = ({ port, query }: Context & { readonly query: { readonly subject: string } }) => {
  const insured = port('identity.insuredOf')(query.subject)
  return insured === undefined ? [] : [[insured]]
}

const submissions = defineList({
  path: '/submissions',
  summary: 'Submissions about the person behind a subject, by community and period, with what each earned.',
  query: Fields({ subject: Subject }),
  answer: Fields({ ...SubmissionAnswer.properties, earned: Fen }),
  patientData: true,
  for: actsFor('subject'),
  over: PERIODS,
  underEach: underPerson,
  each: actsFor('subject'),
  show: ({ ref: _, ...row }, context) => ({
    ...showSubmission(row, context),
    earned: earnedBy(context, row),
  }),
})

const submission = defineRead({
  path: '/submissions/:ref',
  summary: 'One submission.',
  query: Fields({ ref: Reference }),
  answer: SubmissionAnswer,
  patientData: true,
  find: ({ state, query }) => SUBMISSIONS.find(state, query.ref),
  for: anyOf(actsFor('subject'), self('reviewer', 'doctor that it names')),
  show: ({ ref: _, ...row }, context) => showSubmission(row, context),
})

const queue = defineList({
  path: '/queue',
  summary: 'Submissions that wait for a review by the reader, the oldest first.',
  query: Fields({}),
  answer: SubmissionAnswer,
  patientData: true,
  for: hasRole('doctor'),
  over: SUBMISSIONS.indexes.ofReviewer,
  under: ({ reader }) => [reader.actor],
  show: showSubmission,
})

const notices = defineList({
  path: '/notices',
  summary: 'Serious effects that were reported to the reader’s regulator, in order of time.',
  query: Fields({}),
  answer: Fields({
    ref: Reference,
    ...pick(SubmissionRow, 'subject', 'reviewer', 'rx', 'periodFrom', 'periodTo'),
    reportedAt: Time,
    /** Whether the report still says so. */
    serious: Type.Boolean(),
    state: OneOf(SUBMISSION_STATES),
  }),
  patientData: true,
  for: staff,
  over: NOTICES,
  under: ({ reader }) => [reader.member],
  show(row, context, key) {
    const { subject, reviewer, rx, periodFrom, periodTo, serious } = row
    return {
      ref: `${row.by}:${row.submissionId}`,
      ...{ subject, reviewer, periodFrom, periodTo, serious },
      ...(rx !== undefined && { rx }),
      reportedAt: Number(key.time),
      state: submissionState(context, row),
    }
  },
})

const communities = defineList({
  path: '/communities',
  summary: 'Communities of a platform.',
  query: Fields({ platform: LocalId }),
  answer: Fields({ ref: Reference, ...omit(CommunityRow, 'by') }),
  patientData: false,
  for: everyone,
  over: COMMUNITIES,
  under: ({ query }) => [query.platform],
  show: ({ platform, communityId, by: _, ...row }) => ({ ref: `${platform}:${communityId}`, ...row }),
})

const memberships = defineList({
  path: '/memberships',
  summary: 'Communities that the person behind a subject has joined.',
  query: Fields({ subject: Subject }),
  answer: Fields({ community: Reference, ...omit(MemberRow, 'dataset') }),
  patientData: true,
  for: actsFor('subject'),
  over: MEMBERS,
  underEach: underPerson,
  each: actsFor('subject'),
  show: ({ insured: _insured, platform, communityId, dataset: _dataset, ...row }) => ({
    community: `${platform}:${communityId}`,
    ...row,
  }),
})

export const reads = [submissions, submission, queue, notices, communities, memberships]
