/** Refusals by the rules of credential: numbers from 2100 to 2199. */
import { type CodeRow, row } from './row.ts'

export const CREDENTIAL_CODES = {
  'credential.role': row(2100, 403, 'Your role, or that of your member, may not do this.'),
  'credential.practitioner-unfit': row(2101, 409, 'There is no such person, or not of this profession.'),
  'credential.exists': row(2102, 409, 'The licensing body has issued a licence of this id.'),
  'credential.period': row(2103, 409, 'The validity is not in order, ends in the past, or lasts too long.'),
  'credential.licences-full': row(2104, 409, 'This person has as many licences as one may have.'),
  'credential.unknown': row(2105, 409, 'The licensing body has no such licence of this person.'),
  'credential.lapsed': row(2106, 409, 'The licence has lapsed for good.'),
  'credential.suspended': row(2107, 409, 'The licence is suspended already.'),
  'credential.not-suspended': row(2108, 409, 'The licence is not suspended.'),
  'credential.verification-exists': row(2109, 409, 'Your member has attested a verification of this id.'),
  'credential.licence-unfit': row(
    2110,
    409,
    'A verification of a licence, and no other, names one of the person.',
  ),
  'credential.in-future': row(2111, 409, 'The check lies in the future.'),
  'credential.contradicts': row(2112, 409, 'The ledger says otherwise of this licence.'),
  'credential.verification-unknown': row(
    2113,
    409,
    'There is no such verification of this person, or none on offer to you.',
  ),
  'credential.stale': row(2114, 409, 'The verification is too old to be sold.'),
  'credential.not-listed': row(2115, 409, 'The verification is not on offer.'),
  'credential.price': row(2116, 409, 'The verification is on offer at another price.'),
  'credential.own': row(2117, 409, 'The verification is your own.'),
  'credential.bought': row(2118, 409, 'Your member has bought this verification.'),
  'credential.not-bought': row(2119, 409, 'This member has not bought the verification.'),
  'credential.delivered': row(2120, 409, 'The evidence was delivered to this buyer already.'),
  'credential.evidence-differs': row(2121, 409, 'This is not the evidence that was attested.'),
} as const satisfies Record<string, CodeRow>
