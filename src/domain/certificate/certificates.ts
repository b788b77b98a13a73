/**
 * Rules about certificates: issued by the institution's own key on the latest, fit exam of the holder, for at
 * most a year from it. The credential itself is off the ledger; its hash here binds the two.
 */
import { assert } from '../../base/index.ts'
import { addMonths } from '../calendar.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, MEMBER } from '../roles.ts'
import { Count, Fields, Hash, LocalId, OneOf, SetOf, Subject, Time } from '../schema.ts'
import {
  CERTIFICATES,
  type CertificateRow,
  EXAMS,
  type ExamRow,
  INSTITUTIONS,
  indexKey,
  LATEST_EXAMS,
  StatusIndex,
  stateOf,
  TRADES,
  type Trade,
} from './state.ts'

const issued = {
  institution: LocalId,
  certId: LocalId,
  examId: LocalId,
  subject: Subject,
  trades: SetOf(OneOf(TRADES), TRADES.length),
  validFrom: Time,
  validUntil: Time,
  credentialHash: Hash,
  statusIndex: StatusIndex,
}

interface Issue {
  readonly institution: string
  readonly certId: string
  readonly examId: string
  readonly subject: string
  readonly trades: readonly Trade[]
  readonly validFrom: number
  readonly validUntil: number
  readonly credentialHash: string
  readonly statusIndex: number
}

const partiesOf = ({ institution, subject }: { readonly institution: string; readonly subject: string }) => [
  { subject },
  { member: institution },
]

export const issue = defineVerb({
  summary: "An institution's own key certifies a holder that its latest exam found fit.",
  signers: "the institution's own key",
  payload: Fields(issued),
  parties: partiesOf,
  rule: (context) => issueCertificate(context),
})

export const renew = defineVerb({
  summary: 'Issues a certificate on a new exam in place of an earlier one of the same holder.',
  signers: "the institution's own key",
  payload: Fields({ ...issued, renews: LocalId }),
  parties: partiesOf,
  rule(context) {
    const { payload, state } = context
    const { institution, renews } = payload
    requireOwnInstitution(context)
    const before = CERTIFICATES.get(state, institution, renews)
    if (before?.subject !== payload.subject) {
      return context.refuse('certificate.unknown', { field: '/payload/renews' })
    }
    if (before.revocation !== undefined) context.refuse('certificate.over', { field: '/payload/renews' })
    if (before.renewedBy !== undefined) context.refuse('certificate.renewed', { field: '/payload/renews' })
    issueCertificate(context)
    CERTIFICATES.put(state, { ...before, renewedBy: payload.certId }, institution, renews)
  },
})

const NO_CERTIFICATES = { statusIndexNext: 0, changeCount: 0 }

function issueCertificate(context: RuleContext<Issue>): void {
  const { payload, state, time } = context
  const { institution, certId, examId, subject, trades, validFrom, validUntil, credentialHash, statusIndex } =
    payload
  requireOwnInstitution(context)
  const exam = requireFitExam(context)
  if (CERTIFICATES.has(state, institution, certId)) {
    context.refuse('certificate.exists', { field: '/payload/certId' })
  }
  const taken = CERTIFICATES.indexes.ofStatusIndex.list(state, [institution, indexKey(statusIndex)], {
    limit: 1,
  })
  if (taken.length > 0) context.refuse('certificate.index-taken', { field: '/payload/statusIndex' })
  const latest = addMonths(exam.specimenAt, context.parameter('validityMonthsMax'))
  const isInOrder = exam.specimenAt <= validFrom && validFrom < validUntil && time < validUntil
  if (!isInOrder || validUntil > latest) {
    context.refuse('certificate.period', { field: '/payload/validUntil' })
  }
  const row = {
    subject,
    exam: examId,
    trades,
    validFrom,
    validUntil,
    credentialHash,
    statusIndex,
    issuedAt: time,
  }
  CERTIFICATES.put(state, row, institution, certId)
  EXAMS.put(state, { ...exam, certificate: certId }, institution, examId)
  const before = INSTITUTIONS.get(state, institution) ?? NO_CERTIFICATES
  const statusIndexNext = Math.max(before.statusIndexNext, statusIndex + 1)
  INSTITUTIONS.put(state, { ...before, statusIndexNext }, institution)
}

/**
 * The exam, where it is the holder's latest, fit, bears no other certificate that stands, and the licence of the
 * doctor who examined is not suspended: the institution certifies on the word of that doctor.
 */
