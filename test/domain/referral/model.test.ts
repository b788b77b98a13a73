/** Referrals against a plain model of them: exactly what it allows is accepted, and every referral reads as it says. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { checkProperty } from '../../support/property.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, snapshot, World } from '../support/world.ts'

const HOSPITALS = ['H1', 'H2', 'H3'] as const
type Hospital = (typeof HOSPITALS)[number]
const subjectAt = (hospital: Hospital) => hashOf(`ann at ${hospital}`)

type Operation =
  | { do: 'pass'; days: number }
  | { do: 'attest'; hospital: Hospital; tier: number }
  | { do: 'revoke'; from: Hospital; to: Hospital }
  | { do: 'create'; id: string; from: Hospital; to: Hospital; direction: 'up' | 'down'; plan: boolean }
  | { do: 'accept' | 'decline' | 'complete'; id: string; from: Hospital; by: Hospital }
  | { do: 'cancel'; id: string; from: Hospital; by: 'sender' | 'patient' | 'receiver' }

interface Referral {
  readonly to: Hospital
  readonly at: number
  answeredAt?: number
  state: string
}

class Model {
  day = 0
  readonly tiers = new Map<Hospital, number>()
  readonly revoked = new Set<string>()
  /** By `<sender>:<id>`. */
  readonly referrals = new Map<string, Referral>()

  create({ id, from, to, direction, plan }: Operation & { do: 'create' }): boolean {
    const [low, high] = [this.tiers.get(from), this.tiers.get(to)]
    if (this.referrals.has(`${from}:${id}`) || from === to || low === undefined || high === undefined) {
      return false
    }
    if (low === high || direction !== (high > low ? 'up' : 'down')) return false
    if ((direction === 'down' && !plan) || this.revoked.has(`${from}>${to}`)) return false
    this.referrals.set(`${from}:${id}`, { to, at: this.day, state: 'SENT' })
    return true
  }

  answer({ do: verb, id, from, by }: Operation & { do: 'accept' | 'decline' | 'complete' }): boolean {
    const referral = this.referrals.get(`${from}:${id}`)
    if (referral?.to !== by) return false
    if (referral.state !== (verb === 'complete' ? 'ACCEPTED' : 'SENT')) return false
    if (verb !== 'complete') referral.answeredAt = this.day
    referral.state = { accept: 'ACCEPTED', decline: 'DECLINED', complete: 'COMPLETED' }[verb]
    return true
  }

  cancel({ id, from, by }: Operation & { do: 'cancel' }): boolean {
    const referral = this.referrals.get(`${from}:${id}`)
    if (referral === undefined || by === 'receiver' || !['SENT', 'ACCEPTED'].includes(referral.state)) {
      return false
    }
    referral.answeredAt ??= this.day
    referral.state = 'CANCELLED'
    return true
  }
}

const pick = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const [id, hospital] = [pick('r1', 'r2'), pick(...HOSPITALS)]
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: pick('pass'), days: pick(0, 1, 2) }),
  fc.record({ do: pick('attest'), hospital, tier: pick(1, 2, 3) }),
  fc.record({ do: pick('revoke'), from: hospital, to: hospital }),
  {
    weight: 5,
    arbitrary: fc.record({
      do: pick('create'),
      id,
      from: hospital,
      to: hospital,
      direction: pick('up', 'down'),
      plan: pick(true, true, false),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: pick('accept', 'decline', 'complete'), id, from: hospital, by: hospital }),
  },
  fc.record({ do: pick('cancel'), id, from: hospital, by: pick('sender', 'patient', 'receiver') }),
)

function makeWorld(): World {
  const world = new World({
    members: [...HOSPITALS.map((name) => memberOf(name, 'hospital')), memberOf('HC', 'health-commission')],
    actors: HOSPITALS.flatMap((name) => [
      actorOf(`${name}:doc`, 'doctor'),
      actorOf(`${name}:ann`, 'patient'),
    ]),
  })
  for (const from of HOSPITALS) {
    world.must(from, 'identity.enrol-subject', { subject: subjectAt(from), patient: `${from}:ann` })
    for (const to of HOSPITALS) {
      world.must(`${from}:ann`, 'consent.grant', {
        consentId: `to-${to}`,
        subject: subjectAt(from),
        grantee: to,
        purpose: 'referral',
        kinds: ['Observation'],
        from: GENESIS_TIME,
        to: GENESIS_TIME + 365 * DAY_SECONDS,
      })
    }
  }
  return world
}

const newWorld = snapshot(makeWorld())

