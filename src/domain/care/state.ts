/** What care stores: its tables and their rows, and the state of an episode or pathway at a time. */
import Type from 'typebox'
import {
  Act,
  ActorId,
  actFields,
  Count,
  Fen,
  Fields,
  Hash,
  LocalId,
  OneOf,
  Reference,
  type RowOf,
  Subject,
  Time,
} from '../schema.ts'
import { createTable } from '../table.ts'

/** Thousandths of a whole. */
const Permille = Count(0, 1_000)
const indexRow = Fields({ at: Time })

export const EpisodeRow = Fields({
  subject: Subject,
  /** Member that pays the bundle. */
  payer: LocalId,
  /** Members that work together, the coordinator among them. */
  members: Type.Array(LocalId),
  /** Thousandths of what is paid out, in the order of `members`. */
  shares: Type.Array(Permille),
  bundlePrice: Fen,
  /** Thousandths of the savings that go back to the payer. */
  payerSavings: Permille,
  opening: Act,
  /** Members that have joined, the payer too. */
  joined: Type.Array(LocalId),
  /** Since when all have joined and the bundle is held. */
  activeAt: Type.Optional(Time),
  /** Steps logged, in the order of `members`. */
  steps: Type.Array(Count(0, 10_000)),
  /** What the steps cost in all. */
  cost: Fen,
  closure: Type.Optional(
    Fields({
      ...actFields,
      /** In the order of `members`. */
      allocations: Type.Array(Fen),
      /** The payer's part of the savings. */
      toPayer: Fen,
    }),
  ),
  cancellation: Type.Optional(Act),
})
export type EpisodeRow = RowOf<typeof EpisodeRow>

export const EPISODES = createTable('care/episode', {
  id: ['coordinator', 'episodeId'],
  row: EpisodeRow,
  meaning: 'an episode as it stands; `steps` counts by member',
  indexes: {
    ofMember: {
      name: 'care/episode-of',
      id: ['member', 'coordinator', 'episodeId'],
      row: indexRow,
      meaning: 'the episodes that a member shares or pays for',
      keys: ({ members, payer }, ...id) => [...members, payer].map((member) => [member, ...id]),
      value: ({ opening }) => ({ at: opening.at }),
    },
    ofSubject: {
      name: 'care/subject-episode',
      id: ['subject', 'coordinator', 'episodeId'],
      row: indexRow,
      meaning: 'the episodes of a subject',
      key: ({ subject }, ...id) => [subject, ...id],
      value: ({ opening }) => ({ at: opening.at }),
    },
  },
})

export const StepRow = Fields({
  /** Commitment to what was done. */
  contentHash: Hash,
  cost: Fen,
  occurredAt: Time,
  /** Logged longer after it happened than the parameter says. */
  late: Type.Boolean(),
  ...actFields,
})

export const STEPS = createTable('care/step', {
  id: ['coordinator', 'episodeId', 'member', 'stepId'],
  row: StepRow,
  meaning: 'what a member did in an episode',
})

const SETTLEMENTS = ['RELEASED', 'REFUNDED', 'ARBITRATED'] as const
export type Settlement = (typeof SETTLEMENTS)[number]

/** What provider and payer agree on. */
export const PathwayTerms = Fields({
  subject: Subject,
  /** An actor that acts for the subject, or a member that insures. */
  payer: ActorId,
  steps: Type.Array(Fields({ step: LocalId, mandatory: Type.Boolean() })),
  price: Fen,
  /** When all is to be attested. */
  dueBy: Time,
  /** Who attests the outcome: an actor that is not the provider's staff. */
  assessor: ActorId,
  /** Who decides a dispute: an actor or member of neither side. */
  arbiter: ActorId,
})
export type PathwayTerms = RowOf<typeof PathwayTerms>

export const Attestation = Fields({ step: LocalId, ...actFields, record: Type.Optional(Reference) })

export const PathwayRow = Fields({
  ...PathwayTerms.properties,
  offer: Act,
  /** The payer has signed and the price is held. */
  signature: Type.Optional(Act),
  /** Steps that are done, in the order in which that was attested. */
  attestations: Type.Array(Attestation),
  outcome: Type.Optional(Fields({ ...actFields, met: Type.Boolean() })),
  dispute: Type.Optional(Act),
  /** How it ended: what of the price went to the provider; the rest went back to the payer. */
  settled: Type.Optional(Fields({ ...actFields, how: OneOf(SETTLEMENTS), toProvider: Fen })),
})
export type PathwayRow = RowOf<typeof PathwayRow>

export const PATHWAYS = createTable('care/pathway', {
  id: ['provider', 'pathwayId'],
  row: PathwayRow,
  meaning: 'a pathway as it stands, with its terms',
  indexes: {
    ofParty: {
      name: 'care/pathway-of',
      id: ['party', 'provider', 'pathwayId'],
      row: indexRow,
      meaning: 'the pathways in which an actor or member is named',
      keys: ({ payer, assessor, arbiter }, ...id) =>
        [id[0], payer, assessor, arbiter].map((party) => [party, ...id]),
      value: ({ offer }) => ({ at: offer.at }),
    },
    ofSubject: {
      name: 'care/subject-pathway',
      id: ['subject', 'provider', 'pathwayId'],
      row: indexRow,
      meaning: 'the pathways of a subject',
      key: ({ subject }, ...id) => [subject, ...id],
      value: ({ offer }) => ({ at: offer.at }),
    },
  },
})

/** Ids under which settlement holds a bundle and a price. */
export const episodeHold = (reference: string): string => `episode:${reference}`
export const pathwayHold = (reference: string): string => `pathway:${reference}`

export const EPISODE_STATES = ['PROPOSED', 'ACTIVE', 'CLOSED', 'CANCELLED'] as const
type EpisodeState = (typeof EPISODE_STATES)[number]

export function episodeState({ activeAt, closure, cancellation }: EpisodeRow): EpisodeState {
  if (closure !== undefined) return 'CLOSED'
  if (cancellation !== undefined) return 'CANCELLED'
  return activeAt === undefined ? 'PROPOSED' : 'ACTIVE'
}

export const PATHWAY_STATES = ['OFFERED', 'LAPSED', 'ACTIVE', 'DISPUTED', ...SETTLEMENTS] as const
export type PathwayState = (typeof PATHWAY_STATES)[number]

/** How long an offer may be signed and an arbiter may decide, in seconds. */
export interface PathwayTimes {
  readonly offerSeconds: number
  readonly arbitrationSeconds: number
}

export function pathwayState(row: PathwayRow, time: number, times: PathwayTimes): PathwayState {
  const { offer, signature, dispute, settled } = row
  if (settled !== undefined) return settled.how
  if (signature === undefined) return time <= offer.at + times.offerSeconds ? 'OFFERED' : 'LAPSED'
  const isDisputed = dispute !== undefined && time <= dispute.at + times.arbitrationSeconds
  return isDisputed ? 'DISPUTED' : 'ACTIVE'
}

/** Who attested a step, and when; undefined where nobody has. */
export const attestationOf = ({ attestations }: PathwayRow, step: string) =>
  attestations.find((attestation) => attestation.step === step)

/** Whether every mandatory step, and the outcome as it was to be, are attested. */
export const isComplete = (row: PathwayRow): boolean =>
  row.outcome?.met === true &&
  row.steps.every(({ step, mandatory }) => !mandatory || attestationOf(row, step) !== undefined)
