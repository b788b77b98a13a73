/**
 * Rules about licenses: a platform offers a published data set to a buyer for a price that is, to the fen, what
 * patients, doctors and the platform get. With the buyer's own signature on the same terms the money is held, and
 * settlements pay it out row by row.
 */

import type Type from 'typebox'
import { assert, FEEDBACK_SETTLE_ROWS_MAX } from '../../base/index.ts'
import { equalShare } from '../apportion.ts'
import type { Party, PortContext, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, isDesk, MEMBER } from '../roles.ts'
import { Amount, Count, Fields, LocalId, Reference } from '../schema.ts'
import { splitReference } from '../table.ts'
import { requirePlatform } from './communities.ts'
import {
  DATASETS,
  type DatasetRow,
  indexKey,
  isOfferOpen,
  LICENSES,
  type LicenseRow,
  ROWS,
  RowCount,
  SUBMISSIONS,
  Terms,
} from './state.ts'

const offer = Fields({
  dataset: Reference,
  licenseId: LocalId,
  ...Terms.properties,
  price: Amount,
})
type Offering = RuleContext<Type.Static<typeof offer>>

function partiesOf({
  dataset,
  buyer,
}: {
  readonly dataset: string
  readonly buyer: string
}): readonly Party[] {
  return [{ member: splitReference(dataset)[0] }, { member: buyer }]
}

export const license = defineVerb({
  summary:
    "A platform offers a data set to a buyer; the buyer's own key on the same terms takes it, and the price is held.",
  signers: "platform: key, employee; then the buyer's own key",
  payload: offer,
  parties: partiesOf,
  rule(context) {
    const { payload, signer } = context
    if (signer.member === payload.buyer) acceptOffer(context)
    else makeOffer(context)
  },
})

function makeOffer(context: Offering): void {
  const { payload, signer, state, time } = context
  const { dataset: reference, licenseId, ...terms } = payload
  const [platform, datasetId] = splitReference(reference)
  requirePlatform(context)
  if (platform !== signer.member) context.refuse('feedback.role')
  requirePublished(context, reference)
  const buyer = context.port('identity.member')(terms.buyer)
  if (!buyer?.active || !hasMemberRole(buyer.roles, ['research-buyer'])) {
    context.refuse('feedback.buyer-unfit', { field: '/payload/buyer' })
  }
  requireSum(context, terms)
  if (LICENSES.has(state, platform, datasetId, licenseId)) {
    context.refuse('feedback.license-exists', { field: '/payload/licenseId' })
  }
  const limit = context.parameter('licensesMax')
  if (LICENSES.list(state, [platform, datasetId], { limit }).length === limit) {
    context.refuse('feedback.licenses-full', { field: '/payload/dataset' })
  }
  const row = { ...terms, offeredBy: signer.actor, offeredAt: time, settledRows: 0 }
  LICENSES.put(state, row, platform, datasetId, licenseId)
}

/** The sum of the parts may pass 2^53. */
function requireSum(context: Offering, terms: Terms): void {
  const parts = [terms.patientReward, terms.doctorReward, terms.platformFee].map(BigInt)
  if (parts.reduce((sum, part) => sum + part) !== BigInt(terms.price)) {
    context.refuse('feedback.price', { field: '/payload/price' })
  }
}

function acceptOffer(context: Offering): void {
  const { payload, signer, state, time } = context
  const { dataset: reference, licenseId, ...terms } = payload
  if (signer.role !== MEMBER) context.refuse('feedback.role')
  const row = requireLicense(context)
  if (row.acceptedAt !== undefined) context.refuse('feedback.licensed', { field: '/payload/licenseId' })
  for (const name of ['price', 'patientReward', 'doctorReward', 'platformFee'] as const) {
    if (row[name] !== terms[name]) context.refuse('feedback.terms-differ', { field: `/payload/${name}` })
  }
  if (!isOfferOpen(context, row)) context.refuse('feedback.offer-over', { field: '/payload/licenseId' })
  const hold = { from: terms.buyer, currency: 'cny-fen', amount: terms.price } as const
  context.port('settlement.hold')(holdIdOf(context.payload), hold)
  LICENSES.put(state, { ...row, acceptedAt: time }, ...splitReference(reference), licenseId)
}

/** A hold ends when something is paid out of it; the rest is held anew under the same id. */
const holdIdOf = ({ dataset, licenseId }: { readonly dataset: string; readonly licenseId: string }): string =>
  `${dataset}:${licenseId}`

