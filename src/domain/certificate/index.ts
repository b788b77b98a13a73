/** Health certificates for work with food and the like. docs/domain/certificate.md. */
import { DAY_SECONDS } from '../../base/index.ts'
import type { DomainModule } from '../contract.ts'
import { issue, publishLists, renew, restore, revoke, suspend } from './certificates.ts'
import { recordExam } from './exams.ts'
import { reads } from './reads.ts'
import {
  BUSINESSES,
  CERTIFICATES,
  EMPLOYMENTS,
  EXAMS,
  INSPECTIONS,
  INSTITUTIONS,
  LATEST_EXAMS,
} from './state.ts'
import { employ, inspect, registerBusiness, release } from './work.ts'

export const certificate: DomainModule = {
  name: 'certificate',
  summary: 'Health exams, certificates, who works on them, and inspections.',
  verbs: {
    'record-exam': recordExam,
    issue,
    renew,
    suspend,
    restore,
    revoke,
    'publish-lists': publishLists,
    employ,
    release,
    'register-business': registerBusiness,
    inspect,
  },
  reads,
  tables: [EXAMS, LATEST_EXAMS, CERTIFICATES, INSTITUTIONS, EMPLOYMENTS, BUSINESSES, INSPECTIONS],
  parameters: {
    validityMonthsMax: {
      default: 12,
      min: 1,
      max: 24,
      meaning:
        'Longest validity, counted from the specimen. Calendar months in China; 12, as the food safety rules ask for a yearly exam.',
    },
    expiringSeconds: {
      default: 30 * DAY_SECONDS,
      min: DAY_SECONDS,
      max: 365 * DAY_SECONDS,
      meaning:
        'How long before its end a certificate is shown to the enterprise as expiring. Seconds; 30 days.',
    },
    lateAfterSeconds: {
      default: 10 * DAY_SECONDS,
      min: DAY_SECONDS,
      max: 365 * DAY_SECONDS,
      meaning: 'An exam recorded longer than this after its specimen is marked late. Seconds; 10 days.',
    },
    futureSecondsMax: {
      default: 300,
      min: 0,
      max: DAY_SECONDS,
      meaning: 'How far a specimen may lie ahead of block time. Seconds; forgives a clock five minutes.',
    },
  },
  ports: {},
  needs: [
    'credential.isSuspended',
    'identity.actsFor',
    'identity.actor',
    'identity.facilityOf',
    'identity.member',
  ],
}
