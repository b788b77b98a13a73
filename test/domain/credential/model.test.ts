/**
 * Licences and the market against a plain model of them: exactly what the model allows is accepted, the port says what
 * the model says of every doctor after each step, and no fen is made or lost.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { checkProperty } from '../../support/property.ts'
import { GENESIS_TIME, PRIVATE_HASH, type World } from '../support/world.ts'
import { balanceOf, fund, newWorld } from './support.ts'

const DOCTORS = ['H1:doc', 'H2:doc'] as const
const MONEY = { H1: 0, H2: 500, INS: 60 }
type Member = keyof typeof MONEY
const MEMBERS = Object.keys(MONEY) as Member[]

type Operation =
  | { do: 'pass'; days: number }
  | { do: 'issue'; body: string; id: string; doctor: string; from: number; days: number }
  | { do: 'renew'; body: string; id: string; days: number }
  | { do: 'suspend' | 'restore' | 'lapse'; body: string; id: string }
  | { do: 'attest'; by: Member; id: string; doctor: string }
  | { do: 'list'; by: Member; id: string; price: number }
  | { do: 'unlist'; by: Member; id: string }
  | { do: 'buy'; by: Member; seller: Member; id: string; price: number }
  | { do: 'deliver'; by: Member; id: string; buyer: Member }

interface Licence {
  readonly doctor: string
  from: number
  until: number
  suspended: boolean
  lapsed: boolean
}

class Model {
  time = GENESIS_TIME
  readonly licences = new Map<string, Licence>()
  readonly checks = new Map<string, { doctor: string; at: number; price: number | undefined }>()
  /** `<seller>:<id> <buyer>` → delivered. */
  readonly bought = new Map<string, boolean>()
  readonly money: Record<Member, number> = { ...MONEY }

  isSuspended(doctor: string): boolean {
    const own = [...this.licences.values()].filter((licence) => licence.doctor === doctor)
    const begun = own.filter(
      ({ from, suspended, lapsed, until }) => from <= this.time || suspended || lapsed || until <= this.time,
    )
    const isInForce = ({ from, until, suspended, lapsed }: Licence) =>
      from <= this.time && this.time < until && !suspended && !lapsed
    return begun.length > 0 && !own.some(isInForce)
  }

  issue(o: Operation & { do: 'issue' }): boolean {
    const ref = `${o.body}:${o.id}`
    if (this.licences.has(ref) || o.days <= 0) return false
    const from = this.time + o.from * DAY_SECONDS
    const licence = {
      doctor: o.doctor,
      from,
      until: from + o.days * DAY_SECONDS,
      suspended: false,
      lapsed: false,
    }
    if (licence.until <= this.time) return false
    this.licences.set(ref, licence)
    return true
  }

  renew(o: Operation & { do: 'renew' }): boolean {
    const licence = this.licences.get(`${o.body}:${o.id}`)
    const until = this.time + o.days * DAY_SECONDS
    if (licence === undefined || licence.lapsed || until <= licence.until || until <= this.time) return false
    if (until <= Math.max(licence.from, this.time) && this.time < licence.until) return false
    if (licence.until <= this.time) licence.from = this.time
    licence.until = until
    return true
  }

  change(o: Operation & { do: 'suspend' | 'restore' | 'lapse' }): boolean {
    const licence = this.licences.get(`${o.body}:${o.id}`)
    if (licence === undefined || licence.lapsed) return false
    if (o.do === 'lapse') licence.lapsed = true
    else if (licence.suspended === (o.do === 'suspend')) return false
    else licence.suspended = o.do === 'suspend'
    return true
  }

  attest({ by, id, doctor }: Operation & { do: 'attest' }): boolean {
    const ref = `${by}:${id}`
    if (this.checks.has(ref)) return false
    this.checks.set(ref, { doctor, at: this.time, price: undefined })
    return true
  }

  list({ by, id, price }: Operation & { do: 'list' }): boolean {
    const check = this.checks.get(`${by}:${id}`)
    if (check === undefined || this.time > check.at + 180 * DAY_SECONDS) return false
    check.price = price
    return true
  }

  unlist({ by, id }: Operation & { do: 'unlist' }): boolean {
    const check = this.checks.get(`${by}:${id}`)
    if (check?.price === undefined) return false
    check.price = undefined
    return true
  }

  buy({ by, seller, id, price }: Operation & { do: 'buy' }): boolean {
    const check = this.checks.get(`${seller}:${id}`)
    const sale = `${seller}:${id} ${by}`
    if (by === seller || check === undefined || check.price !== price || this.bought.has(sale)) return false
    if (this.time > check.at + 180 * DAY_SECONDS || this.money[by] < price) return false
    this.money[by] -= price
    this.money[seller] += price
    this.bought.set(sale, false)
    return true
  }

  deliver({ by, id, buyer }: Operation & { do: 'deliver' }): boolean {
    const sale = `${by}:${id} ${buyer}`
    if (this.bought.get(sale) !== false) return false
    this.bought.set(sale, true)
    return true
  }
}

