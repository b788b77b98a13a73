/**
 * What may be asked of episodes: those who act for the subject, and staff of the members that share one or pay for it,
 * see it whole, because each has agreed to what the others get.
 */
import Type from 'typebox'
import type { Context } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { actsFor, anyOf, staff, staffOf, staffOfEach } from '../rights.ts'
import { Fen, Fields, LocalId, OneOf, pick, Reference, type RowOf, Subject, Time } from '../schema.ts'
import type { Entry } from '../table.ts'
import { shareOut } from './episodes.ts'
import { EPISODE_STATES, EPISODES, EpisodeRow, episodeState, STEPS, StepRow } from './state.ts'

const EpisodeAnswer = Fields({
  ref: Reference,
  coordinator: LocalId,
  ...pick(
    EpisodeRow,
    'subject',
    'payer',
    'bundlePrice',
    'payerSavings',
    'cost',
    'opening',
    'activeAt',
    'cancellation',
  ),
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
  toPayer: Fen,
  closedAt: Type.Optional(Time),
  overdue: Type.Boolean(),
  state: OneOf(EPISODE_STATES),
})

function showEpisode(
  row: Entry<['coordinator', 'episodeId'], EpisodeRow>,
  context: Context,
): RowOf<typeof EpisodeAnswer> {
  const { episodeId, members, shares, joined, steps, closure, ...rest } = row
  const { allocations, toPayer } = closure ?? shareOut(row)
  const state = episodeState(row)
  const overdue =
    state === 'ACTIVE' && context.time > (row.activeAt ?? 0) + context.parameter('episodeSecondsMax')
  return {
    ...rest,
    ref: `${row.coordinator}:${episodeId}`,
    members: members.map((member, i) => ({
      member,
      sharePermille: shares[i]!,
      joined: joined.includes(member),
      steps: steps[i]!,
      allocation: allocations[i]!,
    })),
    payerJoined: joined.includes(row.payer),
    toPayer,
    ...(closure !== undefined && { closedAt: closure.at }),
    overdue,
    state,
  }
}

const concerned = anyOf(staffOfEach('members'), staffOf('payer'), actsFor('subject'))

const base = { answer: EpisodeAnswer, patientData: true } as const

const episode = defineRead({
  ...base,
  path: '/episodes/:ref',
  summary: 'One episode.',
  query: Fields({ ref: Reference }),
  find: ({ state, query }) => EPISODES.find(state, query.ref),
  for: concerned,
  show: ({ ref: _, ...found }, context) => showEpisode(found, context),
})

const steps = defineList({
  path: '/episodes/:ref/steps',
  summary: 'What was done in an episode, member by member.',
  query: Fields({ ref: Reference }),
  answer: Fields({ member: LocalId, stepId: LocalId, ...StepRow.properties }),
  patientData: true,
  find: ({ state, query }) => EPISODES.find(state, query.ref),
  for: concerned,
  over: STEPS,
  under: ({ found }) => [found.coordinator, found.episodeId],
  show: ({ coordinator: _coordinator, episodeId: _episodeId, ...shown }) => shown,
})

const episodes = defineList({
  ...base,
  path: '/episodes',
  summary: 'Episodes of a subject.',
  query: Fields({ subject: Subject }),
  for: actsFor('subject'),
  over: EPISODES.indexes.ofSubject,
  under: ({ query }) => [query.subject],
  show: showEpisode,
})

const shared = defineList({
  ...base,
  path: '/shared-episodes',
  summary: "Episodes that the reader's member shares or pays for.",
  query: Fields({}),
  for: staff,
  over: EPISODES.indexes.ofMember,
  under: ({ reader }) => [reader.member],
  show: showEpisode,
})

export const episodeReads = [episode, steps, episodes, shared]
