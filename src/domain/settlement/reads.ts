/**
 * What may be asked of settlement: an account by whoever it belongs to and by auditors; who issued how much of a
 * currency by every enrolled reader, because whoever takes it relies on that.
 */
import Type from 'typebox'
import { AMOUNT_MAX } from '../../base/index.ts'
import type { ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { CURRENCIES, type Currency } from '../ports.ts'
import { hasMemberRole, isDesk } from '../roles.ts'
import { valueAt } from '../scheduled.ts'
import { ActorId, Amount, Count, Fields, LocalId, Name, OneOf, Time } from '../schema.ts'
import { readPage } from '../table.ts'
import { accountOf } from './accounts.ts'
import { listIssuers, outstandingSum } from './issuers.ts'
import { HOLDS, HOLDS_OF, LINES } from './state.ts'

const Sum = Count(0, AMOUNT_MAX)

/** An account's owner, of a member's account its desk, and auditors. */
function maySeeAccount({ reader }: ReadContext, account: string): boolean {
  if (reader.actor === account) return true
  return isDesk(reader) && (reader.member === account || hasMemberRole(reader.memberRoles, ['auditor']))
}

const account = defineOldRead({
  path: '/accounts/:account',
  summary: "Balances of an account: its owner, a member's own key and employees, auditors.",
  query: Fields({ account: ActorId }),
  answer: Fields({
    account: ActorId,
    balances: Type.Array(Fields({ currency: Name, balance: Sum, held: Sum })),
  }),
  list: false,
  patientData: false,
  run(context) {
    const owner = String(context.query.account)
    if (!maySeeAccount(context, owner) || context.port('identity.actor')(owner) === undefined)
      return undefined
    const balances = CURRENCIES.map((currency) => {
      const { balance, held } = accountOf(context, owner, currency)
      return { currency, balance, held }
    })
    return { account: owner, balances }
  },
})

const statement = defineOldRead({
  path: '/accounts/:account/statement',
  summary: "Every movement on an account, the newest first: its owner, a member's desk, auditors.",
  query: Fields({ account: ActorId, currency: OneOf(CURRENCIES) }),
  answer: Fields({
    kind: Name,
    amount: Type.Integer(),
    balance: Sum,
    at: Time,
    by: Name,
    other: Type.Optional(ActorId),
    reference: Type.Optional(Name),
  }),
  list: true,
  patientData: false,
  run(context) {
    const owner = String(context.query.account)
    if (!maySeeAccount(context, owner)) return undefined
    return readPage(context, LINES, [owner, String(context.query.currency)], ({ value }) => value)
  },
})

const holds = defineOldRead({
  path: '/accounts/:account/holds',
  summary: "What is held of an account, by module and the module's id: its owner, a member's desk, auditors.",
  query: Fields({ account: ActorId }),
  answer: Fields({ module: Name, holdId: Name, currency: Name, amount: Amount, at: Time }),
  list: true,
  patientData: false,
  run(context) {
    const owner = String(context.query.account)
    if (!maySeeAccount(context, owner)) return undefined
    return readPage(context, HOLDS_OF, [owner], ({ id: [module = '', holdId = ''] }) => {
      const { currency, amount, at } = HOLDS.get(context.state, module, holdId)!
      return { module, holdId, currency, amount, at }
    })
  },
})

const currencyRead = defineOldRead({
  path: '/currencies/:currency',
  summary: 'How much of a currency there is, and whose it is to redeem: any enrolled reader.',
  query: Fields({ currency: OneOf(CURRENCIES) }),
  answer: Fields({
    currency: Name,
    outstanding: Sum,
    issuers: Type.Array(Fields({ member: LocalId, outstanding: Sum, ceiling: Sum })),
  }),
  list: false,
  patientData: false,
  run(context) {
    const currency = context.query.currency as Currency
    const issuers = listIssuers(context, currency).map(({ member, row }) => ({
      member,
      outstanding: row.outstanding,
      ceiling: valueAt(row.ceiling, context.height),
    }))
    return { currency, outstanding: outstandingSum(context, currency), issuers }
  },
})

export const reads = [account, statement, holds, currencyRead]
