/** Patients sent up and down the tiers of a medical consortium. docs/domain/referral.md. */
import { DAY_SECONDS, HOUR_SECONDS } from '../../base/index.ts'
import type { DomainModule } from '../contract.ts'
import { attestTier, recognise } from './consortium.ts'
import { reads } from './reads.ts'
import { accept, cancel, complete, create, decline } from './rules.ts'
import { RECOGNITIONS, REFERRALS, TIERS } from './state.ts'

export const referral: DomainModule = {
  name: 'referral',
  summary: 'Referrals between hospitals of different tiers, and whose results need not be repeated.',
  verbs: { create, accept, decline, complete, cancel, 'attest-tier': attestTier, recognise },
  reads,
  tables: [REFERRALS, TIERS, RECOGNITIONS],
  parameters: {
    answerSeconds: {
      default: 3 * DAY_SECONDS,
      min: HOUR_SECONDS,
      max: 365 * DAY_SECONDS,
      meaning: 'A referral unanswered, or answered, later than this reads as late. Seconds; 3 days.',
    },
    recognisedSeconds: {
      default: 30 * DAY_SECONDS,
      min: DAY_SECONDS,
      max: 365 * DAY_SECONDS,
      meaning:
        'How old a recognised result may be to stand for a new examination. Seconds; 30 days, as for treatment.',
    },
  },
  ports: {},
  needs: [
    'identity.actsFor',
    'identity.member',
    'identity.facilityOf',
    'identity.joinedSubjects',
    'record.find',
    'record.latest',
    'consent.find',
  ],
}
