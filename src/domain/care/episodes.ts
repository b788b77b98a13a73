/**
 * Rules about episodes: several members treat a patient for one price. They agree beforehand how it is shared; each
 * logs what it did and what that cost; at the end the bundle, less the payer's part of what was saved, is paid out
 * exactly.
 */
import Type from 'typebox'
import { EPISODE_MEMBERS_MAX } from '../../base/index.ts'
import { apportion } from '../apportion.ts'
import type { Actor, Party, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { CLINICIANS, FACILITY_ROLES, hasMemberRole, isDesk, isParty, MEMBER } from '../roles.ts'
import { Amount, Count, Fields, Hash, LocalId, Reference, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { EPISODES, type EpisodeRow, episodeHold, episodeState, STEPS } from './state.ts'

/** Members that pay for others' care. */
export const PAYER_ROLES = ['insurer', 'social-security', 'mutual-aid-sponsor', 'enterprise']
const CARER_ROLES = [...FACILITY_ROLES, 'platform']
const PERMILLE = 1_000

export const openEpisode = defineVerb({
  summary: 'A facility proposes an episode of care for one price, which several members share.',
  signers: 'key or employee of the facility that made the subject: the coordinator',
  payload: Fields({
    episodeId: LocalId,
    subject: Subject,
    payer: LocalId,
    members: Type.Array(LocalId, { minItems: 1, maxItems: EPISODE_MEMBERS_MAX, uniqueItems: true }),
    shares: Type.Array(Count(0, PERMILLE), { minItems: 1, maxItems: EPISODE_MEMBERS_MAX }),
    bundlePrice: Amount,
    payerSavings: Count(0, PERMILLE),
  }),
  parties: ({ subject, payer, members }, signer): Party[] => [
    { subject },
    { member: signer.member },
    { member: payer },
    ...members.map((member) => ({ member })),
  ],
  rule(context) {
    const { payload, signer, state, time } = context
    const { episodeId, ...terms } = payload
    if (!isDesk(signer)) context.refuse('care.role')
    if (context.port('identity.facilityOf')(terms.subject) !== signer.member) {
      context.refuse('care.not-facility', { field: '/payload/subject' })
    }
    if (EPISODES.has(state, signer.member, episodeId)) {
      context.refuse('care.exists', { field: '/payload/episodeId' })
    }
    requireTerms(context)
    const row: EpisodeRow = {
      ...terms,
      opening: { by: signer.actor, at: time },
      joined: [signer.member],
      steps: terms.members.map(() => 0),
      cost: 0,
    }
    EPISODES.put(state, row, signer.member, episodeId)
  },
})

type EpisodeTerms = Pick<EpisodeRow, 'payer' | 'members' | 'shares' | 'bundlePrice'>

function requireTerms(context: RuleContext<EpisodeTerms>): void {
  const { payer, members, shares, bundlePrice } = context.payload
  const roleOf = (member: string, roles: readonly string[]) => {
    const standing = context.port('identity.member')(member)
    return standing?.active === true && hasMemberRole(standing.roles, roles)
  }
  for (const [i, member] of members.entries()) {
    if (!roleOf(member, CARER_ROLES)) {
      context.refuse('care.member-unfit', { field: `/payload/members/${i}` })
    }
  }
  if (!members.includes(context.signer.member)) {
    context.refuse('care.member-unfit', { field: '/payload/members' })
  }
  if (members.includes(payer) || !roleOf(payer, PAYER_ROLES)) {
    context.refuse('care.payer-unfit', { field: '/payload/payer' })
  }
  const sum = shares.reduce((all, share) => all + share, 0)
  if (shares.length !== members.length || sum !== PERMILLE) {
    context.refuse('care.shares', { field: '/payload/shares' })
  }
  if (bundlePrice > context.parameter('bundlePriceMax')) {
    context.refuse('care.cap', { field: '/payload/bundlePrice' })
  }
}

const episode = { episode: Reference, subject: Subject }
interface Named {
  readonly episode: string
  readonly subject: string
}
const partiesOf = ({ episode: reference, subject }: Named, signer: Actor): Party[] => [
  { subject },
  { member: splitReference(reference)[0] },
  { member: signer.member },
]

export const joinEpisode = defineVerb({
  summary:
    'A member agrees to its share; the payer, by its own key, to the price, which is held from then on.',
  signers: 'key or employee of a member named in it; the payer by its own key',
  payload: Fields(episode),
  parties: partiesOf,
  rule(context) {
    const { payload, signer, state, time } = context
    const row = requireEpisode(context)
    const isPayer = signer.member === row.payer
    if (isPayer ? signer.role !== MEMBER : !isDesk(signer)) context.refuse('care.role')
    if (row.joined.includes(signer.member)) context.refuse('care.joined')
    if (episodeState(row) !== 'PROPOSED') context.refuse('care.over', { field: '/payload/episode' })
    if (isPayer) {
      const hold = { from: row.payer, currency: 'cny-fen', amount: row.bundlePrice } as const
      context.port('settlement.hold')(episodeHold(payload.episode), hold)
    }
    const joined = [...row.joined, signer.member]
    const isWhole = joined.length === row.members.length + 1
    const next = { ...row, joined, ...(isWhole && { activeAt: time }) }
    EPISODES.put(state, next, ...splitReference(payload.episode))
  },
})

export const logStep = defineVerb({
  summary: 'A member of an active episode logs what it did, and what that cost.',
  signers: 'key, doctor, nurse, pharmacist or employee of a member of it',
  payload: Fields({
    ...episode,
    stepId: LocalId,
    contentHash: Hash,
    cost: Count(0, 10 ** 12),
    occurredAt: Time,
  }),
  privatePart: 'optional',
  parties: partiesOf,
  rule(context) {
    const { payload, signer, state, time } = context
    const { stepId, contentHash, cost, occurredAt } = payload
    const row = requireEpisode(context)
    const place = row.members.indexOf(signer.member)
    if (place < 0) context.refuse('care.role')
    if (!CLINICIANS.includes(signer.role) && !isDesk(signer)) context.refuse('care.role')
    if (episodeState(row) !== 'ACTIVE') context.refuse('care.not-active', { field: '/payload/episode' })
    const id = [...splitReference(payload.episode), signer.member, stepId] as const
    if (STEPS.has(state, ...id)) context.refuse('care.step-exists', { field: '/payload/stepId' })
    if (occurredAt > time + context.parameter('futureSecondsMax')) {
      context.refuse('care.in-future', { field: '/payload/occurredAt' })
    }
    const count = row.steps.reduce((all, steps) => all + steps, 0)
    if (count >= context.parameter('stepsMax')) context.refuse('care.steps-full')
    const late = time - occurredAt > context.parameter('lateAfterSeconds')
    STEPS.put(state, { contentHash, cost, occurredAt, late, by: signer.actor, at: time }, ...id)
    const steps = row.steps.map((steps, i) => (i === place ? steps + 1 : steps))
    EPISODES.put(state, { ...row, steps, cost: row.cost + cost }, id[0], id[1])
  },
})

export const closeEpisode = defineVerb({
  summary: 'The coordinator ends an episode to which all have contributed: the bundle is shared out.',
  signers: 'key or employee of the coordinator',
  payload: Fields({ ...episode, payer: LocalId }),
  parties: (payload, signer) => [...partiesOf(payload, signer), { member: payload.payer }],
  rule(context) {
    const { payload, signer, state, time } = context
    const [coordinator, local] = splitReference(payload.episode)
    if (!isDesk(signer) || signer.member !== coordinator) context.refuse('care.role')
    const row = requireEpisode(context, payload.payer)
    if (episodeState(row) !== 'ACTIVE') context.refuse('care.not-active', { field: '/payload/episode' })
    if (row.steps.includes(0)) context.refuse('care.step-missing', { field: '/payload/episode' })
    const { allocations, toPayer } = shareOut(row)
    const payments = row.members.map((to, i) => ({ to, amount: allocations[i]! }))
    context.port('settlement.release')(episodeHold(payload.episode), payments)
    const closure = { allocations, toPayer, by: signer.actor, at: time }
    EPISODES.put(state, { ...row, closure }, coordinator, local)
  },
})

/**
 * What each member gets, and what goes back to the payer. Saved is what the bundle is above the cost; of that the
 * payer's part is rounded down. The allocations add up to the bundle less that part, exactly.
 */
export function shareOut({ bundlePrice, cost, payerSavings, shares }: EpisodeRow) {
  const saved = Math.max(0, bundlePrice - cost)
  const toPayer = Number((BigInt(saved) * BigInt(payerSavings)) / BigInt(PERMILLE))
  return { allocations: apportion(bundlePrice - toPayer, shares), toPayer }
}

export const cancelEpisode = defineVerb({
  summary: 'Coordinator or payer ends an episode that not all have joined, or that has run beyond its time.',
  signers: 'key or employee of coordinator or payer',
  payload: Fields({ ...episode, payer: LocalId }),
  parties: (payload, signer) => [...partiesOf(payload, signer), { member: payload.payer }],
  rule(context) {
    const { payload, signer, state, time } = context
    const [coordinator, local] = splitReference(payload.episode)
    const row = requireEpisode(context, payload.payer)
    const isConcerned = signer.member === coordinator || signer.member === row.payer
    if (!isDesk(signer) || !isConcerned) context.refuse('care.role')
    const current = episodeState(row)
    if (current === 'CLOSED' || current === 'CANCELLED') {
      context.refuse('care.over', { field: '/payload/episode' })
    }
    const isRunning =
      row.activeAt !== undefined && time <= row.activeAt + context.parameter('episodeSecondsMax')
    if (isRunning) context.refuse('care.running', { field: '/payload/episode' })
    if (row.joined.includes(row.payer)) context.port('settlement.release')(episodeHold(payload.episode), [])
    EPISODES.put(state, { ...row, cancellation: { by: signer.actor, at: time } }, coordinator, local)
  },
})

/**
 * The episode that the payload names, where the signer is party to it; its subject, and payer where given, must be
 * those of the episode.
 */
function requireEpisode(context: RuleContext<Named>, payer?: string): EpisodeRow {
  const { episode: reference, subject } = context.payload
  const row = EPISODES.get(context.state, ...splitReference(reference))
  const isThis = row?.subject === subject && (payer === undefined || row.payer === payer)
  const members = row === undefined ? [] : [...row.members, row.payer]
  const parties = [...members.map((member) => ({ member })), { subject }]
  if (row === undefined || !isThis || !isParty(context.port, context.signer, parties)) {
    return context.refuse('care.unknown', { field: '/payload/episode' })
  }
  return row
}
