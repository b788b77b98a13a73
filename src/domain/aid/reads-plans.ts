/** What may be asked of a plan: by anybody enrolled what was published, by the sponsor how it stands, by collectors what they owe. */
import Type from 'typebox'
import { AID_CASE_NUMBER_MAX, AID_QUEUE_COUNTED_MAX, DAY_SECONDS } from '../../base/index.ts'
import type { Json } from '../../protocol/index.ts'
import type { Context, ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isStaffOf } from '../roles.ts'
import { Count, Fen, Fields, LocalId, Name, Reference, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { stateOfClaim } from './claim-state.ts'
import { outstandingOf } from './collection.ts'
import { countPlan, listCollectors, type Plan } from './plans.ts'
import { DateText, Statement, statementOf } from './rounds.ts'
import { CASES, CLAIMS, COHORTS, DUES, PLANS, type PlanRow, QUEUES, ROUNDS, type RoundRow } from './state.ts'

const Number53 = Count(0, Number.MAX_SAFE_INTEGER)

/** The plan that a query names. */
export function planOfQuery(context: ReadContext, name = 'plan'): Plan | undefined {
  const id = splitReference(String(context.query[name]))
  const row = PLANS.get(context.state, ...id)
  return row && { id, row }
}

/** Whether the reader is staff of the plan's sponsor. */
export const isSponsorStaff = ({ reader }: ReadContext, { id }: Plan): boolean => isStaffOf(reader, id[0])

const planState = (row: PlanRow): string =>
  row.closedAt !== undefined ? 'CLOSED' : row.terminatedAt !== undefined ? 'TERMINATED' : 'OPEN'

const planFields = {
  plan: Reference,
  state: Name,
  foundedAt: Time,
  balance: Fen,
  openRound: Type.Optional(DateText),
  lastRound: Type.Optional(DateText),
  terminatedAt: Type.Optional(Time),
  closedAt: Type.Optional(Time),
}

function showPlan({ id, row }: Plan) {
  const { held: _held, openClaims: _claims, ...shown } = row
  return { plan: id.join(':'), state: planState(row), ...shown }
}

const plan = defineOldRead({
  path: '/plans/:ref',
  summary: 'A plan: any enrolled reader.',
  query: Fields({ ref: Reference }),
  answer: Fields(planFields),
  list: false,
  patientData: false,
  run(context) {
    const found = planOfQuery(context, 'ref')
    return found && showPlan(found)
  },
})

const overview = defineOldRead({
  path: '/overview',
  summary: 'A plan as it stands: members, escrow, claims by what they wait for: staff of its sponsor.',
  query: Fields({ plan: Reference }),
  answer: Fields({
    ...planFields,
    held: Fen,
    covered: Number53,
    waiting: Number53,
    belowMinimum: Type.Boolean(),
    collectors: Type.Array(LocalId),
    openClaims: Number53,
    filed: Number53,
    investigating: Number53,
    agreed: Number53,
    jury: Number53,
  }),
  list: false,
  patientData: false,
  run(context) {
    const found = planOfQuery(context)
    if (found === undefined || !isSponsorStaff(context, found)) return undefined
    const { id, row } = found
    const { covered, waiting } = countPlan(context, id)
    const count = (queue: 'filed' | 'investigating' | 'agreed' | 'jury') =>
      QUEUES.list(context.state, [...id, queue], { limit: AID_QUEUE_COUNTED_MAX }).length
    return {
      ...showPlan(found),
      held: row.held,
      covered,
      waiting,
      belowMinimum: covered + waiting < context.parameter('membersMin'),
      collectors: listCollectors(context, id).map(({ collector }) => collector),
      openClaims: row.openClaims,
      filed: count('filed'),
      investigating: count('investigating'),
      agreed: count('agreed'),
      jury: count('jury'),
    }
  },
})

const statement = defineOldRead({
  path: '/statement',
  summary:
    "The numbers of the open round as they stand, which are the payload of aid.share: staff of the plan's sponsor.",
  query: Fields({ plan: Reference }),
  answer: Fields(Statement),
  list: false,
  patientData: false,
  run(context) {
    const found = planOfQuery(context)
    if (found === undefined || !isSponsorStaff(context, found)) return undefined
    const { id, row } = found
    if (row.openRound === undefined) return undefined
    const round = ROUNDS.get(context.state, ...id, row.openRound)!
    return statementOf(context, found, row.openRound, round)
  },
})

const roundFields = {
  round: DateText,
  state: Name,
  year: Name,
  publishedAt: Time,
  shareFrom: Time,
  members: Number53,
  sumBefore: Fen,
  cap: Fen,
  published: Number53,
  cases: Number53,
  aid: Fen,
  shared: Type.Optional(
    Fields({
      at: Time,
      fee: Fen,
      balanceBefore: Fen,
      need: Fen,
      share: Fen,
      due: Fen,
      sponsor: Fen,
      balanceAfter: Fen,
      graceUntil: Time,
    }),
  ),
  late: Type.Boolean(),
}

/** A round; late where it was, or is, not shared on its day. */
function showRound(context: Context, round: string, row: RoundRow) {
  const sharedAt = row.shared?.at ?? context.time
  const late = sharedAt >= row.shareFrom + DAY_SECONDS
  return { round, state: row.shared === undefined ? 'PUBLISHED' : 'SHARED', ...row, late }
}

const rounds = defineOldRead({
  path: '/rounds',
  summary: 'The rounds of a plan, oldest first, with every number of their sharing: any enrolled reader.',
  query: Fields({ plan: Reference }),
  answer: Fields(roundFields),
  list: true,
  patientData: false,
  run(context) {
    const found = planOfQuery(context)
    if (found === undefined) return undefined
    return readPage(context, ROUNDS, found.id, ({ id: [date = ''], value }) =>
      showRound(context, date, value),
    )
  },
})

const cases = defineOldRead({
  path: '/cases',
  summary: 'The cases of a round by number, without who claims: any enrolled reader.',
  query: Fields({ plan: Reference, round: DateText }),
  answer: Fields({ case: Count(1, AID_CASE_NUMBER_MAX), diagnosedAt: Time, amount: Fen, state: Name }),
  list: true,
  patientData: false,
  run(context) {
    const found = planOfQuery(context)
    const round = String(context.query.round)
    if (found === undefined || !ROUNDS.has(context.state, ...found.id, round)) return undefined
    return readPage(context, CASES, [...found.id, round], ({ id: [number = ''], value }) => {
      const claim = CLAIMS.get(context.state, ...splitReference(value.claim))!
      const { diagnosedAt, amount } = claim
      // Of a case that a jury sent into a later round, this one tells no more.
      const isHere = claim.round === round && claim.number === Number(number)
      const state = isHere ? stateOfClaim(context, claim) : 'OBJECTED'
      return { case: Number(number), diagnosedAt, amount, state }
    })
  },
})

const dues = defineOldRead({
  path: '/dues',
  summary: "What collectors owe of a round: staff of the plan's sponsor; staff of a collector its own.",
  query: Fields({ plan: Reference, round: DateText }),
  answer: Fields({
    collector: LocalId,
    members: Number53,
    due: Fen,
    arrears: Fen,
    remitted: Fen,
    outstanding: Fen,
    overdue: Type.Boolean(),
  }),
  list: true,
  patientData: false,
  run(context) {
    const found = planOfQuery(context)
    if (found === undefined) return undefined
    const round = ROUNDS.get(context.state, ...found.id, String(context.query.round))
    if (round?.shared === undefined) return undefined
    const { graceUntil } = round.shared
    return readPage(
      context,
      DUES,
      [...found.id, String(context.query.round)],
      ({ id: [collector = ''], value }) => {
        if (!isSponsorStaff(context, found) && !isStaffOf(context.reader, collector)) return undefined
        const outstanding = outstandingOf(value)
        return { collector, ...value, outstanding, overdue: outstanding > 0 && context.time >= graceUntil }
      },
    )
  },
})

const cohorts = defineOldRead({
  path: '/cohorts',
  summary: "The cohorts that the reader's member brought, or that the reader itself joined as.",
  query: Fields({}),
  answer: Fields({
    cohort: Reference,
    plan: Reference,
    collector: LocalId,
    count: Number53,
    root: Name,
    bornFrom: DateText,
    bornTo: DateText,
    joinedAt: Time,
    coveredFrom: Time,
    start: DateText,
  }),
  list: true,
  patientData: true,
  run(context): Json | undefined {
    const { reader } = context
    const owner = isStaffOf(reader, reader.member) ? reader.member : reader.actor
    return readPage(context, COHORTS, [owner], ({ id: [local = ''], value }) => ({
      cohort: `${owner}:${local}`,
      ...value,
    })) as Json
  },
})

export const planReads = [plan, overview, statement, rounds, cases, dues, cohorts]
