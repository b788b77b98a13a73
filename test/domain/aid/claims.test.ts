import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { AidPlan, insuredOf, PEOPLE, PLAN, subjectOf, YUAN } from '../support/aid-plan.ts'
import { hashOf } from '../support/keys.ts'

let plan: AidPlan

beforeEach(() => {
  plan = new AidPlan()
  plan.join('P', 'k1', [...PEOPLE])
  plan.goTo('2024-02-15')
})

const file = (name: string, diagnosedAt: number, more: object = {}, signer = `H1:${name}`, claimId = 'c1') =>
  plan.run(signer, 'file-claim', plan.filing(name, claimId, diagnosedAt, more))

describe('aid.file-claim', () => {
  it('takes a verified member that proves its place', () => {
    const { time } = plan.world
    expect(file('ann', time, {}, 'H1:bob')).toBe('aid.not-yours')
    expect(file('eve', time)).toBe('aid.identity')
    const membership = { ...plan.membershipOf('ann'), salt: hashOf('wrong') }
    expect(file('ann', time, { membership })).toBe('aid.opening')
    expect(file('ann', time, { membership: plan.membershipOf('bob') })).toBe('aid.opening')
    expect(file('ann', time, { plan: 'S:z' })).toBe('aid.plan-unknown')
    expect(file('ann', time, { membership: { ...membership, cohort: 'P:z' } })).toBe('aid.member-unknown')
    expect(file('ann', time)).toBe('ok')
    expect(plan.claim('H1:ann:c1')).toMatchObject({
      state: 'FILED',
      amount: 300_000 * YUAN,
      index: plan.indexOf('ann'),
    })
    expect(JSON.stringify(plan.claim('H1:ann:c1'))).not.toContain(insuredOf('ann'))
  })

  it('is for one claim a person', () => {
    plan.join('S', 'k2', ['ann', 'dan'])
    expect(file('ann', plan.world.time, {}, 'H1:ann', 'c2')).toBe('aid.waiting')
    plan.goTo('2024-06-01')
    expect(file('ann', plan.world.time)).toBe('ok')
    expect(file('ann', plan.world.time)).toBe('aid.claim-exists')
    expect(file('ann', plan.world.time, {}, 'H1:ann', 'c2')).toBe('aid.claimed')
    plan.must('H1:ann', 'withdraw', { claim: 'H1:ann:c1' })
    expect(file('ann', plan.world.time, {}, 'H1:ann', 'c2')).toBe('ok')
  })

  it('looks at when the illness was diagnosed', () => {
    const coveredFrom = Number(plan.member('ann')['coveredFrom'])
    expect(file('ann', plan.world.time + 1)).toBe('aid.in-future')
    expect(file('ann', coveredFrom - 1)).toBe('aid.waiting')
    plan.world.pass(coveredFrom + 180 * DAY_SECONDS - plan.world.time)
    expect(file('ann', coveredFrom)).toBe('ok')
    expect(file('bob', coveredFrom - 1)).toBe('aid.waiting')
    plan.world.pass(1)
    expect(file('bob', coveredFrom)).toBe('aid.claim-late')
    expect(file('bob', coveredFrom + 1)).toBe('ok')
  })

  it('covers what came before an exit, not what comes after', () => {
    const diagnosed = plan.world.time
    plan.world.pass(DAY_SECONDS)
    plan.must('P', 'exit', { plan: PLAN, cohort: 'P:k1', members: [plan.indexOf('ann')] })
    plan.world.pass(DAY_SECONDS)
    expect(file('ann', plan.world.time)).toBe('aid.not-covered')
    expect(file('ann', plan.world.time - DAY_SECONDS)).toBe('aid.not-covered')
    expect(file('ann', diagnosed)).toBe('ok')
  })

  it('gives the amount of the age at diagnosis', () => {
    expect(file('cat', plan.world.time)).toBe('ok')
    expect(plan.claim('H1:cat:c1')).toMatchObject({ amount: 100_000 * YUAN })
    plan.goTo('2030-03-02')
    expect(file('ann', plan.world.time)).toBe('ok')
    expect(plan.claim('H1:ann:c1')).toMatchObject({ amount: 300_000 * YUAN })
    plan.goTo('2030-03-03')
    expect(file('bob', plan.world.time)).toBe('ok')
    expect(plan.claim('H1:bob:c1')).toMatchObject({ amount: 100_000 * YUAN })
    plan = new AidPlan()
    plan.join('P', 'k1', ['cat'])
    plan.goTo('2035-05-04')
    expect(file('cat', plan.world.time)).toBe('ok')
    plan = new AidPlan()
    plan.join('P', 'k1', ['cat'])
    plan.goTo('2035-05-05')
    expect(file('cat', plan.world.time)).toBe('aid.age')
  })

  it('does not pay who was born outside of the dates that its cohort was taken for', () => {
    const { payload, openings } = plan.joining('k3', ['dan'], { bornFrom: '1995-01-01' })
    plan.must('P', 'join', payload)
    plan.places.set('dan', { cohort: 'P:k3', opening: openings[0]! })
    plan.goTo('2024-06-01')
    expect(file('dan', plan.world.time)).toBe('aid.born')
  })
})

