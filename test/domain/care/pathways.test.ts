import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { balanceOf, declareIssuer, expectConserved } from '../support/issuer.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const ANN = hashOf('ann at H1')
const BOB = hashOf('bob at H1')
const REF = 'H1:p1'
const PRICE = 9_000
let world: World

beforeEach(() => {
  world = new World({
    members: [
      memberOf('H1', 'hospital'),
      memberOf('H2', 'hospital'),
      memberOf('INS', 'insurer'),
      memberOf('BANK', 'social-security'),
      memberOf('HC', 'health-commission'),
    ],
    actors: [
      actorOf('H1:desk', 'employee'),
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H1:scale', 'scale'),
      actorOf('H2:doc', 'doctor'),
      actorOf('INS:desk', 'employee'),
      actorOf('HC:judge', 'investigator'),
    ],
  })
  world.must('H1', 'identity.enrol-subject', { subject: ANN, patient: 'H1:ann' })
  world.must('H1', 'identity.enrol-subject', { subject: BOB, patient: 'H1:bob' })
  declareIssuer(world, 'BANK', 'cny-fen')
  for (const to of ['H1:ann', 'INS']) {
    world.must('BANK', 'settlement.issue', { to, currency: 'cny-fen', amount: 10_000 })
  }
})

const STEPS = [
  { step: 'scan', mandatory: true },
  { step: 'surgery', mandatory: true },
  { step: 'massage', mandatory: false },
]
const terms = (more = {}) => ({
  provider: 'H1',
  pathwayId: 'p1',
  subject: ANN,
  payer: 'H1:ann',
  steps: STEPS,
  price: PRICE,
  dueBy: GENESIS_TIME + 100 * DAY_SECONDS,
  assessor: 'H2:doc',
  arbiter: 'HC:judge',
  ...more,
})
const sign = (signer: string, more = {}) => world.run(signer, 'care.sign-pathway', terms(more))
const named = (more = {}) => ({ pathway: REF, subject: ANN, payer: 'H1:ann', ...more })
const act = (verb: string, signer: string, more = {}) => world.run(signer, `care.${verb}`, named(more))
const attest = (step: string, more = {}, signer = 'H1:doc') => act('attest-step', signer, { step, ...more })
const outcome = (met: boolean, signer = 'H2:doc') => act('attest-outcome', signer, { met })
const dispute = (signer: string) => act('dispute', signer, { arbiter: 'HC:judge' })
const arbitrate = (toProvider: number, signer = 'HC:judge') =>
  act('arbitrate', signer, { arbiter: 'HC:judge', toProvider })
const fen = (account: string) => balanceOf(world, account, 'cny-fen')
const read = (reader = 'H1', ref = REF) =>
  world.read(reader, 'care', '/pathways/:ref', { ref }) as { state: string } | undefined

/** Both have signed; the price is held. */
function start(): void {
  expect(sign('H1')).toBe('ok')
  expect(sign('H1:ann')).toBe('ok')
}
/** All that must be is attested. */
function complete(): void {
  start()
  for (const step of ['scan', 'surgery']) expect(attest(step)).toBe('ok')
  expect(outcome(true)).toBe('ok')
}

