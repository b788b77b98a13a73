/**
 * What may be asked of claims: their history by those they concern, and the queues of investigators, jurors and the
 * sponsor.
 */
import Type from 'typebox'
import type { Context } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { actsFor, allOf, anyOf, deskOf, everyone, hasRole, only, staffOf } from '../rights.ts'
import { MEMBER } from '../roles.ts'
import { Fields, OneOf, omit, pick, Reference, type RowOf, Time } from '../schema.ts'
import { type Entry, splitReference } from '../table.ts'
import { stateOfClaim } from './claim-state.ts'
import { findMember } from './members.ts'
import {
  CLAIM_STATES,
  CLAIMS,
  ClaimRow,
  COLLECTORS,
  enteredAt,
  JURORS,
  PLANS,
  VOTES,
  Votes,
} from './state.ts'

type Claim = Entry<['claimant', 'claimId'], ClaimRow>

const ClaimAnswer = Fields({
  claim: Reference,
  ...omit(ClaimRow, 'insured', 'state'),
  state: OneOf(CLAIM_STATES),
})

function showClaim(row: Claim, context: Context): RowOf<typeof ClaimAnswer> {
  const { claimant, claimId, insured: _, ...shown } = row
  return { claim: `${claimant}:${claimId}`, ...shown, state: stateOfClaim(context, row) }
}

const claim = defineRead({
  path: '/claims/:ref',
  summary: 'A claim with its history.',
  query: Fields({ ref: Reference }),
  answer: ClaimAnswer,
  patientData: true,
  find(context) {
    const [claimant, claimId] = splitReference(context.query.ref)
    const row = CLAIMS.entry(context.state, claimant, claimId)
    if (row === undefined) return undefined
    const [sponsor] = splitReference(row.plan)
    const { collector } = findMember(context, row.cohort, row.index)!.cohort
    return { row, subject: row.subject, sponsor, collector }
  },
  for: anyOf(
    actsFor('subject'),
    allOf(
      anyOf(staffOf('sponsor'), staffOf('collector')),
      only('jurors excepted', ({ reader }) => reader.role !== 'juror'),
    ),
  ),
  show: ({ row }, context) => showClaim(row, context),
})

const claims = defineList({
  path: '/claims',
  summary: 'The claims that the reader filed.',
  query: Fields({}),
  answer: ClaimAnswer,
  patientData: true,
  for: everyone,
  over: CLAIMS,
  under: ({ reader }) => [reader.actor],
  show: showClaim,
})

const Waiting = Fields({
  claim: Reference,
  ...pick(ClaimRow, 'state', 'diagnosedAt', 'amount'),
  since: Time,
})

/** What every queue tells of a claim. */
function showWaiting(row: Claim): RowOf<typeof Waiting> {
  const { claimant, claimId, state, diagnosedAt, amount } = row
  return { claim: `${claimant}:${claimId}`, state, diagnosedAt, amount, since: enteredAt(row) }
}

const investigating = {
  ...hasRole(MEMBER, 'employee', 'investigator'),
  words: 'that is its key, employees and investigators',
}

const investigations = defineList({
  path: '/investigations',
  summary: 'Claims to be investigated, or being so.',
  query: Fields({ plan: Reference, queue: OneOf(['filed', 'investigating']) }),
  answer: Fields({
    ...Waiting.properties,
    ...pick(ClaimRow, 'investigator'),
    reported: Type.Boolean(),
    mine: Type.Boolean(),
  }),
  patientData: true,
  find: ({ state, query }) => PLANS.find(state, query.plan),
  for: allOf(staffOf('sponsor'), investigating),
  over: CLAIMS.indexes.waiting,
  under: ({ found, query }) => [found.sponsor, found.planId, query.queue],
  show(row, { reader }) {
    const { investigator, report } = row
    return {
      ...showWaiting(row),
      ...(investigator !== undefined && { investigator }),
      reported: report !== undefined,
      mine: investigator === reader.actor,
    }
  },
})

const agreed = defineList({
  path: '/agreed',
  summary: 'Claims that were agreed to and wait to be published.',
  query: Fields({ plan: Reference }),
  answer: Waiting,
  patientData: true,
  find: ({ state, query }) => PLANS.find(state, query.plan),
  for: deskOf('sponsor'),
  over: CLAIMS.indexes.waiting,
  under: ({ found }) => [found.sponsor, found.planId, 'agreed'],
  show: showWaiting,
})

interface Plan {
  readonly sponsor: string
  readonly planId: string
}

const jury = defineList({
  path: '/jury',
  summary: 'Claims before the jury, and whether the reader has voted.',
  query: Fields({ plan: Reference }),
  answer: Fields({ ...Waiting.properties, voted: Type.Boolean(), votes: Votes }),
  patientData: true,
  find: ({ state, query }) => PLANS.find(state, query.plan),
  for: allOf(
    hasRole('juror'),
    only("of a collector's", ({ state, reader }, { sponsor, planId }: Plan) =>
      COLLECTORS.has(state, sponsor, planId, reader.member),
    ),
    only("that passed the plan's exam", ({ state, reader }, { sponsor, planId }: Plan) => {
      const exam = JURORS.get(state, sponsor, planId, ...splitReference(reader.actor))
      return exam?.passed === true
    }),
  ),
  over: CLAIMS.indexes.waiting,
  under: ({ found }) => [found.sponsor, found.planId, 'jury'],
  show(row, { state, reader }) {
    const { sitting, yes, no } = row.jury!
    const voted = VOTES.has(state, row.claimant, row.claimId, String(sitting), reader.actor)
    return { ...showWaiting(row), voted, votes: yes + no }
  },
})

export const claimReads = [claim, claims, investigations, agreed, jury]
