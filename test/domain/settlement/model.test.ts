/**
 * Settlement against a plain model of it, with a stand-in module that holds: exactly what it allows is accepted, every
 * account reads as the model has it, and after each step every currency comes to what its issuers have outstanding.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkProperty } from '../../support/property.ts'
import { declareIssuer, expectConserved, sumsOf } from '../support/issuer.ts'
import { tillRegistry } from '../support/till.ts'
import { actorOf, memberOf, World } from '../support/world.ts'

const ACCOUNTS = ['BANK', 'P', 'H:ann', 'H:bob'] as const
type Account = (typeof ACCOUNTS)[number]
const CURRENCIES = ['cny-fen', 'points'] as const
type Currency = (typeof CURRENCIES)[number]
/** Ceilings: BANK issues fen alone, P both. */
const CEILINGS: { [issuer: string]: number } = { 'BANK cny-fen': 500, 'P cny-fen': 300, 'P points': 400 }
const SUPPLY_MAX = 600

type Operation = { currency: Currency; amount: number } & (
  | { do: 'issue'; by: Account; to: Account }
  | { do: 'retire'; by: Account }
  | { do: 'transfer'; by: Account; to: Account }
  | { do: 'pay'; by: Account; to: Account }
  | { do: 'hold'; by: Account; module: string; id: string }
  | { do: 'release'; module: string; id: string; shares: [Account, number][] }
)

class Model {
  readonly balances = new Map<string, number>()
  readonly outstanding = new Map<string, number>()
  readonly holds = new Map<string, { from: Account; currency: Currency; amount: number }>()

  balance(account: string, currency: Currency): number {
    return this.balances.get(`${account} ${currency}`) ?? 0
  }

  private add(account: string, currency: Currency, amount: number): void {
    this.balances.set(`${account} ${currency}`, this.balance(account, currency) + amount)
  }

  total(currency: Currency): number {
    return ['BANK', 'P'].reduce(
      (sum, issuer) => sum + (this.outstanding.get(`${issuer} ${currency}`) ?? 0),
      0,
    )
  }

  step(o: Operation): boolean {
    const { currency, amount } = o
    if (o.do === 'release') return this.release(o)
    if (o.do === 'hold') {
      const id = `${o.module} ${o.id}`
      if (this.holds.has(id) || this.balance(o.by, currency) < amount) return false
      this.holds.set(id, { from: o.by, currency, amount })
      this.add(o.by, currency, -amount)
      return true
    }
    if (o.do === 'transfer' || o.do === 'pay') {
      if (o.by === o.to || this.balance(o.by, currency) < amount) return false
      this.add(o.by, currency, -amount)
      this.add(o.to, currency, amount)
      return true
    }
    const issuer = `${o.by} ${currency}`
    const out = this.outstanding.get(issuer) ?? 0
    const ceiling = CEILINGS[issuer]
    if (ceiling === undefined) return false
    if (o.do === 'issue') {
      if (out + amount > ceiling || this.total(currency) + amount > SUPPLY_MAX) return false
      this.outstanding.set(issuer, out + amount)
      this.add(o.to, currency, amount)
      return true
    }
    if (amount > out || this.balance(o.by, currency) < amount) return false
    this.outstanding.set(issuer, out - amount)
    this.add(o.by, currency, -amount)
    return true
  }

  private release({ module, id, shares }: Operation & { do: 'release' }): boolean {
    const hold = this.holds.get(`${module} ${id}`)
    const paid = shares.reduce((sum, [, amount]) => sum + amount, 0)
    if (hold === undefined || paid > hold.amount) return false
    this.holds.delete(`${module} ${id}`)
    for (const [to, amount] of shares) this.add(to, hold.currency, amount)
    this.add(hold.from, hold.currency, hold.amount - paid)
    return true
  }
}

