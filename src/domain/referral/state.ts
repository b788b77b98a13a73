/** What referral stores: its tables and their rows, and the state of a referral. */
import Type from 'typebox'
import type { Context } from '../contract.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
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
import { createTable, timeKey } from '../table.ts'

export const DIRECTIONS = ['up', 'down'] as const

/** Why a hospital declines. Clinical reasons stand in the private part. */
export const DECLINE_REASONS = ['no-capacity', 'not-suited', 'patient-choice', 'other'] as const

/** Tiers of hospitals in China: 3 is the highest. */
export const Tier = Count(1, 3)

export const ReferralRow = Fields({
  subject: Subject,
  /** The receiving hospital. */
  to: LocalId,
  direction: OneOf(DIRECTIONS),
  fromTier: Tier,
  toTier: Tier,
  /** References of records. */
  attachments: Type.Array(Reference),
  /** The referral consent under which the receiver opens them. */
  consent: Reference,
  /** Commitment to the plan of further care. */
  planHash: Type.Optional(Hash),
  by: ActorId,
  createdAt: Time,
  acceptance: Type.Optional(Fields({ ...actFields, appointmentAt: Type.Optional(Time) })),
  refusal: Type.Optional(Fields({ ...actFields, reason: OneOf(DECLINE_REASONS) })),
  /** `replyHash` commits to what the receiver writes back. */
  completion: Type.Optional(Fields({ ...actFields, replyHash: Type.Optional(Hash) })),
  cancellation: Type.Optional(Act),
})
export type ReferralRow = RowOf<typeof ReferralRow>

const indexRow = Fields(pick(ReferralRow, 'direction'))

export const REFERRALS = createTable('referral/referral', {
  id: ['from', 'referralId'],
  row: ReferralRow,
  meaning: 'a referral as it stands, by its sender',
  indexes: {
    ofReceiver: {
      name: 'referral/received',
      id: ['to', 'time', 'from', 'referralId'],
      row: indexRow,
      meaning: 'the referrals to a hospital, by when they were made',
      key: ({ to, createdAt }, ...id) => [to, timeKey(createdAt), ...id],
    },
    ofSubject: {
      name: 'referral/of-subject',
      id: ['subject', 'time', 'from', 'referralId'],
      row: indexRow,
      meaning: 'the referrals of a subject, by when they were made',
      key: ({ subject, createdAt }, ...id) => [subject, timeKey(createdAt), ...id],
    },
  },
})

export const TierRow = Fields({ tier: Tier, ...actFields })

export const TIERS = createTable('referral/tier', {
  id: ['hospital'],
  row: TierRow,
  meaning: 'the tier of a hospital, as a health commission attested it last',
})

const Kinds = Type.Array(OneOf(RECORD_KINDS))
export const RecognitionRow = Fields({ kinds: Kinds, ...actFields })

export const RECOGNITIONS = createTable('referral/recognition', {
  id: ['member', 'facility'],
  row: RecognitionRow,
  meaning: 'the kinds of results of a facility that a member recognises; none once it has ended that',
})

export const REFERRAL_STATES = ['SENT', 'ACCEPTED', 'DECLINED', 'COMPLETED', 'CANCELLED'] as const
type ReferralState = (typeof REFERRAL_STATES)[number]

export function stateOf({ acceptance, refusal, completion, cancellation }: ReferralRow): ReferralState {
  if (cancellation !== undefined) return 'CANCELLED'
  if (completion !== undefined) return 'COMPLETED'
  if (refusal !== undefined) return 'DECLINED'
  return acceptance === undefined ? 'SENT' : 'ACCEPTED'
}

/**
 * Whether the answer came, or has not come, later than it should. One that was cancelled before it was due is not late.
 */
export function isLate(context: Context, row: ReferralRow): boolean {
  const answeredAt = (row.acceptance ?? row.refusal ?? row.cancellation)?.at ?? context.time
  return answeredAt > row.createdAt + context.parameter('answerSeconds')
}

/** Kinds of results of `facility` that `member` recognises, where the facility recognises the member's too. */
export function mutualKinds(context: Context, member: string, facility: string): readonly string[] {
  const own = RECOGNITIONS.get(context.state, member, facility)?.kinds ?? []
  const theirs = new Set(RECOGNITIONS.get(context.state, facility, member)?.kinds)
  return own.filter((kind) => theirs.has(kind))
}
