/** A module for tests of the ledger alone: its verbs do to the state exactly what their payload says. */
import Type from 'typebox'
import { defineVerb } from '../../../src/domain/define.ts'
import { createRegistry, type DomainModule, registry, type StateValue } from '../../../src/domain/index.ts'

const Key = Type.String({ pattern: '^[a-z0-9/-]{1,64}$' })
const fields = <Properties extends Parameters<typeof Type.Object>[0]>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false })

const probe: DomainModule = {
  name: 'probe',
  summary: 'Does what it is told.',
  verbs: {
    put: defineVerb({
      summary: 'Puts a value.',
      payload: fields({ key: Key, value: Type.Integer() }),
      privatePart: 'optional',
      rule: ({ state, payload }) => state.put(`probe/${payload.key}`, { value: payload.value }),
      parties: ({ key }) => [{ actor: `hospital:${key}` }],
    }),
    delete: defineVerb({
      summary: 'Deletes a key.',
      payload: fields({ key: Key }),
      rule: ({ state, payload }) => state.delete(`probe/${payload.key}`),
    }),
    add: defineVerb({
      summary: 'Adds to a value, from 0.',
      payload: fields({ key: Key, value: Type.Integer() }),
      rule({ state, payload }) {
        const before = (state.get(`probe/${payload.key}`)?.['value'] as number | undefined) ?? 0
        state.put(`probe/${payload.key}`, { value: before + payload.value })
      },
    }),
    count: defineVerb({
      summary: 'Writes how many keys start with a prefix, and the first of them.',
      payload: fields({ prefix: Key, key: Key, limit: Type.Integer() }),
      rule({ state, payload }) {
        const rows = state.list(`probe/${payload.prefix}`, { limit: payload.limit })
        state.put(`probe/${payload.key}`, { keys: rows.map(([key]) => key) } as StateValue)
      },
    }),
    refuse: defineVerb({
      summary: 'Writes, then refuses.',
      payload: fields({ key: Key }),
      rule({ state, payload, refuse }) {
        state.put(`probe/${payload.key}`, { value: 1 })
        refuse('read.range', { field: '/payload/key', message: 'No.' })
      },
    }),
    break: defineVerb({
      summary: 'Fails as no rule may.',
      payload: fields({ key: Key }),
      rule({ state, payload }) {
        state.put(`probe/${payload.key}`, { value: 1 })
        throw new Error('the probe broke')
      },
    }),
    private: defineVerb({
      summary: 'Needs a private part.',
      payload: fields({ key: Key }),
      privatePart: 'required',
      rule: ({ state, payload }) => state.put(`probe/${payload.key}`, { value: 1 }),
    }),
  },
  reads: [
    {
      path: '/values/:key',
      summary: 'A value.',
      query: fields({ key: Key }),
      answer: fields({ value: Type.Integer() }),
      list: false,
      patientData: false,
      rights: { words: 'Any enrolled reader.', shape: { kind: 'everyone' } },
      run: ({ state, query }) => state.get(`probe/${query['key']}`),
    },
  ],
  parameters: {},
  ports: {},
  needs: [],
  checkBlock(changes) {
    for (const { key, before, after } of changes) {
      const grew = Number(after?.['value'] ?? 0) - Number(before?.['value'] ?? 0)
      if (key === 'probe/at-most-one' && grew > 1) throw new Error(`the probe grew by ${grew}`)
    }
  },
}

/** The rules of this build with the probe beside them, under version 1. */
export const probeRegistry = createRegistry([...registry.modules, probe])
export const probeRulesOf = (version: number) => (version === 1 ? probeRegistry : undefined)
