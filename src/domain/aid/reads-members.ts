/**
 * What a member may ask: its state, and its payment of every round with all that it is computed from, so that the
 * member computes it again. The collector and the sponsor may ask the same; anybody else shows the commitment and its
 * path.
 */
import Type from 'typebox'
import { COHORT_PATH_HASHES_MAX } from '../../base/index.ts'
import type { Context, ReadContext } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { readPage } from '../page.ts'
import { anyOf, only, self, staffOf } from '../rights.ts'
import { Fen, Fields, Hash, Name, OneOf, pick, Reference, type RowOf } from '../schema.ts'
import { splitReference } from '../table.ts'
import { returnableOf } from './collection.ts'
import {
  findMember,
  isCommitmentOf,
  MEMBER_STATES,
  type Member,
  paymentsOfMember,
  stateOfMember,
} from './members.ts'
import { CohortIndex, CohortRow, DateText, ExceptionRow, ROUNDS, RoundRow, Shared } from './state.ts'

const OfMember = Fields({
  cohort: Reference,
  index: CohortIndex,
  commitment: Type.Optional(Hash),
  /** Hashes of the inclusion proof, one after another. */
  path: Type.Optional(Type.String({ pattern: `^([0-9a-f]{64}){0,${COHORT_PATH_HASHES_MAX}}$` })),
})
type OfMember = RowOf<typeof OfMember>

/** The member that a query names, with those that may know of it. */
function find(context: ReadContext<OfMember>) {
  const member = findMember(context, context.query.cohort, context.query.index)
  if (member === undefined) return undefined
  const { plan, collector } = member.cohort
  const [sponsor, planId] = splitReference(plan)
  return { member, owner: member.owner, collector, sponsor, planId }
}

const mayKnow = anyOf(
  staffOf('collector'),
  staffOf('sponsor'),
  self('owner', 'person that joined alone'),
  only(
    'whoever shows commitment and path',
    (
      context,
      { commitment, path = '', member }: Pick<OfMember, 'commitment' | 'path'> & { readonly member: Member },
    ) => commitment !== undefined && isCommitmentOf(context, member, commitment, path.match(/.{64}/g) ?? []),
  ),
)

const member = defineRead({
  path: '/members/:cohort',
  summary: 'A member: its state, arrears, and the cohort that its commitment is proved in.',
  query: OfMember,
  answer: Fields({
    cohort: Reference,
    index: CohortIndex,
    state: OneOf(MEMBER_STATES),
    ...pick(CohortRow, 'plan', 'collector', 'count', 'root', 'joinedAt', 'coveredFrom', 'start'),
    ...pick(ExceptionRow, 'leave', 'arrears', 'returned'),
    /** What is to be returned to a member that was ill in the waiting period, once it is known. */
    returnable: Type.Optional(Fen),
    year: Name,
    /** Paid and still owed in the year of the last round. */
    thisYear: Fen,
    /** What is left of the cap of that year. */
    capLeft: Type.Optional(Fen),
  }),
  patientData: true,
  find,
  for: mayKnow,
  show({ member }, context) {
    const { bornFrom: _from, bornTo: _to, ...cohort } = member.cohort
    const { claim: _, ...exception } = member.exception
    const isIll = exception.leave?.reason === 'illness' && exception.returned === undefined
    const returnable = isIll ? returnableOf(context, member) : undefined
    return {
      ...cohort,
      ...exception,
      cohort: `${member.owner}:${member.local}`,
      index: member.index,
      state: stateOfMember(member, context.time),
      ...(returnable !== undefined && { returnable }),
      ...yearOf(context, member),
    }
  },
})

/** What the member paid in the year of its last round, and what the cap leaves. */
function yearOf(context: Context, found: Member) {
  const payments = paymentsOfMember(context, found)
  const last = payments.at(-1)
  if (last === undefined) return { year: '', thisYear: 0 }
  const { year, cap } = last.row
  const thisYear = payments
    .filter(({ row }) => row.year === year)
    .reduce((sum, { amount = 0 }) => sum + amount, 0)
  return { year, thisYear, capLeft: cap - thisYear }
}

const payments = defineList({
  path: '/payments/:cohort',
  summary: 'What a member pays of each round in which it takes part, and what that is computed from.',
  query: OfMember,
  answer: Fields({
    round: DateText,
    ...pick(RoundRow, 'year', 'cap', 'sumBefore'),
    state: OneOf(['PUBLISHED', 'SHARED']),
    base: Fen,
    share: Type.Optional(Shared.properties.share),
    payment: Type.Optional(Fen),
    inArrears: Type.Boolean(),
  }),
  patientData: true,
  find,
  for: mayKnow,
  page(context) {
    const { member, sponsor, planId } = context.found
    const byDate = new Map(paymentsOfMember(context, member).map((payment) => [payment.date, payment]))
    const { arrears } = member.exception
    return readPage(context, ROUNDS, [sponsor, planId], ({ id: [round = ''] }) => {
      const payment = byDate.get(round)
      if (payment === undefined) return undefined
      const { year, cap, sumBefore, shared } = payment.row
      const known = { round, year, cap, sumBefore, base: payment.base }
      const inArrears = arrears?.rounds.includes(round) ?? false
      if (shared === undefined) return { ...known, state: 'PUBLISHED' as const, inArrears }
      const { share } = shared
      return { ...known, state: 'SHARED' as const, share, payment: payment.amount!, inArrears }
    })
  },
})

export const memberReads = [member, payments]
