/** The rule by which a case that was shared is paid, arrears deducted. */
import { defineVerb } from '../define.ts'
import { Fields, Reference } from '../schema.ts'
import { splitReference } from '../table.ts'
import { countOpenClaims, enterState, memberOfClaim, requireClaim, stateOfClaim } from './claim-state.ts'
import { endOf, putException } from './members.ts'
import { requireSponsor } from './plans.ts'
import { movePot } from './pot.ts'
import { PLANS } from './state.ts'

export const pay = defineVerb({
  summary:
    "The sponsor pays a shared case to the claimant's account out of the escrow; the membership ends with it.",
  signers: 'desk of the sponsor',
  payload: Fields({ claim: Reference }),
  parties: ({ claim }, signer) => [{ actor: splitReference(claim)[0] }, { member: signer.member }],
  rule(context) {
    const { payload, state, time } = context
    const row = requireClaim(context, payload.claim, '/payload/claim')
    const plan = requireSponsor(context, row.plan)
    if (stateOfClaim(context, row) !== 'SHARED')
      context.refuse('aid.claim-state', { field: '/payload/claim' })
    const member = memberOfClaim(context, row)
    const { arrears, leave, ...rest } = member.exception
    const deducted = Math.min(row.amount, arrears?.amount ?? 0)
    const amount = row.amount - deducted
    const [claimant] = splitReference(payload.claim)
    // What is deducted goes back to the sponsor, who has advanced it.
    const payments = amount > 0 ? [{ to: claimant, amount }] : []
    const moved = movePot(context, plan, plan.row.held - row.amount, payments)
    PLANS.put(state, moved, ...plan.id)
    countOpenClaims(context, row.plan, -1)
    const end = endOf(member.exception)
    const isOver = end !== undefined && end <= time
    const kept = isOver && leave !== undefined ? leave : { reason: 'claimed' as const, at: time }
    putException(context, member, { ...rest, leave: kept })
    enterState(context, payload.claim, { ...row, paid: { amount, deducted } }, 'PAID')
  },
})
