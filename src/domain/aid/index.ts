/** Mutual aid: members, cohorts, rounds shared among millions, claims, juries. docs/domain/aid.md. */
import type { DomainModule } from '../contract.ts'
import { decide, fileClaim, investigate, report, withdraw } from './claims.ts'
import { giveBack, remit, reportArrears, settleArrears } from './collection.ts'
import { exit, join, reportIllness } from './joining.ts'
import { appeal, juryVote, object } from './jury.ts'
import { parameters } from './parameters.ts'
import { pay } from './paying.ts'
import { admitCollector, close, examine, found, terminate } from './plans.ts'
import { reads } from './reads.ts'
import { publish, share } from './rounds.ts'
import {
  CASES,
  CLAIMS,
  COHORTS,
  COLLECTORS,
  DUES,
  EXCEPTIONS,
  INSURED,
  JURORS,
  LEAVES,
  PLANS,
  ROUNDS,
  STARTS,
  VOTES,
  YEARS,
} from './state.ts'

export { type AidPerson, aidCommitmentInput } from './commitment.ts'
export { paymentOf as aidPaymentOf } from './money.ts'

export const aid: DomainModule = {
  name: 'aid',
  summary:
    'Mutual aid plans: members by cohorts, claims, juries, and rounds whose cost does not grow with the members.',
  verbs: {
    found,
    'admit-collector': admitCollector,
    examine,
    join,
    exit,
    'report-illness': reportIllness,
    return: giveBack,
    'file-claim': fileClaim,
    withdraw,
    investigate,
    report,
    decide,
    appeal,
    object,
    'jury-vote': juryVote,
    publish,
    share,
    'report-arrears': reportArrears,
    'settle-arrears': settleArrears,
    remit,
    pay,
    terminate,
    close,
  },
  reads,
  tables: [
    PLANS,
    COLLECTORS,
    STARTS,
    LEAVES,
    COHORTS,
    EXCEPTIONS,
    YEARS,
    ROUNDS,
    DUES,
    CASES,
    CLAIMS,
    INSURED,
    JURORS,
    VOTES,
  ],
  parameters,
  ports: {},
  needs: [
    'identity.actor',
    'identity.actsFor',
    'identity.insuredOf',
    'identity.member',
    'settlement.hold',
    'settlement.release',
    'settlement.transfer',
  ],
}
