/**
 * What may be asked of certificates. Whoever holds a reference sees validity, trades and dates, never a
 * result and never the holder; an enterprise sees its own staff, what expires soon, and who needs another
 * post.
 */
import Type from 'typebox'
import type { Context } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { actsFor, anyOf, authority, desk, everyone, staff, staffOf } from '../rights.ts'
import { Fields, LocalId, OneOf, pick, Reference, type RowOf, Subject } from '../schema.ts'
import type { Entry } from '../table.ts'
import {
  BUSINESSES,
  BusinessRow,
  CERTIFICATE_STATES,
  CERTIFICATES,
  CertificateRow,
  EMPLOYMENTS,
  EmploymentRow,
  EXAM_STATES,
  EXAMS,
  ExamRow,
  examState,
  INSPECTIONS,
  INSTITUTIONS,
  InspectionRow,
  isFit,
  ListsRow,
  stateOf,
} from './state.ts'
import { INSPECTORS } from './work.ts'

const State = OneOf(CERTIFICATE_STATES)

/** A certificate without its holder and its exam. */
const ValidityAnswer = Fields({
  ref: Reference,
  institution: LocalId,
  ...pick(CertificateRow, 'trades', 'validFrom', 'validUntil', 'issuedAt', 'renewedBy'),
  state: State,
})

/** With the hash of the credential, which is the right to see what the credential says, a name among it. */
const CertificateAnswer = Fields({
  ...ValidityAnswer.properties,
  ...pick(CertificateRow, 'credentialHash'),
})

type Certificate = Entry<['institution', 'certId'], CertificateRow>

/** The same for those whose certificate it is. */
function showCertificate(row: Certificate, { time }: Context): RowOf<typeof CertificateAnswer> {
  const { certId, subject: _s, exam: _e, suspension: _u, revocation: _r, statusIndex: _i, ...shown } = row
  return { ref: `${row.institution}:${certId}`, ...shown, state: stateOf(row, time) }
}

function showValidity(row: Certificate, context: Context): RowOf<typeof ValidityAnswer> {
  const { credentialHash: _, ...shown } = showCertificate(row, context)
  return shown
}

const certificate = defineRead({
  path: '/certificates/:ref',
  summary: 'Validity, trades and dates of a certificate, for who has its reference.',
  query: Fields({ ref: Reference }),
  answer: ValidityAnswer,
  patientData: false,
  find: ({ state, query }) => CERTIFICATES.find(state, query.ref),
  for: everyone,
  show: (found, context) => showValidity(found, context),
})

const holdings = defineList({
  path: '/holdings',
  summary: 'Certificates of a subject.',
  query: Fields({ subject: Subject }),
  answer: CertificateAnswer,
  patientData: true,
  for: actsFor('subject'),
  over: CERTIFICATES.indexes.ofSubject,
  under: ({ query }) => [query.subject],
  show: showCertificate,
})

const issued = defineList({
  path: '/issued',
  summary: "Certificates that the reader's institution issued.",
  query: Fields({}),
  answer: CertificateAnswer,
  patientData: false,
  for: staff,
  over: CERTIFICATES,
  under: ({ reader }) => [reader.member],
  show: showCertificate,
})

const withheld = defineList({
  path: '/withheld',
  summary:
    "Certificates of the reader's institution that are revoked or suspended: what its status lists say.",
  query: Fields({}),
  answer: Fields({ ref: Reference, ...pick(CertificateRow, 'statusIndex', 'validUntil'), state: State }),
  patientData: false,
  for: staff,
  over: CERTIFICATES.indexes.withheld,
  under: ({ reader }) => [reader.member],
  show: (row, { time }) => ({
    ref: `${row.institution}:${row.certId}`,
    statusIndex: row.statusIndex,
    validUntil: row.validUntil,
    state: stateOf(row, time),
  }),
})

const statusIndex = defineRead({
  path: '/status-index',
  summary:
    "The next free place in the status lists of the reader's institution, and how often a status changed.",
  query: Fields({}),
  answer: Fields({ statusIndexNext: Type.Integer(), changeCount: Type.Integer() }),
  patientData: false,
  for: staff,
  show: (_, { state, reader }) => {
    const row = INSTITUTIONS.get(state, reader.member)
    return { statusIndexNext: row?.statusIndexNext ?? 0, changeCount: row?.changeCount ?? 0 }
  },
})

