import { beforeEach, describe, expect, it } from 'vitest'
import { isInAidCohort } from '../../../src/client/index.ts'
import { nobleKernel } from '../../support/noble-kernel.ts'
import { AidPlan, PEOPLE, PLAN, SMALL, subjectOf, YUAN } from '../support/aid-plan.ts'
import { expectConserved } from '../support/issuer.ts'
import { hashOf } from '../support/keys.ts'

const AID = 300_000 * YUAN
let plan: AidPlan

beforeEach(() => {
  plan = new AidPlan()
  plan.join('P', 'k1', [...PEOPLE, 'x', 'y'])
  plan.goTo('2024-02-15')
  plan.publish('2024-02-21', plan.agree('ann'))
})

const collect = (verb: string, names: readonly string[], more: object = {}, signer = 'P:desk') =>
  plan.run(signer, verb, {
    plan: PLAN,
    round: '2024-02-21',
    cohort: 'P:k1',
    members: names.map((name) => plan.indexOf(name)),
    ...more,
  })
const report = (...names: string[]) => collect('report-arrears', names)
const settle = (...names: string[]) => collect('settle-arrears', names)
const remit = (signer = 'P', more: object = {}) =>
  plan.run(signer, 'remit', { plan: PLAN, round: '2024-02-21', ...more })
const dues = (reader = 'S') => plan.world.list(reader, 'aid', '/dues', { plan: PLAN, round: '2024-02-21' })
const balance = (account: string) => plan.world.port('settlement.balance')(account, 'cny-fen')

