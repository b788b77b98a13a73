/** A module that does with others' money what its signer says: it stands in for every module that uses settlement. */
import Type from 'typebox'
import { defineVerb } from '../../../src/domain/define.ts'
import { createRegistry, type DomainModule, registry } from '../../../src/domain/index.ts'
import { CURRENCIES } from '../../../src/domain/ports.ts'
import { ActorId, Fields, LocalId, OneOf } from '../../../src/domain/schema.ts'

const amount = Type.Integer()
const hold = { holdId: LocalId, from: ActorId, currency: OneOf(CURRENCIES), amount }

const till = (name: string): DomainModule => ({
  name,
  summary: 'Moves what it is told to.',
  verbs: {
    pay: defineVerb({
      summary: 'Transfers.',
      payload: Fields({ from: ActorId, to: ActorId, currency: OneOf(CURRENCIES), amount }),
      rule: ({ port, payload }) => port('settlement.transfer')(payload),
    }),
    hold: defineVerb({
      summary: 'Holds.',
      payload: Fields(hold),
      rule: ({ port, payload: { holdId, ...rest } }) => port('settlement.hold')(holdId, rest),
    }),
    release: defineVerb({
      summary: 'Releases.',
      payload: Fields({ holdId: LocalId, payments: Type.Array(Fields({ to: ActorId, amount })) }),
      rule: ({ port, payload }) => port('settlement.release')(payload.holdId, payload.payments),
    }),
    look: defineVerb({
      summary: 'Writes down what it holds under an id.',
      payload: Fields({ holdId: LocalId }),
      rule({ port, payload, state }) {
        const held = port('settlement.held')(payload.holdId)
        state.put(`${name}/seen/${payload.holdId}`, held === undefined ? {} : { ...held })
      },
    }),
  },
  reads: [],
  parameters: {},
  ports: {},
  needs: ['settlement.transfer', 'settlement.hold', 'settlement.held', 'settlement.release'],
})

/** The rules of this build with two such modules beside them. */
export const tillRegistry = createRegistry([...registry.modules, till('till'), till('rival')])
