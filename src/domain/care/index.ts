/** Episodes that several members treat for one price, and pathways paid by outcome. docs/domain/care.md. */
import type { DomainModule } from '../contract.ts'
import { episodeReads } from './episode-reads.ts'
import { cancelEpisode, closeEpisode, joinEpisode, logStep, openEpisode } from './episodes.ts'
import { parameters } from './parameters.ts'
import { pathwayReads } from './pathway-reads.ts'
import { attestOutcome, attestStep, signPathway } from './pathways.ts'
import { arbitrate, dispute, refund, release } from './settling.ts'
import { EPISODES, PATHWAYS, STEPS } from './state.ts'

export const care: DomainModule = {
  name: 'care',
  summary:
    'Episodes of care that members share for one price, and pathways whose price is held until the outcome.',
  verbs: {
    'open-episode': openEpisode,
    'join-episode': joinEpisode,
    'log-step': logStep,
    'close-episode': closeEpisode,
    'cancel-episode': cancelEpisode,
    'sign-pathway': signPathway,
    'attest-step': attestStep,
    'attest-outcome': attestOutcome,
    release,
    refund,
    dispute,
    arbitrate,
  },
  reads: [...episodeReads, ...pathwayReads],
  tables: [EPISODES, STEPS, PATHWAYS],
  parameters,
  ports: {},
  needs: [
    'identity.actor',
    'identity.actsFor',
    'identity.facilityOf',
    'identity.member',
    'record.find',
    'settlement.hold',
    'settlement.release',
  ],
}