function step(world: World, model: Model, o: Operation): readonly [real: boolean, expected: boolean] {
  const run = (signer: string, verb: string, payload: unknown) => world.run(signer, verb, payload) === 'ok'
  switch (o.do) {
    case 'pass':
      world.pass(o.days * DAY_SECONDS)
      model.day += o.days
      return [true, true]
    case 'attest':
      model.tiers.set(o.hospital, o.tier)
      return [run('HC', 'referral.attest-tier', { hospital: o.hospital, tier: o.tier }), true]
    case 'revoke': {
      const consent = { consent: `${o.from}:ann:to-${o.to}`, subject: subjectAt(o.from), grantee: o.to }
      const expected = !model.revoked.has(`${o.from}>${o.to}`)
      model.revoked.add(`${o.from}>${o.to}`)
      return [run(`${o.from}:ann`, 'consent.revoke', consent), expected]
    }
    case 'create': {
      const payload = {
        referralId: o.id,
        subject: subjectAt(o.from),
        to: o.to,
        direction: o.direction,
        fromTier: model.tiers.get(o.from) ?? 1,
        toTier: model.tiers.get(o.to) ?? 2,
        attachments: [],
        consent: `${o.from}:ann:to-${o.to}`,
        ...(o.plan && { planHash: hashOf('plan') }),
      }
      return [run(`${o.from}:doc`, 'referral.create', payload), model.create(o)]
    }
    default: {
      const key = `${o.from}:${o.id}`
      const to = model.referrals.get(key)?.to ?? 'H1'
      const payload = { referral: key, subject: subjectAt(o.from), to }
      if (o.do !== 'cancel') {
        const more = o.do === 'decline' ? { reason: 'other' } : {}
        return [run(`${o.by}:doc`, `referral.${o.do}`, { ...payload, ...more }), model.answer(o)]
      }
      const signers = { sender: `${o.from}:doc`, patient: `${o.from}:ann`, receiver: `${to}:doc` }
      return [run(signers[o.by], 'referral.cancel', payload), model.cancel(o)]
    }
  }
}

/** The referral that a step was about reads as the model has it, to its sender. */
function compareOne(world: World, model: Model, o: Operation): void {
  if (!('id' in o)) return
  const ref = `${o.from}:${o.id}`
  const row = world.read(`${o.from}:doc`, 'referral', '/referrals/:ref', { ref }) as
    | { state: string }
    | undefined
  expect(row?.state, ref).toBe(model.referrals.get(ref)?.state)
}

function compare(world: World, model: Model): void {
  const seen = new Set<string>()
  for (const sender of HOSPITALS) {
    for (const row of world.list(`${sender}:doc`, 'referral', '/sent')!) {
      const { ref, to, state, late } = row as { ref: string; to: string; state: string; late: boolean }
      const referral = model.referrals.get(ref)!
      const isLate = (referral.answeredAt ?? model.day) - referral.at > 3
      expect([to, state, late], ref).toEqual([referral.to, referral.state, isLate])
      seen.add(ref)
    }
  }
  expect(seen.size).toBe(model.referrals.size)
  for (const receiver of HOSPITALS) {
    const received = world.list(`${receiver}:doc`, 'referral', '/received')!
    const expected = [...model.referrals.values()].filter(({ to }) => to === receiver)
    expect(received.length).toBe(expected.length)
  }
}

it('refers, answers and cancels exactly as the model of it', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 10, maxLength: 60, size: 'max' }), (operations) => {
      const world = newWorld()
      const model = new Model()
      for (const [hospitalName, tier] of [
        ['H1', 1],
        ['H2', 3],
      ] as const) {
        step(world, model, { do: 'attest', hospital: hospitalName, tier })
      }
      for (const o of operations) {
        const [real, expected] = step(world, model, o)
        expect(real, JSON.stringify(o)).toBe(expected)
        compareOne(world, model, o)
      }
      compare(world, model)
    }),
    40,
  )
})

it('takes every kind of step at least once', () => {
  const world = newWorld()
  const model = new Model()
  const create = (from: Hospital, to: Hospital, name: string, direction: 'up' | 'down') =>
    ({ do: 'create', id: name, from, to, direction, plan: direction === 'down' }) as const
  const steps: readonly Operation[] = [
    { do: 'attest', hospital: 'H1', tier: 1 },
    { do: 'attest', hospital: 'H2', tier: 2 },
    create('H1', 'H2', 'r1', 'up'),
    { do: 'accept', id: 'r1', from: 'H1', by: 'H2' },
    { do: 'complete', id: 'r1', from: 'H1', by: 'H2' },
    create('H2', 'H1', 'r1', 'down'),
    { do: 'decline', id: 'r1', from: 'H2', by: 'H1' },
    create('H1', 'H2', 'r2', 'up'),
    { do: 'cancel', id: 'r2', from: 'H1', by: 'patient' },
    { do: 'revoke', from: 'H1', to: 'H2' },
  ]
  for (const o of steps) expect(step(world, model, o), o.do).toEqual([true, true])
})
