/** Money and points: accounts, issuers, transfers, and what other modules hold. docs/domain/settlement.md. */
import { AMOUNT_MAX, ISSUERS_MAX } from '../../base/index.ts'
import type { DomainModule } from '../contract.ts'
import { accountOf } from './accounts.ts'
import { checkBlock } from './invariants.ts'
import { issue, putIssuer, requireIssuer, retire } from './issuers.ts'
import { findHold, holdValue, releaseHold, transferValue } from './ports.ts'
import { reads } from './reads.ts'
import { ACCOUNTS, HOLDS, ISSUERS, LINES } from './state.ts'
import { transfer } from './transfers.ts'

export const settlement: DomainModule = {
  name: 'settlement',
  summary:
    'Accounts in money and points, who issued them, transfers, and value held until a module releases it.',
  verbs: { issue, retire, transfer },
  reads,
  tables: [ACCOUNTS, LINES, ISSUERS, HOLDS],
  parameters: {
    supplyMax: {
      default: 1_000_000_000_000_000,
      min: 0,
      max: AMOUNT_MAX,
      meaning:
        'Most that may be outstanding of a currency over all its issuers. Fen or points; ten trillion yuan, about what China spends on health in a year. The bound keeps every sum exact.',
    },
    issuersMax: {
      default: 64,
      min: 1,
      max: ISSUERS_MAX,
      meaning:
        'Issuers of a currency, those that ended included. Bounds the cost of an issue, which adds up all of them.',
    },
  },
  ports: {
    'settlement.balance': (context) => (account, currency) => accountOf(context, account, currency).balance,
    'settlement.transfer': (context, caller) => (transfer) =>
      transferValue(context, caller ?? 'settlement', transfer),
    'settlement.hold':
      (context, caller) =>
      (...hold) =>
        holdValue(context, caller, ...hold),
    'settlement.held': (context, caller) => (id) => findHold(context, caller, id),
    'settlement.release':
      (context, caller) =>
      (...release) =>
        releaseHold(context, caller, ...release),
    'settlement.requireIssuer':
      (context) =>
      (...issuer) =>
        requireIssuer(context, ...issuer),
    'settlement.putIssuer': (context) => (terms) => putIssuer(context, terms),
  },
  needs: ['identity.actor', 'identity.member'],
  checkBlock,
}
