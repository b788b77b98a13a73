import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { registry } from '../../src/domain/index.ts'
import { checkProperty } from '../support/property.ts'
import { triesOf } from '../support/tries.ts'
import { busyWorld } from './support/busy-world.ts'
import { breakPayload, fitting, type Vocabulary } from './support/payloads.ts'

const nothing: Vocabulary = { hashes: [], localIds: [], actors: [], references: [] }

describe.each(registry.types())('payload of %s', (type) => {
  const { payload: schema } = registry.verb(type)!

  it('is accepted where it fits, and refused by the name of its field where it does not', () => {
    checkProperty(
      fc.property(fitting(schema, nothing), (payload) => {
        expect(registry.checkPayload(type, payload)).toBeUndefined()
        for (const broken of breakPayload(schema, payload)) {
          const fault = registry.checkPayload(type, broken.payload)
          expect(fault?.field, `${broken.field} ${broken.what}`).toBe(broken.field)
          expect(fault?.message.length).toBeLessThan(4_096)
        }
      }),
      triesOf(3, 10),
    )
  })

  it('never brings a rule to fail otherwise than by a code', () => {
    const { world, known, signers } = busyWorld()
    const start = world.state
    const before = world.dump()
    checkProperty(
      fc.property(fitting(schema, known), fc.constantFrom(...signers), (payload, signer) => {
        // What a transaction changes is a copy: the world begins anew from the same rows.
        world.state = start
        const outcome = world.run(signer, type, payload)
        expect(outcome).toMatch(/^(ok|[a-z]+\.[a-z-]+)$/)
        if (outcome !== 'ok') expect(world.dump()).toBe(before)
        else expect(world.parties(signer, type, payload)).toBeInstanceOf(Array)
      }),
      triesOf(8, 100),
    )
  })

  it('refuses what is no map', () => {
    for (const payload of [undefined, null, 7, 'text', [], true]) {
      expect(registry.checkPayload(type, payload)?.field).toBe('/payload')
    }
  })
})
