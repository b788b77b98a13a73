/**
 * Rules about the medical consortium itself: the tier of a hospital, which the health commission grades, and whose
 * results its members recognise, so that an examination is not repeated.
 */
import Type from 'typebox'
import { KINDS_NAMED_MAX } from '../../base/index.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import { hasMemberRole, isDesk } from '../roles.ts'
import { Fields, LocalId, OneOf } from '../schema.ts'
import { RECOGNITIONS, TIERS, Tier } from './state.ts'

/** Members whose results others can recognise. */
const LABORATORIES = ['hospital', 'exam-institution']

export const attestTier = defineVerb({
  summary: 'A health commission attests the tier of a hospital; its later word holds.',
  signers: 'health-commission: key, employee',
  payload: Fields({ hospital: LocalId, tier: Tier }),
  parties: ({ hospital }, signer) => [{ member: hospital }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    requireOffice(context, ['health-commission'])
    requireFacility(context, payload.hospital, ['hospital'], 'hospital')
    TIERS.put(state, { tier: payload.tier, by: signer.actor, at: time }, payload.hospital)
  },
})

export const recognise = defineVerb({
  summary: 'A facility recognises results of another, of these kinds and no others; none ends it.',
  signers: 'hospital or exam-institution: key, employee',
  payload: Fields({
    facility: LocalId,
    kinds: Type.Array(OneOf(RECORD_KINDS), { minItems: 0, maxItems: KINDS_NAMED_MAX, uniqueItems: true }),
  }),
  parties: ({ facility }, signer) => [{ member: facility }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    const { facility, kinds } = payload
    requireOffice(context, LABORATORIES)
    if (facility === signer.member) context.refuse('referral.facility-unfit', { field: '/payload/facility' })
    requireFacility(context, facility, LABORATORIES, 'facility')
    RECOGNITIONS.put(state, { kinds, by: signer.actor, at: time }, signer.member, facility)
  },
})

function requireOffice({ signer, refuse }: RuleContext<unknown>, memberRoles: readonly string[]): void {
  if (!isDesk(signer) || !hasMemberRole(signer.memberRoles, memberRoles)) {
    refuse('referral.role')
  }
}

function requireFacility(
  context: RuleContext<unknown>,
  member: string,
  roles: readonly string[],
  field: string,
): void {
  const standing = context.port('identity.member')(member)
  if (!standing?.active || !hasMemberRole(standing.roles, roles)) {
    context.refuse('referral.facility-unfit', { field: `/payload/${field}` })
  }
}
