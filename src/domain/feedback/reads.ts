/**
 * What may be asked of submissions. A patient sees its own with what it earned, a doctor what waits for its review, a regulator what
 * was reported to it as serious. What a report says is in its private part and in the vault.
 */

import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import { equalShare } from '../apportion.ts'
import type { Context, ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isStaff } from '../roles.ts'
import { ActorId, Count, Fen, Fields, Hash, LocalId, Name, Reference, Subject, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import {
  COMMUNITIES,
  DATASETS,
  LICENSES,
  MEMBERS,
  NOTICES,
  PERIODS,
  QUEUE,
  SUBMISSIONS,
  type SubmissionRow,
  submissionState,
} from './state.ts'

const SubmissionAnswer = Fields({
  ref: Reference,
  by: ActorId,
  community: Reference,
  subject: Subject,
  reviewer: ActorId,
  contentHash: Hash,
  vaultHash: Hash,
  periodFrom: Time,
  periodTo: Time,
  serious: Type.Boolean(),
  rx: Type.Optional(Reference),
  version: Count(1, Number.MAX_SAFE_INTEGER),
  submittedAt: Time,
  notice: Type.Optional(Fields({ regulator: LocalId, at: Time })),
  review: Type.Optional(Fields({ verdict: Name, at: Time })),
  inclusion: Type.Optional(Fields({ dataset: Reference, index: Count(0, 1_000_000) })),
  late: Type.Boolean(),
  overdue: Type.Boolean(),
  state: Name,
})

function showSubmission(context: Context, owner: string, local: string, row: SubmissionRow) {
  const { submittedAt, periodTo, review } = row
  return {
    ref: `${owner}:${local}`,
    by: owner,
    ...row,
    late: submittedAt > periodTo + context.parameter('lateAfterSeconds'),
    overdue: (review?.at ?? context.time) > submittedAt + context.parameter('reviewSeconds'),
    state: submissionState(context, row),
  }
}

/** The submission behind an index row, whose id ends in actor and local id. */
function showIndexed(context: Context, id: readonly string[]): Json {
  const [owner = '', local = ''] = id.slice(-2)
  return showSubmission(context, owner, local, SUBMISSIONS.get(context.state, owner, local)!)
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

const mayActFor = (context: ReadContext, subject: string): boolean =>
  context.port('identity.actsFor')(context.reader, subject)

const submissions = defineOldRead({
  path: '/submissions',
  summary:
    'Submissions about the person behind a subject, by community and period, with what each earned: those who act for it.',
  query: Fields({ subject: Subject }),
  answer: Fields({ ...SubmissionAnswer.properties, earned: Fen }),
  list: true,
  patientData: true,
  run(context) {
    const subject = String(context.query.subject)
    if (!mayActFor(context, subject)) return undefined
    const insured = context.port('identity.insuredOf')(subject)
    if (insured === undefined) return { items: [] }
    return readPage(context, PERIODS, [insured], ({ value }) => {
      const id = splitReference(value.submission)
      const row = SUBMISSIONS.get(context.state, ...id)!
      if (!mayActFor(context, row.subject)) return undefined
      return { ...showSubmission(context, ...id, row), earned: earnedBy(context, row) }
    })
  },
})

const submission = defineOldRead({
  path: '/submissions/:ref',
  summary: 'One submission: those who act for its subject, and the doctor that it names.',
  query: Fields({ ref: Reference }),
  answer: SubmissionAnswer,
  list: false,
  patientData: true,
  run(context) {
    const id = splitReference(String(context.query.ref))
    const row = SUBMISSIONS.get(context.state, ...id)
    if (row === undefined) return undefined
    const maySee = context.reader.actor === row.reviewer || mayActFor(context, row.subject)
    return maySee ? showSubmission(context, ...id, row) : undefined
  },
})

const queue = defineOldRead({
  path: '/queue',
  summary: 'Submissions that wait for a review by the reader, the oldest first: a doctor.',
  query: Fields({}),
  answer: SubmissionAnswer,
  list: true,
  patientData: true,
  run(context) {
    const { reader } = context
    if (reader.role !== 'doctor') return undefined
    return readPage(context, QUEUE, [reader.actor], ({ id }) => showIndexed(context, id))
  },
})

const NoticeAnswer = Fields({
  ref: Reference,
  subject: Subject,
  reviewer: ActorId,
  rx: Type.Optional(Reference),
  periodFrom: Time,
  periodTo: Time,
  reportedAt: Time,
  /** Whether the report still says so. */
  serious: Type.Boolean(),
  state: Name,
})

const notices = defineOldRead({
  path: '/notices',
  summary: 'Serious effects that were reported to the reader’s regulator, in order of time: its staff.',
  query: Fields({}),
  answer: NoticeAnswer,
  list: true,
  patientData: true,
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(context, NOTICES, [reader.member], ({ id: [at = '', owner = '', local = ''] }) => {
      const row = SUBMISSIONS.get(context.state, owner, local)!
      const { subject, reviewer, rx, periodFrom, periodTo, serious } = row
      const state = submissionState(context, row)
      const base = { ref: `${owner}:${local}`, subject, reviewer, periodFrom, periodTo }
      const shown = { ...base, reportedAt: Number(at), serious, state }
      return rx === undefined ? shown : { ...shown, rx }
    })
  },
})

const communities = defineOldRead({
  path: '/communities',
  summary: 'Communities of a platform: any enrolled reader.',
  query: Fields({ platform: LocalId }),
  answer: Fields({ ref: Reference, openedAt: Time, openDataset: Type.Optional(LocalId) }),
  list: true,
  patientData: false,
  run(context) {
    const platform = String(context.query.platform)
    return readPage(context, COMMUNITIES, [platform], ({ id: [local = ''], value: { by: _, ...row } }) => ({
      ref: `${platform}:${local}`,
      ...row,
    }))
  },
})

const memberships = defineOldRead({
  path: '/memberships',
  summary: 'Communities that the person behind a subject has joined: those who act for it.',
  query: Fields({ subject: Subject }),
  answer: Fields({ community: Reference, subject: Subject, by: ActorId, joinedAt: Time }),
  list: true,
  patientData: true,
  run(context) {
    const subject = String(context.query.subject)
    if (!mayActFor(context, subject)) return undefined
    const insured = context.port('identity.insuredOf')(subject)
    if (insured === undefined) return { items: [] }
    return readPage(context, MEMBERS, [insured], ({ id, value: { dataset: _, ...row } }) =>
      mayActFor(context, row.subject) ? { community: id.join(':'), ...row } : undefined,
    )
  },
})

export const reads = [submissions, submission, queue, notices, communities, memberships]