describe('arrears', () => {
  it('are reported by the collector, of members that took part, in a shared round', () => {
    expect(report('bob')).toBe('aid.not-shared')
    plan.share('2024-02-28')
    for (const signer of ['S', 'Q', 'P:j3', 'H1:bob']) {
      expect(collect('report-arrears', ['bob'], {}, signer), signer).toBe('aid.role')
    }
    expect(collect('report-arrears', ['bob'], { round: '2024-02-07' })).toBe('aid.round-unknown')
    expect(collect('report-arrears', ['bob'], { plan: 'S:z' })).toBe('aid.plan-unknown')
    expect(collect('report-arrears', ['bob'], { cohort: 'P:z' })).toBe('aid.member-unknown')
    expect(collect('report-arrears', [], { members: [7] })).toBe('aid.member-unknown')
    plan.join('P', 'new', ['z'])
    expect(collect('report-arrears', [], { cohort: 'P:new', members: [0] })).toBe('aid.nothing-due')
    plan.must('S', 'found', { planId: 'q' })
    expect(collect('report-arrears', ['bob'], { plan: 'S:q' })).toBe('aid.member-unknown')
    expect(report('bob', 'cat')).toBe('ok')
    expect(report('bob')).toBe('aid.in-arrears')
    expect(plan.member('bob')).toMatchObject({
      state: 'GRACE',
      arrears: { amount: 10, rounds: ['2024-02-21'], deducted: false },
    })
    expect(plan.payments('bob')).toMatchObject([{ payment: 10, inArrears: true }])
    expect(dues()).toMatchObject([{ collector: 'P', members: 7, due: 70, arrears: 20, outstanding: 50 }])
  })

  it('are paid within grace, or the member is expelled', () => {
    plan.share('2024-02-28')
    expect(report('bob', 'cat')).toBe('ok')
    expect(settle('dan')).toBe('aid.not-in-arrears')
    plan.world.pass(5 * 86_400 - 1)
    expect(settle('bob')).toBe('ok')
    expect(plan.member('bob')).toMatchObject({ state: 'COVERED' })
    expect(plan.member('bob')).not.toHaveProperty('arrears')
    plan.world.pass(1)
    expect(settle('cat')).toBe('aid.too-late')
    expect(report('dan')).toBe('aid.too-late')
    expect(plan.member('cat')).toMatchObject({ state: 'EXPELLED' })
    expect(plan.run('H1:cat', 'file-claim', plan.filing('cat', 'c1', plan.world.time - 1))).toBe(
      'aid.expelled',
    )
    expect(plan.run('P', 'exit', { plan: PLAN, cohort: 'P:k1', members: [plan.indexOf('cat')] })).toBe(
      'aid.not-member',
    )
    plan.publish('2024-03-07', plan.agree('bob'))
    expect(plan.statement()).toMatchObject({ members: 6 })
  })

  describe('are borne by the sponsor in the end', () => {
    let before: { readonly S: number; readonly P: number }
    beforeEach(() => {
      plan.share('2024-02-28')
      expect(report('bob')).toBe('ok')
      before = { S: balance('S'), P: balance('P') }
    })

    it.each<[who: string, run: () => string, outcome: string]>([
      ['its people', () => remit('P:j3'), 'aid.role'],
      ['people of another', () => remit('Q:j6'), 'aid.role'],
      ['another collector', () => remit('Q'), 'aid.nothing-due'],
      ['the sponsor', () => remit('S'), 'aid.nothing-due'],
      ['a round that was none', () => remit('P', { round: '2024-02-07' }), 'aid.round-unknown'],
    ])('and not remitted by or for %s', (_, run, outcome) => {
      expect(run()).toBe(outcome)
      expect(balance('P')).toBe(before.P)
    })

    it('once for those who paid, and again for those who paid late', () => {
      expect([remit(), remit(), report('cat')]).toEqual(['ok', 'aid.nothing-due', 'aid.remitted'])
      expect([balance('P'), balance('S')]).toEqual([before.P - 60, before.S + 60])
      expect(settle('bob')).toBe('ok')
      expect(dues('P:desk')).toMatchObject([{ outstanding: 10, overdue: false }])
      plan.goTo('2024-03-05')
      expect(dues()).toMatchObject([{ outstanding: 10, overdue: true }])
      expect(remit('P:desk')).toBe('ok')
      expect(balance('P')).toBe(before.P - 70)
      for (const reader of ['Q', 'H1:ann']) expect(dues(reader), reader).toEqual([])
      expectConserved(plan.world)
    })
  })

  it('are deducted from the aid of who claims in grace', () => {
    plan.share('2024-02-28')
    expect(report('bob')).toBe('ok')
    const claim = plan.agree('bob')
    expect(plan.member('bob')).toMatchObject({ state: 'COVERED', arrears: { deducted: true, amount: 10 } })
    plan.publish('2024-03-07', claim)
    expect(plan.statement()).toMatchObject({ members: 7 })
    plan.share('2024-03-14')
    expect(collect('report-arrears', ['bob'], { round: '2024-03-07' })).toBe('ok')
    expect(plan.member('bob')).toMatchObject({ arrears: { deducted: true, amount: 20 } })
    const before = balance('S')
    plan.must('S', 'pay', { claim })
    expect(balance('H1:bob')).toBe(AID - 20)
    expect(balance('S') - before).toBe(20)
    expect(plan.claim(claim)).toMatchObject({ paid: { amount: AID - 20, deducted: 20 } })
    expect(plan.member('bob')).toMatchObject({ state: 'CLAIMED' })
    expectConserved(plan.world)
  })

  it('end the membership after all where the claim is not paid', () => {
    plan.share('2024-02-28')
    expect(report('bob')).toBe('ok')
    const claim = plan.agree('bob')
    plan.goTo('2024-03-06')
    expect(plan.member('bob')).toMatchObject({ state: 'COVERED' })
    plan.must('H1:bob', 'withdraw', { claim })
    expect(plan.member('bob')).toMatchObject({ state: 'EXPELLED' })
    plan.publish('2024-03-07', plan.agree('cat'))
    expect(plan.statement()).toMatchObject({ members: 6 })
  })

  it('of somebody that left after publication are still owed', () => {
    plan.must('P', 'exit', { plan: PLAN, cohort: 'P:k1', members: [plan.indexOf('bob')] })
    plan.share('2024-02-28')
    expect(report('bob')).toBe('ok')
    expect(plan.member('bob')).toMatchObject({ state: 'EXITED', arrears: { amount: 10 } })
    expect(settle('bob')).toBe('ok')
    plan.goTo('2024-03-07')
    expect(plan.world.read('S', 'aid', '/overview', { plan: PLAN })).toMatchObject({ covered: 6 })
  })

  it('may come together over rounds, where grace is long', () => {
    plan = new AidPlan({ ...SMALL, 'aid.graceSeconds': 40 * 86_400 })
    plan.join('P', 'k1', [...PEOPLE, 'x', 'y'])
    plan.goTo('2024-02-15')
    plan.publish('2024-02-21', plan.agree('ann'))
    plan.share('2024-02-28')
    expect(report('bob')).toBe('ok')
    plan.publish('2024-03-07', plan.agree('cat'))
    plan.share('2024-03-14')
    expect(collect('report-arrears', ['bob'], { round: '2024-03-07' })).toBe('ok')
    expect(plan.member('bob')).toMatchObject({
      arrears: { amount: 20, rounds: ['2024-02-21', '2024-03-07'] },
    })
    expect(settle('bob')).toBe('ok')
    expect(plan.member('bob')).toMatchObject({
      state: 'GRACE',
      arrears: { amount: 10, rounds: ['2024-03-07'] },
    })
    expect(settle('bob')).toBe('aid.not-in-arrears')
  })
})

