/**
 * What may be asked of settlement: an account by whoever it belongs to and by auditors; who issued how much of a
 * currency by every enrolled reader, because whoever takes it relies on that.
 */
import Type from 'typebox'
import { defineList, defineRead } from '../define.ts'
import { CURRENCIES } from '../ports.ts'
import { anyOf, deskOf, deskWith, everyone, self } from '../rights.ts'
import { valueAt } from '../scheduled.ts'
import { ActorId, Fields, LocalId, Name, omit, pick } from '../schema.ts'
import { accountOf } from './accounts.ts'
import { listIssuers, outstandingSum } from './issuers.ts'
import { AccountRow, Currency, HOLDS, HoldRow, LINES, LineRow, Sum } from './state.ts'

const holders = anyOf(
  self('account', 'owner of the account'),
  deskOf('account', 'member whose account it is'),
  deskWith('auditor'),
)

const account = defineRead({
  path: '/accounts/:account',
  summary: 'Balances of an account.',
  query: Fields({ account: ActorId }),
  answer: Fields({
    account: ActorId,
    balances: Type.Array(Fields({ currency: Currency, ...pick(AccountRow, 'balance', 'held') })),
  }),
  patientData: false,
  find: ({ port, query }) => port('identity.actor')(query.account),
  for: holders,
  show: (_, context) => ({
    account: context.query.account,
    balances: CURRENCIES.map((currency) => {
      const { balance, held } = accountOf(context, context.query.account, currency)
      return { currency, balance, held }
    }),
  }),
})

const statement = defineList({
  path: '/accounts/:account/statement',
  summary: 'Every movement on an account, the newest first.',
  query: Fields({ account: ActorId, currency: Currency }),
  answer: LineRow,
  patientData: false,
  for: holders,
  over: LINES,
  under: ({ query }) => [query.account, query.currency],
  show: ({ owner: _owner, currency: _currency, number: _number, ...line }) => line,
})

const holds = defineList({
  path: '/accounts/:account/holds',
  summary: "What is held of an account, by module and the module's id.",
  query: Fields({ account: ActorId }),
  answer: Fields({ module: Name, holdId: Name, ...omit(HoldRow, 'from') }),
  patientData: false,
  for: holders,
  over: HOLDS.indexes.ofAccount,
  under: ({ query }) => [query.account],
  show: ({ from: _, ...hold }) => hold,
})

const currency = defineRead({
  path: '/currencies/:currency',
  summary: 'How much of a currency there is, and whose it is to redeem.',
  query: Fields({ currency: Currency }),
  answer: Fields({
    currency: Currency,
    outstanding: Sum,
    issuers: Type.Array(Fields({ member: LocalId, outstanding: Sum, ceiling: Sum })),
  }),
  patientData: false,
  for: everyone,
  show: (_, context) => ({
    currency: context.query.currency,
    outstanding: outstandingSum(context, context.query.currency),
    issuers: listIssuers(context, context.query.currency).map(({ member, row }) => ({
      member,
      outstanding: row.outstanding,
      ceiling: valueAt(row.ceiling, context.height),
    })),
  }),
})

export const reads = [account, statement, holds, currency]
