/** Licences to practise, and checks of them that members sell one another. docs/domain/credential.md. */
import { DAY_SECONDS } from '../../base/index.ts'
import type { DomainModule } from '../contract.ts'
import { issue, lapse, renew, restore, suspend } from './licences.ts'
import { reads } from './reads.ts'
import { isSuspended, LICENCES, OFFERS, PURCHASES, VERIFICATIONS } from './state.ts'
import {
  attest,
  deliverVerification,
  listVerification,
  purchaseVerification,
  unlistVerification,
} from './verifications.ts'

export const credential: DomainModule = {
  name: 'credential',
  summary: 'Licences of doctors, pharmacists and nurses, and verifications that members sell one another.',
  verbs: {
    issue,
    renew,
    suspend,
    restore,
    lapse,
    attest,
    'list-verification': listVerification,
    'unlist-verification': unlistVerification,
    'purchase-verification': purchaseVerification,
    'deliver-verification': deliverVerification,
  },
  reads,
  tables: [LICENCES, VERIFICATIONS, OFFERS, PURCHASES],
  parameters: {
    validitySecondsMax: {
      default: 1_827 * DAY_SECONDS,
      min: DAY_SECONDS,
      max: 18_270 * DAY_SECONDS,
      meaning:
        'Longest validity of a licence, and of a renewal from when it is made. Seconds; five years, for which pharmacists and nurses are registered in China.',
    },
    licencesMax: {
      default: 16,
      min: 1,
      max: 64,
      meaning:
        'Licences of one person. Every prescription and exam looks through them, so this bounds its cost; a career passes through fewer places.',
    },
    verificationSeconds: {
      default: 180 * DAY_SECONDS,
      min: DAY_SECONDS,
      max: 1_830 * DAY_SECONDS,
      meaning:
        'How long after the check a verification may be sold and reads as current. Seconds; 180 days, within which those who hire ask for a check at the primary source.',
    },
    futureSecondsMax: {
      default: 300,
      min: 0,
      max: DAY_SECONDS,
      meaning: 'How far a check may lie ahead of block time. Seconds; forgives a clock five minutes.',
    },
  },
  ports: {
    'credential.isSuspended': (context) => (actor) => isSuspended(context, actor),
  },
  needs: ['identity.actor', 'settlement.transfer'],
}
