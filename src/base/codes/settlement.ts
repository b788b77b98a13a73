/** Refusals by the rules of settlement: numbers from 1600 to 1699. */
import { type CodeRow, row } from './row.ts'

export const SETTLEMENT_CODES = {
  'settlement.role': row(1600, 403, 'Your role, or that of your member, may not do this.'),
  'settlement.not-issuer': row(1601, 403, 'Your member has not been declared an issuer of this currency.'),
  'settlement.ceiling': row(
    1602,
    409,
    'More would be outstanding than the issuer, or the currency, may have.',
  ),
  'settlement.insufficient': row(1603, 409, 'The account has too little to spend.'),
  'settlement.account-unknown': row(1604, 409, 'Nobody has this account.'),
  'settlement.same-account': row(1605, 409, 'The account that pays is the account that is paid.'),
  'settlement.amount': row(1606, 409, 'The amount is not a whole number above 0.'),
  'settlement.outstanding': row(1607, 409, 'The issuer has less than this outstanding.'),
  'settlement.hold-exists': row(1608, 409, 'A hold of this id is kept already.'),
  'settlement.hold-unknown': row(1609, 409, 'There is no such hold.'),
  'settlement.hold-exceeded': row(1610, 409, 'More is paid out than was held.'),
  'settlement.issuer-unfit': row(1611, 409, 'The member is not active, or its roles issue no such currency.'),
  'settlement.issuers-full': row(1612, 409, 'The currency has as many issuers as it may.'),
} as const satisfies Record<string, CodeRow>
