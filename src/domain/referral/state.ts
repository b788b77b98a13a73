/** What referral stores: its tables and their rows, and the state of a referral. */
import type { Act, Context } from '../contract.ts'
import { createTable } from '../table.ts'

export const DIRECTIONS = ['up', 'down'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** Why a hospital declines. Clinical reasons stand in the private part. */
export const DECLINE_REASONS = ['no-capacity', 'not-suited', 'patient-choice', 'other'] as const
export type DeclineReason = (typeof DECLINE_REASONS)[number]

export type Mark = Act

/** `referral/referral/<sender>/<local>` */
export type ReferralRow = {
  readonly subject: string
  /** The receiving hospital. */
  readonly to: string
  readonly direction: Direction
  readonly fromTier: number
  readonly toTier: number
  /** References of records. */
  readonly attachments: readonly string[]
  /** The referral consent under which the receiver opens them. */
  readonly consent: string
  /** Commitment to the plan of further care. */
  readonly planHash?: string
  readonly by: string
  readonly createdAt: number
  readonly acceptance?: Mark & { readonly appointmentAt?: number }
  readonly refusal?: Mark & { readonly reason: DeclineReason }
  /** `replyHash` commits to what the receiver writes back. */
  readonly completion?: Mark & { readonly replyHash?: string }
  readonly cancellation?: Mark
}

/** `referral/received/<receiver>/<time, ten digits>/<sender>/<local>` and `referral/of-subject/<subject>/…` */
export type IndexRow = { readonly direction: Direction }

/** `referral/tier/<hospital>`: what a health commission attested last. */
export type TierRow = Mark & { readonly tier: number }

/** `referral/recognition/<member>/<facility>`: the member recognises results of these kinds of the facility. */
export type RecognitionRow = Mark & { readonly kinds: readonly string[] }

type ReferralId = [sender: string, local: string]

export const REFERRALS = createTable<ReferralRow, ReferralId>('referral/referral')
export const RECEIVED = createTable<IndexRow, [receiver: string, time: string, ...ReferralId]>(
  'referral/received',
)
export const OF_SUBJECT = createTable<IndexRow, [subject: string, time: string, ...ReferralId]>(
  'referral/of-subject',
)
export const TIERS = createTable<TierRow, [hospital: string]>('referral/tier')
export const RECOGNITIONS = createTable<RecognitionRow, [member: string, facility: string]>(
  'referral/recognition',
)

export const REFERRAL_STATES = ['SENT', 'ACCEPTED', 'DECLINED', 'COMPLETED', 'CANCELLED'] as const
export type ReferralState = (typeof REFERRAL_STATES)[number]

export function stateOf({ acceptance, refusal, completion, cancellation }: ReferralRow): ReferralState {
  if (cancellation !== undefined) return 'CANCELLED'
  if (completion !== undefined) return 'COMPLETED'
  if (refusal !== undefined) return 'DECLINED'
  return acceptance === undefined ? 'SENT' : 'ACCEPTED'
}

/** Whether the answer came, or has not come, later than it should. One that was cancelled before it was due is not late. */
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
