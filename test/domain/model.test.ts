import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkProperty } from '../support/property.ts'
import { hashOf, keyOf } from './support/keys.ts'
import { Model, type Operation, transactionOf } from './support/model.ts'
import { actorOf, memberOf, World } from './support/world.ts'

const MEMBERS = ['H1', 'H2', 'SS']
const STAFF = [
  ['H1:desk', 'employee'],
  ['H1:doc', 'doctor'],
  ['H1:ann', 'patient'],
  ['H2:ann', 'patient'],
] as const
const ACTORS = [...STAFF.map(([id]) => id), 'H1:bob', 'H2:doc', 'SS:eve', 'H1:dee']
const KEYS = [...MEMBERS, ...STAFF.map(([id]) => id), 'k1', 'k2', 'k3', 'k4', 'k5']
const SUBJECTS = ['s1', 's2', 's3']

const pick = (...names: readonly string[]) => fc.constantFrom(...names)
const signer = pick(...KEYS)
const key = pick(...KEYS)
const actor = pick(...ACTORS)
const author = pick('H1:doc', 'H1:ann', 'H2:ann', 'H2', 'k1')
const subject = pick(...SUBJECTS)
const record = pick('r1', 'r2')
const forged = fc.constantFrom(false, false, true)

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    do: fc.constant('enrol' as const),
    by: pick('H1', 'H2', 'SS', 'H1:desk', 'k1'),
    actor,
    role: fc.constantFrom('patient', 'doctor'),
    key,
    forged,
  }),
  fc.record({ do: fc.constant('rotate' as const), by: pick('H1:doc', 'k1', 'k2'), key, forged }),
  fc.record({ do: fc.constant('revoke' as const), by: pick('H1', 'k1', 'H1:doc'), actor, key }),
  fc.record({
    do: fc.constantFrom('suspend' as const, 'restore' as const),
    by: pick('H1', 'H2', 'SS', 'H1:doc'),
    actor,
  }),
  fc.record({
    do: fc.constant('enrol-subject' as const),
    by: signer,
    subject,
    patient: fc.option(actor, { nil: undefined }),
  }),
  fc.record({ do: fc.constant('link' as const), by: signer, subject, other: subject }),
  fc.record({
    do: fc.constant('verify' as const),
    by: pick('SS', 'SS', 'H1'),
    subject,
    key,
    insured: pick('i1', 'i2'),
  }),
  fc.record({ do: fc.constantFrom('anchor' as const, 'import' as const), by: signer, record, subject }),
  fc.record({
    do: fc.constant('amend' as const),
    by: author,
    record,
    subject,
    supersedes: fc.integer({ min: 1, max: 2 }),
  }),
)

/** Every operation once, accepted; after it the later verbs are within reach of random ones. */
const PRELUDE: readonly Operation[] = [
  { do: 'enrol-subject', by: 'H1:doc', subject: 's1', patient: 'H1:ann' },
  { do: 'enrol-subject', by: 'H2', subject: 's2', patient: 'H2:ann' },
  { do: 'link', by: 'H1:ann', subject: 's1', other: 's2' },
  { do: 'anchor', by: 'H1:doc', record: 'r1', subject: 's1' },
  { do: 'import', by: 'H1:ann', record: 'r2', subject: 's1' },
  { do: 'amend', by: 'H1:doc', record: 'r1', subject: 's1', supersedes: 1 },
  { do: 'verify', by: 'SS', subject: 's2', key: 'H2:ann', insured: 'i1' },
  { do: 'enrol', by: 'H1', actor: 'H1:dee', role: 'doctor', key: 'k5', forged: false },
  { do: 'suspend', by: 'H1', actor: 'H1:dee' },
  { do: 'restore', by: 'H1', actor: 'H1:dee' },
  { do: 'rotate', by: 'k5', key: 'k4', forged: false },
  { do: 'revoke', by: 'k4', actor: 'H1:dee', key: 'k4' },
]

function newWorld(): World {
  return new World({
    members: [memberOf('H1', 'hospital'), memberOf('H2', 'hospital'), memberOf('SS', 'social-security')],
    actors: STAFF.map(([id, role]) => actorOf(id, role)),
  })
}

/** Everything a stranger can ask of both sides. */
function compare(world: World, model: Model): void {
  for (const name of KEYS) expect(world.isActive(name), name).toBe(model.isActive(name))
  for (const id of ACTORS) {
    for (const name of SUBJECTS) {
      const acts = world.port('identity.actsFor')({ actor: id }, hashOf(name))
      expect(acts, `${id} for ${name}`).toBe(model.actsFor(id, name))
    }
  }
  for (const [ref, { subject }] of model.records) {
    expect(world.port('record.find')(ref)?.subject).toBe(hashOf(subject))
  }
}

it('identity and record do what a plain model of them does', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 20, maxLength: 60, size: 'max' }), (operations) => {
      const world = newWorld()
      const model = new Model(MEMBERS, STAFF)
      for (const next of [...PRELUDE, ...operations]) {
        const known = world.port('identity.signer')(keyOf(next.by).publicKey)
        const { type, payload } = transactionOf(next, known?.actor.actor ?? 'H1:nobody')
        const outcome = world.run(next.by, type, payload)
        expect(outcome, JSON.stringify(next)).toBe(model.apply(next))
        if (PRELUDE.includes(next)) expect(outcome, next.do).toBe('ok')
      }
      compare(world, model)
    }),
    60,
  )
})
