/**
 * One member of a cohort: how it is found and proved, what its state is, what it pays. All of it follows from its
 * cohort, from the rounds and, where it is set apart, from its exception; nothing is stored for anybody else.
 */
import Type from 'typebox'
import { AID_ROUNDS_LISTED_MAX, assert, COHORT_PATH_HASHES_MAX, fromHex } from '../../base/index.ts'
import { addDays, startOfDate } from '../calendar.ts'
import type { Context, RuleContext } from '../contract.ts'
import { Fields, Hash, Reference, type RowOf } from '../schema.ts'
import { splitReference } from '../table.ts'
import { aidCommitmentInput } from './commitment.ts'
import { paymentOf } from './money.ts'
import { leaveDateOf } from './schedule.ts'
import {
  COHORTS,
  CohortIndex,
  type CohortRow,
  DateText,
  EXCEPTIONS,
  type ExceptionRow,
  type PlanId,
  ROUNDS,
  type RoundRow,
} from './state.ts'
import { addLeave } from './tally.ts'

/** How a person shows that it is a member. */
export const Opening = Fields({
  cohort: Reference,
  index: CohortIndex,
  bornOn: DateText,
  salt: Hash,
  path: Type.Array(Hash, { maxItems: COHORT_PATH_HASHES_MAX }),
})
export type OpeningFields = RowOf<typeof Opening>

export interface Member {
  readonly owner: string
  readonly local: string
  readonly index: number
  readonly cohort: CohortRow
  readonly exception: ExceptionRow
}

export const MEMBER_STATES = ['WAITING', 'COVERED', 'GRACE', 'EXITED', 'EXPELLED', 'CLAIMED'] as const
export type MemberState = (typeof MEMBER_STATES)[number]

/** An index as it stands in a key: of one width, so that keys are in order. */
const padIndex = (index: number): string => String(index).padStart(4, '0')

/** Member `index` of a cohort; undefined where there is none. */
export function findMember(context: Context, reference: string, index: number): Member | undefined {
  const [owner, local] = splitReference(reference)
  const cohort = COHORTS.get(context.state, owner, local)
  if (cohort === undefined || index >= cohort.count) return undefined
  const exception = EXCEPTIONS.get(context.state, owner, local, padIndex(index)) ?? {}
  return { owner, local, index, cohort, exception }
}

/** The same; refuses what is not there. */
export const requireMember = (
  context: RuleContext<unknown>,
  reference: string,
  index: number,
  field: string,
): Member => findMember(context, reference, index) ?? context.refuse('aid.member-unknown', { field })

/** Whether `commitment` (hex) is that of the member. */
export function isCommitmentOf(
  context: Context,
  { cohort, index }: Member,
  commitment: string,
  path: readonly string[],
): boolean {
  const entry = fromHex(commitment, 32)!
  return context.crypto.verifyInclusion({ index, size: cohort.count, entry }, path, cohort.root)
}

/**
 * The member that the signer proves to be, and the identity that social security attests: the signer acts for a
 * verified subject, and identity, date of birth and salt open the commitment.
 */
export function requireOpening(
  context: RuleContext<unknown>,
  plan: string,
  subject: string,
  opening: OpeningFields,
): { readonly member: Member; readonly insured: string } {
  const { signer } = context
  if (!context.port('identity.actsFor')(signer, subject)) {
    context.refuse('aid.not-yours', { field: '/payload/subject' })
  }
  const insured =
    context.port('identity.insuredOf')(subject) ??
    context.refuse('aid.identity', { field: '/payload/subject' })
  const { cohort, index, bornOn, salt, path } = opening
  const member = requireMember(context, cohort, index, '/payload/membership/cohort')
  const isOfPlan = member.cohort.plan === plan
  const commitment = context.crypto.sha256Hex(aidCommitmentInput({ plan, bornOn, salt, insured }))
  if (!isOfPlan || !isCommitmentOf(context, member, commitment, path)) {
    context.refuse('aid.opening', { field: '/payload/membership' })
  }
  const isInBand = member.cohort.bornFrom <= bornOn && bornOn <= member.cohort.bornTo
  if (!isInBand || startOfDate(bornOn) === undefined) {
    context.refuse('aid.born', { field: '/payload/membership/bornOn' })
  }
  return { member, insured }
}

