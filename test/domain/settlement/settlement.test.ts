import { beforeEach, describe, expect, it } from 'vitest'
import { balanceOf, declareIssuer, expectConserved } from '../support/issuer.ts'
import { keyOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const node = { logKey: keyOf('log').publicKey, cosignerKey: keyOf('cosigner').publicKey }
let world: World

beforeEach(() => {
  world = new World({
    members: [
      memberOf('BANK', 'social-security'),
      memberOf('P', 'platform'),
      memberOf('INS', 'insurer'),
      { ...memberOf('H', 'hospital'), ...node },
      memberOf('AUD', 'auditor'),
    ],
    actors: [
      actorOf('H:ann', 'patient'),
      actorOf('H:bob', 'patient'),
      actorOf('H:desk', 'employee'),
      actorOf('H:doc', 'doctor'),
      actorOf('H:scale', 'scale'),
      actorOf('BANK:desk', 'employee'),
      actorOf('AUD:clerk', 'employee'),
    ],
  })
})

const pay = (verb: 'issue' | 'retire' | 'transfer', signer: string, payload: object) =>
  world.run(signer, `settlement.${verb}`, { currency: 'cny-fen', amount: 100, ...payload })
const issue = (to: string, amount: number, more = {}, signer = 'BANK') =>
  pay('issue', signer, { to, amount, ...more })
const fen = (account: string) => balanceOf(world, account, 'cny-fen')
const read = (reader: string, path: string, query = {}) => world.read(reader, 'settlement', path, query)
const statement = (reader: string, account: string, currency = 'cny-fen') =>
  world.list(reader, 'settlement', '/accounts/:account/statement', { account, currency })

describe('declaring an issuer', () => {
  const propose = (terms: object, proposalId: string) =>
    world.run('H', 'governance.propose', {
      proposalId,
      change: { issuer: { member: 'BANK', currency: 'cny-fen', ceiling: 1_000, ...terms } },
    })

  it('is for the consortium to decide, and holds from the next block on', () => {
    expect(issue('H', 1)).toBe('settlement.not-issuer')
    expect(propose({}, 'p')).toBe('ok')
    expect(issue('H', 1)).toBe('settlement.not-issuer')
    for (const member of ['BANK', 'P', 'INS']) world.must(member, 'governance.approve', { proposal: 'H:p' })
    expect(issue('H', 1)).toBe('settlement.ceiling')
    world.pass(0)
    expect(issue('H', 1)).toBe('ok')
    expect(issue('H', 1, { currency: 'points' })).toBe('settlement.not-issuer')
  })

  it('is of active members whose roles suit the currency', () => {
    for (const [member, currency, outcome] of [
      ['BANK', 'cny-fen', 'ok'],
      ['INS', 'cny-fen', 'ok'],
      ['P', 'cny-fen', 'ok'],
      ['P', 'points', 'ok'],
      ['BANK', 'points', 'settlement.issuer-unfit'],
      ['H', 'cny-fen', 'settlement.issuer-unfit'],
      ['AUD', 'cny-fen', 'settlement.issuer-unfit'],
      ['nobody', 'cny-fen', 'settlement.issuer-unfit'],
    ]) {
      expect(propose({ member, currency }, `${member}-${currency}`), `${member} ${currency}`).toBe(outcome)
    }
  })

  it('stops where the currency has its number of them', () => {
    world = new World({
      members: [memberOf('BANK', 'social-security'), memberOf('INS', 'insurer'), memberOf('P', 'platform')],
      parameters: { 'settlement.issuersMax': 1 },
    })
    declareIssuer(world, 'BANK', 'cny-fen')
    const change = { issuer: { member: 'INS', currency: 'cny-fen', ceiling: 1 } }
    expect(world.run('INS', 'governance.propose', { proposalId: 'p', change })).toBe(
      'settlement.issuers-full',
    )
    declareIssuer(world, 'BANK', 'cny-fen', 5)
    declareIssuer(world, 'P', 'points')
    expect(read('INS', '/currencies/:currency', { currency: 'cny-fen' })).toEqual({
      currency: 'cny-fen',
      outstanding: 0,
      issuers: [{ member: 'BANK', outstanding: 0, ceiling: 5 }],
    })
  })

  it('ends with a ceiling of 0, also of a member that is no longer active; what is out may come back', () => {
    declareIssuer(world, 'BANK', 'cny-fen', 1_000)
    expect(issue('BANK', 600)).toBe('ok')
    declareIssuer(world, 'BANK', 'cny-fen', 0)
    expect(issue('BANK', 1)).toBe('settlement.ceiling')
    expect(pay('retire', 'BANK', { amount: 600 })).toBe('ok')
    world.must('H', 'governance.propose', { proposalId: 's', change: { suspend: { member: 'BANK' } } })
    for (const member of ['P', 'INS', 'AUD']) world.must(member, 'governance.approve', { proposal: 'H:s' })
    expect(propose({}, 'p1')).toBe('settlement.issuer-unfit')
    expect(propose({ ceiling: 0 }, 'p2')).toBe('ok')
  })
})

describe('settlement.issue', () => {
  beforeEach(() => declareIssuer(world, 'BANK', 'cny-fen', 1_000))

  it('gives to any account, up to the ceiling', () => {
    expect(issue('H:ann', 400)).toBe('ok')
    expect(issue('BANK', 600, { reference: 'float' })).toBe('ok')
    expect(issue('H', 1)).toBe('settlement.ceiling')
    expect([fen('H:ann'), fen('BANK')]).toEqual([400, 600])
    expectConserved(world)
    expect(statement('BANK', 'BANK')).toEqual([
      {
        kind: 'issue',
        amount: 600,
        balance: 600,
        at: GENESIS_TIME,
        by: 'settlement',
        other: 'BANK',
        reference: 'float',
      },
    ])
  })

  it("is for the issuer's own key", () => {
    for (const signer of ['BANK:desk', 'H:ann']) expect(issue('H', 1, {}, signer)).toBe('settlement.role')
    for (const signer of ['H', 'INS']) expect(issue('H', 1, {}, signer)).toBe('settlement.not-issuer')
  })

  it('gives to nobody who has no account', () => {
    for (const to of ['nobody', 'H:nobody', 'H:scale']) {
      expect(issue(to, 1), to).toBe('settlement.account-unknown')
    }
  })

  it('takes whole amounts above 0', () => {
    for (const amount of [0, -1, 1.5, 2 ** 53])
      expect(issue('H', amount)).toBe('form.payload /payload/amount')
  })

  it('keeps all of a currency below its bound, to the last integer that is exact', () => {
    const max = 2 ** 53 - 1
    world = new World({
      members: [memberOf('BANK', 'social-security'), memberOf('INS', 'insurer'), memberOf('H', 'hospital')],
      parameters: { 'settlement.supplyMax': max },
    })
    for (const member of ['BANK', 'INS']) declareIssuer(world, member, 'cny-fen', max)
    expect(issue('H', max - 1)).toBe('ok')
    expect(issue('H', 2, {}, 'INS')).toBe('settlement.ceiling')
    expect(issue('H', 1, {}, 'INS')).toBe('ok')
    expect(issue('H', 1, {}, 'INS')).toBe('settlement.ceiling')
    expect(fen('H')).toBe(max)
    expectConserved(world)
  })
})

describe('settlement.retire', () => {
  beforeEach(() => {
    for (const member of ['BANK', 'INS']) declareIssuer(world, member, 'cny-fen', 1_000)
    expect(issue('INS', 500)).toBe('ok')
    expect(issue('INS', 200, {}, 'INS')).toBe('ok')
  })

  it('takes out of the issuer’s account, and makes room under its ceiling', () => {
    expect(pay('retire', 'INS', { amount: 150 })).toBe('ok')
    expect(fen('INS')).toBe(550)
    expect(read('H', '/currencies/:currency', { currency: 'cny-fen' })).toEqual({
      currency: 'cny-fen',
      outstanding: 550,
      issuers: [
        { member: 'BANK', outstanding: 500, ceiling: 1_000 },
        { member: 'INS', outstanding: 50, ceiling: 1_000 },
      ],
    })
    expectConserved(world)
  })

  it('takes no more than the issuer has, nor than it issued', () => {
    expect(pay('retire', 'INS', { amount: 201 })).toBe('settlement.outstanding')
    expect(pay('retire', 'BANK', { amount: 1 })).toBe('settlement.insufficient')
    expect(pay('retire', 'H', { amount: 1 })).toBe('settlement.not-issuer')
    expect(pay('retire', 'BANK:desk', { amount: 1 })).toBe('settlement.role')
  })
})

describe('settlement.transfer', () => {
  beforeEach(() => {
    declareIssuer(world, 'BANK', 'cny-fen')
    declareIssuer(world, 'P', 'points')
    expect(issue('H:ann', 100)).toBe('ok')
    expect(issue('H', 100)).toBe('ok')
  })
  const transfer = (signer: string, to: string, amount: number, more = {}) =>
    pay('transfer', signer, { to, amount, ...more })

  it('pays from the account of who signs', () => {
    expect(transfer('H:ann', 'H', 30, { reference: 'bill-7' })).toBe('ok')
    world.pass(60)
    expect(transfer('H', 'H:bob', 130)).toBe('ok')
    expect([fen('H:ann'), fen('H'), fen('H:bob')]).toEqual([70, 0, 130])
    expectConserved(world)
    expect(statement('H:desk', 'H')).toEqual([
      {
        kind: 'transfer',
        amount: -130,
        balance: 0,
        at: GENESIS_TIME + 60,
        by: 'settlement',
        other: 'H:bob',
      },
      {
        kind: 'transfer',
        amount: 30,
        balance: 130,
        at: GENESIS_TIME,
        by: 'settlement',
        other: 'H:ann',
        reference: 'bill-7',
      },
      { kind: 'issue', amount: 100, balance: 100, at: GENESIS_TIME, by: 'settlement', other: 'BANK' },
    ])
  })

  it('pays no more than is there, an issuer neither', () => {
    expect(transfer('H:ann', 'H', 101)).toBe('settlement.insufficient')
    expect(transfer('H:ann', 'H', 1, { currency: 'points' })).toBe('settlement.insufficient')
    expect(transfer('BANK', 'H', 1)).toBe('settlement.insufficient')
    expect(transfer('H:desk', 'H', 1)).toBe('settlement.insufficient')
    expect(transfer('H:ann', 'H', 100)).toBe('ok')
  })

  it('goes from one account to another that somebody has', () => {
    expect(transfer('H:ann', 'H:ann', 1)).toBe('settlement.same-account')
    expect(transfer('H:ann', 'H:nobody', 1)).toBe('settlement.account-unknown')
    // Who could not pay does not learn whether there is somebody.
    expect(transfer('H:ann', 'H:nobody', 1_000_000)).toBe('settlement.insufficient')
    expect(transfer('H:desk', 'H:nobody', 1)).toBe('settlement.insufficient')
    expect(transfer('H:ann', 'H:scale', 1)).toBe('settlement.account-unknown')
    expect(transfer('H:scale', 'H', 1)).toBe('settlement.role')
  })

  it('is seen by who pays and who is paid', () => {
    const parties = world.parties('H:ann', 'settlement.transfer', { to: 'H' })
    expect(parties).toEqual([{ member: 'H' }])
    expect(world.isParty('H:desk', parties)).toBe(true)
    expect(world.isParty('H:bob', parties)).toBe(false)
    expect(world.parties('H', 'settlement.issue', { to: 'H:bob' })).toEqual([{ actor: 'H:bob' }])
    expect(world.parties('H', 'settlement.retire', {})).toEqual([])
  })
})

describe('reading', () => {
  beforeEach(() => {
    declareIssuer(world, 'BANK', 'cny-fen')
    expect(issue('H:ann', 100)).toBe('ok')
    expect(issue('H', 50)).toBe('ok')
  })

  it.each([
    ['H:ann', ['H:ann', 'AUD', 'AUD:clerk'], ['H', 'H:desk', 'H:doc', 'H:bob', 'BANK', 'P']],
    ['H', ['H', 'H:desk', 'AUD', 'AUD:clerk'], ['H:doc', 'H:ann', 'BANK', 'BANK:desk']],
  ])('of %s is for its owner and auditors', (account, allowed, others) => {
    for (const reader of allowed) {
      expect(read(reader, '/accounts/:account', { account }), reader).toMatchObject({ account })
      expect(statement(reader, account), reader).toHaveLength(1)
      expect(world.list(reader, 'settlement', '/accounts/:account/holds', { account }), reader).toEqual([])
    }
    for (const reader of others) {
      expect(read(reader, '/accounts/:account', { account }), reader).toBeUndefined()
      expect(statement(reader, account), reader).toBeUndefined()
      expect(
        world.list(reader, 'settlement', '/accounts/:account/holds', { account }),
        reader,
      ).toBeUndefined()
    }
  })

  it('shows every currency, also where there is nothing', () => {
    expect(read('H:ann', '/accounts/:account', { account: 'H:ann' })).toEqual({
      account: 'H:ann',
      balances: [
        { currency: 'cny-fen', balance: 100, held: 0 },
        { currency: 'points', balance: 0, held: 0 },
      ],
    })
    expect(read('AUD', '/accounts/:account', { account: 'H:nobody' })).toBeUndefined()
    expect(statement('H:bob', 'H:bob')).toEqual([])
  })

  it('pages through a long statement, the newest line first', () => {
    for (let i = 0; i < 12; i++) {
      world.must('H:ann', 'settlement.transfer', { to: 'H', currency: 'cny-fen', amount: 1 })
    }
    const first = read('H:ann', '/accounts/:account/statement', {
      account: 'H:ann',
      currency: 'cny-fen',
      limit: 5,
    }) as { items: { balance: number }[]; next: string }
    expect(first.items.map(({ balance }) => balance)).toEqual([88, 89, 90, 91, 92])
    expect(first.next).toBeDefined()
    const all = statement('H:ann', 'H:ann') as { balance: number; kind: string }[]
    expect(all.map(({ balance }) => balance)).toEqual(Array.from({ length: 13 }, (_, i) => 88 + i))
    expect(all.at(-1)?.kind).toBe('issue')
  })
})