describe('what a member may ask', () => {
  const query = (name: string, more: object = {}) => ({
    cohort: plan.places.get(name)!.cohort,
    index: plan.indexOf(name),
    ...more,
  })
  const proof = (name: string) => {
    const { commitment, path } = plan.places.get(name)!.opening
    return { commitment, path: path.join('') }
  }

  it('is answered to its collector, its sponsor, and who shows commitment and path', () => {
    const read = (reader: string, more: object = {}) =>
      plan.world.read(reader, 'aid', '/members/:cohort', query('ann', more))
    for (const reader of ['P:desk', 'S', 'S:inv'])
      expect(read(reader), reader).toMatchObject({ state: 'COVERED' })
    expect(read('H1:ann', proof('ann'))).toMatchObject({ state: 'COVERED' })
    for (const reader of ['Q', 'H1:ann', 'SS', 'H1']) expect(read(reader), reader).toBeUndefined()
    expect(read('H1:bob', proof('bob'))).toBeUndefined()
    expect(read('H1:ann', { ...proof('ann'), commitment: hashOf('wrong') })).toBeUndefined()
    expect(read('H1:ann', { ...proof('ann'), path: '' })).toBeUndefined()
    expect(read('P', { index: 7 })).toBeUndefined()
    expect(read('P', { cohort: 'P:z' })).toBeUndefined()
    const payments = (reader: string, more: object = {}) =>
      plan.world.list(reader, 'aid', '/payments/:cohort', query('ann', more))
    expect(payments('H1:ann', proof('ann'))).toMatchObject([{ round: '2024-02-21', state: 'PUBLISHED' }])
    expect(payments('H1:ann')).toBeUndefined()
  })

  it('is answered to who joined alone without a proof', () => {
    const { payload } = plan.joining('alone', ['bob'], { subject: subjectOf('bob') })
    plan.must('H1:bob', 'join', payload)
    const read = (reader: string) =>
      plan.world.read(reader, 'aid', '/members/:cohort', { cohort: 'H1:bob:alone', index: 0 })
    expect(read('H1:bob')).toMatchObject({ state: 'WAITING', collector: 'S', thisYear: 0 })
    expect(read('S:desk')).toMatchObject({ count: 1 })
    for (const reader of ['H1:ann', 'P', 'H1']) expect(read(reader), reader).toBeUndefined()
  })

  it('is checked by the member itself against the root', () => {
    const { opening } = plan.places.get('bob')!
    const shown = plan.member('bob') as { count: number; root: string }
    expect(isInAidCohort(nobleKernel, opening, shown)).toBe(true)
    expect(isInAidCohort(nobleKernel, { ...opening, index: opening.index ^ 1 }, shown)).toBe(false)
    expect(isInAidCohort(nobleKernel, { ...opening, commitment: 'no' }, shown)).toBe(false)
  })

  it('goes to the account of who joined alone, where it was ill in the waiting period', () => {
    const { payload, openings } = plan.joining('alone', ['dan'], { subject: subjectOf('dan') })
    plan.must('H1:dan', 'join', payload)
    plan.places.set('dan', { cohort: 'H1:dan:alone', opening: openings[0]! })
    const early = plan.world.time
    plan.share('2024-02-28')
    plan.goTo('2024-06-05')
    plan.publish('2024-06-07', plan.agree('bob'))
    plan.share('2024-06-14')
    const illness = { plan: PLAN, cohort: 'H1:dan:alone', index: 0, diagnosedAt: early }
    plan.must('S', 'report-illness', illness)
    plan.goTo('2024-06-20')
    plan.must('S', 'return', { plan: PLAN, cohort: 'H1:dan:alone', index: 0 })
    expect(balance('H1:dan')).toBe(10)
    expect(remit('S', { round: '2024-06-07' })).toBe('ok')
    expectConserved(plan.world)
  })
})