function requireFitExam(context: RuleContext<Issue>): ExamRow {
  const { payload, state } = context
  const { institution, examId, subject } = payload
  const at = { field: '/payload/examId' }
  const exam = EXAMS.get(state, institution, examId)
  if (exam?.subject !== subject) return context.refuse('certificate.exam-unknown', at)
  if (LATEST_EXAMS.get(state, subject)?.exam !== `${institution}:${examId}`) {
    context.refuse('certificate.exam-old', at)
  }
  if (exam.disqualifying) context.refuse('certificate.unfit', at)
  if (context.port('credential.isSuspended')(exam.doctor)) {
    context.refuse('certificate.doctor-suspended', at)
  }
  const before =
    exam.certificate === undefined ? undefined : CERTIFICATES.get(state, institution, exam.certificate)
  if (before !== undefined && before.revocation === undefined) context.refuse('certificate.exam-used', at)
  return exam
}

const change = Fields({ institution: LocalId, certId: LocalId, subject: Subject })

export const suspend = defineVerb({
  summary: 'Suspends a certificate.',
  signers: "the institution's own key",
  payload: change,
  parties: partiesOf,
  rule(context) {
    const row = requireStanding(context)
    if (row.suspension !== undefined) context.refuse('certificate.suspended', { field: '/payload/certId' })
    put(context, { ...row, suspension: { by: context.signer.actor, at: context.time } })
  },
})

export const restore = defineVerb({
  summary: 'Lifts the suspension of a certificate.',
  signers: "the institution's own key",
  payload: change,
  parties: partiesOf,
  rule(context) {
    const { suspension, ...row } = requireStanding(context)
    if (suspension === undefined) context.refuse('certificate.not-suspended', { field: '/payload/certId' })
    put(context, row)
  },
})

export const revoke = defineVerb({
  summary: 'Revokes a certificate for good.',
  signers: "the institution's own key",
  payload: change,
  parties: partiesOf,
  rule(context) {
    const row = requireStanding(context)
    put(context, { ...row, revocation: { by: context.signer.actor, at: context.time } })
  },
})

export const publishLists = defineVerb({
  summary: "Publishes the institution's lists of what it revoked and suspended, by their hashes.",
  signers: "the institution's own key",
  payload: Fields({
    institution: LocalId,
    /** Of the institution's row, when the lists were made. */
    changeCount: Count(0, Number.MAX_SAFE_INTEGER),
    revocation: Hash,
    suspension: Hash,
  }),
  parties: ({ institution }) => [{ member: institution }],
  rule(context) {
    const { payload, state, time } = context
    requireOwnInstitution(context)
    const { institution, revocation, suspension } = payload
    const row = INSTITUTIONS.get(state, institution) ?? NO_CERTIFICATES
    if (payload.changeCount !== row.changeCount) {
      context.refuse('certificate.lists-stale', { field: '/payload/changeCount' })
    }
    const lists = { revocation, suspension, publishedAt: time }
    INSTITUTIONS.put(state, { ...row, lists }, institution)
  },
})

type Change = RuleContext<{ readonly institution: string; readonly certId: string; readonly subject: string }>

/** The institution's certificate of this holder, neither revoked nor expired. */
function requireStanding(context: Change): CertificateRow {
  const { payload, state, time } = context
  requireOwnInstitution(context)
  const row = CERTIFICATES.get(state, payload.institution, payload.certId)
  if (row?.subject !== payload.subject) {
    return context.refuse('certificate.unknown', { field: '/payload/certId' })
  }
  if (['REVOKED', 'EXPIRED'].includes(stateOf(row, time))) {
    context.refuse('certificate.over', { field: '/payload/certId' })
  }
  return row
}

function put(context: Change, row: CertificateRow): void {
  const { institution, certId } = context.payload
  assert(CERTIFICATES.has(context.state, institution, certId), 'a certificate that changes was issued')
  CERTIFICATES.put(context.state, row, institution, certId)
  const before = INSTITUTIONS.get(context.state, institution)
  assert(before !== undefined, 'an institution with a certificate has a row')
  INSTITUTIONS.put(context.state, { ...before, changeCount: before.changeCount + 1 }, institution)
}

/** The key of the institution named: certificates are signed by nobody else. */
function requireOwnInstitution(context: RuleContext<{ readonly institution: string }>): void {
  requireInstitution(context, [MEMBER])
  if (context.payload.institution !== context.signer.member) {
    context.refuse('certificate.foreign', { field: '/payload/institution' })
  }
}

/** Refuses signers of other roles, and members that are no accredited exam institution. */
export function requireInstitution(context: RuleContext<unknown>, roles: readonly string[]): void {
  const { signer } = context
  const isAccredited = hasMemberRole(signer.memberRoles, ['exam-institution'])
  if (!roles.includes(signer.role) || !isAccredited) context.refuse('certificate.role')
}