describe('signing', () => {
  it('is of the provider, then of the payer, whose price is held', () => {
    expect(sign('H1:desk')).toBe('ok')
    expect(read()).toMatchObject({ state: 'OFFERED' })
    expect(fen('H1:ann')).toBe(10_000)
    expect(sign('H1:ann')).toBe('ok')
    expect(read()).toMatchObject({ state: 'ACTIVE', complete: false })
    expect(fen('H1:ann')).toBe(1_000)
    expectConserved(world)
    expect(sign('H1:ann')).toBe('care.signed')
    expect(sign('H1')).toBe('care.exists')
  })

  it('may be paid by an insurer, by its own key', () => {
    expect(sign('H1', { payer: 'INS' })).toBe('ok')
    expect(sign('INS:desk', { payer: 'INS' })).toBe('care.role')
    expect(sign('INS', { payer: 'INS' })).toBe('ok')
    expect(fen('INS')).toBe(1_000)
  })

  it('is of the same terms', () => {
    expect(sign('H1:ann')).toBe('care.unknown')
    expect(sign('H1')).toBe('ok')
    for (const more of [
      { price: PRICE - 1 },
      { dueBy: GENESIS_TIME + 99 * DAY_SECONDS },
      { steps: STEPS.slice(0, 2) },
      { assessor: 'H1:ann' },
      { arbiter: 'HC' },
      { subject: BOB },
    ]) {
      expect(sign('H1:ann', more), JSON.stringify(more)).toBe('care.terms')
    }
    expect(sign('H1:bob', { payer: 'H1:bob' })).toBe('care.terms')
    expect(sign('H2')).toBe('care.role')
  })

  it.each([
    ['without a mandatory step', { steps: [{ step: 'a', mandatory: false }] }, 'care.steps'],
    ['with a step twice', { steps: [STEPS[0], STEPS[0]] }, 'care.steps'],
    ['beyond the cap', { price: 50_000_001 }, 'care.cap'],
    ['due now', { dueBy: GENESIS_TIME }, 'care.period'],
    ['due in years', { dueBy: GENESIS_TIME + 731 * DAY_SECONDS }, 'care.period'],
    ['paid by itself', { payer: 'H1' }, 'care.payer-unfit'],
    ['paid by another hospital', { payer: 'H2' }, 'care.payer-unfit'],
    ['paid by another patient', { payer: 'H1:bob' }, 'care.payer-unfit'],
    ['paid by nobody', { payer: 'H1:nobody' }, 'care.payer-unfit'],
    ['assessed by its own doctor', { assessor: 'H1:doc' }, 'care.assessor-unfit'],
    ['assessed by itself', { assessor: 'H1' }, 'care.assessor-unfit'],
    ['assessed by nobody', { assessor: 'H2:nobody' }, 'care.assessor-unfit'],
    ['assessed by the patient', { assessor: 'H1:ann' }, 'ok'],
    ['decided by its own desk', { arbiter: 'H1:desk' }, 'care.arbiter-unfit'],
    ['decided by the patient', { arbiter: 'H1:ann' }, 'care.arbiter-unfit'],
    ['decided by nobody', { arbiter: 'HC:nobody' }, 'care.arbiter-unfit'],
    ['decided by who pays', { payer: 'INS', arbiter: 'INS:desk' }, 'care.arbiter-unfit'],
    ['of another’s subject', { subject: hashOf('nobody') }, 'care.not-facility'],
  ])('%s', (_name, more, expected) => {
    expect(sign('H1', more)).toBe(expected)
  })

  it('comes too late after the offer’s time, or after it would be due', () => {
    expect(sign('H1')).toBe('ok')
    expect(sign('H1', { pathwayId: 'p2', dueBy: GENESIS_TIME + DAY_SECONDS })).toBe('ok')
    world.pass(DAY_SECONDS)
    expect(sign('H1:ann', { pathwayId: 'p2', dueBy: GENESIS_TIME + DAY_SECONDS })).toBe('care.offer-over')
    world.pass(29 * DAY_SECONDS)
    expect(read()).toMatchObject({ state: 'OFFERED' })
    world.pass(1)
    expect(read()).toMatchObject({ state: 'LAPSED' })
    expect(sign('H1:ann')).toBe('care.offer-over')
  })

  it('needs the money to be there', () => {
    world.must('H1:ann', 'settlement.transfer', { to: 'H2', currency: 'cny-fen', amount: 1_001 })
    expect(sign('H1')).toBe('ok')
    expect(sign('H1:ann')).toBe('settlement.insufficient')
  })

  it('is read by who is named in it and who acts for the patient', () => {
    start()
    const parties = world.parties('H1', 'care.sign-pathway', terms())
    for (const reader of ['H1:doc', 'H1:ann', 'H2:doc', 'HC:judge']) {
      expect(read(reader), reader).toBeDefined()
      expect(world.isParty(reader, parties), reader).toBe(true)
    }
    for (const reader of ['H2', 'HC', 'H1:bob', 'INS', 'BANK']) {
      expect(read(reader), reader).toBeUndefined()
      expect(world.isParty(reader, parties), reader).toBe(false)
    }
    expect(world.list('H1:ann', 'care', '/pathways', { subject: ANN })).toHaveLength(1)
    expect(world.list('H1', 'care', '/pathways', { subject: ANN })).toBeUndefined()
    const namedIn = (reader: string, party: string) =>
      world.list(reader, 'care', '/named-pathways', { party })?.length
    for (const [reader, party] of [
      ['H1:doc', 'H1'],
      ['H2:doc', 'H2:doc'],
      ['HC:judge', 'HC:judge'],
      ['H1:ann', 'H1:ann'],
    ] as const) {
      expect(namedIn(reader, party), reader).toBe(1)
    }
    expect(namedIn('INS', 'HC:judge')).toBeUndefined()
    expect(namedIn('H1:ann', 'H1')).toBeUndefined()
  })
})

