/**
 * What may be asked of certificates. Whoever holds a reference sees validity, trades and dates, never a
 * result and never the holder; an enterprise sees its own staff, what expires soon, and who needs another
 * post.
 */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import type { Context } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isDesk, isStaff, isStaffOf } from '../roles.ts'
import { ActorId, Count, Fields, Hash, LocalId, Name, Reference, Subject, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import {
  BUSINESSES,
  CERTIFICATES,
  type CertificateRow,
  EMPLOYMENTS,
  EXAMS,
  INSPECTIONS,
  INSPECTIONS_OF,
  isFit,
  OF_SUBJECT,
  stateOf,
} from './state.ts'
import { isInspector } from './work.ts'

const PEOPLE = Count(0, 1_000_000)

const validity = {
  ref: Reference,
  institution: LocalId,
  trades: Type.Array(Name),
  validFrom: Time,
  validUntil: Time,
  issuedAt: Time,
  renewedBy: Type.Optional(LocalId),
  state: Name,
}

/** With the hash of the credential, which is the right to see what the credential says, a name among it. */
const CertificateAnswer = Fields({ ...validity, credentialHash: Hash })

/** A certificate without its holder and its exam. */
function showValidity(context: Context, institution: string, local: string, row: CertificateRow) {
  const { trades, validFrom, validUntil, issuedAt, renewedBy } = row
  const shown = { trades: [...trades], validFrom, validUntil, issuedAt }
  const state = stateOf(row, context.time)
  const base = { ref: `${institution}:${local}`, institution, ...shown, state }
  return renewedBy === undefined ? base : { ...base, renewedBy }
}

/** The same for those whose certificate it is. */
const showCertificate = (context: Context, institution: string, local: string, row: CertificateRow) => ({
  ...showValidity(context, institution, local, row),
  credentialHash: row.credentialHash,
})

const certificate = defineOldRead({
  path: '/certificates/:ref',
  summary: 'Validity, trades and dates of a certificate: any enrolled reader that has its reference.',
  query: Fields({ ref: Reference }),
  answer: Fields(validity),
  list: false,
  patientData: false,
  run(context) {
    const id = splitReference(String(context.query.ref))
    const row = CERTIFICATES.get(context.state, ...id)
    return row && showValidity(context, ...id, row)
  },
})

const holdings = defineOldRead({
  path: '/holdings',
  summary: 'Certificates of a subject: those who act for it.',
  query: Fields({ subject: Subject }),
  answer: CertificateAnswer,
  list: true,
  patientData: true,
  run(context) {
    const subject = String(context.query.subject)
    if (!context.port('identity.actsFor')(context.reader, subject)) return undefined
    return readPage(context, OF_SUBJECT, [subject], ({ id: [institution = '', local = ''] }) =>
      showCertificate(context, institution, local, CERTIFICATES.get(context.state, institution, local)!),
    )
  },
})

const issued = defineOldRead({
  path: '/issued',
  summary: "Certificates that the reader's institution issued: its staff.",
  query: Fields({}),
  answer: CertificateAnswer,
  list: true,
  patientData: false,
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(context, CERTIFICATES, [reader.member], ({ id: [local = ''], value }) =>
      showCertificate(context, reader.member, local, value),
    )
  },
})

const exam = defineOldRead({
  path: '/exams/:ref',
  summary: 'Whether an exam found its subject fit: staff of the institution, those who act for the subject.',
  query: Fields({ ref: Reference }),
  answer: Fields({
    ref: Reference,
    subject: Subject,
    disqualifying: Type.Boolean(),
    doctor: ActorId,
    specimenAt: Time,
    recordedAt: Time,
    by: ActorId,
    late: Type.Boolean(),
    certificate: Type.Optional(LocalId),
    state: Name,
  }),
  list: false,
  patientData: true,
  run(context) {
    const ref = String(context.query.ref)
    const [institution, local] = splitReference(ref)
    const row = EXAMS.get(context.state, institution, local)
    if (row === undefined) return undefined
    const maySee =
      isStaffOf(context.reader, institution) || context.port('identity.actsFor')(context.reader, row.subject)
    return maySee ? { ref, ...row, state: row.disqualifying ? 'UNFIT' : 'FIT' } : undefined
  },
})

