import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { balanceOf, declareIssuer, expectConserved } from '../support/issuer.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const ANN = hashOf('ann at H1')
const BOB = hashOf('bob at H1')
let world: World

function newWorld(parameters: { [name: string]: number } = {}): World {
  const fresh = new World({
    members: [
      memberOf('H1', 'hospital'),
      memberOf('H2', 'hospital'),
      memberOf('PH', 'pharmacy'),
      memberOf('INS', 'insurer'),
      memberOf('BANK', 'social-security'),
      memberOf('CO', 'research-buyer'),
    ],
    actors: [
      actorOf('H1:desk', 'employee'),
      actorOf('H1:doc', 'doctor'),
      actorOf('H2:doc', 'doctor'),
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H2:eve', 'patient'),
      actorOf('INS:desk', 'employee'),
    ],
    parameters,
  })
  fresh.must('H1', 'identity.enrol-subject', { subject: ANN, patient: 'H1:ann' })
  fresh.must('H1', 'identity.enrol-subject', { subject: BOB, patient: 'H1:bob' })
  declareIssuer(fresh, 'BANK', 'cny-fen')
  fresh.must('BANK', 'settlement.issue', { to: 'INS', currency: 'cny-fen', amount: 20_000 })
  return fresh
}

beforeEach(() => {
  world = newWorld()
})

const REF = 'H1:e1'
const open = (more = {}, signer = 'H1') =>
  world.run(signer, 'care.open-episode', {
    episodeId: 'e1',
    subject: ANN,
    payer: 'INS',
    members: ['H1', 'H2', 'PH'],
    shares: [500, 300, 200],
    bundlePrice: 10_001,
    payerSavings: 500,
    ...more,
  })
const join = (signer: string, more = {}) =>
  world.run(signer, 'care.join-episode', { episode: REF, subject: ANN, ...more })
const log = (signer: string, stepId: string, cost: number, more = {}) =>
  world.run(signer, 'care.log-step', {
    episode: REF,
    subject: ANN,
    stepId,
    contentHash: hashOf(stepId),
    cost,
    occurredAt: world.time,
    ...more,
  })
const end = (verb: 'close' | 'cancel', signer: string, more = {}) =>
  world.run(signer, `care.${verb}-episode`, { episode: REF, subject: ANN, payer: 'INS', ...more })
const fen = (account: string) => balanceOf(world, account, 'cny-fen')
const read = (reader: string, ref = REF) => world.read(reader, 'care', '/episodes/:ref', { ref })
const state = () => (read('H1') as { state: string }).state

/** All sign; the bundle of 10,001 fen is held. */
function start(): void {
  expect(open()).toBe('ok')
  for (const member of ['H2', 'PH', 'INS']) expect(join(member)).toBe('ok')
}