describe('attesting', () => {
  it('waits for both signatures', () => {
    expect(sign('H1')).toBe('ok')
    expect(attest('scan')).toBe('care.not-active')
    expect(outcome(true)).toBe('care.not-active')
  })

  it('is of the provider’s clinicians, once a step, with a record of the patient', () => {
    start()
    const record = { kind: 'Procedure', contentHash: hashOf('r'), encounterAt: GENESIS_TIME }
    world.must('H1:doc', 'record.anchor', { ...record, recordId: 'r1', subject: ANN })
    world.must('H1:doc', 'record.anchor', { ...record, recordId: 'r2', subject: BOB })
    for (const signer of ['H1:desk', 'H2:doc', 'H1:ann']) {
      expect(attest('scan', {}, signer), signer).toBe('care.role')
    }
    expect(attest('constructor')).toBe('care.step-unknown')
    expect(attest('scan', { record: 'H1:r2' })).toBe('care.record-unknown')
    expect(attest('scan', { record: 'H1:r9' })).toBe('care.record-unknown')
    expect(attest('scan', { record: 'H1:r1' })).toBe('ok')
    expect(attest('scan')).toBe('care.attested')
    expect(attest('scan', { subject: BOB })).toBe('care.unknown')
    expect(attest('scan', { payer: 'INS' })).toBe('care.unknown')
    world.pass(100 * DAY_SECONDS + 1)
    expect(attest('surgery')).toBe('ok')
    expect(read()).toMatchObject({
      overdue: true,
      steps: [
        { step: 'scan', attestation: { by: 'H1:doc', record: 'H1:r1', late: false } },
        { step: 'surgery', attestation: { late: true } },
        { step: 'massage', mandatory: false },
      ],
    })
  })

  it('of the outcome is the assessor’s, once', () => {
    start()
    for (const signer of ['H1:doc', 'H2', 'H1:ann', 'HC:judge'])
      expect(outcome(true, signer)).toBe(signer === 'H2' ? 'care.unknown' : 'care.role')
    expect(outcome(false)).toBe('ok')
    expect(outcome(true)).toBe('care.attested')
  })
})

describe('care.release', () => {
  it('needs every mandatory step and the outcome', () => {
    start()
    expect(act('release', 'H1:ann')).toBe('care.incomplete')
    expect(outcome(true)).toBe('ok')
    expect(attest('scan')).toBe('ok')
    expect(attest('massage')).toBe('ok')
    expect(act('release', 'H1')).toBe('care.incomplete')
    expect(attest('surgery')).toBe('ok')
    expect(act('release', 'H1:ann')).toBe('ok')
    expect([fen('H1'), fen('H1:ann')]).toEqual([PRICE, 1_000])
    expect(read()).toMatchObject({ state: 'RELEASED', settled: { toProvider: PRICE } })
    expectConserved(world)
    for (const verb of ['release', 'refund']) expect(act(verb, 'H1')).toBe('care.over')
    expect(dispute('H1:ann')).toBe('care.over')
    expect(attest('massage')).toBe('care.over')
  })

  it('does not follow an outcome that was missed', () => {
    start()
    for (const step of ['scan', 'surgery']) expect(attest(step)).toBe('ok')
    expect(outcome(false)).toBe('ok')
    expect(act('release', 'H1:ann')).toBe('care.incomplete')
  })

  it('leaves the payer time to object where the provider asks for it', () => {
    start()
    expect(outcome(true)).toBe('ok')
    expect(attest('scan')).toBe('ok')
    world.pass(DAY_SECONDS)
    expect(attest('surgery')).toBe('ok')
    world.pass(3 * DAY_SECONDS - 1)
    expect(act('release', 'H1')).toBe('care.objection-open')
    world.pass(1)
    for (const signer of ['H1:doc', 'H2:doc', 'H1:bob', 'INS']) {
      expect(act('release', signer), signer).toMatch(/^care.(role|unknown)$/)
    }
    expect(act('release', 'H1:desk')).toBe('ok')
    expect(fen('H1')).toBe(PRICE)
  })
})