/** When arrears end a membership: unpaid at the end of grace, and no claim from which they are deducted. */
const expelledAt = ({ arrears }: ExceptionRow): number | undefined =>
  arrears === undefined || arrears.deducted ? undefined : arrears.until

/** When the membership ends or ended, as things stand; undefined where nothing ends it. */
export function endOf(exception: ExceptionRow): number | undefined {
  const [left, expelled] = [exception.leave?.at, expelledAt(exception)]
  return left === undefined || (expelled !== undefined && expelled < left) ? expelled : left
}

/** The state at a time. Who left on the day of its end, or was expelled, is gone from the second given. */
export function stateOfMember({ cohort, exception }: Member, time: number): MemberState {
  const end = endOf(exception)
  if (end !== undefined && time >= end) {
    if (end !== exception.leave?.at) return 'EXPELLED'
    return exception.leave.reason === 'claimed' ? 'CLAIMED' : 'EXITED'
  }
  if (exception.arrears !== undefined && !exception.arrears.deducted) return 'GRACE'
  return time < cohort.coveredFrom ? 'WAITING' : 'COVERED'
}

/** Whether the member was covered at 00:00 of a round's date. */
export function takesPart({ cohort, exception }: Member, date: string): boolean {
  const end = endOf(exception)
  return cohort.start <= date && (end === undefined || date < leaveDateOf(end))
}

const planOf = ({ cohort }: Member): PlanId => splitReference(cohort.plan)

/** Replaces what sets a member apart, and counts it out of the rounds from the day after its end, or in again. */
export function putException(context: RuleContext<unknown>, member: Member, exception: ExceptionRow): void {
  const { owner, local, index, cohort } = member
  const [before, after] = [endOf(member.exception), endOf(exception)]
  const collector = [...planOf(member), cohort.collector] as const
  const count = (end: number, by: 1 | -1) =>
    addLeave(context, collector, { date: leaveDateOf(end), start: cohort.start }, by)
  if (before !== after) {
    assert(before === undefined || before >= context.time, 'an end that is past stays')
    if (before !== undefined) count(before, -1)
    if (after !== undefined) count(after, 1)
  }
  EXCEPTIONS.put(context.state, exception, owner, local, padIndex(index))
}

interface Round {
  readonly date: string
  readonly row: RoundRow
}

function listRounds(context: Context, { plan, start }: CohortRow, limit: number): readonly Round[] {
  return ROUNDS.list(context.state, splitReference(plan), { limit, after: addDays(start, -1) }).map(
    ({ id: [date = ''], value }) => ({ date, row: value }),
  )
}

/** Sum of the shares of a round's year before a cohort first took part. */
const baseIn = (first: RoundRow, round: RoundRow): number => (first.year === round.year ? first.sumBefore : 0)

/**
 * What a member pays in a round, `first` being the first one that found its cohort covered; undefined until it is
 * shared.
 */
function paymentAfter(first: RoundRow, round: RoundRow): number | undefined {
  const { sumBefore, cap, shared } = round
  return shared && paymentOf({ sumBefore, cap, share: shared.share }, baseIn(first, round))
}

/** What each member of a cohort pays in a shared round in which it takes part. */
export function paymentIn(context: Context, cohort: CohortRow, round: RoundRow): number {
  const [first] = listRounds(context, cohort, 1)
  const payment = first && paymentAfter(first.row, round)
  assert(payment !== undefined, 'a payment is that of a shared round')
  return payment
}

/** A round in which a member takes part. */
export interface Payment extends Round {
  /** Sum of the shares of the year before the member first took part in it. */
  readonly base: number
  /** Undefined until the round is shared. */
  readonly amount: number | undefined
}

/** Every round in which a member takes part, oldest first, with its payment. */
export function paymentsOfMember(context: Context, member: Member): readonly Payment[] {
  const rounds = listRounds(context, member.cohort, AID_ROUNDS_LISTED_MAX)
  return rounds
    .filter(({ date }) => takesPart(member, date))
    .map((round) => ({
      ...round,
      base: baseIn(rounds[0]!.row, round.row),
      amount: paymentAfter(rounds[0]!.row, round.row),
    }))
}
