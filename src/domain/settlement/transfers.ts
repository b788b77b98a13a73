/** The rule about transfers: whoever has an account spends from it by its own key. */
import Type from 'typebox'
import { defineVerb } from '../define.ts'
import { CURRENCIES } from '../ports.ts'
import { partyOf } from '../roles.ts'
import { ActorId, Amount, Fields, LocalId, OneOf } from '../schema.ts'
import { transferValue } from './ports.ts'

export const transfer = defineVerb({
  summary: 'Pays from the account of the signer: a person its own, a member by its own key.',
  signers: "a person for its own account; a member's own key for the member's",
  payload: Fields({
    to: ActorId,
    currency: OneOf(CURRENCIES),
    amount: Amount,
    reference: Type.Optional(LocalId),
  }),
  parties: ({ to }) => [partyOf(to)],
  rule(context) {
    const { payload, signer } = context
    if (signer.role === 'scale') context.refuse('settlement.role')
    transferValue(context, 'settlement', { from: signer.actor, ...payload }, '/payload/to')
  },
})
