/** Claims for payment of care, from eligibility to remittance. docs/domain/claim.md. */
import { DAY_SECONDS } from '../../base/index.ts'
import type { DomainModule } from '../contract.ts'
import { answerEligibility, answerPreauthorisation, checkEligibility, preauthorise } from './asks.ts'
import { endRule, registerRule } from './automatic.ts'
import { acknowledge, adjudicate, close, deny, pend, remit } from './decisions.ts'
import { reads } from './reads.ts'
import { CLAIMS, ELIGIBILITIES, PREAUTHORISATIONS, RULES, VISITS } from './state.ts'
import { appeal, submit, supplement, withdraw } from './submission.ts'
import { findVisit } from './visits.ts'

export const claim: DomainModule = {
  name: 'claim',
  summary:
    'Claims of providers to payers: eligibility, submission, adjudication by hand or by rule, remittance.',
  verbs: {
    'check-eligibility': checkEligibility,
    'answer-eligibility': answerEligibility,
    preauthorise,
    'answer-preauthorisation': answerPreauthorisation,
    submit,
    acknowledge,
    pend,
    supplement,
    adjudicate,
    deny,
    appeal,
    remit,
    withdraw,
    close,
    'register-rule': registerRule,
    'end-rule': endRule,
  },
  reads,
  tables: [CLAIMS, VISITS, ELIGIBILITIES, PREAUTHORISATIONS, RULES],
  parameters: {
    futureSecondsMax: {
      default: 300,
      min: 0,
      max: DAY_SECONDS,
      meaning: 'How far a visit may lie ahead of block time. Seconds; forgives a clock five minutes.',
    },
    lateAfterSeconds: {
      default: 180 * DAY_SECONDS,
      min: DAY_SECONDS,
      max: 3_650 * DAY_SECONDS,
      meaning: 'A claim submitted longer than this after its visit is marked late. Seconds; 180 days.',
    },
    decideSeconds: {
      default: 30 * DAY_SECONDS,
      min: DAY_SECONDS,
      max: 365 * DAY_SECONDS,
      meaning:
        'How long a payer may take to decide before it reads as overdue, from the last thing it was given. Seconds; 30 days, as China’s Insurance Law has it.',
    },
    remitSeconds: {
      default: 10 * DAY_SECONDS,
      min: DAY_SECONDS,
      max: 365 * DAY_SECONDS,
      meaning:
        'How long a payer may take to pay what it adjudicated before it reads as overdue. Seconds; 10 days, as China’s Insurance Law has it.',
    },
    appealSeconds: {
      default: 180 * DAY_SECONDS,
      min: DAY_SECONDS,
      max: 3_650 * DAY_SECONDS,
      meaning:
        'How long after a decision it may be appealed against. Seconds; 180 days, common among insurers.',
    },
    appealsMax: {
      default: 2,
      min: 0,
      max: 10,
      meaning: 'How often a claim may be appealed; 2, a review and a second one.',
    },
    pendsMax: {
      default: 5,
      min: 0,
      max: 20,
      meaning: 'How often a payer may ask for more about a claim. Bounds its history.',
    },
    visitClaimsMax: {
      default: 16,
      min: 1,
      max: 64,
      meaning: 'Claims of one visit that were not withdrawn. Bounds the cost of one more.',
    },
    caseItemsMax: {
      default: 200,
      min: 10,
      max: 1_000,
      meaning:
        'Records, and accesses, in one case file; where there are more it says so. Bounds the cost of the read.',
    },
  },
  ports: { 'claim.visit': (context) => (visit) => findVisit(context, visit) },
  needs: [
    'identity.actsFor',
    'identity.facilityOf',
    'identity.insuredOf',
    'identity.joinedSubjects',
    'identity.member',
    'record.find',
    'record.ofCase',
    'consent.ofCase',
    'access.ofConsent',
    'settlement.transfer',
  ],
}