const pick = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const body = pick('LB', 'LB', 'LB2')
const id = pick('a', 'b')
const doctor = pick(...DOCTORS)
const member = pick(...MEMBERS) as fc.Arbitrary<Member>
const price = pick(40, 50)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: pick('pass'), days: pick(1, 10, 100) }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: pick('issue'),
      body,
      id,
      doctor,
      from: pick(-5, 0, 0, 5),
      days: pick(0, 5, 20, 200),
    }),
  },
  fc.record({ do: pick('renew'), body, id, days: pick(-1, 3, 30) }),
  {
    weight: 3,
    arbitrary: fc.record({ do: pick('suspend', 'restore', 'lapse', 'restore', 'suspend'), body, id }),
  },
  { weight: 2, arbitrary: fc.record({ do: pick('attest'), by: member, id, doctor }) },
  { weight: 3, arbitrary: fc.record({ do: pick('list'), by: member, id, price }) },
  fc.record({ do: pick('unlist'), by: member, id }),
  { weight: 5, arbitrary: fc.record({ do: pick('buy'), by: member, seller: member, id, price }) },
  { weight: 2, arbitrary: fc.record({ do: pick('deliver'), by: member, id, buyer: member }) },
)

function fundedWorld(): World {
  const world = newWorld()
  fund(world, MONEY)
  return world
}

/** Takes a step in both; whether each accepted it. */
function step(world: World, model: Model, o: Operation): readonly [real: boolean, expected: boolean] {
  const run = (signer: string, verb: string, payload: unknown) =>
    world.run(
      signer,
      `credential.${verb}`,
      payload,
      verb === 'deliver-verification' ? { privateHash: PRIVATE_HASH } : {},
    ) === 'ok'
  const aboutOf = (ref: string) => model.checks.get(ref)?.doctor ?? 'H1:doc'
  switch (o.do) {
    case 'pass':
      world.pass(o.days * DAY_SECONDS)
      model.time += o.days * DAY_SECONDS
      return [true, true]
    case 'issue': {
      const validFrom = model.time + o.from * DAY_SECONDS
      const validity = { validFrom, validUntil: validFrom + o.days * DAY_SECONDS }
      const payload = { licenceId: o.id, practitioner: o.doctor, profession: 'doctor', ...validity }
      return [run(o.body, 'issue', payload), model.issue(o)]
    }
    case 'attest': {
      const finding = { element: 'training', confirmed: true, checkedAt: model.time }
      const payload = { verificationId: o.id, practitioner: o.doctor, ...finding }
      return [run(o.by, 'attest', payload), model.attest(o)]
    }
    case 'list': {
      const payload = { verificationId: o.id, practitioner: aboutOf(`${o.by}:${o.id}`), price: o.price }
      return [run(o.by, 'list-verification', payload), model.list(o)]
    }
    case 'unlist': {
      const payload = { verificationId: o.id, practitioner: aboutOf(`${o.by}:${o.id}`) }
      return [run(o.by, 'unlist-verification', payload), model.unlist(o)]
    }
    case 'buy': {
      const verification = `${o.seller}:${o.id}`
      const payload = { verification, practitioner: aboutOf(verification), price: o.price }
      return [run(o.by, 'purchase-verification', payload), model.buy(o)]
    }
    case 'deliver': {
      const practitioner = aboutOf(`${o.by}:${o.id}`)
      const payload = { verificationId: o.id, practitioner, buyer: o.buyer }
      return [run(o.by, 'deliver-verification', payload), model.deliver(o)]
    }
    default: {
      const practitioner = model.licences.get(`${o.body}:${o.id}`)?.doctor ?? 'H1:doc'
      const named = { licenceId: o.id, practitioner }
      if (o.do !== 'renew') return [run(o.body, o.do, named), model.change(o)]
      return [
        run(o.body, 'renew', { ...named, validUntil: model.time + o.days * DAY_SECONDS }),
        model.renew(o),
      ]
    }
  }
}

function checkState(world: World, model: Model): void {
  for (const name of DOCTORS) {
    expect(world.port('credential.isSuspended')(name), name).toBe(model.isSuspended(name))
  }
  for (const name of MEMBERS) expect(balanceOf(world, name), name).toBe(model.money[name])
  const sum = MEMBERS.reduce((total, name) => total + balanceOf(world, name), 0)
  expect(sum).toBe(MONEY.H1 + MONEY.H2 + MONEY.INS)
}

it('licenses, suspends and sells exactly as the model of it', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 10, maxLength: 60, size: 'max' }), (operations) => {
      const world = fundedWorld()
      const model = new Model()
      for (const o of operations) {
        const [real, expected] = step(world, model, o)
        expect(real, JSON.stringify(o)).toBe(expected)
        checkState(world, model)
      }
      const bought = MEMBERS.flatMap((buyer) =>
        (world.list(buyer, 'credential', '/purchases') as { ref: string }[]).map(
          ({ ref }) => `${ref} ${buyer}`,
        ),
      )
      expect(bought.sort()).toEqual([...model.bought.keys()].sort())
    }),
    100,
  )
})

it('takes every kind of step at least once', () => {
  const world = fundedWorld()
  const model = new Model()
  const steps: readonly Operation[] = [
    { do: 'issue', body: 'LB', id: 'a', doctor: 'H1:doc', from: 0, days: 20 },
    { do: 'renew', body: 'LB', id: 'a', days: 30 },
    { do: 'suspend', body: 'LB', id: 'a' },
    { do: 'restore', body: 'LB', id: 'a' },
    { do: 'lapse', body: 'LB', id: 'a' },
    { do: 'attest', by: 'H1', id: 'a', doctor: 'H1:doc' },
    { do: 'list', by: 'H1', id: 'a', price: 40 },
    { do: 'buy', by: 'H2', seller: 'H1', id: 'a', price: 40 },
    { do: 'deliver', by: 'H1', id: 'a', buyer: 'H2' },
    { do: 'unlist', by: 'H1', id: 'a' },
  ]
  for (const o of steps) {
    expect(step(world, model, o), o.do).toEqual([true, true])
    checkState(world, model)
  }
})