const pick = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const account = pick(...ACCOUNTS)
const common = { currency: pick('cny-fen', 'cny-fen', 'points'), amount: fc.integer({ min: 1, max: 150 }) }
const hold = { module: pick('till', 'rival'), id: pick('h1', 'h2') }
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: pick('issue'), by: pick('BANK', 'P', 'P'), to: account, ...common }),
  },
  fc.record({ do: pick('retire'), by: account, ...common }),
  { weight: 3, arbitrary: fc.record({ do: pick('transfer', 'pay'), by: account, to: account, ...common }) },
  { weight: 2, arbitrary: fc.record({ do: pick('hold'), by: account, ...hold, ...common }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: pick('release'),
      ...hold,
      ...common,
      shares: fc.array(fc.tuple(account, fc.integer({ min: 0, max: 60 })), { maxLength: 3 }),
    }),
  },
)

function newWorld(): World {
  const world = new World({
    members: [memberOf('BANK', 'social-security'), memberOf('P', 'platform'), memberOf('H', 'hospital')],
    actors: [actorOf('H:ann', 'patient'), actorOf('H:bob', 'patient')],
    parameters: { 'settlement.supplyMax': SUPPLY_MAX },
    registry: tillRegistry,
  })
  for (const [issuer, ceiling] of Object.entries(CEILINGS)) {
    const [member, currency] = issuer.split(' ') as [string, Currency]
    declareIssuer(world, member, currency, ceiling)
  }
  return world
}

function run(world: World, o: Operation): boolean {
  const { currency, amount } = o
  const outcome = (signer: string, type: string, payload: object) => world.run(signer, type, payload) === 'ok'
  switch (o.do) {
    case 'issue':
    case 'transfer':
      return outcome(o.by, `settlement.${o.do}`, { to: o.to, currency, amount })
    case 'retire':
      return outcome(o.by, 'settlement.retire', { currency, amount })
    case 'pay':
      return outcome('H', 'till.pay', { from: o.by, to: o.to, currency, amount })
    case 'hold':
      return outcome('H', `${o.module}.hold`, { holdId: o.id, from: o.by, currency, amount })
    case 'release': {
      const payments = o.shares.map(([to, share]) => ({ to, amount: share }))
      return outcome('H', `${o.module}.release`, { holdId: o.id, payments })
    }
  }
}

function compare(world: World, model: Model): void {
  for (const owner of ACCOUNTS) {
    const answer = world.read(owner, 'settlement', '/accounts/:account', { account: owner })
    const balances = CURRENCIES.map((currency) => {
      const held = [...model.holds.values()]
        .filter((kept) => kept.from === owner && kept.currency === currency)
        .reduce((sum, { amount }) => sum + amount, 0)
      return { currency, balance: model.balance(owner, currency), held }
    })
    expect(answer).toEqual({ account: owner, balances })
    for (const currency of CURRENCIES) {
      const query = { account: owner, currency }
      const lines = world.list(owner, 'settlement', '/accounts/:account/statement', query)!
      const moved = (lines as { amount: number }[]).reduce((sum, { amount }) => sum + amount, 0)
      expect(moved, `the statement of ${owner} in ${currency}`).toBe(model.balance(owner, currency))
    }
  }
}

it('moves exactly what the model of it moves, and no value comes or goes', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 10, maxLength: 50, size: 'max' }), (operations) => {
      const world = newWorld()
      const model = new Model()
      for (const o of operations) {
        expect(run(world, o), JSON.stringify(o)).toBe(model.step(o))
        expectConserved(world)
        for (const currency of CURRENCIES) {
          expect(sumsOf(world, currency).accounts).toBe(model.total(currency))
        }
      }
      compare(world, model)
    }),
    60,
  )
})

it('takes every kind of step at least once', () => {
  const world = newWorld()
  const model = new Model()
  const fen = { currency: 'cny-fen', amount: 100 } as const
  const steps: readonly Operation[] = [
    { do: 'issue', by: 'BANK', to: 'H:ann', ...fen },
    { do: 'transfer', by: 'H:ann', to: 'H:bob', ...fen },
    { do: 'hold', by: 'H:bob', module: 'till', id: 'h1', ...fen },
    { do: 'release', module: 'till', id: 'h1', shares: [['H:ann', 60]], ...fen },
    { do: 'pay', by: 'H:ann', to: 'BANK', ...fen, amount: 60 },
    { do: 'retire', by: 'BANK', ...fen, amount: 50 },
  ]
  for (const o of steps) expect([run(world, o), model.step(o)], o.do).toEqual([true, true])
  compare(world, model)
})
