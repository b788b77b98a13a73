import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PARAMETERS } from '../../src/domain/context.ts'
import { registry } from '../../src/domain/index.ts'
import { canonicalJson } from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { triesOf } from '../support/tries.ts'
import { busyWorld } from './support/busy-world.ts'
import { fitting } from './support/payloads.ts'

type End = 'min' | 'max'

/** Every parameter at one end of what governance may set: the same end for all, or one for each. */
const extremes: fc.Arbitrary<() => End> = fc.oneof(
  fc.constantFrom<End>('min', 'max').map((end) => () => end),
  fc.infiniteStream(fc.constantFrom<End>('min', 'max')).map((ends) => () => ends.next().value as End),
)

const { world, known, signers } = busyWorld()
const start = world.state

describe.each(registry.types())('the rule of %s, with parameters at the ends of their bounds', (type) => {
  const { payload: schema } = registry.verb(type)!

  it('accepts what can be sealed, and refuses the rest by a code', () => {
    const days = fc.integer({ min: 0, max: 400 })
    checkProperty(
      fc.property(
        fitting(schema, known),
        fc.constantFrom(...signers),
        extremes,
        days,
        (payload, signer, end, passed) => {
          world.state = start.copy()
          world.time += passed * 86_400
          for (const [name, bounds] of registry.parameters) {
            const [module = '', parameter = ''] = name.split('.')
            PARAMETERS.put(world.state, { value: bounds[end()] }, module, parameter)
          }
          expect(world.run(signer, type, payload)).toMatch(/^(ok|inactive|[a-z]+\.[a-z-]+)$/)
          for (const value of world.state.written.values()) {
            if (value !== undefined) expect(() => canonicalJson(value)).not.toThrow()
          }
          world.time -= passed * 86_400
        },
      ),
      triesOf(4, 100),
    )
  })
})
