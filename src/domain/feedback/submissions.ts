/**
 * Rules about submissions: a patient reports on a period of a treatment, and the doctor that it names, which treats it,
 * reviews the report. What the report says is for the two of them; of a serious effect the regulator is told at once.
 */
import Type from 'typebox'
import type { Actor, Party, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole } from '../roles.ts'
import { ActorId, Fields, Hash, LocalId, OneOf, Reference, Subject, Time } from '../schema.ts'
import { splitReference, timeKey } from '../table.ts'
import { requireActsFor, requireCommunity, requirePerson, treats } from './communities.ts'
import {
  isReplaceable,
  isReviewable,
  NOTICES,
  PERIODS,
  REVIEWERS,
  SUBMISSIONS,
  type SubmissionRow,
  VERDICTS,
} from './state.ts'

const report = Fields({
  id: LocalId,
  community: Reference,
  subject: Subject,
  reviewer: ActorId,
  rx: Type.Optional(Reference),
  periodFrom: Time,
  periodTo: Time,
  serious: Type.Boolean(),
  regulator: Type.Optional(LocalId),
  contentHash: Hash,
  vaultHash: Hash,
})
type Report = Type.Static<typeof report>
type Submitting = RuleContext<Report>

export const submit = defineVerb({
  summary:
    'A patient reports on a period; the same id again, before it is accepted or rejected, takes its place.',
  signers: 'whoever acts for the subject',
  payload: report,
  privatePart: 'required',
  parties: ({ subject, reviewer, regulator }) => [
    { subject },
    { actor: reviewer },
    ...(regulator === undefined ? [] : [{ member: regulator }]),
  ],
  rule(context) {
    const { payload, signer, state, time } = context
    const { id, community, subject } = payload
    requireActsFor(context, subject)
    requireCommunity(context, community)
    const insured = requirePerson(context, subject, community)
    const before = requireFree(context)
    requireReviewer(context, insured)
    requirePrescription(context)
    requireRegulator(context)
    if (before !== undefined) {
      // Taken out whole: what is sent again waits anew for its review.
      SUBMISSIONS.delete(state, signer.actor, id)
      PERIODS.delete(state, insured, ...splitReference(community), timeKey(before.periodTo))
    }
    requirePeriod(context, insured)

    const row = newRow(context, before)
    SUBMISSIONS.put(state, row, signer.actor, id)
    const period = { from: payload.periodFrom, submission: `${signer.actor}:${id}` }
    PERIODS.put(state, period, insured, ...splitReference(community), timeKey(payload.periodTo))
    if (row.notice !== undefined && row.notice !== before?.notice) {
      NOTICES.put(state, { version: row.version }, row.notice.regulator, timeKey(time), signer.actor, id)
    }
  },
})

/** What stands under this id, where it may be replaced; undefined where nothing does. */
function requireFree(context: Submitting): SubmissionRow | undefined {
  const { id, community, subject } = context.payload
  const before = SUBMISSIONS.get(context.state, context.signer.actor, id)
  if (before === undefined) return undefined
  if (!isReplaceable(before) || before.subject !== subject || before.community !== community) {
    context.refuse('feedback.exists', { field: '/payload/id' })
  }
  return before
}

/** Refuses anyone but a registered doctor that treats the patient and is not the patient. */
function requireReviewer(context: Submitting, insured: string): void {
  const { reviewer, subject } = context.payload
  const at = { field: '/payload/reviewer' }
  const standing = context.port('identity.actor')(reviewer)
  const isDoctor = standing?.active === true && standing.role === 'doctor'
  const registration = isDoctor ? REVIEWERS.get(context.state, reviewer) : undefined
  if (registration === undefined) context.refuse('feedback.reviewer-unfit', at)
  if (registration?.insured === insured) context.refuse('feedback.own-review', at)
  if (!treats(context, reviewer, subject)) context.refuse('feedback.not-treating', at)
}

function requirePrescription(context: Submitting): void {
  const { rx, subject } = context.payload
  if (rx === undefined) return
  const found = context.port('prescription.find')(rx)
  const subjects = context.port('identity.joinedSubjects')(subject)
  if (found === undefined || !subjects.includes(found.subject)) {
    context.refuse('feedback.prescription-unfit', { field: '/payload/rx' })
  }
}

function requireRegulator(context: Submitting): void {
  const { serious, regulator } = context.payload
  const standing = regulator === undefined ? undefined : context.port('identity.member')(regulator)
  const isRegulator = standing?.active === true && hasMemberRole(standing.roles, ['food-drug-regulator'])
  if (serious ? !isRegulator : regulator !== undefined) {
    context.refuse('feedback.regulator-unfit', { field: '/payload/regulator' })
  }
}

/** One submission a patient, community and period: periods of one person in one community do not overlap. */
function requirePeriod(context: Submitting, insured: string): void {
  const { periodFrom, periodTo, community } = context.payload
  const isSound = periodFrom < periodTo && periodTo <= context.time + context.parameter('futureSecondsMax')
  if (!isSound || periodTo - periodFrom > context.parameter('periodSecondsMax')) {
    context.refuse('feedback.period', { field: '/payload/periodTo' })
  }
  const prefix = [insured, ...splitReference(community)]
  const [next] = PERIODS.list(context.state, prefix, { after: timeKey(periodFrom), limit: 1 })
  if (next !== undefined && next.value.from < periodTo) {
    context.refuse('feedback.period-taken', { field: '/payload/periodFrom' })
  }
}

/** The notice of a serious effect stays where it was raised, whatever is reported later. */
function newRow(context: Submitting, before: SubmissionRow | undefined): SubmissionRow {
  const { id: _, regulator, ...fields } = context.payload
  const row = { ...fields, version: (before?.version ?? 0) + 1, submittedAt: context.time }
  const isTold = regulator === undefined || before?.notice?.regulator === regulator
  const notice = isTold ? before?.notice : { regulator, at: context.time }
  return notice === undefined ? row : { ...row, notice }
}

function reviewParties({ subject }: { readonly subject: string }, signer: Actor): readonly Party[] {
  return [{ subject }, { actor: signer.actor }]
}

export const review = defineVerb({
  summary: 'The doctor that the submission names accepts it, returns it to be corrected, or rejects it.',
  signers: 'the doctor named',
  payload: Fields({ submission: Reference, subject: Subject, verdict: OneOf(VERDICTS) }),
  privatePart: 'optional',
  parties: reviewParties,
  rule(context) {
    const { payload, signer, state, time } = context
    const { subject, verdict } = payload
    if (signer.role !== 'doctor') context.refuse('feedback.role')
    const [owner, local] = splitReference(payload.submission)
    const row = SUBMISSIONS.get(state, owner, local)
    if (row?.subject !== subject || row.reviewer !== signer.actor) {
      return context.refuse('feedback.unknown', { field: '/payload/submission' })
    }
    if (!isReviewable(row)) context.refuse('feedback.reviewed', { field: '/payload/submission' })
    if (!treats(context, signer.actor, subject)) context.refuse('feedback.not-treating')
    SUBMISSIONS.put(state, { ...row, review: { verdict, at: time } }, owner, local)
  },
})
