/** What settlement stores: its tables and their rows. */
import type { Currency } from '../ports.ts'
import type { Scheduled } from '../scheduled.ts'
import { createTable } from '../table.ts'

/** `settlement/account/<owner>/<currency>`: written when value first comes to it. */
export type AccountRow = {
  /** What may be spent; 0 or more. */
  readonly balance: number
  /** What modules hold of it; 0 or more. */
  readonly held: number
  /** Lines that its statement has. */
  readonly lines: number
}

export type LineKind = 'issue' | 'retire' | 'transfer' | 'hold' | 'release'

/** `settlement/line/<owner>/<currency>/<number, counted down, ten digits>`: one line of a statement. */
export type LineRow = {
  readonly kind: LineKind
  /** By how much the balance changed. */
  readonly amount: number
  /** The balance after it. */
  readonly balance: number
  readonly at: number
  /** The module whose rule moved it. */
  readonly by: string
  /** The account on the other side; absent where that is a hold of one's own. */
  readonly other?: string
  /** What it is for: what the signer or the module gave, of a hold its id. */
  readonly reference?: string
}

/** `settlement/issuer/<currency>/<member>`: its account in the double entry is minus what is outstanding. */
export type IssuerRow = {
  /** How much may be outstanding; 0 where the member issues no longer. */
  readonly ceiling: Scheduled<number>
  /** Issued less retired. */
  readonly outstanding: number
}

/** `settlement/hold/<module>/<id>`: kept until the module releases it. */
export type HoldRow = {
  readonly from: string
  readonly currency: Currency
  readonly amount: number
  readonly at: number
}

/** `settlement/hold-of/<owner>/<module>/<id>`: the holds on an account. */
export type HoldOfRow = { readonly at: number }

export const ACCOUNTS = createTable<AccountRow, [owner: string, currency: Currency]>('settlement/account')
export const LINES = createTable<LineRow, [owner: string, currency: Currency, number: string]>(
  'settlement/line',
)
export const ISSUERS = createTable<IssuerRow, [currency: Currency, member: string]>('settlement/issuer')
export const HOLDS = createTable<HoldRow, [module: string, id: string]>('settlement/hold')
export const HOLDS_OF = createTable<HoldOfRow, [owner: string, module: string, id: string]>(
  'settlement/hold-of',
)

/** Lines are numbered down from here, so that the newest stands first in order of keys. */
const LINE_NUMBER_MAX = 9_999_999_999

/** The key of a statement's line; `count` lines stand in it already. */
export const lineKey = (count: number): string => String(LINE_NUMBER_MAX - count).padStart(10, '0')
