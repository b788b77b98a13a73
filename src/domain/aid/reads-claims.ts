/** What may be asked of claims: their history by those they concern, and the queues of investigators, jurors and the sponsor. */
import Type from 'typebox'
import { AID_CASE_NUMBER_MAX, COHORT_MEMBERS_MAX } from '../../base/index.ts'
import type { Context, ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isDeskOf, isStaffOf, MEMBER } from '../roles.ts'
import { ActorId, Count, Fen, Fields, Hash, Name, OneOf, Reference, Subject, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { stateOfClaim } from './claim-state.ts'
import { findMember } from './members.ts'
import type { Plan } from './plans.ts'
import { planOfQuery } from './reads-plans.ts'
import { DateText } from './rounds.ts'
import { CLAIMS, type ClaimRow, COLLECTORS, JURORS, QUEUES, type Queue, VOTES } from './state.ts'

const Votes = Count(0, 100_000)

const brief = { claim: Reference, state: Name, diagnosedAt: Time, amount: Fen }

const ClaimAnswer = Fields({
  ...brief,
  plan: Reference,
  cohort: Reference,
  index: Count(0, COHORT_MEMBERS_MAX - 1),
  subject: Subject,
  steps: Type.Array(Fields({ state: Name, at: Time, by: ActorId })),
  investigator: Type.Optional(ActorId),
  report: Type.Optional(Fields({ reportHash: Hash, supports: Type.Boolean(), at: Time })),
  jury: Type.Optional(Fields({ sitting: Count(1, 9), yes: Votes, no: Votes })),
  heard: Type.Boolean(),
  round: Type.Optional(DateText),
  number: Type.Optional(Count(1, AID_CASE_NUMBER_MAX)),
  paid: Type.Optional(Fields({ amount: Fen, deducted: Fen })),
})

function showClaim(context: Context, claim: string, row: ClaimRow) {
  const { insured: _, steps, ...shown } = row
  return { claim, ...shown, steps: [...steps], state: stateOfClaim(context, row) }
}

/** Those whom a claim concerns: who acts for the subject, the sponsor's staff but jurors, the collector's desk. */
function maySeeClaim(context: ReadContext, row: ClaimRow): boolean {
  const { reader } = context
  if (context.port('identity.actsFor')(reader, row.subject)) return true
  if (reader.role === 'juror') return false
  const collector = findMember(context, row.cohort, row.index)!.cohort.collector
  return isStaffOf(reader, splitReference(row.plan)[0]) || isStaffOf(reader, collector)
}

const claim = defineOldRead({
  path: '/claims/:ref',
  summary:
    'A claim with its history: who acts for the subject; staff of sponsor and collector, jurors excepted.',
  query: Fields({ ref: Reference }),
  answer: ClaimAnswer,
  list: false,
  patientData: true,
  run(context) {
    const ref = String(context.query.ref)
    const row = CLAIMS.get(context.state, ...splitReference(ref))
    return row !== undefined && maySeeClaim(context, row) ? showClaim(context, ref, row) : undefined
  },
})

const claims = defineOldRead({
  path: '/claims',
  summary: 'The claims that the reader filed.',
  query: Fields({}),
  answer: ClaimAnswer,
  list: true,
  patientData: true,
  run: (context) =>
    readPage(context, CLAIMS, [context.reader.actor], ({ id: [local = ''], value }) =>
      showClaim(context, `${context.reader.actor}:${local}`, value),
    ),
})

/** One page of a queue. */
const readQueue = <Item>(
  context: ReadContext,
  { id }: Plan,
  queue: Queue,
  show: (claim: string, row: ClaimRow, since: number) => Item | undefined,
) =>
  readPage(context, QUEUES, [...id, queue], ({ id: [owner = '', local = ''], value }) =>
    show(`${owner}:${local}`, CLAIMS.get(context.state, owner, local)!, value.since),
  )

const investigations = defineOldRead({
  path: '/investigations',
  summary: "Claims to be investigated, or being so: investigators and desk of the plan's sponsor.",
  query: Fields({ plan: Reference, queue: OneOf(['filed', 'investigating']) }),
  answer: Fields({
    ...brief,
    since: Time,
    investigator: Type.Optional(ActorId),
    reported: Type.Boolean(),
    mine: Type.Boolean(),
  }),
  list: true,
  patientData: true,
  run(context) {
    const { reader } = context
    const found = planOfQuery(context)
    const roles = [MEMBER, 'employee', 'investigator']
    if (found === undefined || reader.member !== found.id[0] || !roles.includes(reader.role)) return undefined
    return readQueue(context, found, context.query.queue as Queue, (ref, row, since) => {
      const { state, diagnosedAt, amount, investigator, report } = row
      const known = { claim: ref, state, diagnosedAt, amount, since, reported: report !== undefined }
      const mine = investigator === reader.actor
      return investigator === undefined ? { ...known, mine } : { ...known, investigator, mine }
    })
  },
})

const agreed = defineOldRead({
  path: '/agreed',
  summary: "Claims that were agreed to and wait to be published: desk of the plan's sponsor.",
  query: Fields({ plan: Reference }),
  answer: Fields({ ...brief, since: Time }),
  list: true,
  patientData: true,
  run(context) {
    const { reader } = context
    const found = planOfQuery(context)
    if (found === undefined || !isDeskOf(reader, found.id[0])) return undefined
    return readQueue(context, found, 'agreed', (ref, { state, diagnosedAt, amount }, since) => ({
      claim: ref,
      state,
      diagnosedAt,
      amount,
      since,
    }))
  },
})

const jury = defineOldRead({
  path: '/jury',
  summary: "Claims before the jury, and whether the reader has voted: jurors that passed the plan's exam.",
  query: Fields({ plan: Reference }),
  answer: Fields({ ...brief, since: Time, voted: Type.Boolean(), votes: Votes }),
  list: true,
  patientData: true,
  run(context) {
    const { reader, state } = context
    const found = planOfQuery(context)
    if (found === undefined || reader.role !== 'juror') return undefined
    if (!COLLECTORS.has(state, ...found.id, reader.member)) return undefined
    const exam = JURORS.get(state, ...found.id, ...splitReference(reader.actor))
    if (exam?.passed !== true) return undefined
    return readQueue(context, found, 'jury', (ref, row, since) => {
      const { sitting, yes, no } = row.jury!
      const voted = VOTES.has(state, ...splitReference(ref), String(sitting), reader.actor)
      const { diagnosedAt, amount } = row
      return { claim: ref, state: row.state, diagnosedAt, amount, since, voted, votes: yes + no }
    })
  },
})

export const claimReads = [claim, claims, investigations, agreed, jury]
