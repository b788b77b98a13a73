/**
 * What may be asked of referrals. Sender, receiver and patient see theirs, each in the order of time or ids; in one call
 * which results need not be repeated. Tiers and who recognises whom are known to every enrolled reader.
 */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import type { Context, ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isStaff, isStaffOf } from '../roles.ts'
import {
  Act,
  ActorId,
  actFields,
  Fields,
  Hash,
  LocalId,
  Name,
  OneOf,
  Reference,
  Subject,
  Time,
} from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { Tier } from './consortium.ts'
import {
  isLate,
  mutualKinds,
  OF_SUBJECT,
  RECEIVED,
  RECOGNITIONS,
  REFERRAL_STATES,
  REFERRALS,
  type ReferralRow,
  stateOf,
  TIERS,
} from './state.ts'

const ReferralAnswer = Fields({
  ref: Reference,
  from: LocalId,
  to: LocalId,
  subject: Subject,
  direction: Name,
  fromTier: Tier,
  toTier: Tier,
  attachments: Type.Array(Reference),
  consent: Reference,
  planHash: Type.Optional(Hash),
  by: ActorId,
  createdAt: Time,
  acceptance: Type.Optional(Fields({ ...actFields, appointmentAt: Type.Optional(Time) })),
  refusal: Type.Optional(Fields({ ...actFields, reason: Name })),
  completion: Type.Optional(Fields({ ...actFields, replyHash: Type.Optional(Hash) })),
  cancellation: Type.Optional(Act),
  late: Type.Boolean(),
  state: Name,
})

const showReferral = (context: Context, from: string, local: string, row: ReferralRow): Json => ({
  ref: `${from}:${local}`,
  from,
  ...row,
  attachments: [...row.attachments],
  late: isLate(context, row),
  state: stateOf(row),
})

/** The referral behind an index row, whose id ends in sender and local id, where it is in the state asked for. */
function showIndexed(context: ReadContext, id: readonly string[]): Json | undefined {
  const [from = '', local = ''] = id.slice(-2)
  const row = REFERRALS.get(context.state, from, local)!
  const { state } = context.query
  return state === undefined || state === stateOf(row) ? showReferral(context, from, local, row) : undefined
}

/** A referral that this reader may see: those who act for its subject, staff of sender and receiver. */
function findVisible(context: ReadContext): { from: string; local: string; row: ReferralRow } | undefined {
  const [from, local] = splitReference(String(context.query.ref))
  const row = REFERRALS.get(context.state, from, local)
  if (row === undefined) return undefined
  const { reader } = context
  const isStaffOfEither = isStaffOf(reader, from) || isStaffOf(reader, row.to)
  const maySee = isStaffOfEither || context.port('identity.actsFor')(reader, row.subject)
  return maySee ? { from, local, row } : undefined
}

const listed = { answer: ReferralAnswer, list: true, patientData: true } as const
const ofState = { state: Type.Optional(OneOf(REFERRAL_STATES)) }

const sent = defineOldRead({
  ...listed,
  path: '/sent',
  summary: "Referrals that the reader's hospital made, perhaps of one state only: its staff.",
  query: Fields(ofState),
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(context, REFERRALS, [reader.member], ({ id: [local = ''] }) =>
      showIndexed(context, [reader.member, local]),
    )
  },
})

const received = defineOldRead({
  ...listed,
  path: '/received',
  summary: "Referrals to the reader's hospital in order of time, perhaps of one state only: its staff.",
  query: Fields(ofState),
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(context, RECEIVED, [reader.member], ({ id }) => showIndexed(context, id))
  },
})

const ofSubject = defineOldRead({
  ...listed,
  path: '/referrals',
  summary: 'Referrals of a subject in order of time: those who act for it.',
  query: Fields({ subject: Subject }),
  run(context) {
    const subject = String(context.query.subject)
    if (!context.port('identity.actsFor')(context.reader, subject)) return undefined
    return readPage(context, OF_SUBJECT, [subject], ({ id }) => showIndexed(context, id))
  },
})

const referral = defineOldRead({
  path: '/referrals/:ref',
  summary: 'One referral: staff of sender and receiver, those who act for its subject.',
  query: Fields({ ref: Reference }),
  answer: ReferralAnswer,
  list: false,
  patientData: true,
  run(context) {
    const found = findVisible(context)
    return found && showReferral(context, found.from, found.local, found.row)
  },
})

const recognised = defineOldRead({
  path: '/referrals/:ref/recognised',
  summary:
    'Results that the receiver need not repeat, because it and who made them recognise each other: the patient, and while the consent is in force staff of sender and receiver.',
  query: Fields({ ref: Reference }),
  answer: Fields({
    results: Type.Array(Fields({ record: Reference, facility: LocalId, kind: Name, encounterAt: Time })),
  }),
  list: false,
  patientData: true,
  run(context) {
    const row = findVisible(context)?.row
    if (row === undefined) return undefined
    const isPatient = context.port('identity.actsFor')(context.reader, row.subject)
    const consent = context.port('consent.find')(row.consent)
    if (!isPatient && !consent?.active) return undefined
    return { results: recognisedResults(context, row, isPatient ? undefined : consent?.kinds) }
  },
})

/**
 * The latest results of the patient at every facility where it is known, recent enough, of kinds that receiver and facility
 * recognise mutually; `kinds` are those that the reader may know of, undefined for all.
 */
function recognisedResults(context: ReadContext, row: ReferralRow, kinds: readonly string[] | undefined) {
  const since = context.time - context.parameter('recognisedSeconds')
  return context
    .port('identity.joinedSubjects')(row.subject)
    .flatMap((subject) => {
      const facility = context.port('identity.facilityOf')(subject)
      if (facility === undefined || !context.port('identity.member')(facility)?.active) return []
      const shared = mutualKinds(context, row.to, facility)
      return shared
        .filter((kind) => kinds?.includes(kind) ?? true)
        .flatMap((kind) => {
          const latest = context.port('record.latest')(subject, kind)
          return latest !== undefined && latest.encounterAt >= since ? [{ ...latest, facility, kind }] : []
        })
    })
}

const tier = defineOldRead({
  path: '/tiers/:hospital',
  summary: 'The tier of a hospital, and who attested it: any enrolled reader.',
  query: Fields({ hospital: LocalId }),
  answer: Fields({ hospital: LocalId, tier: Tier, ...actFields }),
  list: false,
  patientData: false,
  run(context) {
    const hospital = String(context.query.hospital)
    const row = TIERS.get(context.state, hospital)
    return row && { hospital, ...row }
  },
})

const recognitions = defineOldRead({
  path: '/recognitions',
  summary:
    'Whose results a member recognises: kinds, and which of them the other side recognises too; any enrolled reader.',
  query: Fields({ member: LocalId }),
  answer: Fields({
    facility: LocalId,
    kinds: Type.Array(Name),
    mutual: Type.Array(Name),
    ...actFields,
  }),
  list: true,
  patientData: false,
  run(context) {
    const member = String(context.query.member)
    return readPage(context, RECOGNITIONS, [member], ({ id: [facility = ''], value }) => {
      if (value.kinds.length === 0) return undefined
      const mutual = mutualKinds(context, member, facility)
      return { facility, ...value, kinds: [...value.kinds], mutual: [...mutual] }
    })
  },
})

export const reads = [sent, received, ofSubject, referral, recognised, tier, recognitions]