describe('opening', () => {
  it('proposes to all who are named, and is seen by them and by the patient', () => {
    expect(open({}, 'H1:desk')).toBe('ok')
    const payload = { episodeId: 'e1', subject: ANN, payer: 'INS', members: ['H1', 'H2', 'PH'] }
    const parties = world.parties('H1', 'care.open-episode', payload)
    for (const reader of ['H1:doc', 'H2', 'PH', 'INS:desk', 'H1:ann']) {
      expect(world.isParty(reader, parties), reader).toBe(true)
      expect(read(reader), reader).toMatchObject({ state: 'PROPOSED', bundlePrice: 10_001 })
    }
    for (const reader of ['BANK', 'CO', 'H1:bob', 'H2:eve']) {
      expect(world.isParty(reader, parties), reader).toBe(false)
      expect(read(reader), reader).toBeUndefined()
      const steps = world.list(reader, 'care', '/episodes/:ref/steps', { ref: REF })
      expect(steps, reader).toBeUndefined()
    }
    expect(world.list('H1:ann', 'care', '/episodes', { subject: ANN })).toHaveLength(1)
    expect(world.list('H1', 'care', '/episodes', { subject: ANN })).toBeUndefined()
    for (const reader of ['H2:doc', 'INS', 'H1:desk']) {
      expect(world.list(reader, 'care', '/shared-episodes'), reader).toHaveLength(1)
    }
    expect(world.list('H1:ann', 'care', '/shared-episodes')).toBeUndefined()
    expect(world.list('CO', 'care', '/shared-episodes')).toEqual([])
  })

  it.each([
    ['of another facility’s subject', {}, 'H2', 'care.not-facility'],
    ['by a doctor', {}, 'H1:doc', 'care.role'],
    ['without the coordinator', { members: ['H2', 'PH'], shares: [500, 500] }, 'H1', 'care.member-unfit'],
    ['with who gives no care', { members: ['H1', 'CO'], shares: [500, 500] }, 'H1', 'care.member-unfit'],
    ['with nobody', { members: ['H1', 'XX'], shares: [500, 500] }, 'H1', 'care.member-unfit'],
    ['paid by who does not pay for others', { payer: 'CO' }, 'H1', 'care.payer-unfit'],
    ['paid by a member of it', { payer: 'H2' }, 'H1', 'care.payer-unfit'],
    ['of shares below the whole', { shares: [500, 300, 199] }, 'H1', 'care.shares'],
    ['of shares above the whole', { shares: [500, 300, 201] }, 'H1', 'care.shares'],
    ['of two shares for three', { shares: [500, 500] }, 'H1', 'care.shares'],
    ['beyond the cap', { bundlePrice: 50_000_001 }, 'H1', 'care.cap'],
    ['at the cap', { bundlePrice: 50_000_000 }, 'H1', 'ok'],
  ])('%s', (_name, more, signer, outcome) => {
    expect(open(more, signer)).toBe(outcome)
  })

  it('has an id of its own', () => {
    expect(open()).toBe('ok')
    expect(open()).toBe('care.exists')
  })
})

describe('joining', () => {
  beforeEach(() => expect(open()).toBe('ok'))

  it('makes it active with the last one, and holds the bundle from the payer', () => {
    expect(join('H2')).toBe('ok')
    expect(join('INS')).toBe('ok')
    expect(fen('INS')).toBe(9_999)
    expect([state(), log('H1', 's1', 1)]).toEqual(['PROPOSED', 'care.not-active'])
    expect(join('PH')).toBe('ok')
    expect(state()).toBe('ACTIVE')
    expectConserved(world)
  })

  it('is for who is named, once, money by the member’s own key', () => {
    expect(join('BANK')).toBe('care.unknown')
    expect(join('H2:doc')).toBe('care.role')
    expect(join('INS:desk')).toBe('care.role')
    expect(join('H1')).toBe('care.joined')
    expect(join('H2', { subject: BOB })).toBe('care.unknown')
    expect(join('H2', { episode: 'H1:e9' })).toBe('care.unknown')
    expect(end('cancel', 'INS')).toBe('ok')
    expect(join('H2')).toBe('care.over')
  })

  it('needs the money to be there', () => {
    world.must('INS', 'settlement.transfer', { to: 'H1', currency: 'cny-fen', amount: 10_000 })
    expect(join('INS')).toBe('settlement.insufficient')
  })
})

describe('logging a step', () => {
  beforeEach(start)

  it('is kept by member, with what it cost, late where it is', () => {
    expect(log('H2:doc', 's1', 700)).toBe('ok')
    world.pass(8 * DAY_SECONDS)
    expect(log('H1:doc', 's1', 300, { occurredAt: GENESIS_TIME })).toBe('ok')
    expect(world.list('H1:ann', 'care', '/episodes/:ref/steps', { ref: REF })).toMatchObject([
      { member: 'H1', stepId: 's1', cost: 300, late: true },
      { member: 'H2', stepId: 's1', cost: 700, late: false, by: 'H2:doc' },
    ])
    expect(read('H1')).toMatchObject({ cost: 1_000, members: [{ steps: 1 }, { steps: 1 }, { steps: 0 }] })
  })

  it('is for members of it, of their own, with a time that can be', () => {
    expect(log('BANK', 's1', 1)).toBe('care.unknown')
    expect(log('INS', 's1', 1)).toBe('care.role')
    expect(log('H1:ann', 's1', 1)).toBe('care.role')
    expect(log('H1:doc', 's1', 1)).toBe('ok')
    expect(log('H1:doc', 's1', 1)).toBe('care.step-exists')
    expect(log('H1:doc', 's2', 1, { occurredAt: world.time + 301 })).toBe('care.in-future')
    expect(log('H1:doc', 's2', 1, { occurredAt: world.time + 300 })).toBe('ok')
    expect(log('H1:doc', 's3', 1, { subject: BOB })).toBe('care.unknown')
  })

  it('stops at the most steps there may be', () => {
    world = newWorld({ 'care.stepsMax': 2 })
    start()
    for (const id of ['s1', 's2']) expect(log('H1:doc', id, 1)).toBe('ok')
    expect(log('H2:doc', 's3', 1)).toBe('care.steps-full')
  })
})

