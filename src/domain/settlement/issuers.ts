/**
 * Who makes money and points. The consortium declares issuers by a decision of its governance; nothing else
 * brings a currency into being, and only its issuer takes it out of the world again.
 */
import Type from 'typebox'
import { ISSUERS_MAX } from '../../base/index.ts'
import type { MemberRole } from '../../protocol/index.ts'
import type { Context, PortContext, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { CURRENCIES, type Currency, type IssuerTerms } from '../ports.ts'
import { hasMemberRole, MEMBER, partyOf } from '../roles.ts'
import { scheduleFrom, valueAt } from '../scheduled.ts'
import { ActorId, Amount, Fields, LocalId, OneOf } from '../schema.ts'
import { post, requireAccount } from './accounts.ts'
import { ISSUERS, type IssuerRow } from './state.ts'

/** Members that keep others' funds may issue money that stands for them; points are a platform's. */
const ISSUER_ROLES: { readonly [Name in Currency]: readonly MemberRole[] } = {
  'cny-fen': ['social-security', 'insurer', 'platform'],
  points: ['platform'],
}

/** Issuers of a currency with what they have outstanding, those that issue no longer included. */
export const listIssuers = (context: Context, currency: Currency) =>
  ISSUERS.list(context.state, [currency], { limit: ISSUERS_MAX }).map(({ id, value }) => ({
    member: id[0]!,
    row: value,
  }))

/** All of a currency there is: what its issuers have outstanding. */
export const outstandingSum = (context: Context, currency: Currency): number =>
  listIssuers(context, currency).reduce((sum, { row }) => sum + row.outstanding, 0)

/** The port `settlement.requireIssuer`. */
export function requireIssuer(context: PortContext, terms: IssuerTerms, at: string): void {
  const { member, currency, ceiling } = terms
  const isIssuer = ISSUERS.has(context.state, currency, member)
  if (isIssuer && ceiling === 0) return
  const standing = context.port('identity.member')(member)
  if (standing?.statusNext !== 'active' || !hasMemberRole(standing.roles, ISSUER_ROLES[currency])) {
    context.refuse('settlement.issuer-unfit', { field: `${at}/member` })
  }
  if (!isIssuer && listIssuers(context, currency).length >= context.parameter('issuersMax')) {
    context.refuse('settlement.issuers-full', { field: `${at}/member` })
  }
}

/** The port `settlement.putIssuer`. */
export function putIssuer(context: PortContext, { member, currency, ceiling }: IssuerTerms): void {
  const before = ISSUERS.get(context.state, currency, member) ?? { ceiling: { value: 0 }, outstanding: 0 }
  const current = valueAt(before.ceiling, context.height)
  const row = { ...before, ceiling: scheduleFrom(current, ceiling, context.height + 1) }
  ISSUERS.put(context.state, row, currency, member)
}

const reference = { reference: Type.Optional(LocalId) }

export const issue = defineVerb({
  summary: 'A declared issuer makes money or points and gives them to an account.',
  signers: 'the key of a declared issuer',
  payload: Fields({ to: ActorId, currency: OneOf(CURRENCIES), amount: Amount, ...reference }),
  parties: ({ to }) => [partyOf(to)],
  rule(context) {
    const { to, currency, amount, reference: label } = context.payload
    const { member } = context.signer
    const row = requireIssuerKey(context)
    requireAccount(context, to, '/payload/to')
    const spare = Math.min(
      valueAt(row.ceiling, context.height) - row.outstanding,
      context.parameter('supplyMax') - outstandingSum(context, currency),
    )
    if (amount > spare) context.refuse('settlement.ceiling', { field: '/payload/amount' })
    const line = { kind: 'issue', by: 'settlement', other: member, reference: label } as const
    post(context, currency, [{ ...line, account: to, amount }], amount)
    ISSUERS.put(context.state, { ...row, outstanding: row.outstanding + amount }, currency, member)
  },
})

export const retire = defineVerb({
  summary: 'An issuer takes money or points out of its own account and out of the world.',
  signers: 'the key of a declared issuer',
  payload: Fields({ currency: OneOf(CURRENCIES), amount: Amount, ...reference }),
  rule(context) {
    const { currency, amount, reference: label } = context.payload
    const { member } = context.signer
    const row = requireIssuerKey(context)
    if (amount > row.outstanding) context.refuse('settlement.outstanding', { field: '/payload/amount' })
    const line = { kind: 'retire', by: 'settlement', reference: label } as const
    post(context, currency, [{ ...line, account: member, amount: -amount }], -amount)
    ISSUERS.put(context.state, { ...row, outstanding: row.outstanding - amount }, currency, member)
  },
})

/** The issuer as which the signer signs: a member's own key, because it makes money. */
function requireIssuerKey(context: RuleContext<{ readonly currency: Currency }>): IssuerRow {
  const { payload, signer, state } = context
  if (signer.role !== MEMBER) context.refuse('settlement.role')
  return ISSUERS.get(state, payload.currency, signer.member) ?? context.refuse('settlement.not-issuer')
}
