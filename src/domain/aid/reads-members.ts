/**
 * What a member may ask: its state, and its payment of every round with all that it is computed from, so that the member
 * computes it again. The collector and the sponsor may ask the same; anybody else shows the commitment and its path.
 */
import Type from 'typebox'
import { COHORT_PATH_HASHES_MAX } from '../../base/index.ts'
import type { ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isStaffOf } from '../roles.ts'
import { Count, Fen, Fields, Hash, LocalId, Name, Reference, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { returnableOf } from './collection.ts'
import {
  CohortIndex,
  findMember,
  isCommitmentOf,
  type Member,
  paymentsOfMember,
  stateOfMember,
} from './members.ts'
import { DateText } from './rounds.ts'
import { ROUNDS } from './state.ts'

const query = {
  cohort: Reference,
  index: CohortIndex,
  commitment: Type.Optional(Hash),
  /** Hashes of the inclusion proof, one after another. */
  path: Type.Optional(Type.String({ pattern: `^([0-9a-f]{64}){0,${COHORT_PATH_HASHES_MAX}}$` })),
}

/** The member that a query names, where the reader may know of it. */
function memberOfQuery(context: ReadContext): Member | undefined {
  const { cohort, index, commitment, path } = context.query
  const member = findMember(context, String(cohort), Number(index))
  if (member === undefined) return undefined
  const { reader } = context
  const mayKnow =
    isStaffOf(reader, member.cohort.collector) ||
    isStaffOf(reader, splitReference(member.cohort.plan)[0]) ||
    reader.actor === member.owner
  if (mayKnow) return member
  if (commitment === undefined) return undefined
  const hashes = String(path ?? '').match(/.{64}/g) ?? []
  return isCommitmentOf(context, member, String(commitment), hashes) ? member : undefined
}

const member = defineOldRead({
  path: '/members/:cohort',
  summary:
    'A member: its state, arrears, and the cohort that its commitment is proved in: staff of collector and sponsor, who joined alone, and who shows commitment and path.',
  query: Fields(query),
  answer: Fields({
    cohort: Reference,
    index: CohortIndex,
    state: Name,
    plan: Reference,
    collector: LocalId,
    count: Count(1, Number.MAX_SAFE_INTEGER),
    root: Hash,
    joinedAt: Time,
    coveredFrom: Time,
    start: DateText,
    leave: Type.Optional(Fields({ reason: Name, at: Time, diagnosedAt: Type.Optional(Time) })),
    arrears: Type.Optional(
      Fields({ amount: Fen, rounds: Type.Array(DateText), until: Time, deducted: Type.Boolean() }),
    ),
    returned: Type.Optional(Fields({ amount: Fen, at: Time })),
    /** What is to be returned to a member that was ill in the waiting period, once it is known. */
    returnable: Type.Optional(Fen),
    year: Name,
    /** Paid and still owed in the year of the last round. */
    thisYear: Fen,
    /** What is left of the cap of that year. */
    capLeft: Type.Optional(Fen),
  }),
  list: false,
  patientData: true,
  run(context) {
    const found = memberOfQuery(context)
    if (found === undefined) return undefined
    const { plan, collector, count, root, joinedAt, coveredFrom, start } = found.cohort
    const { leave, arrears, returned } = found.exception
    const isIll = leave?.reason === 'illness' && returned === undefined
    const returnable = isIll ? returnableOf(context, found) : undefined
    return {
      cohort: `${found.owner}:${found.local}`,
      index: found.index,
      state: stateOfMember(found, context.time),
      plan,
      collector,
      count,
      root,
      joinedAt,
      coveredFrom,
      start,
      ...(leave && { leave }),
      ...(arrears && { arrears: { ...arrears, rounds: [...arrears.rounds] } }),
      ...(returned && { returned }),
      ...(returnable !== undefined && { returnable }),
      ...yearOf(context, found),
    }
  },
})

/** What the member paid in the year of its last round, and what the cap leaves. */
function yearOf(context: ReadContext, found: Member) {
  const payments = paymentsOfMember(context, found)
  const last = payments.at(-1)
  if (last === undefined) return { year: '', thisYear: 0 }
  const { year, cap } = last.row
  const thisYear = payments
    .filter(({ row }) => row.year === year)
    .reduce((sum, { amount = 0 }) => sum + amount, 0)
  return { year, thisYear, capLeft: cap - thisYear }
}

const payments = defineOldRead({
  path: '/payments/:cohort',
  summary:
    'What a member pays of each round in which it takes part, and what that is computed from: the same readers.',
  query: Fields(query),
  answer: Fields({
    round: DateText,
    year: Name,
    state: Name,
    cap: Fen,
    sumBefore: Fen,
    base: Fen,
    share: Type.Optional(Fen),
    payment: Type.Optional(Fen),
    inArrears: Type.Boolean(),
  }),
  list: true,
  patientData: true,
  run(context) {
    const found = memberOfQuery(context)
    if (found === undefined) return undefined
    const byDate = new Map(paymentsOfMember(context, found).map((payment) => [payment.date, payment]))
    const { arrears } = found.exception
    return readPage(context, ROUNDS, splitReference(found.cohort.plan), ({ id: [round = ''] }) => {
      const payment = byDate.get(round)
      if (payment === undefined) return undefined
      const { year, cap, sumBefore, shared } = payment.row
      const known = { round, year, cap, sumBefore, base: payment.base }
      const inArrears = arrears?.rounds.includes(round) ?? false
      if (shared === undefined) return { ...known, state: 'PUBLISHED', inArrears }
      return { ...known, state: 'SHARED', share: shared.share, payment: payment.amount!, inArrears }
    })
  },
})

export const memberReads = [member, payments]