describe('an investigation', () => {
  let claim: string
  beforeEach(() => {
    expect(file('ann', plan.world.time)).toBe('ok')
    claim = 'H1:ann:c1'
  })
  const investigate = (signer: string) => plan.run(signer, 'investigate', { claim })
  const report = (signer: string) =>
    plan.run(signer, 'report', { claim, supports: true, reportHash: hashOf('report') })
  const decide = (verdict: string, more: object = {}, signer = 'S:desk') =>
    plan.run(signer, 'decide', { claim, verdict, ...more })

  it('goes from filing to the word of the sponsor', () => {
    for (const signer of ['S', 'S:desk', 'H1:ann']) expect(investigate(signer), signer).toBe('aid.role')
    for (const signer of ['P', 'S:j1']) expect(investigate(signer), signer).toBe('aid.claim-unknown')
    expect(decide('yes')).toBe('aid.claim-state')
    expect(report('S:inv')).toBe('aid.claim-state')
    expect(investigate('S:inv')).toBe('ok')
    expect(investigate('S:inv2')).toBe('aid.claim-state')
    expect(decide('yes')).toBe('aid.no-report')
    expect(report('S:inv2')).toBe('aid.not-investigator')
    expect(report('S:inv')).toBe('ok')
    for (const signer of ['S:inv', 'H1:ann']) expect(decide('yes', {}, signer), signer).toBe('aid.role')
    expect(decide('yes', {}, 'P')).toBe('aid.claim-unknown')
    expect(decide('yes', { diagnosedAt: 7 })).toBe('aid.verdict')
    expect(decide('waiting')).toBe('aid.verdict')
    expect(decide('yes')).toBe('ok')
    expect(plan.claim(claim)['steps']).toMatchObject([
      { state: 'FILED', by: 'H1:ann' },
      { state: 'INVESTIGATING', by: 'S:inv' },
      { state: 'PRELIMINARY_YES', by: 'S:desk' },
    ])
    expect(plan.run('S:inv', 'investigate', { claim: 'H1:ann:c9' })).toBe('aid.claim-unknown')
  })

  it('may find that the illness is older than the cover, which ends the membership', () => {
    const coveredFrom = Number(plan.member('ann')['coveredFrom'])
    investigate('S:inv')
    report('S:inv')
    expect(decide('waiting', { diagnosedAt: coveredFrom })).toBe('aid.not-in-waiting')
    expect(decide('waiting', { diagnosedAt: coveredFrom - 1 })).toBe('ok')
    expect(plan.member('ann')).toMatchObject({ state: 'EXITED', leave: { reason: 'illness' } })
    expect(plan.claim(claim)).toMatchObject({ state: 'PRELIMINARY_NO', heard: true })
    expect(plan.run('H1:ann', 'appeal', { claim })).toBe('aid.heard')
    expect(plan.run('H1:ann', 'withdraw', { claim })).toBe('aid.claim-state')
    plan.goTo('2024-02-21')
    expect(plan.world.read('S', 'aid', '/overview', { plan: PLAN })).toMatchObject({
      covered: 4,
      openClaims: 0,
    })
  })

  it('has queues that follow the claim', () => {
    const queue = (name: string, reader = 'S:inv') =>
      plan.world.list(reader, 'aid', '/investigations', { plan: PLAN, queue: name })
    const agreed = (reader: string) => plan.world.list(reader, 'aid', '/agreed', { plan: PLAN })
    expect(queue('filed')).toMatchObject([{ claim, state: 'FILED', reported: false, mine: false }])
    investigate('S:inv')
    expect(queue('filed')).toEqual([])
    expect(queue('investigating')).toMatchObject([{ claim, investigator: 'S:inv', mine: true }])
    expect(queue('investigating', 'S:inv2')).toMatchObject([{ mine: false }])
    report('S:inv')
    expect(queue('investigating', 'S:desk')).toMatchObject([{ reported: true }])
    for (const reader of ['P', 'S:j1', 'H1:ann', 'Q']) expect(queue('filed', reader), reader).toBeUndefined()
    decide('yes')
    expect(queue('investigating')).toEqual([])
    expect(agreed('S:desk')).toMatchObject([{ claim, amount: 300_000 * YUAN }])
    for (const reader of ['P', 'S:inv', 'H1:ann']) expect(agreed(reader), reader).toBeUndefined()
  })

  it('ends where the claimant withdraws', () => {
    expect(plan.run('S:inv', 'withdraw', { claim })).toBe('aid.not-yours')
    for (const signer of ['H1:bob', 'P']) {
      expect(plan.run(signer, 'withdraw', { claim }), signer).toBe('aid.claim-unknown')
    }
    expect(plan.run('S', 'withdraw', { claim })).toBe('aid.claim-state')
    expect(plan.run('H1:ann', 'withdraw', { claim })).toBe('ok')
    expect(plan.run('H1:ann', 'withdraw', { claim })).toBe('aid.claim-state')
    expect(investigate('S:inv')).toBe('aid.claim-state')
    expect(plan.claim(claim)).toMatchObject({ state: 'WITHDRAWN' })
    expect(plan.member('ann')).toMatchObject({ state: 'COVERED' })
  })

  it('is seen by those whom the claim concerns', () => {
    for (const reader of ['H1:ann', 'S', 'S:inv2', 'P:desk']) {
      expect(plan.claim(claim, reader), reader).toMatchObject({ claim, subject: subjectOf('ann') })
    }
    for (const reader of ['H1:bob', 'H1', 'Q', 'SS', 'S:j1', 'P:j3']) {
      expect(plan.claim(claim, reader), reader).toBeUndefined()
    }
    expect(plan.world.list('H1:ann', 'aid', '/claims')).toMatchObject([{ claim }])
    expect(plan.world.list('H1:bob', 'aid', '/claims')).toEqual([])
    const parties = plan.world.parties('H1:ann', 'aid.file-claim', plan.filing('ann', 'c1', plan.world.time))
    expect(plan.world.isParty('S:inv', parties)).toBe(true)
    expect(plan.world.isParty('H1:bob', parties)).toBe(false)
  })
})

