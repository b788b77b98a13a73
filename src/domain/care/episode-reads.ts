/**
 * What may be asked of episodes: those who act for the subject, and staff of the members that share one or pay for it, see it
 * whole, because each has agreed to what the others get.
 */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import type { Context, ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isStaffOf } from '../roles.ts'
import { Act, ActorId, Fen, Fields, Hash, LocalId, Reference, Subject, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { shareOut } from './episodes.ts'
import { EPISODES, EPISODES_OF, type EpisodeRow, episodeState, STEPS, SUBJECT_EPISODES } from './state.ts'

const EpisodeAnswer = Fields({
  ref: Reference,
  coordinator: LocalId,
  subject: Subject,
  payer: LocalId,
  members: Type.Array(
    Fields({
      member: LocalId,
      sharePermille: Fen,
      joined: Type.Boolean(),
      steps: Fen,
      /** What it got, or would get were the episode closed as it stands. */
      allocation: Fen,
    }),
  ),
  payerJoined: Type.Boolean(),
  bundlePrice: Fen,
  payerSavings: Fen,
  cost: Fen,
  toPayer: Fen,
  opening: Act,
  activeAt: Type.Optional(Time),
  closedAt: Type.Optional(Time),
  cancellation: Type.Optional(Act),
  overdue: Type.Boolean(),
  state: Type.String(),
})

function showEpisode(context: Context, ref: string, row: EpisodeRow): Json {
  const { subject, payer, bundlePrice, payerSavings, cost, opening, activeAt, closure, cancellation } = row
  const { allocations, toPayer } = closure ?? shareOut(row)
  const state = episodeState(row)
  const overdue =
    state === 'ACTIVE' && context.time > (activeAt ?? 0) + context.parameter('episodeSecondsMax')
  return {
    ref,
    coordinator: splitReference(ref)[0],
    subject,
    payer,
    members: row.members.map((member, i) => ({
      member,
      sharePermille: row.shares[i]!,
      joined: row.joined.includes(member),
      steps: row.steps[i]!,
      allocation: allocations[i]!,
    })),
    payerJoined: row.joined.includes(payer),
    bundlePrice,
    payerSavings,
    cost,
    toPayer,
    opening,
    ...(activeAt !== undefined && { activeAt }),
    ...(closure !== undefined && { closedAt: closure.at }),
    ...(cancellation !== undefined && { cancellation }),
    overdue,
    state,
  }
}

/** The episode that the query names, where this reader may see it. */
function findVisible(context: ReadContext): { ref: string; row: EpisodeRow } | undefined {
  const ref = String(context.query.ref)
  const row = EPISODES.get(context.state, ...splitReference(ref))
  if (row === undefined) return undefined
  const isConcerned = [...row.members, row.payer].some((member) => isStaffOf(context.reader, member))
  const maySee = isConcerned || context.port('identity.actsFor')(context.reader, row.subject)
  return maySee ? { ref, row } : undefined
}

/** The episode behind an index row. */
const showIndexed = (context: Context, [owner = '', local = '']: readonly string[]): Json =>
  showEpisode(context, `${owner}:${local}`, EPISODES.get(context.state, owner, local)!)

const base = { answer: EpisodeAnswer, patientData: true } as const

const episode = defineOldRead({
  ...base,
  path: '/episodes/:ref',
  summary: 'One episode: staff of its members and payer, those who act for its subject.',
  query: Fields({ ref: Reference }),
  list: false,
  run(context) {
    const found = findVisible(context)
    return found && showEpisode(context, found.ref, found.row)
  },
})

const steps = defineOldRead({
  path: '/episodes/:ref/steps',
  summary: 'What was done in an episode, member by member: as the episode.',
  query: Fields({ ref: Reference }),
  answer: Fields({
    member: LocalId,
    stepId: LocalId,
    contentHash: Hash,
    cost: Fen,
    occurredAt: Time,
    late: Type.Boolean(),
    by: ActorId,
    at: Time,
  }),
  list: true,
  patientData: true,
  run(context) {
    const found = findVisible(context)
    if (found === undefined) return undefined
    return readPage(
      context,
      STEPS,
      splitReference(found.ref),
      ({ id: [member = '', stepId = ''], value }) => ({ member, stepId, ...value }),
    )
  },
})

const episodes = defineOldRead({
  ...base,
  path: '/episodes',
  summary: 'Episodes of a subject: those who act for it.',
  query: Fields({ subject: Subject }),
  list: true,
  run(context) {
    const subject = String(context.query.subject)
    if (!context.port('identity.actsFor')(context.reader, subject)) return undefined
    return readPage(context, SUBJECT_EPISODES, [subject], ({ id }) => showIndexed(context, id))
  },
})

const shared = defineOldRead({
  ...base,
  path: '/shared-episodes',
  summary: "Episodes that the reader's member shares or pays for: its staff.",
  query: Fields({}),
  list: true,
  run(context) {
    const { reader } = context
    if (!isStaffOf(reader, reader.member)) return undefined
    return readPage(context, EPISODES_OF, [reader.member], ({ id }) => showIndexed(context, id))
  },
})

export const episodeReads = [episode, steps, episodes, shared]
