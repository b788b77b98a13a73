/** Rules by which the environment bureau says who may handle which classes. */
import type { Context } from '../contract.ts'
import type { AnyRule } from '../custody/index.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, isStaff } from '../roles.ts'
import { Fields, LocalId, OneOf, SetOf, Time } from '../schema.ts'
import { AUTHORISATIONS, CLASSES } from './state.ts'

const HANDLERS = ['hospital', 'hauler', 'treatment-plant']
export const BUREAU = 'environment-bureau'

const requireBureau = (context: AnyRule): void => {
  const { signer } = context
  if (!isStaff(signer) || !hasMemberRole(signer.memberRoles, [BUREAU])) context.refuse('waste.role')
}

export const authorise = defineVerb({
  summary:
    'An environment bureau says which classes a hospital, hauler or plant may handle; a later word replaces it.',
  signers: 'staff of an environment-bureau',
  payload: Fields({ member: LocalId, classes: SetOf(OneOf(CLASSES), CLASSES.length), until: Time }),
  parties: ({ member }, signer) => [{ member }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    const { member, classes, until } = payload
    requireBureau(context)
    const standing = context.port('identity.member')(member)
    if (!standing?.active || !hasMemberRole(standing.roles, HANDLERS)) {
      context.refuse('waste.member-unfit', { field: '/payload/member' })
    }
    if (until <= time) context.refuse('waste.period', { field: '/payload/until' })
    AUTHORISATIONS.put(state, { classes, until, by: signer.actor, at: time }, member)
  },
})

export const withdraw = defineVerb({
  summary: 'An environment bureau withdraws an authorisation, from the next transaction on.',
  signers: 'staff of an environment-bureau',
  payload: Fields({ member: LocalId }),
  parties: ({ member }, signer) => [{ member }, { member: signer.member }],
  rule(context) {
    const { payload, state } = context
    requireBureau(context)
    if (!isAuthorised(context, payload.member, [])) {
      context.refuse('waste.not-authorised', { field: '/payload/member' })
    }
    AUTHORISATIONS.delete(state, payload.member)
  },
})

/** Whether a member may handle these classes now. */
export function isAuthorised(context: Context, member: string, classes: readonly string[]): boolean {
  const row = AUTHORISATIONS.get(context.state, member)
  if (row === undefined || context.time >= row.until) return false
  return classes.every((wasteClass) => (row.classes as readonly string[]).includes(wasteClass))
}

/** Refuses a member that may not handle these classes now. */
export function requireAuthorised(
  context: AnyRule,
  member: string,
  classes: readonly string[],
  field: string,
): void {
  if (!isAuthorised(context, member, classes)) context.refuse('waste.unauthorised', { field })
}
