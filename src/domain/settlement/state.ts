/** What settlement stores: its tables and their rows. */
import Type from 'typebox'
import { AMOUNT_MAX } from '../../base/index.ts'
import { CURRENCIES } from '../ports.ts'
import { ScheduledOf } from '../scheduled.ts'
import { ActorId, Amount, Count, Fields, Name, OneOf, pick, type RowOf, Time } from '../schema.ts'
import { createTable } from '../table.ts'

export const Sum = Count(0, AMOUNT_MAX)
export const Currency = OneOf(CURRENCIES)

export const AccountRow = Fields({
  /** What may be spent. */
  balance: Sum,
  /** What modules hold of it. */
  held: Sum,
  /** Lines that its statement has. */
  lines: Count(0, Number.MAX_SAFE_INTEGER),
})
export type AccountRow = RowOf<typeof AccountRow>

export const ACCOUNTS = createTable('settlement/account', {
  id: ['owner', 'currency'],
  row: AccountRow,
  meaning: 'an account; written when value first comes to it',
})

export const LineRow = Fields({
  kind: OneOf(['issue', 'retire', 'transfer', 'hold', 'release']),
  /** By how much the balance changed. */
  amount: Type.Integer(),
  /** The balance after it. */
  balance: Sum,
  at: Time,
  /** The module whose rule moved it. */
  by: Name,
  /** The account on the other side; absent where that is a hold of one's own. */
  other: Type.Optional(ActorId),
  /** What it is for: what the signer or the module gave, of a hold its id. */
  reference: Type.Optional(Name),
})
export type LineRow = RowOf<typeof LineRow>
export type LineKind = LineRow['kind']

export const LINES = createTable('settlement/line', {
  id: ['owner', 'currency', 'number'],
  row: LineRow,
  meaning: 'a line of a statement; `number` is counted down, ten digits, so that the newest stands first',
})

export const IssuerRow = Fields({
  /** How much may be outstanding; 0 where the member issues no longer. */
  ceiling: ScheduledOf(Sum),
  /** Issued less retired. */
  outstanding: Sum,
})
export type IssuerRow = RowOf<typeof IssuerRow>

export const ISSUERS = createTable('settlement/issuer', {
  id: ['currency', 'member'],
  row: IssuerRow,
  meaning: 'an issuer; its account in the double entry is minus what is outstanding',
})

export const HoldRow = Fields({ from: ActorId, currency: Currency, amount: Amount, at: Time })
export type HoldRow = RowOf<typeof HoldRow>

export const HOLDS = createTable('settlement/hold', {
  id: ['module', 'holdId'],
  row: HoldRow,
  meaning: 'what a module holds of an account, until it releases it',
  indexes: {
    ofAccount: {
      name: 'settlement/hold-of',
      id: ['owner', 'module', 'holdId'],
      row: Fields(pick(HoldRow, 'at')),
      meaning: 'the holds on an account',
      key: ({ from }, ...id) => [from, ...id],
    },
  },
})

/** Lines are numbered down from here, so that the newest stands first in order of keys. */
const LINE_NUMBER_MAX = 9_999_999_999

/** The key of a statement's line; `count` lines stand in it already. */
export const lineKey = (count: number): string => String(LINE_NUMBER_MAX - count).padStart(10, '0')