const publishedLists = defineRead({
  path: '/published-lists/:institution',
  summary: "The hashes of an institution's latest status lists, and when they were published.",
  query: Fields({ institution: LocalId }),
  answer: Fields({ institution: LocalId, ...ListsRow.properties }),
  patientData: false,
  find: ({ state, query }) => INSTITUTIONS.get(state, query.institution)?.lists,
  for: everyone,
  show: (lists, { query }) => ({ institution: query.institution, ...lists }),
})

const exam = defineRead({
  path: '/exams/:ref',
  summary: 'Whether an exam found its subject fit.',
  query: Fields({ ref: Reference }),
  answer: Fields({ ref: Reference, ...ExamRow.properties, state: OneOf(EXAM_STATES) }),
  patientData: true,
  find: ({ state, query }) => EXAMS.find(state, query.ref),
  for: anyOf(staffOf('institution'), actsFor('subject')),
  show: ({ institution: _i, examId: _e, ...row }) => ({ ...row, state: examState(row) }),
})

/** State of a certificate, and whether it ends soon. */
function showTerm({ time, parameter }: Context, row: CertificateRow) {
  const state = stateOf(row, time)
  const isOver = state === 'EXPIRED' || state === 'REVOKED'
  return {
    validUntil: row.validUntil,
    state,
    expiring: !isOver && row.validUntil <= time + parameter('expiringSeconds'),
  }
}

const termFields = { ...pick(CertificateRow, 'validUntil'), state: State, expiring: Type.Boolean() }

/** The certificate on which someone is employed. */
const certificateOf = (
  { state }: Context,
  { institution, certId }: Omit<Certificate, keyof CertificateRow>,
) => CERTIFICATES.get(state, institution, certId)!

const employed = defineList({
  path: '/staff',
  summary: "People that the reader's enterprise employs on a certificate.",
  query: Fields({}),
  answer: Fields({
    certificate: Reference,
    ...EmploymentRow.properties,
    ...termFields,
    fit: Type.Boolean(),
  }),
  patientData: true,
  for: desk,
  over: EMPLOYMENTS,
  under: ({ reader }) => [reader.member],
  show({ enterprise: _, institution, certId, ...employment }, context) {
    const row = certificateOf(context, { institution, certId })
    return {
      certificate: `${institution}:${certId}`,
      ...employment,
      ...showTerm(context, row),
      fit: isFit(context, row.subject),
    }
  },
})

const business = defineRead({
  path: '/businesses/:enterprise',
  summary: 'In which trades an enterprise may work.',
  query: Fields({ enterprise: LocalId }),
  answer: Fields({ enterprise: LocalId, ...BusinessRow.properties }),
  patientData: false,
  find: ({ state, query }) => BUSINESSES.entry(state, query.enterprise),
  for: everyone,
  show: (found) => found,
})

const inspections = defineList({
  path: '/inspections',
  summary: 'Inspections of an enterprise.',
  query: Fields({ enterprise: LocalId }),
  answer: Fields({ ref: Reference, ...InspectionRow.properties }),
  patientData: false,
  for: anyOf(staffOf('enterprise'), authority(...INSPECTORS)),
  over: INSPECTIONS.indexes.ofEnterprise,
  under: ({ query }) => [query.enterprise],
  show: ({ regulator, inspectionId, ...row }) => ({ ref: `${regulator}:${inspectionId}`, ...row }),
})

const toInspect = defineList({
  path: '/to-inspect',
  summary: 'Certificates on which an enterprise employs people, without the people.',
  query: Fields({ enterprise: LocalId }),
  answer: Fields({
    certificate: Reference,
    ...pick(EmploymentRow, 'trade'),
    agreed: Type.Boolean(),
    ...termFields,
    /** Valid now, agreed by both, and for a trade in which the enterprise is registered. */
    inOrder: Type.Boolean(),
  }),
  patientData: false,
  find: ({ state, query }) => ({ trades: BUSINESSES.get(state, query.enterprise)?.trades ?? [] }),
  for: authority(...INSPECTORS),
  over: EMPLOYMENTS,
  under: ({ query }) => [query.enterprise],
  show({ institution, certId, trade, agreedAt }, context) {
    const term = showTerm(context, certificateOf(context, { institution, certId }))
    const agreed = agreedAt !== undefined
    const inOrder = agreed && term.state === 'VALID' && context.found.trades.includes(trade)
    return { certificate: `${institution}:${certId}`, trade, agreed, ...term, inOrder }
  },
})

export const reads = [
  certificate,
  holdings,
  issued,
  withheld,
  statusIndex,
  publishedLists,
  exam,
  employed,
  business,
  toInspect,
  inspections,
]
