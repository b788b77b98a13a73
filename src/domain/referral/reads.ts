/**
 * What may be asked of referrals. Sender, receiver and patient see theirs, each in the order of time or ids; in one
 * call which results need not be repeated. Tiers and who recognises whom are known to every enrolled reader.
 */
import Type from 'typebox'
import type { Context } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import { actsFor, allOf, anyOf, everyone, only, staff, staffOf } from '../rights.ts'
import { Fields, LocalId, OneOf, Reference, type RowOf, Subject, Time } from '../schema.ts'
import type { Entry } from '../table.ts'
import {
  isLate,
  mutualKinds,
  RECOGNITIONS,
  REFERRAL_STATES,
  REFERRALS,
  RecognitionRow,
  ReferralRow,
  stateOf,
  TIERS,
  TierRow,
} from './state.ts'

const ReferralAnswer = Fields({
  ref: Reference,
  from: LocalId,
  ...ReferralRow.properties,
  late: Type.Boolean(),
  state: OneOf(REFERRAL_STATES),
})

function showReferral(
  { referralId, ...row }: Entry<['from', 'referralId'], ReferralRow>,
  context: Context,
): RowOf<typeof ReferralAnswer> {
  return { ref: `${row.from}:${referralId}`, ...row, late: isLate(context, row), state: stateOf(row) }
}

const sides = anyOf(staffOf('from', 'sender'), staffOf('to', 'receiver'))

const listed = { answer: ReferralAnswer, patientData: true } as const
const ofState = Fields({ state: Type.Optional(OneOf(REFERRAL_STATES)) })

const sent = defineList({
  ...listed,
  path: '/sent',
  summary: "Referrals that the reader's hospital made, perhaps of one state only.",
  query: ofState,
  for: staff,
  over: REFERRALS,
  under: ({ reader }) => [reader.member],
  show: showInState,
})

const received = defineList({
  ...listed,
  path: '/received',
  summary: "Referrals to the reader's hospital in order of time, perhaps of one state only.",
  query: ofState,
  for: staff,
  over: REFERRALS.indexes.ofReceiver,
  under: ({ reader }) => [reader.member],
  show: showInState,
})

/** A referral, where it is in the state asked for. */
function showInState(
  row: Entry<['from', 'referralId'], ReferralRow>,
  context: Context & { readonly query: RowOf<typeof ofState> },
): RowOf<typeof ReferralAnswer> | undefined {
  const { state } = context.query
  return state === undefined || state === stateOf(row) ? showReferral(row, context) : undefined
}

const ofSubject = defineList({
  ...listed,
  path: '/referrals',
  summary: 'Referrals of a subject in order of time.',
  query: Fields({ subject: Subject }),
  for: actsFor('subject'),
  over: REFERRALS.indexes.ofSubject,
  under: ({ query }) => [query.subject],
  show: showReferral,
})

const referral = defineRead({
  ...listed,
  path: '/referrals/:ref',
  summary: 'One referral.',
  query: Fields({ ref: Reference }),
  find: ({ state, query }) => REFERRALS.find(state, query.ref),
  for: anyOf(sides, actsFor('subject')),
  show: ({ ref: _, ...found }, context) => showReferral(found, context),
})

const recognised = defineRead({
  path: '/referrals/:ref/recognised',
  summary: 'Results that the receiver need not repeat, because it and who made them recognise each other.',
  query: Fields({ ref: Reference }),
  answer: Fields({
    results: Type.Array(
      Fields({ record: Reference, facility: LocalId, kind: OneOf(RECORD_KINDS), encounterAt: Time }),
    ),
  }),
  patientData: true,
  find: ({ state, query }) => REFERRALS.find(state, query.ref),
  for: anyOf(
    actsFor('subject'),
    allOf(
      sides,
      only(
        'while the consent is in force',
        ({ port }, { consent }: ReferralRow) => port('consent.find')(consent)?.active === true,
      ),
    ),
  ),
  show(row, context) {
    const isPatient = context.port('identity.actsFor')(context.reader, row.subject)
    const kinds = isPatient ? undefined : context.port('consent.find')(row.consent)?.kinds
    return { results: recognisedResults(context, row, kinds) }
  },
})

/**
 * The latest results of the patient at every facility where it is known, recent enough, of kinds that receiver and
 * facility recognise mutually; `kinds` are those that the reader may know of, undefined for all.
 */
function recognisedResults(context: Context, row: ReferralRow, kinds: readonly string[] | undefined) {
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

const tier = defineRead({
  path: '/tiers/:hospital',
  summary: 'The tier of a hospital, and who attested it.',
  query: Fields({ hospital: LocalId }),
  answer: Fields({ hospital: LocalId, ...TierRow.properties }),
  patientData: false,
  find: ({ state, query }) => TIERS.entry(state, query.hospital),
  for: everyone,
  show: (found) => found,
})

const recognitions = defineList({
  path: '/recognitions',
  summary: 'Whose results a member recognises: kinds, and which of them the other side recognises too.',
  query: Fields({ member: LocalId }),
  answer: Fields({
    facility: LocalId,
    ...RecognitionRow.properties,
    mutual: RecognitionRow.properties.kinds,
  }),
  patientData: false,
  for: everyone,
  over: RECOGNITIONS,
  under: ({ query }) => [query.member],
  show({ member, ...shown }, context) {
    if (shown.kinds.length === 0) return undefined
    return { ...shown, mutual: mutualKinds(context, member, shown.facility) }
  },
})

export const reads = [sent, received, ofSubject, referral, recognised, tier, recognitions]
