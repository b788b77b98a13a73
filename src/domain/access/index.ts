/** Who opened what, on which ground. docs/domain/access.md. */
import { DAY_SECONDS, HOUR_SECONDS, YEAR_SECONDS } from '../../base/index.ts'
import type { DomainModule } from '../contract.ts'
import { breakGlass, justify } from './break-glass.ts'
import { notify, open } from './opening.ts'
import { listOfConsent } from './ports.ts'
import { reads } from './reads.ts'
import { emergencyActorOf, findEmergencyReader, release } from './release.ts'
import { approve, refuse, request } from './requests.ts'
import { ACCESSES, REQUESTS } from './state.ts'

export const access: DomainModule = {
  name: 'access',
  summary: 'Requests for consent, notices, openings of records, and emergencies.',
  verbs: { request, approve, refuse, notify, open, 'break-glass': breakGlass, justify },
  reads,
  tables: [REQUESTS, ACCESSES],
  parameters: {
    requestSeconds: {
      default: 2_592_000,
      min: HOUR_SECONDS,
      max: YEAR_SECONDS,
      meaning: 'How long a request may be answered. Seconds; 30 days.',
    },
    noticeValidSeconds: {
      default: DAY_SECONDS,
      min: 60,
      max: 2_592_000,
      meaning: 'How long after a notice the record may be opened. Seconds; a day.',
    },
    justifySeconds: {
      default: 259_200,
      min: HOUR_SECONDS,
      max: 2_592_000,
      meaning: 'How long after the glass was broken a justification is in time. Seconds; 72 hours.',
    },
    recentSeconds: {
      default: 2_592_000,
      min: DAY_SECONDS,
      max: YEAR_SECONDS,
      meaning: 'How old a result may be to stand for a new examination. Seconds; 30 days.',
    },
  },
  ports: {
    'access.ofConsent': (context) => (consent, limit) => listOfConsent(context, consent, limit),
    'access.emergencyReader': (context) => (member) => findEmergencyReader(context, member),
    'access.emergencyKey': (context) => (member) =>
      context.port('identity.encryptionKeyOf')(emergencyActorOf(member)),
    'access.release':
      (context) =>
      (...access) =>
        release(context, ...access),
  },
  needs: [
    'identity.actsFor',
    'identity.encryptionKeyOf',
    'identity.member',
    'identity.joinedSubjects',
    'record.find',
    'record.ofSubject',
    'record.ofCase',
    'record.latest',
    'consent.find',
    'consent.treats',
    'consent.create',
  ],
}
