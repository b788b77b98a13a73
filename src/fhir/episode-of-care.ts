/** `EpisodeOfCare` (R4 8.12) of an episode that several members share: who gives care, who pays, and since when. */
import type { Account, CareTeam, EpisodeOfCare, Organization } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import { fhirIdOf, identifierOf, referTo, referToSubject } from './terms.ts'

interface Act {
  readonly by: string
  readonly at: number
}

/** An episode as the reads of the module `care` answer it. */
export interface EpisodeAnswer {
  readonly ref: string
  readonly coordinator: string
  readonly subject: string
  readonly payer: string
  readonly members: readonly { readonly member: string }[]
  readonly opening: Act
  readonly activeAt?: number
  readonly closedAt?: number
  readonly cancellation?: Act
  readonly state: string
}

type Status = NonNullable<EpisodeOfCare['status']>

/** When each status began, in order. */
function historyOf({ opening, activeAt, closedAt, cancellation }: EpisodeAnswer) {
  const entries: [Status, number | undefined][] = [
    ['planned', opening.at],
    ['active', activeAt],
    ['finished', closedAt],
    ['cancelled', cancellation?.at],
  ]
  return entries.flatMap(([status, at]) => (at === undefined ? [] : [{ status, at }]))
}

const referToMember = (member: string) => referTo<Organization>('Organization', 'member', member)

export function episodeOfCareOf(episode: EpisodeAnswer): EpisodeOfCare {
  const { ref, coordinator, subject, payer, members, opening } = episode
  const history = historyOf(episode)
  const { status, at: lastAt } = history.at(-1)!
  const isOver = status === 'finished' || status === 'cancelled'
  const team: CareTeam = {
    resourceType: 'CareTeam',
    id: 'team',
    participant: members.map(({ member }) => ({ member: referToMember(member) })),
  }
  const account: Account = {
    resourceType: 'Account',
    id: 'account',
    status: isOver ? 'inactive' : 'active',
    guarantor: [{ party: referToMember(payer) }],
  }
  return {
    resourceType: 'EpisodeOfCare',
    id: fhirIdOf(ref),
    meta: { lastUpdated: instantOf(lastAt) },
    contained: [team, account],
    identifier: [identifierOf('episode', ref)],
    status,
    statusHistory: history.map((entry, i) => {
      const end = history[i + 1]?.at
      const period = { start: instantOf(entry.at), ...(end !== undefined && { end: instantOf(end) }) }
      return { status: entry.status, period }
    }),
    patient: referToSubject(subject),
    managingOrganization: referToMember(coordinator),
    period: {
      start: instantOf(episode.activeAt ?? opening.at),
      ...(isOver && { end: instantOf(lastAt) }),
    },
    team: [{ reference: '#team' }],
    account: [{ reference: '#account' }],
  }
}
