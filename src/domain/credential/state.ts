/** What credential stores: its tables and their rows, and what holds of a licence or a check at a time. */
import type { Act, Context } from '../contract.ts'
import { createTable, splitReference } from '../table.ts'

/** Roles of people that are licensed. */
export const PROFESSIONS = ['doctor', 'pharmacist', 'nurse'] as const
export type Profession = (typeof PROFESSIONS)[number]

/** What is checked at its primary source before a practitioner is hired. */
export const ELEMENTS = [
  'licence',
  'education',
  'training',
  'certification',
  'employment',
  'sanctions',
] as const
export type Element = (typeof ELEMENTS)[number]

/** `credential/licence/<licensing body>/<local>` */
export type LicenceRow = {
  /** Actor id. */
  readonly practitioner: string
  readonly profession: Profession
  /** In force at times from <= t < until, unless suspended or lapsed. */
  readonly validFrom: number
  readonly validUntil: number
  readonly issuedAt: number
  readonly renewedAt?: number
  readonly suspension?: Act
  readonly lapse?: Act
}

/** `credential/of-practitioner/<member>/<local>/<licensing body>/<local>` */
export type OfPractitionerRow = { readonly issuedAt: number }

/** `credential/verification/<member>/<local>`: what a member found at the primary source. */
export type VerificationRow = {
  readonly practitioner: string
  readonly element: Element
  /** Reference of the licence, where that was checked. */
  readonly licence?: string
  /** Whether the source confirmed what the practitioner says. */
  readonly confirmed: boolean
  readonly checkedAt: number
  readonly attestedAt: number
  readonly by: string
  /** Commitment to the evidence: hash of the private part. */
  readonly evidence: string
}

/** `credential/verification-of/<member>/<local>/<attester>/<local>` */
export type VerificationOfRow = { readonly attestedAt: number }

/** `credential/offer/<member>/<local>/<seller>/<local>`: keyed by whom it is about, which is what a buyer knows. */
export type OfferRow = { readonly price: number; readonly at: number }

/** `credential/purchase/<seller>/<local>/<buyer>` */
export type PurchaseRow = {
  readonly price: number
  readonly by: string
  readonly at: number
  readonly deliveredAt?: number
}

/** `credential/bought/<buyer>/<seller>/<local>` */
export type BoughtRow = { readonly at: number }

type Owned = [owner: string, local: string]
type Person = [member: string, person: string]

export const LICENCES = createTable<LicenceRow, Owned>('credential/licence')
export const OF_PRACTITIONER = createTable<OfPractitionerRow, [...Person, ...Owned]>(
  'credential/of-practitioner',
)
export const VERIFICATIONS = createTable<VerificationRow, Owned>('credential/verification')
export const VERIFICATIONS_OF = createTable<VerificationOfRow, [...Person, ...Owned]>(
  'credential/verification-of',
)
export const OFFERS = createTable<OfferRow, [...Person, ...Owned]>('credential/offer')
export const PURCHASES = createTable<PurchaseRow, [...Owned, buyer: string]>('credential/purchase')
export const BOUGHT = createTable<BoughtRow, [buyer: string, ...Owned]>('credential/bought')

export type LicenceState = 'PENDING' | 'ACTIVE' | 'SUSPENDED' | 'EXPIRED' | 'LAPSED'

export function licenceState(row: LicenceRow, time: number): LicenceState {
  if (row.lapse !== undefined) return 'LAPSED'
  if (row.suspension !== undefined) return 'SUSPENDED'
  if (time >= row.validUntil) return 'EXPIRED'
  return time < row.validFrom ? 'PENDING' : 'ACTIVE'
}

/** Every licence of a person (a member has none), with its reference. Issuing keeps their number within the parameter. */
export function licencesOf(
  context: Context,
  practitioner: string,
): readonly { readonly ref: string; readonly row: LicenceRow }[] {
  if (!practitioner.includes(':')) return []
  const limit = context.parameter('licencesMax')
  return OF_PRACTITIONER.list(context.state, splitReference(practitioner), { limit }).map(({ id }) => {
    const [body = '', local = ''] = id
    return { ref: `${body}:${local}`, row: LICENCES.get(context.state, body, local)! }
  })
}

/** The port `credential.isSuspended`. */
export function isSuspended(context: Context, actor: string): boolean {
  const states = licencesOf(context, actor).map(({ row }) => licenceState(row, context.time))
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
