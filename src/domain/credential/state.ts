/** What credential stores: its tables and their rows, and what holds of a licence or a check at a time. */
import Type from 'typebox'
import { VERIFICATION_PRICE_FEN_MAX } from '../../base/index.ts'
import type { Context } from '../contract.ts'
import {
  Act,
  ActorId,
  actFields,
  Count,
  Fields,
  Hash,
  OneOf,
  PersonId,
  pick,
  Reference,
  type RowOf,
  Time,
} from '../schema.ts'
import { createTable, type Entry, splitReference } from '../table.ts'

/** Roles of people that are licensed. */
export const PROFESSIONS = ['doctor', 'pharmacist', 'nurse'] as const
export type Profession = (typeof PROFESSIONS)[number]

export const isProfession = (role: string): role is Profession =>
  (PROFESSIONS as readonly string[]).includes(role)

/** What is checked at its primary source before a practitioner is hired. */
export const ELEMENTS = [
  'licence',
  'education',
  'training',
  'certification',
  'employment',
  'sanctions',
] as const

export const LicenceRow = Fields({
  practitioner: PersonId,
  profession: OneOf(PROFESSIONS),
  /** In force at times from <= t < until, unless suspended or lapsed. */
  validFrom: Time,
  validUntil: Time,
  issuedAt: Time,
  renewedAt: Type.Optional(Time),
  suspension: Type.Optional(Act),
  lapse: Type.Optional(Act),
})
export type LicenceRow = RowOf<typeof LicenceRow>

export const LICENCES = createTable('credential/licence', {
  id: ['body', 'licenceId'],
  row: LicenceRow,
  meaning: 'a licence as it stands, by the licensing body',
  indexes: {
    ofPractitioner: {
      name: 'credential/of-practitioner',
      id: ['member', 'person', 'body', 'licenceId'],
      row: Fields(pick(LicenceRow, 'issuedAt')),
      meaning: 'the licences of a person, by its member',
      key: ({ practitioner }, ...id) => [...splitReference(practitioner), ...id],
    },
  },
})

export const VerificationRow = Fields({
  practitioner: PersonId,
  element: OneOf(ELEMENTS),
  /** The licence, where that was checked. */
  licence: Type.Optional(Reference),
  /** Whether the source confirmed what the practitioner says. */
  confirmed: Type.Boolean(),
  checkedAt: Time,
  attestedAt: Time,
  by: ActorId,
  /** Commitment to the evidence: hash of the private part. */
  evidence: Hash,
})
export type VerificationRow = RowOf<typeof VerificationRow>

export const VERIFICATIONS = createTable('credential/verification', {
  id: ['attester', 'verificationId'],
  row: VerificationRow,
  meaning: 'what a member found of a person at the primary source',
  indexes: {
    ofPractitioner: {
      name: 'credential/verification-of',
      id: ['member', 'person', 'attester', 'verificationId'],
      row: Fields(pick(VerificationRow, 'attestedAt')),
      meaning: 'the verifications about a person, by its member',
      key: ({ practitioner }, ...id) => [...splitReference(practitioner), ...id],
    },
  },
})

export const Price = Count(1, VERIFICATION_PRICE_FEN_MAX)

/** Keyed by whom it is about, which is what a buyer knows. */
export const OFFERS = createTable('credential/offer', {
  id: ['member', 'person', 'seller', 'verificationId'],
  row: Fields({ price: Price, at: Time }),
  meaning: 'that a verification about a person is on offer, and its price',
})

export const PurchaseRow = Fields({ price: Price, ...actFields, deliveredAt: Type.Optional(Time) })

export const PURCHASES = createTable('credential/purchase', {
  id: ['seller', 'verificationId', 'buyer'],
  row: PurchaseRow,
  meaning: 'that a member bought a verification, and when it got the evidence',
  indexes: {
    ofBuyer: {
      name: 'credential/bought',
      id: ['buyer', 'seller', 'verificationId'],
      row: Fields(pick(PurchaseRow, 'at')),
      meaning: 'the verifications that a member bought',
      key: (_, seller, verificationId, buyer) => [buyer, seller, verificationId],
    },
  },
})

export const LICENCE_STATES = ['PENDING', 'ACTIVE', 'SUSPENDED', 'EXPIRED', 'LAPSED'] as const
type LicenceState = (typeof LICENCE_STATES)[number]

export function licenceState(row: LicenceRow, time: number): LicenceState {
  if (row.lapse !== undefined) return 'LAPSED'
  if (row.suspension !== undefined) return 'SUSPENDED'
  if (time >= row.validUntil) return 'EXPIRED'
  return time < row.validFrom ? 'PENDING' : 'ACTIVE'
}

/** Every licence of a person (a member has none). Issuing keeps their number within the parameter. */
export function licencesOf(
  { state, parameter }: Context,
  practitioner: string,
): readonly Entry<['body', 'licenceId'], LicenceRow>[] {
  if (!practitioner.includes(':')) return []
  const person = splitReference(practitioner)
  const { ofPractitioner } = LICENCES.indexes
  const limit = parameter('licencesMax')
  return ofPractitioner
    .list(state, person, { limit })
    .map(({ id }) => ofPractitioner.at(state, [...person, ...id]))
}

/** The port `credential.isSuspended`. */
export function isSuspended(context: Context, actor: string): boolean {
  const states = licencesOf(context, actor).map((row) => licenceState(row, context.time))
  return !states.includes('ACTIVE') && states.some((state) => state !== 'PENDING')
}

/** Whether a check is recent enough to be relied on. */
export const isCurrent = (context: Context, { checkedAt }: VerificationRow): boolean =>
  context.time <= checkedAt + context.parameter('verificationSeconds')

/** Whether what a verification says of a licence is what the ledger says of it now; true where it is about none. */
export function isBorneOut(
  context: Context,
  { licence, confirmed }: Pick<VerificationRow, 'licence' | 'confirmed'>,
): boolean {
  if (licence === undefined) return true
  const row = LICENCES.get(context.state, ...splitReference(licence))
  return (row !== undefined && licenceState(row, context.time) === 'ACTIVE') === confirmed
}