describe('closing', () => {
  beforeEach(start)

  it.each([
    // Saved 4,001, of which half, rounded down, goes back: 8,001 is shared out.
    [[3_000, 2_000, 1_000], 2_000, [4_001, 2_400, 1_600]],
    // Nothing saved, or more spent than the bundle: the payer pays no more than it.
    [[10_000, 1, 0], 0, [5_001, 3_000, 2_000]],
    [[90_000, 1, 0], 0, [5_001, 3_000, 2_000]],
    [[0, 0, 0], 5_000, [2_501, 1_500, 1_000]],
  ])('shares out exactly after costs of %j', (costs, toPayer, allocations) => {
    for (const [i, member] of ['H1', 'H2', 'PH'].entries()) expect(log(member, 's', costs[i]!)).toBe('ok')
    const before = read('INS') as { toPayer: number }
    expect(before.toPayer).toBe(toPayer)
    expect(end('close', 'H1:desk')).toBe('ok')
    expect(['H1', 'H2', 'PH'].map(fen)).toEqual(allocations)
    expect(allocations.reduce((sum, part) => sum + part, 0)).toBe(10_001 - toPayer)
    expect(fen('INS')).toBe(9_999 + toPayer)
    expect(read('H1:ann')).toMatchObject({
      state: 'CLOSED',
      toPayer,
      members: allocations.map((allocation) => ({ allocation })),
    })
    expectConserved(world)
    expect(end('close', 'H1')).toBe('care.not-active')
    expect(end('cancel', 'H1')).toBe('care.over')
    expect(log('H1', 's9', 1)).toBe('care.not-active')
  })

  it('waits until every member has done something, and is the coordinator’s', () => {
    expect(log('H1', 's', 1)).toBe('ok')
    expect(log('H2', 's', 1)).toBe('ok')
    expect(end('close', 'H1')).toBe('care.step-missing')
    expect(log('PH', 's', 1)).toBe('ok')
    for (const signer of ['H2', 'INS', 'H1:doc', 'H1:ann']) expect(end('close', signer)).toBe('care.role')
    expect(end('close', 'H1', { payer: 'BANK' })).toBe('care.unknown')
    expect(world.parties('H1', 'care.close-episode', { episode: REF, subject: ANN, payer: 'INS' })).toEqual([
      { subject: ANN },
      { member: 'H1' },
      { member: 'H1' },
      { member: 'INS' },
    ])
  })
})

describe('cancelling', () => {
  it('gives the bundle back while not all have joined', () => {
    expect(open()).toBe('ok')
    expect(join('INS')).toBe('ok')
    expect(end('cancel', 'H2')).toBe('care.role')
    expect(end('cancel', 'H1')).toBe('ok')
    expect(fen('INS')).toBe(20_000)
    expect(state()).toBe('CANCELLED')
    expect(end('cancel', 'H1')).toBe('care.over')
    expectConserved(world)
  })

  it('needs nothing to be held', () => {
    expect(open()).toBe('ok')
    expect(end('cancel', 'INS:desk')).toBe('ok')
    expect(fen('INS')).toBe(20_000)
  })

  it('of one that runs waits for its time to be over', () => {
    start()
    world.pass(90 * DAY_SECONDS)
    expect(end('cancel', 'INS')).toBe('care.running')
    expect(read('INS')).toMatchObject({ overdue: false })
    world.pass(1)
    expect(read('INS')).toMatchObject({ overdue: true })
    expect(end('cancel', 'INS')).toBe('ok')
    expect(fen('INS')).toBe(20_000)
    expectConserved(world)
  })
})