describe('care.refund', () => {
  it('is the payer’s when time is over, after the provider’s time to object', () => {
    start()
    expect(act('refund', 'H1:ann')).toBe('care.not-due')
    world.pass(100 * DAY_SECONDS)
    expect(act('refund', 'H1:ann')).toBe('care.objection-open')
    world.pass(3 * DAY_SECONDS)
    expect(act('refund', 'H1:ann')).toBe('ok')
    expect([fen('H1'), fen('H1:ann')]).toEqual([0, 10_000])
    expect(read()).toMatchObject({ state: 'REFUNDED', settled: { toProvider: 0 } })
    expectConserved(world)
  })

  it('is the payer’s when the outcome was missed', () => {
    start()
    expect(outcome(false)).toBe('ok')
    expect(act('refund', 'H1:ann')).toBe('care.objection-open')
    world.pass(3 * DAY_SECONDS)
    expect(act('refund', 'H1:ann')).toBe('ok')
  })

  it('is not the payer’s when all is attested, however late', () => {
    start()
    world.pass(200 * DAY_SECONDS)
    for (const step of ['scan', 'surgery']) expect(attest(step)).toBe('ok')
    expect(outcome(true)).toBe('ok')
    expect(act('refund', 'H1:ann')).toBe('care.complete')
  })

  it('is the provider’s at any time', () => {
    complete()
    expect(act('refund', 'H1:doc')).toBe('care.role')
    expect(act('refund', 'H1')).toBe('ok')
    expect(fen('H1:ann')).toBe(10_000)
  })
})

describe('a dispute', () => {
  it('stops the money until the arbiter divides it', () => {
    complete()
    expect(arbitrate(1)).toBe('care.not-disputed')
    expect(dispute('H2:doc')).toBe('care.role')
    expect(act('dispute', 'H1:ann', { arbiter: 'HC' })).toBe('care.unknown')
    expect(dispute('H1:ann')).toBe('ok')
    expect(read()).toMatchObject({ state: 'DISPUTED' })
    for (const [verb, signer] of [
      ['release', 'H1:ann'],
      ['release', 'H1'],
      ['refund', 'H1'],
      ['refund', 'H1:ann'],
    ] as const) {
      expect(act(verb, signer), verb).toBe('care.disputed')
    }
    expect(dispute('H1')).toBe('care.dispute-made')
    for (const signer of ['H1', 'H1:ann', 'H2:doc']) expect(arbitrate(1, signer), signer).toBe('care.role')
    expect(arbitrate(1, 'HC')).toBe('care.unknown')
    expect(arbitrate(PRICE + 1)).toBe('care.award')
    expect(arbitrate(4_000)).toBe('ok')
    expect([fen('H1'), fen('H1:ann')]).toEqual([4_000, 6_000])
    expect(read()).toMatchObject({ state: 'ARBITRATED', settled: { toProvider: 4_000, by: 'HC:judge' } })
    expectConserved(world)
    expect(arbitrate(1)).toBe('care.over')
  })

  it.each([0, PRICE])('may end with %d fen for the provider', (toProvider) => {
    start()
    expect(dispute('H1')).toBe('ok')
    expect(arbitrate(toProvider)).toBe('ok')
    expect([fen('H1'), fen('H1:ann')]).toEqual([toProvider, 10_000 - toProvider])
  })

  it('is void when the arbiter’s time is over', () => {
    complete()
    expect(dispute('H1:ann')).toBe('ok')
    world.pass(30 * DAY_SECONDS)
    expect(read()).toMatchObject({ state: 'DISPUTED' })
    world.pass(1)
    expect(read()).toMatchObject({ state: 'ACTIVE' })
    expect(arbitrate(1)).toBe('care.not-disputed')
    expect(dispute('H1:ann')).toBe('care.dispute-made')
    expect(act('release', 'H1')).toBe('ok')
  })

  it('waits for a signed pathway, and reaches its arbiter', () => {
    expect(sign('H1')).toBe('ok')
    expect(dispute('H1:ann')).toBe('care.not-active')
    const parties = world.parties('H1:ann', 'care.dispute', named({ arbiter: 'HC:judge' }))
    expect(world.isParty('HC:judge', parties)).toBe(true)
    expect(world.isParty('H1:desk', parties)).toBe(true)
    expect(world.isParty('H2:doc', parties)).toBe(false)
  })
})