/** State of a certificate, and whether it ends soon. */
function showTerm({ time, parameter }: Context, row: CertificateRow) {
  const state = stateOf(row, time)
  const isOver = state === 'EXPIRED' || state === 'REVOKED'
  return { state, expiring: !isOver && row.validUntil <= time + parameter('expiringSeconds') }
}

const staff = defineOldRead({
  path: '/staff',
  summary: "People that the reader's enterprise employs on a certificate: its key and employees.",
  query: Fields({}),
  answer: Fields({
    certificate: Reference,
    trade: Name,
    offeredBy: Name,
    offeredAt: Time,
    agreedAt: Type.Optional(Time),
    validUntil: Time,
    state: Name,
    expiring: Type.Boolean(),
    fit: Type.Boolean(),
  }),
  list: true,
  patientData: true,
  run(context) {
    const { reader } = context
    if (!isDesk(reader)) return undefined
    return readPage(
      context,
      EMPLOYMENTS,
      [reader.member],
      ({ id: [institution = '', local = ''], value }) => {
        const row = CERTIFICATES.get(context.state, institution, local)!
        const { validUntil, subject } = row
        const fit = isFit(context, subject)
        return {
          certificate: `${institution}:${local}`,
          ...value,
          validUntil,
          ...showTerm(context, row),
          fit,
        }
      },
    )
  },
})

const business = defineOldRead({
  path: '/businesses/:enterprise',
  summary: 'In which trades an enterprise may work: any enrolled reader.',
  query: Fields({ enterprise: LocalId }),
  answer: Fields({
    enterprise: LocalId,
    businessId: LocalId,
    trades: Type.Array(Name),
    by: ActorId,
    at: Time,
  }),
  list: false,
  patientData: false,
  run(context): Json | undefined {
    const enterprise = String(context.query.enterprise)
    const row = BUSINESSES.get(context.state, enterprise)
    return row && { enterprise, ...row }
  },
})

const inspections = defineOldRead({
  path: '/inspections',
  summary: 'Inspections of an enterprise: its staff, and staff of regulators.',
  query: Fields({ enterprise: LocalId }),
  answer: Fields({
    ref: Reference,
    enterprise: LocalId,
    checked: PEOPLE,
    lacking: PEOPLE,
    by: ActorId,
    at: Time,
  }),
  list: true,
  patientData: false,
  run(context) {
    const { reader } = context
    const enterprise = String(context.query.enterprise)
    const maySee = isStaff(reader) && (reader.member === enterprise || isInspector(reader.memberRoles))
    if (!maySee) return undefined
    return readPage(context, INSPECTIONS_OF, [enterprise], ({ id: [regulator = '', local = ''] }) => ({
      ref: `${regulator}:${local}`,
      ...INSPECTIONS.get(context.state, regulator, local)!,
    }))
  },
})

const toInspect = defineOldRead({
  path: '/to-inspect',
  summary: 'Certificates on which an enterprise employs people, without the people: staff of regulators.',
  query: Fields({ enterprise: LocalId }),
  answer: Fields({
    certificate: Reference,
    trade: Name,
    agreed: Type.Boolean(),
    validUntil: Time,
    state: Name,
    expiring: Type.Boolean(),
    /** Valid now, agreed by both, and for a trade in which the enterprise is registered. */
    inOrder: Type.Boolean(),
  }),
  list: true,
  patientData: false,
  run(context) {
    const { reader, time } = context
    if (!isStaff(reader) || !isInspector(reader.memberRoles)) return undefined
    const enterprise = String(context.query.enterprise)
    const trades = BUSINESSES.get(context.state, enterprise)?.trades ?? []
    return readPage(context, EMPLOYMENTS, [enterprise], ({ id: [institution = '', local = ''], value }) => {
      const row = CERTIFICATES.get(context.state, institution, local)!
      const agreed = value.agreedAt !== undefined
      const inOrder = agreed && stateOf(row, time) === 'VALID' && trades.includes(value.trade)
      const { state, expiring } = showTerm(context, row)
      const { validUntil } = row
      return {
        certificate: `${institution}:${local}`,
        trade: value.trade,
        agreed,
        validUntil,
        state,
        expiring,
        inOrder,
      }
    })
  },
})

export const reads = [certificate, holdings, issued, exam, staff, business, toInspect, inspections]
