/**
 * What may be asked of a plan: by anybody enrolled what was published, by the sponsor how it stands, by collectors what
 * they owe.
 */
import Type from 'typebox'
import { AID_QUEUE_COUNTED_MAX, DAY_SECONDS } from '../../base/index.ts'
import { defineList, defineRead } from '../define.ts'
import { anyOf, everyone, staffOf } from '../rights.ts'
import { isStaff } from '../roles.ts'
import { Fen, Fields, LocalId, OneOf, omit, pick, Reference, type RowOf } from '../schema.ts'
import { type Entry, splitReference } from '../table.ts'
import { stateOfClaim } from './claim-state.ts'
import { outstandingOf } from './collection.ts'
import { countPlan, listCollectors } from './plans.ts'
import { Statement, statementOf } from './rounds.ts'
import {
  CASES,
  CaseNumber,
  CLAIM_STATES,
  CLAIMS,
  ClaimRow,
  COHORTS,
  CohortRow,
  DateText,
  DUES,
  DueRow,
  Many,
  PLANS,
  PlanRow,
  type Queue,
  ROUNDS,
  RoundRow,
} from './state.ts'

const PlanAnswer = Fields({
  plan: Reference,
  state: OneOf(['OPEN', 'TERMINATED', 'CLOSED']),
  ...omit(PlanRow, 'held', 'openClaims'),
})

function planState({ closedAt, terminatedAt }: PlanRow): RowOf<typeof PlanAnswer>['state'] {
  if (closedAt !== undefined) return 'CLOSED'
  return terminatedAt === undefined ? 'OPEN' : 'TERMINATED'
}

function showPlan(row: Entry<['sponsor', 'planId'], PlanRow>): RowOf<typeof PlanAnswer> {
  const { sponsor, planId, held: _held, openClaims: _claims, ...shown } = row
  return { plan: `${sponsor}:${planId}`, state: planState(row), ...shown }
}

const ofPlan = Fields({ plan: Reference })

const plan = defineRead({
  path: '/plans/:ref',
  summary: 'A plan.',
  query: Fields({ ref: Reference }),
  answer: PlanAnswer,
  patientData: false,
  find: ({ state, query }) => PLANS.find(state, query.ref),
  for: everyone,
  show: ({ ref: _, ...found }) => showPlan(found),
})

const overview = defineRead({
  path: '/overview',
  summary: 'A plan as it stands: members, escrow, claims by what they wait for.',
  query: ofPlan,
  answer: Fields({
    ...PlanAnswer.properties,
    ...pick(PlanRow, 'held', 'openClaims'),
    covered: Many,
    waiting: Many,
    belowMinimum: Type.Boolean(),
    collectors: Type.Array(LocalId),
    filed: Many,
    investigating: Many,
    agreed: Many,
    jury: Many,
  }),
  patientData: false,
  find: ({ state, query }) => PLANS.find(state, query.plan),
  for: staffOf('sponsor'),
  show({ ref: _, ...found }, context) {
    const id = [found.sponsor, found.planId] as const
    const { covered, waiting } = countPlan(context, id)
    const count = (queue: Queue) =>
      CLAIMS.indexes.waiting.list(context.state, [...id, queue], { limit: AID_QUEUE_COUNTED_MAX }).length
    return {
      ...showPlan(found),
      held: found.held,
      openClaims: found.openClaims,
      covered,
      waiting,
      belowMinimum: covered + waiting < context.parameter('membersMin'),
      collectors: listCollectors(context, id).map(({ collector }) => collector),
      filed: count('filed'),
      investigating: count('investigating'),
      agreed: count('agreed'),
      jury: count('jury'),
    }
  },
})

const statement = defineRead({
  path: '/statement',
  summary: 'The numbers of the open round as they stand, which are the payload of aid.share.',
  query: ofPlan,
  answer: Fields(Statement),
  patientData: false,
  find: ({ state, query }) => PLANS.find(state, query.plan),
  for: staffOf('sponsor'),
  show(row, context) {
    if (row.openRound === undefined) return undefined
    const id = [row.sponsor, row.planId] as const
    return statementOf(context, { id, row }, row.openRound, ROUNDS.get(context.state, ...id, row.openRound)!)
  },
})

const RoundAnswer = Fields({
  round: DateText,
  state: OneOf(['PUBLISHED', 'SHARED']),
  ...RoundRow.properties,
  /** It was, or is, not shared on its day. */
  late: Type.Boolean(),
})

const rounds = defineList({
  path: '/rounds',
  summary: 'The rounds of a plan, oldest first, with every number of their sharing.',
  query: ofPlan,
  answer: RoundAnswer,
  patientData: false,
  find: ({ state, query }) => PLANS.find(state, query.plan),
  for: everyone,
  over: ROUNDS,
  under: ({ found }) => [found.sponsor, found.planId],
  show({ sponsor: _sponsor, planId: _plan, ...row }, context): RowOf<typeof RoundAnswer> {
    const sharedAt = row.shared?.at ?? context.time
    const late = sharedAt >= row.shareFrom + DAY_SECONDS
    return { ...row, state: row.shared === undefined ? 'PUBLISHED' : 'SHARED', late }
  },
})

const ofRound = Fields({ plan: Reference, round: DateText })

const cases = defineList({
  path: '/cases',
  summary: 'The cases of a round by number, without who claims.',
  query: ofRound,
  answer: Fields({
    case: CaseNumber,
    ...pick(ClaimRow, 'diagnosedAt', 'amount'),
    state: OneOf(CLAIM_STATES),
  }),
  patientData: false,
  find: ({ state, query }) => ROUNDS.entry(state, ...splitReference(query.plan), query.round),
  for: everyone,
  over: CASES,
  under: ({ found }) => [found.sponsor, found.planId, found.round],
  show(row, context) {
    const number = Number(row.case)
    const claim = CLAIMS.get(context.state, ...splitReference(row.claim))!
    const { diagnosedAt, amount } = claim
    // Of a case that a jury sent into a later round, this one tells no more.
    const isHere = claim.round === row.round && claim.number === number
    return { case: number, diagnosedAt, amount, state: isHere ? stateOfClaim(context, claim) : 'OBJECTED' }
  },
})

const dues = defineList({
  path: '/dues',
  summary: 'What collectors owe of a round that was shared.',
  query: ofRound,
  answer: Fields({ collector: LocalId, ...DueRow.properties, outstanding: Fen, overdue: Type.Boolean() }),
  patientData: false,
  find({ state, query }) {
    const round = ROUNDS.entry(state, ...splitReference(query.plan), query.round)
    return round?.shared && { ...round, shared: round.shared }
  },
  for: everyone,
  over: DUES,
  under: ({ found }) => [found.sponsor, found.planId, found.round],
  each: anyOf(staffOf('sponsor'), staffOf('collector')),
  show({ sponsor: _sponsor, planId: _plan, round: _round, ...row }, { found, time }) {
    const outstanding = outstandingOf(row)
    return { ...row, outstanding, overdue: outstanding > 0 && time >= found.shared.graceUntil }
  },
})

const cohorts = defineList({
  path: '/cohorts',
  summary: "The cohorts that the reader's member brought, or that the reader itself joined as.",
  query: Fields({}),
  answer: Fields({ cohort: Reference, ...CohortRow.properties }),
  patientData: true,
  for: everyone,
  over: COHORTS,
  under: ({ reader }) => [isStaff(reader) ? reader.member : reader.actor],
  show: ({ owner, cohortId, ...row }) => ({ cohort: `${owner}:${cohortId}`, ...row }),
})

export const planReads = [plan, overview, statement, rounds, cases, dues, cohorts]
