/** Rules by which a member stops one of its people or devices from signing, and lets it sign again. */
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { MEMBER } from '../roles.ts'
import { Fields, PersonId } from '../schema.ts'
import { ACTORS, type ActorRow, findActor, splitActor } from './state.ts'

const payload = Fields({ actor: PersonId })

export const suspend = defineVerb({
  summary: "Suspends a person or device of the signer's member: it signs nothing from the next leaf on.",
  signers: 'the key of the enroller member',
  payload,
  parties: ({ actor }, signer) => [{ actor }, { member: signer.member }],
  rule(context) {
    const row = requireOwnActor(context)
    if (row.status === 'suspended') context.refuse('identity.suspended', { field: '/payload/actor' })
    putStatus(context, row, 'suspended')
  },
})

export const restore = defineVerb({
  summary: 'Lifts a suspension.',
  signers: 'the key of the enroller member',
  payload,
  parties: ({ actor }, signer) => [{ actor }, { member: signer.member }],
  rule(context) {
    const row = requireOwnActor(context)
    if (row.status !== 'suspended') context.refuse('identity.not-suspended', { field: '/payload/actor' })
    putStatus(context, row, 'active')
  },
})

type Context = RuleContext<{ readonly actor: string }>

/** The actor, where the signer is the key of the member that enrolled it. */
function requireOwnActor(context: Context): ActorRow {
  const { payload, signer } = context
  if (signer.role !== MEMBER) context.refuse('identity.role')
  if (splitActor(payload.actor)[0] !== signer.member) {
    context.refuse('identity.foreign-member', { field: '/payload/actor' })
  }
  return (
    findActor(context, payload.actor) ?? context.refuse('identity.actor-unknown', { field: '/payload/actor' })
  )
}

function putStatus(context: Context, row: ActorRow, status: ActorRow['status']): void {
  const [member, local] = splitActor(context.payload.actor)
  ACTORS.put(context.state, { ...row, status }, member, local!)
}
