/** What care stores: its tables and their rows, and the state of an episode or pathway at a time. */
import type { Act } from '../contract.ts'
import { createTable } from '../table.ts'

/** `care/episode/<coordinator>/<local>` */
export type EpisodeRow = {
  readonly subject: string
  /** Member that pays the bundle. */
  readonly payer: string
  /** Members that work together, the coordinator among them. */
  readonly members: readonly string[]
  /** Thousandths of what is paid out, in the order of `members`. */
  readonly shares: readonly number[]
  /** Fen. */
  readonly bundlePrice: number
  /** Thousandths of the savings that go back to the payer. */
  readonly payerSavings: number
  readonly opening: Act
  /** Members that have joined, the payer too. */
  readonly joined: readonly string[]
  /** Since when all have joined and the bundle is held. */
  readonly activeAt?: number
  /** Steps logged, in the order of `members`. */
  readonly steps: readonly number[]
  /** Fen: what the steps cost in all. */
  readonly cost: number
  readonly closure?: Act & {
    /** Fen, in the order of `members`. */
    readonly allocations: readonly number[]
    /** Fen: the payer's part of the savings. */
    readonly toPayer: number
  }
  readonly cancellation?: Act
}

/** `care/step/<coordinator>/<local>/<member>/<step>` */
export type StepRow = Act & {
  /** Commitment to what was done. */
  readonly contentHash: string
  /** Fen. */
  readonly cost: number
  readonly occurredAt: number
  /** Logged longer after it happened than the parameter says. */
  readonly late: boolean
}

/** `care/pathway/<provider>/<local>` */
export type PathwayRow = PathwayTerms & {
  readonly offer: Act
  /** The payer has signed and the price is held. */
  readonly signature?: Act
  /** Steps that are done, in the order in which that was attested. */
  readonly attestations: readonly (Act & { readonly step: string; readonly record?: string })[]
  readonly outcome?: Act & { readonly met: boolean }
  readonly dispute?: Act
  /** How it ended: what of the price went to the provider; the rest went back to the payer. */
  readonly settled?: Act & {
    readonly how: 'RELEASED' | 'REFUNDED' | 'ARBITRATED'
    readonly toProvider: number
  }
}

/** What provider and payer agree on. */
export type PathwayTerms = {
  readonly subject: string
  /** An actor that acts for the subject, or a member that insures. */
  readonly payer: string
  readonly steps: readonly { readonly step: string; readonly mandatory: boolean }[]
  /** Fen. */
  readonly price: number
  /** When all is to be attested. */
  readonly dueBy: number
  /** Who attests the outcome: an actor that is not the provider's staff. */
  readonly assessor: string
  /** Who decides a dispute: an actor or member of neither side. */
  readonly arbiter: string
}

/** Indexes: `care/episode-of/<member>/…`, `care/pathway-of/<party>/…`, and both by subject. */
export type IndexRow = { readonly at: number }

type Owned = [owner: string, local: string]

export const EPISODES = createTable<EpisodeRow, Owned>('care/episode')
export const EPISODES_OF = createTable<IndexRow, [member: string, ...Owned]>('care/episode-of')
export const SUBJECT_EPISODES = createTable<IndexRow, [subject: string, ...Owned]>('care/subject-episode')
export const STEPS = createTable<StepRow, [...Owned, member: string, step: string]>('care/step')
export const PATHWAYS = createTable<PathwayRow, Owned>('care/pathway')
export const PATHWAYS_OF = createTable<IndexRow, [party: string, ...Owned]>('care/pathway-of')
export const SUBJECT_PATHWAYS = createTable<IndexRow, [subject: string, ...Owned]>('care/subject-pathway')

/** Ids under which settlement holds a bundle and a price. */
export const episodeHold = (reference: string): string => `episode:${reference}`
export const pathwayHold = (reference: string): string => `pathway:${reference}`

export type EpisodeState = 'PROPOSED' | 'ACTIVE' | 'CLOSED' | 'CANCELLED'

export function episodeState({ activeAt, closure, cancellation }: EpisodeRow): EpisodeState {
  if (closure !== undefined) return 'CLOSED'
  if (cancellation !== undefined) return 'CANCELLED'
  return activeAt === undefined ? 'PROPOSED' : 'ACTIVE'
}

export type PathwayState =
  | 'OFFERED'
  | 'LAPSED'
  | 'ACTIVE'
  | 'DISPUTED'
  | 'RELEASED'
  | 'REFUNDED'
  | 'ARBITRATED'

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