describe('a jury', () => {
  let claim: string
  const vote = (juror: string, yes = true) => plan.run(juror, 'jury-vote', { claim, yes })
  const appeal = (signer = 'H1:ann') => plan.run(signer, 'appeal', { claim })
  beforeEach(() => {
    claim = plan.investigate('ann')
    plan.examineJurors()
  })

  it('is asked by the claimant, once the sponsor has said no', () => {
    expect(appeal()).toBe('aid.claim-state')
    plan.must('S', 'decide', { claim, verdict: 'no' })
    expect(appeal('H1:bob')).toBe('aid.claim-unknown')
    expect(appeal('S')).toBe('aid.not-yours')
    expect(vote('S:j1')).toBe('aid.claim-unknown')
    expect(appeal()).toBe('ok')
    expect(plan.claim(claim)).toMatchObject({ state: 'JURY' })
  })

  it.each([
    ['S', 'aid.role'],
    ['S:inv', 'aid.role'],
    ['H1:ann', 'aid.role'],
    ['Q:j6', 'aid.claim-unknown'],
    ['P:j5', 'aid.claim-unknown'],
  ])('has no vote of %s: %s', (signer, outcome) => {
    plan.must('S', 'decide', { claim, verdict: 'no' })
    plan.must('S', 'examine', { plan: PLAN, juror: 'P:j5', score: 79 })
    expect(appeal()).toBe('ok')
    expect(vote(signer)).toBe(outcome)
  })

  it('hears the claimant, each juror once, until most of them agree', () => {
    plan.must('S', 'decide', { claim, verdict: 'no' })
    expect(appeal()).toBe('ok')
    expect([vote('S:j1', false), vote('S:j1'), vote('P:j3')]).toEqual(['ok', 'aid.voted', 'ok'])
    expect(plan.claim(claim)).toMatchObject({ state: 'JURY', jury: { sitting: 1, yes: 1, no: 1 } })
    expect(vote('P:j4')).toBe('ok')
    expect(plan.claim(claim)).toMatchObject({ state: 'PRELIMINARY_YES', heard: true })
    expect(vote('S:j2')).toBe('aid.claim-state')
  })

  it('confirms the no of the sponsor', () => {
    plan.must('S', 'decide', { claim, verdict: 'no' })
    expect(appeal()).toBe('ok')
    plan.vote(claim, false, true, false)
    expect(plan.claim(claim)).toMatchObject({ state: 'PRELIMINARY_NO' })
    expect(appeal()).toBe('aid.heard')
    expect(plan.world.read('S', 'aid', '/overview', { plan: PLAN })).toMatchObject({ openClaims: 0 })
  })

  it('is not asked in time, and the sponsor lets the claim lapse', () => {
    plan.must('S', 'decide', { claim, verdict: 'no' })
    plan.world.pass(30 * DAY_SECONDS - 1)
    expect(plan.run('S', 'withdraw', { claim })).toBe('aid.too-early')
    plan.world.pass(1)
    expect(appeal()).toBe('aid.too-late')
    expect(plan.run('S:desk', 'withdraw', { claim })).toBe('ok')
    expect(plan.claim(claim)).toMatchObject({ state: 'WITHDRAWN' })
    expect(plan.world.read('S', 'aid', '/overview', { plan: PLAN })).toMatchObject({ openClaims: 0 })
    expect(file('ann', plan.world.time, {}, 'H1:ann', 'c2')).toBe('ok')
  })

  it('has a queue, for jurors that passed', () => {
    plan.must('S', 'decide', { claim, verdict: 'no' })
    appeal()
    const queue = (reader: string) => plan.world.list(reader, 'aid', '/jury', { plan: PLAN })
    expect(queue('S:j1')).toMatchObject([{ claim, voted: false, votes: 0 }])
    vote('S:j1')
    expect(queue('S:j1')).toMatchObject([{ voted: true, votes: 1 }])
    expect(queue('P:j3')).toMatchObject([{ voted: false, votes: 1 }])
    for (const reader of ['Q:j6', 'S', 'S:inv', 'H1:ann']) expect(queue(reader), reader).toBeUndefined()
    expect(JSON.stringify(queue('P:j3'))).not.toContain(subjectOf('ann'))
  })
})
