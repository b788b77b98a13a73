/**
 * Rules about work: which trades an enterprise may work in, whom it employs on which certificate, and what
 * inspectors found.
 */
import { INSPECTED_PEOPLE_MAX } from '../../base/index.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, isDesk, isDeskOf, isStaff } from '../roles.ts'
import { Count, Fields, LocalId, OneOf, Reference, SetOf, Subject } from '../schema.ts'
import { splitReference } from '../table.ts'
import { BUSINESSES, CERTIFICATES, EMPLOYMENTS, INSPECTIONS, stateOf, TRADES, type Trade } from './state.ts'

/** Members that employ people in these trades. */
const EMPLOYERS = ['enterprise', 'pharmacy', 'retailer', 'hospital', 'manufacturer', 'distributor']
export const INSPECTORS = ['food-drug-regulator', 'health-commission']

export const registerBusiness = defineVerb({
  summary: 'A business registrar says in which trades an enterprise may work; a later word replaces it.',
  signers: 'business-registrar: key, employee',
  payload: Fields({
    businessId: LocalId,
    enterprise: LocalId,
    trades: SetOf(OneOf(TRADES), TRADES.length),
  }),
  parties: ({ enterprise }, signer) => [{ member: enterprise }, { member: signer.member }],
  rule(context) {
    const { payload, signer, time } = context
    const { enterprise, ...business } = payload
    const isRegistrar = hasMemberRole(signer.memberRoles, ['business-registrar'])
    if (!isDesk(signer) || !isRegistrar) context.refuse('certificate.role')
    const member = context.port('identity.member')(enterprise)
    if (!member?.active || !hasMemberRole(member.roles, EMPLOYERS)) {
      context.refuse('certificate.enterprise-unfit', { field: '/payload/enterprise' })
    }
    BUSINESSES.put(context.state, { ...business, by: signer.actor, at: time }, enterprise)
  },
})

const work = { certificate: Reference, subject: Subject, enterprise: LocalId }
type Work = { readonly certificate: string; readonly subject: string; readonly enterprise: string }

const partiesOf = ({ certificate, subject, enterprise }: Work) => [
  { subject },
  { member: enterprise },
  { member: splitReference(certificate)[0] },
]

export const employ = defineVerb({
  summary: 'Enterprise and holder agree on work in a trade, each by a transaction of its own.',
  signers: 'enterprise (key, employee) and holder, one after the other',
  payload: Fields({ ...work, trade: OneOf(TRADES) }),
  parties: partiesOf,
  rule(context) {
    const { payload, state, time } = context
    const side = requireSide(context)
    requireFitForWork(context)
    const id = [payload.enterprise, ...splitReference(payload.certificate)] as const
    const before = EMPLOYMENTS.get(state, ...id)
    if (before === undefined) {
      EMPLOYMENTS.put(state, { trade: payload.trade, offeredBy: side, offeredAt: time }, ...id)
      return
    }
    if (before.agreedAt !== undefined) context.refuse('certificate.employed')
    if (before.offeredBy === side) context.refuse('certificate.offered')
    if (before.trade !== payload.trade) context.refuse('certificate.trade', { field: '/payload/trade' })
    EMPLOYMENTS.put(state, { ...before, agreedAt: time }, ...id)
  },
})

export const release = defineVerb({
  summary: 'Ends an employment, or takes back or declines an offer: enterprise or holder.',
  signers: 'enterprise or holder',
  payload: Fields(work),
  parties: partiesOf,
  rule(context) {
    const { payload, state } = context
    requireSide(context)
    const id = [payload.enterprise, ...splitReference(payload.certificate)] as const
    const isOfSubject =
      CERTIFICATES.get(state, ...splitReference(payload.certificate))?.subject === payload.subject
    if (!isOfSubject || !EMPLOYMENTS.has(state, ...id)) context.refuse('certificate.not-employed')
    EMPLOYMENTS.delete(state, ...id)
  },
})

/** For which side the signer speaks. */
function requireSide(context: RuleContext<Work>): 'enterprise' | 'holder' {
  const { payload, signer } = context
  if (isDeskOf(signer, payload.enterprise)) return 'enterprise'
  if (context.port('identity.actsFor')(signer, payload.subject)) return 'holder'
  return context.refuse('certificate.not-concerned')
}

function requireFitForWork(context: RuleContext<Work & { readonly trade: Trade }>): void {
  const { payload, state, time } = context
  const refuseUnknown = () => context.refuse('certificate.unknown', { field: '/payload/certificate' })
  const row = CERTIFICATES.get(state, ...splitReference(payload.certificate)) ?? refuseUnknown()
  if (row.subject !== payload.subject) refuseUnknown()
  if (stateOf(row, time) !== 'VALID')
    context.refuse('certificate.not-valid', { field: '/payload/certificate' })
  if (!row.trades.includes(payload.trade)) context.refuse('certificate.trade', { field: '/payload/trade' })
  const business = BUSINESSES.get(state, payload.enterprise)
  if (!business?.trades.includes(payload.trade)) {
    context.refuse('certificate.enterprise-unfit', { field: '/payload/enterprise' })
  }
}

export const inspect = defineVerb({
  summary:
    'A regulator records how many people it checked at an enterprise, and how many had no valid certificate.',
  signers: 'staff of food-drug-regulator or health-commission',
  payload: Fields({
    inspectionId: LocalId,
    enterprise: LocalId,
    checked: Count(0, INSPECTED_PEOPLE_MAX),
    lacking: Count(0, INSPECTED_PEOPLE_MAX),
  }),
  privatePart: 'optional',
  parties: ({ enterprise }, signer) => [{ member: enterprise }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    const { inspectionId, enterprise, checked, lacking } = payload
    if (!isStaff(signer) || !hasMemberRole(signer.memberRoles, INSPECTORS)) context.refuse('certificate.role')
    if (context.port('identity.member')(enterprise) === undefined) {
      context.refuse('certificate.enterprise-unfit', { field: '/payload/enterprise' })
    }
    if (lacking > checked) context.refuse('certificate.counts', { field: '/payload/lacking' })
    if (INSPECTIONS.has(state, signer.member, inspectionId)) {
      context.refuse('certificate.inspection-exists', { field: '/payload/inspectionId' })
    }
    const row = { enterprise, checked, lacking, by: signer.actor, at: time }
    INSPECTIONS.put(state, row, signer.member, inspectionId)
  },
})
