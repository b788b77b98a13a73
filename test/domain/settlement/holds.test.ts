/** Holds and the other ports, through stand-in modules that do what their signer says. */
import { beforeEach, describe, expect, it } from 'vitest'
import { balanceOf, declareIssuer, expectConserved } from '../support/issuer.ts'
import { tillRegistry } from '../support/till.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

let world: World

beforeEach(() => {
  world = new World({
    members: [memberOf('BANK', 'social-security'), memberOf('H', 'hospital'), memberOf('AUD', 'auditor')],
    actors: [actorOf('H:ann', 'patient'), actorOf('H:bob', 'patient'), actorOf('H:scale', 'scale')],
    registry: tillRegistry,
  })
  declareIssuer(world, 'BANK', 'cny-fen')
  world.must('BANK', 'settlement.issue', { to: 'H:ann', currency: 'cny-fen', amount: 100 })
})

const hold = (holdId: string, amount: number, module = 'till') =>
  world.run('H', `${module}.hold`, { holdId, from: 'H:ann', currency: 'cny-fen', amount })
const release = (holdId: string, payments: [to: string, amount: number][], module = 'till') =>
  world.run('H', `${module}.release`, {
    holdId,
    payments: payments.map(([to, amount]) => ({ to, amount })),
  })
const pay = (from: string, to: string, amount: number) =>
  world.run('H', 'till.pay', { from, to, currency: 'cny-fen', amount })
/** What a module is told that it holds. */
const seen = (holdId: string, module = 'till') => {
  world.must('H', `${module}.look`, { holdId })
  return world.state.get(`${module}/seen/${holdId}`)
}
const fen = (account: string) => balanceOf(world, account, 'cny-fen')
const account = (owner: string) =>
  (
    world.read(owner, 'settlement', '/accounts/:account', { account: owner }) as {
      balances: { balance: number; held: number }[]
    }
  ).balances[0]
const holdsOf = (owner: string, reader = owner) =>
  world.list(reader, 'settlement', '/accounts/:account/holds', { account: owner })
const lines = (owner: string) =>
  (
    world.list(owner, 'settlement', '/accounts/:account/statement', {
      account: owner,
      currency: 'cny-fen',
    }) as object[]
  ).map(({ at: _, ...line }: { at?: number }) => line)

describe('a hold', () => {
  it('takes out of what may be spent, and is seen by its owner', () => {
    expect(hold('h1', 60)).toBe('ok')
    expect(account('H:ann')).toMatchObject({ balance: 40, held: 60 })
    const row = { module: 'till', holdId: 'h1', currency: 'cny-fen', amount: 60, at: GENESIS_TIME }
    expect(holdsOf('H:ann')).toEqual([row])
    expect(holdsOf('H:ann', 'AUD')).toEqual([row])
    expect(holdsOf('H:ann', 'H')).toBeUndefined()
    expect(hold('h2', 41)).toBe('settlement.insufficient')
    expect(pay('H:ann', 'H', 41)).toBe('settlement.insufficient')
    expect(hold('h2', 40)).toBe('ok')
    expectConserved(world)
  })

  it('is released once, to whom its module says; the rest goes back', () => {
    expect(hold('h1', 60)).toBe('ok')
    expect(
      release('h1', [
        ['H', 25],
        ['H:bob', 5],
        ['H', 0],
        ['H', 10],
      ]),
    ).toBe('ok')
    expect([fen('H:ann'), fen('H'), fen('H:bob')]).toEqual([60, 35, 5])
    expect(holdsOf('H:ann')).toEqual([])
    expect(seen('h1')).toEqual({})
    expect(release('h1', [])).toBe('settlement.hold-unknown')
    expectConserved(world)
    const by = { by: 'till', reference: 'h1' }
    expect(lines('H:ann')).toEqual([
      { kind: 'release', amount: 20, balance: 60, ...by },
      { kind: 'hold', amount: -60, balance: 40, ...by },
      { kind: 'issue', amount: 100, balance: 100, by: 'settlement', other: 'BANK' },
    ])
    expect(lines('H:bob')).toEqual([{ kind: 'release', amount: 5, balance: 5, other: 'H:ann', ...by }])
  })

  it('may go back whole, in part to its own payer, or be paid out whole', () => {
    for (const [id, payments, left] of [
      ['h1', [], 100],
      ['h2', [['H:ann', 30]], 100],
      ['h3', [['H', 60]], 40],
    ] as [string, [string, number][], number][]) {
      expect(hold(id, 60)).toBe('ok')
      expect(release(id, payments)).toBe('ok')
      expect(account('H:ann'), id).toMatchObject({ balance: left, held: 0 })
      expectConserved(world)
    }
  })

  it('has an id of its own while it is kept', () => {
    expect(hold('h1', 10)).toBe('ok')
    expect(hold('h1', 10)).toBe('settlement.hold-exists')
    expect(hold('h1', 10, 'rival')).toBe('ok')
    expect(release('h1', [])).toBe('ok')
    expect(hold('h1', 20)).toBe('ok')
    expect(seen('h1')).toEqual({ from: 'H:ann', currency: 'cny-fen', amount: 20 })
  })

  it('is nobody’s but its module’s', () => {
    expect(hold('h1', 60)).toBe('ok')
    expect(seen('h1', 'rival')).toEqual({})
    expect(release('h1', [['H', 60]], 'rival')).toBe('settlement.hold-unknown')
    expect(() => world.port('settlement.release')('h1', [])).toThrow(/a module asks/)
    expect(seen('h1')).toEqual({ from: 'H:ann', currency: 'cny-fen', amount: 60 })
  })

  it('pays no more than was held, to accounts that somebody has, in whole amounts', () => {
    expect(hold('h1', 60)).toBe('ok')
    expect(release('h1', [['H', 61]])).toBe('settlement.hold-exceeded')
    expect(
      release('h1', [
        ['H', 40],
        ['H:bob', 21],
      ]),
    ).toBe('settlement.hold-exceeded')
    expect(release('h1', [['H', -1]])).toBe('settlement.amount')
    expect(release('h1', [['H:nobody', 1]])).toBe('settlement.account-unknown')
    for (const amount of [0, -5]) expect(hold('h2', amount)).toBe('settlement.amount')
  })

  it('has an id that can stand in a key', () => {
    const holding = { from: 'H:ann', currency: 'cny-fen' as const, amount: 1 }
    expect(() => world.port('settlement.hold')('a/b', holding)).toThrow(/broken invariant/)
  })
})

describe('the port settlement.transfer', () => {
  it('moves what its module says, and the statement names the module', () => {
    expect(pay('H:ann', 'H', 30)).toBe('ok')
    expect(lines('H')).toEqual([{ kind: 'transfer', amount: 30, balance: 30, by: 'till', other: 'H:ann' }])
    expect(fen('H:ann')).toBe(70)
    expectConserved(world)
  })

  it('refuses as the verb does', () => {
    expect(pay('H:ann', 'H', 0)).toBe('settlement.amount')
    expect(pay('H:ann', 'H:ann', 1)).toBe('settlement.same-account')
    expect(pay('H:ann', 'H:scale', 1)).toBe('settlement.account-unknown')
    expect(pay('H:bob', 'H', 1)).toBe('settlement.insufficient')
    expect(fen('H:nobody')).toBe(0)
  })
})
