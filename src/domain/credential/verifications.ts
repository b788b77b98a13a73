/**
 * Rules about verifications: a member checks a practitioner at the primary source and attests what it found;
 * other members buy the result instead of checking again. The finding is shown to its buyers only, the
 * evidence is handed over by the seller and must be what was attested.
 */
import Type from 'typebox'
import { assert } from '../../base/index.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { isDesk, MEMBER } from '../roles.ts'
import { Fields, LocalId, OneOf, PersonId, Reference, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import {
  ELEMENTS,
  isBorneOut,
  isCurrent,
  isProfession,
  LICENCES,
  OFFERS,
  Price,
  PURCHASES,
  VERIFICATIONS,
  type VerificationRow,
} from './state.ts'

const own = { verificationId: LocalId, practitioner: PersonId }

/** The practitioner sees what is found about it, and who sells it. */
const ownParties = (
  { practitioner }: { readonly practitioner: string },
  signer: { readonly member: string },
) => [{ actor: practitioner }, { member: signer.member }]

export const attest = defineVerb({
  summary: 'A member attests what it found of a practitioner at the primary source; the evidence is private.',
  signers: 'key or employee of any member',
  payload: Fields({
    ...own,
    element: OneOf(ELEMENTS),
    licence: Type.Optional(Reference),
    confirmed: Type.Boolean(),
    checkedAt: Time,
  }),
  privatePart: 'required',
  parties: ownParties,
  rule(context) {
    const { payload, signer, state, time, privateHash } = context
    const { verificationId, ...finding } = payload
    requireDesk(context)
    const person = context.port('identity.actor')(payload.practitioner)
    if (person === undefined || !isProfession(person.role)) {
      context.refuse('credential.practitioner-unfit', { field: '/payload/practitioner' })
    }
    if (VERIFICATIONS.has(state, signer.member, verificationId)) {
      context.refuse('credential.verification-exists', { field: '/payload/verificationId' })
    }
    if (payload.checkedAt > time + context.parameter('futureSecondsMax')) {
      context.refuse('credential.in-future', { field: '/payload/checkedAt' })
    }
    const { licence } = payload
    const isOfPerson =
      licence !== undefined &&
      LICENCES.get(state, ...splitReference(licence))?.practitioner === payload.practitioner
    if ((payload.element === 'licence') !== isOfPerson) {
      context.refuse('credential.licence-unfit', { field: '/payload/licence' })
    }
    if (!isBorneOut(context, payload))
      context.refuse('credential.contradicts', { field: '/payload/confirmed' })
    assert(privateHash !== undefined, 'evidence comes with an attestation')
    const row: VerificationRow = { ...finding, attestedAt: time, by: signer.actor, evidence: privateHash }
    VERIFICATIONS.put(state, row, signer.member, verificationId)
  },
})

export const listVerification = defineVerb({
  summary: 'Offers a verification to other members at a price; a later price replaces it.',
  signers: 'key or employee of the attester',
  payload: Fields({ ...own, price: Price }),
  parties: ownParties,
  rule(context) {
    const { payload, signer, state, time } = context
    requireCurrent(context, requireOwn(context), '/payload/verificationId')
    const { practitioner, verificationId, price } = payload
    OFFERS.put(state, { price, at: time }, ...splitReference(practitioner), signer.member, verificationId)
  },
})

export const unlistVerification = defineVerb({
  summary: 'Takes a verification off the market.',
  signers: 'key or employee of the attester',
  payload: Fields(own),
  parties: ownParties,
  rule(context) {
    const { payload, signer, state } = context
    requireOwn(context)
    const id = [...splitReference(payload.practitioner), signer.member, payload.verificationId] as const
    if (!OFFERS.has(state, ...id)) {
      context.refuse('credential.not-listed', { field: '/payload/verificationId' })
    }
    OFFERS.delete(state, ...id)
  },
})

export const purchaseVerification = defineVerb({
  summary: "A member buys another's verification at the price on offer; settlement pays the seller.",
  signers: "another member's own key",
  payload: Fields({ verification: Reference, practitioner: PersonId, price: Price }),
  parties: ({ verification, practitioner }, signer) => [
    { actor: practitioner },
    { member: splitReference(verification)[0] },
    { member: signer.member },
  ],
  rule(context) {
    const { payload, signer, state, time } = context
    const at = { field: '/payload/verification' }
    // Money is spent by the member's own key.
    if (signer.role !== MEMBER) context.refuse('credential.role')
    const [seller, local] = splitReference(payload.verification)
    if (seller === signer.member) context.refuse('credential.own', at)
    if (PURCHASES.has(state, seller, local, signer.member)) context.refuse('credential.bought', at)
    const row = VERIFICATIONS.get(state, seller, local)
    const offer = OFFERS.get(state, ...splitReference(payload.practitioner), seller, local)
    // What is not on offer is its attester's own affair.
    if (row?.practitioner !== payload.practitioner || offer === undefined) {
      return context.refuse('credential.verification-unknown', at)
    }
    if (offer.price !== payload.price) context.refuse('credential.price', { field: '/payload/price' })
    requireCurrent(context, row, '/payload/verification')
    const { price } = payload
    context.port('settlement.transfer')({
      from: signer.member,
      to: seller,
      currency: 'cny-fen',
      amount: price,
    })
    PURCHASES.put(state, { price, by: signer.actor, at: time }, seller, local, signer.member)
  },
})

export const deliverVerification = defineVerb({
  summary: 'The seller hands the evidence to a buyer: the very private part that it attested.',
  signers: 'key or employee of the attester',
  payload: Fields({ ...own, buyer: LocalId }),
  privatePart: 'required',
  parties: ({ practitioner, buyer }, signer) => [
    { actor: practitioner },
    { member: buyer },
    { member: signer.member },
  ],
  rule(context) {
    const { payload, signer, state, time, privateHash } = context
    const { verificationId, buyer } = payload
    const row = requireOwn(context)
    const purchase =
      PURCHASES.get(state, signer.member, verificationId, buyer) ??
      context.refuse('credential.not-bought', { field: '/payload/buyer' })
    if (purchase.deliveredAt !== undefined) {
      context.refuse('credential.delivered', { field: '/payload/buyer' })
    }
    if (privateHash !== row.evidence) context.refuse('credential.evidence-differs', { field: '/privateHash' })
    PURCHASES.put(state, { ...purchase, deliveredAt: time }, signer.member, verificationId, buyer)
  },
})

function requireDesk(context: RuleContext<unknown>): void {
  if (!isDesk(context.signer)) context.refuse('credential.role')
}

/** The verification of this person that the signer's member attested. */
function requireOwn(
  context: RuleContext<{ readonly verificationId: string; readonly practitioner: string }>,
): VerificationRow {
  requireDesk(context)
  const { verificationId, practitioner } = context.payload
  const row = VERIFICATIONS.get(context.state, context.signer.member, verificationId)
  return row?.practitioner === practitioner
    ? row
    : context.refuse('credential.verification-unknown', { field: '/payload/verificationId' })
}

/** Nothing is sold that is old, or that the ledger knows to be otherwise by now. */
function requireCurrent(context: RuleContext<unknown>, row: VerificationRow, field: string): void {
  if (!isCurrent(context, row)) context.refuse('credential.stale', { field })
  if (!isBorneOut(context, row)) context.refuse('credential.contradicts', { field })
}
