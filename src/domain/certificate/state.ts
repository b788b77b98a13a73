/** What certificate stores: its tables and their rows, and the state of a certificate at a time. */
import Type from 'typebox'
import { INSPECTED_PEOPLE_MAX, STATUS_INDEX_MAX } from '../../base/index.ts'
import type { Context } from '../contract.ts'
import {
  Act,
  ActorId,
  actFields,
  Count,
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
import { createTable, splitReference } from '../table.ts'

/** Work for which a health certificate is asked, by the food safety and public places rules of China. */
export const TRADES = ['food', 'public-places', 'cosmetics', 'drinking-water', 'drugs'] as const
export type Trade = (typeof TRADES)[number]

export const ExamRow = Fields({
  subject: Subject,
  /** The institution found a disease that keeps from this work; which one is in the private part. */
  disqualifying: Type.Boolean(),
  doctor: ActorId,
  specimenAt: Time,
  recordedAt: Time,
  by: ActorId,
  /** Recorded longer after the specimen than the parameter says. */
  late: Type.Boolean(),
  /** Local id of the last certificate that rests on it. */
  certificate: Type.Optional(LocalId),
})
export type ExamRow = RowOf<typeof ExamRow>

export const EXAMS = createTable('certificate/exam', {
  id: ['institution', 'examId'],
  row: ExamRow,
  meaning: 'an exam, and whether it found its subject fit',
})

export const EXAM_STATES = ['FIT', 'UNFIT'] as const
export const examState = ({ disqualifying }: ExamRow): (typeof EXAM_STATES)[number] =>
  disqualifying ? 'UNFIT' : 'FIT'

/** By hand, and no index: which exam is the latest does not follow from one exam. */
export const LATEST_EXAMS = createTable('certificate/latest-exam', {
  id: ['subject'],
  row: Fields({ exam: Reference, specimenAt: Time }),
  meaning: 'the latest exam of a subject, by when the specimen was taken',
})

export const StatusIndex = Count(0, STATUS_INDEX_MAX)

const Trades = Type.Array(OneOf(TRADES))

export const CertificateRow = Fields({
  subject: Subject,
  exam: LocalId,
  trades: Trades,
  /** Valid at times from <= t < until, unless suspended or revoked. */
  validFrom: Time,
  validUntil: Time,
  issuedAt: Time,
  suspension: Type.Optional(Act),
  revocation: Type.Optional(Act),
  /** Local id of the certificate that renews this one. */
  renewedBy: Type.Optional(LocalId),
  /** SHA-256 of the credential as its proof signs it. */
  credentialHash: Hash,
  /** Its place in both status lists of the institution, its own for ever. */
  statusIndex: StatusIndex,
})
export type CertificateRow = RowOf<typeof CertificateRow>

export const CERTIFICATES = createTable('certificate/certificate', {
  id: ['institution', 'certId'],
  row: CertificateRow,
  meaning: 'a certificate as it stands',
  indexes: {
    ofSubject: {
      name: 'certificate/of-subject',
      id: ['subject', 'institution', 'certId'],
      row: Fields(pick(CertificateRow, 'validUntil')),
      meaning: 'the certificates of a subject',
      key: ({ subject }, ...id) => [subject, ...id],
    },
    withheld: {
      name: 'certificate/withheld',
      id: ['institution', 'certId'],
      meaning: 'the certificates of an institution that are revoked or suspended',
      key: ({ revocation, suspension }, ...id) =>
        revocation === undefined && suspension === undefined ? undefined : id,
    },
    ofStatusIndex: {
      name: 'certificate/of-status-index',
      id: ['institution', 'statusIndex', 'certId'],
      meaning: "the places taken in an institution's status lists",
      key: ({ statusIndex }, institution, certId) => [institution, indexKey(statusIndex), certId],
    },
  },
})

/** A place in a status list as it stands in keys: byte order is that of the places. */
export const indexKey = (index: number): string => String(index).padStart(7, '0')

export const ListsRow = Fields({
  /** SHA-256 of the lists as their proofs sign them. */
  revocation: Hash,
  suspension: Hash,
  publishedAt: Time,
})

export const INSTITUTIONS = createTable('certificate/institution', {
  id: ['institution'],
  row: Fields({
    /** One more than the greatest place that is taken. */
    statusIndexNext: Count(0, STATUS_INDEX_MAX + 1),
    /** How often one of its certificates was suspended, restored or revoked. */
    changeCount: Count(0, Number.MAX_SAFE_INTEGER),
    lists: Type.Optional(ListsRow),
  }),
  meaning:
    'the next place in the status lists of an institution, changes of status, and the lists that it published last',
})

/** In force once the other side agreed. */
export const EmploymentRow = Fields({
  trade: OneOf(TRADES),
  offeredBy: OneOf(['enterprise', 'holder']),
  offeredAt: Time,
  agreedAt: Type.Optional(Time),
})

export const EMPLOYMENTS = createTable('certificate/employment', {
  id: ['enterprise', 'institution', 'certId'],
  row: EmploymentRow,
  meaning: 'work on a certificate, offered or agreed; deleted when it ends',
})

export const BusinessRow = Fields({ businessId: LocalId, trades: Trades, ...actFields })

export const BUSINESSES = createTable('certificate/business', {
  id: ['enterprise'],
  row: BusinessRow,
  meaning: 'the trades in which an enterprise may work',
})

const PEOPLE = Count(0, INSPECTED_PEOPLE_MAX)

export const InspectionRow = Fields({
  enterprise: LocalId,
  checked: PEOPLE,
  lacking: PEOPLE,
  ...actFields,
})

export const INSPECTIONS = createTable('certificate/inspection', {
  id: ['regulator', 'inspectionId'],
  row: InspectionRow,
  meaning: 'how many people were checked at an enterprise, and how many had no valid certificate',
  indexes: {
    ofEnterprise: {
      name: 'certificate/inspection-of',
      id: ['enterprise', 'regulator', 'inspectionId'],
      row: Fields(pick(InspectionRow, 'at')),
      meaning: 'the inspections of an enterprise',
      key: ({ enterprise }, ...id) => [enterprise, ...id],
    },
  },
})

export const CERTIFICATE_STATES = ['PENDING', 'VALID', 'SUSPENDED', 'EXPIRED', 'REVOKED'] as const
export type CertificateState = (typeof CERTIFICATE_STATES)[number]

export function stateOf(row: CertificateRow, time: number): CertificateState {
  if (row.revocation !== undefined) return 'REVOKED'
  if (time >= row.validUntil) return 'EXPIRED'
  if (row.suspension !== undefined) return 'SUSPENDED'
  return time < row.validFrom ? 'PENDING' : 'VALID'
}

/** Whether the latest exam of a subject found nothing that keeps from this work. */
export function isFit(context: Context, subject: string): boolean {
  const latest = LATEST_EXAMS.get(context.state, subject)
  const exam = latest && EXAMS.get(context.state, ...splitReference(latest.exam))
  return exam !== undefined && !exam.disqualifying
}
