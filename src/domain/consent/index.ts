/** What a patient allows. docs/domain/consent.md. */
import { DAY_SECONDS } from '../../base/index.ts'
import type { DomainModule } from '../contract.ts'
import { findConsent, findConsentOfCase, treats } from './ports.ts'
import { reads } from './reads.ts'
import { createConsent, grant, revoke } from './rules.ts'
import { CASES, CONSENTS } from './state.ts'

export const consent: DomainModule = {
  name: 'consent',
  summary: 'Who may open which records of a patient, for which purpose and how long.',
  verbs: { grant, revoke },
  reads,
  tables: [CONSENTS, CASES],
  parameters: {
    durationSecondsMax: {
      default: 31_622_400,
      min: DAY_SECONDS,
      max: 315_576_000,
      meaning: 'Longest consent. Seconds; a year, after which a patient is asked again.',
    },
    consentsSeenMax: {
      default: 64,
      min: 1,
      max: 1_000,
      meaning:
        'Consents of one grantee about one subject that are looked through for a treatment consent. Bounds the cost of a read.',
    },
  },
  ports: {
    'consent.find': (context) => (reference) => findConsent(context, reference),
    'consent.ofCase':
      (context) =>
      (...consent) =>
        findConsentOfCase(context, ...consent),
    'consent.treats': (context) => (grantee, subject) => treats(context, grantee, subject),
    'consent.create':
      (context) =>
      (...consent) =>
        createConsent(context, ...consent),
  },
  needs: ['identity.actsFor', 'identity.actor'],
}