export const settle = defineVerb({
  summary:
    "Pays the rewards of rows out of what is held, in order; with the last row the platform's fee. The platform or the buyer.",
  signers: 'key or employee of platform or buyer',
  payload: Fields({
    dataset: Reference,
    licenseId: LocalId,
    buyer: LocalId,
    fromRow: RowCount,
    rows: Count(1, FEEDBACK_SETTLE_ROWS_MAX),
  }),
  parties: partiesOf,
  rule(context) {
    const { payload, signer, state, time } = context
    const [platform, datasetId] = splitReference(payload.dataset)
    if (!isDesk(signer)) context.refuse('feedback.role')
    if (signer.member !== platform && signer.member !== payload.buyer)
      context.refuse('feedback.not-concerned')
    const dataset = requirePublished(context, payload.dataset)
    const row = requireLicense(context)
    const settledRows = requireNextRows(context, dataset, row)
    const isLast = settledRows === dataset.rows
    const payments = paymentsOf(context, dataset, row, settledRows)
    if (isLast && row.platformFee > 0) payments.push({ to: platform, amount: row.platformFee })
    payOut(context, payments, isLast)
    const settled = { ...row, settledRows }
    LICENSES.put(
      state,
      isLast ? { ...settled, settledAt: time } : settled,
      platform,
      datasetId,
      payload.licenseId,
    )
    if (settledRows > dataset.rewardedRows) {
      DATASETS.put(state, { ...dataset, rewardedRows: settledRows }, platform, datasetId)
    }
  },
})

type Settling = RuleContext<{
  readonly dataset: string
  readonly licenseId: string
  readonly buyer: string
  readonly fromRow: number
  readonly rows: number
}>

/** Rows that will be settled then, where they are the next ones of a license in force. */
function requireNextRows(context: Settling, dataset: DatasetRow, row: LicenseRow): number {
  const { fromRow, rows } = context.payload
  if (row.acceptedAt === undefined) context.refuse('feedback.not-licensed', { field: '/payload/licenseId' })
  if (row.settledAt !== undefined) context.refuse('feedback.settled', { field: '/payload/licenseId' })
  if (fromRow !== row.settledRows) context.refuse('feedback.row-order', { field: '/payload/fromRow' })
  if (fromRow + rows > dataset.rows) context.refuse('feedback.row-order', { field: '/payload/rows' })
  return fromRow + rows
}

interface Payment {
  readonly to: string
  readonly amount: number
}

/** What each patient and doctor gets for the rows up to `to`, one payment an account, in order of first rows. */
function paymentsOf(context: Settling, dataset: DatasetRow, row: LicenseRow, to: number): Payment[] {
  const { state, payload } = context
  const id = splitReference(payload.dataset)
  const amounts = new Map<string, number>()
  const add = (account: string, amount: number) => amounts.set(account, (amounts.get(account) ?? 0) + amount)
  for (let index = row.settledRows; index < to; index++) {
    const submission = splitReference(ROWS.get(state, ...id, indexKey(index))!.submission)
    const { reviewer } = SUBMISSIONS.get(state, ...submission)!
    add(submission[0], equalShare(row.patientReward, dataset.rows, index))
    add(reviewer, equalShare(row.doctorReward, dataset.rows, index))
  }
  return [...amounts].flatMap(([account, amount]) => (amount > 0 ? [{ to: account, amount }] : []))
}

/** Pays out of the hold and holds the rest anew, which came back to the buyer in this very rule. */
function payOut(context: Settling, payments: readonly Payment[], isLast: boolean): void {
  const { payload } = context
  const holdId = holdIdOf(payload)
  const hold = context.port('settlement.held')(holdId)
  assert(hold !== undefined, 'what a license owes is held')
  const paid = payments.reduce((sum, { amount }) => sum + amount, 0)
  const rest = hold.amount - paid
  assert(isLast ? rest === 0 : rest >= 0, 'a price is paid out to the fen')
  context.port('settlement.release')(holdId, payments)
  if (rest > 0) context.port('settlement.hold')(holdId, { ...hold, amount: rest })
}

function requirePublished(context: PortContext, reference: string): DatasetRow {
  const dataset = DATASETS.get(context.state, ...splitReference(reference))
  if (dataset?.publication === undefined) {
    return context.refuse('feedback.dataset-unknown', { field: '/payload/dataset' })
  }
  return dataset
}

/** The license, where it was offered to the buyer that the payload names. */
function requireLicense(
  context: RuleContext<{ readonly dataset: string; readonly licenseId: string; readonly buyer: string }>,
): LicenseRow {
  const { dataset, licenseId, buyer } = context.payload
  const row = LICENSES.get(context.state, ...splitReference(dataset), licenseId)
  if (row?.buyer !== buyer) return context.refuse('feedback.license-unknown', { field: '/payload/licenseId' })
  return row
}
