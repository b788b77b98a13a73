/** For whom an actor acts, as a list and one by one: the same, also after a guardianship has ended. */
import { expect, it } from 'vitest'
import { SUBJECTS } from '../../../src/domain/identity/state.ts'
import { busyWorld } from '../support/busy-world.ts'

it('lists exactly the subjects for which the actor acts, at any time', () => {
  const { world, signers } = busyWorld()
  const subjects = SUBJECTS.list(world.state, [], { limit: 1_000 }).map(({ id }) => id[0]!)
  let acted = 0
  for (const seconds of [0, 10, 86_400 * 30]) {
    world.pass(seconds)
    for (const signer of signers) {
      if (!world.isActive(signer)) continue
      const reader = world.actor(signer)
      const expected = subjects.filter((subject) => world.port('identity.actsFor')(reader, subject))
      expect([...world.port('identity.subjectsOf')(reader.actor)].sort(), signer).toEqual(expected.sort())
      acted += expected.length
    }
  }
  expect(acted).toBeGreaterThan(6)
})
