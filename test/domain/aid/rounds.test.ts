import { beforeEach, describe, expect, it } from 'vitest'
import { computeAidPayments } from '../../../src/client/index.ts'
import { AidPlan, PEOPLE, PLAN, SMALL, subjectOf, YUAN } from '../support/aid-plan.ts'
import { expectConserved } from '../support/issuer.ts'

const AID = 300_000 * YUAN
const FEE = 24_000 * YUAN
let plan: AidPlan

beforeEach(() => {
  plan = new AidPlan()
  plan.join('P', 'k1', [...PEOPLE])
  plan.goTo('2024-02-15')
})

const publish = (claims: readonly string[], signer = 'S') =>
  plan.run(signer, 'publish', { plan: PLAN, claims })
const round = () => (plan.world.list('H1:eve', 'aid', '/rounds', { plan: PLAN }) ?? []).at(-1)
const balance = (account: string) => plan.world.port('settlement.balance')(account, 'cny-fen')
const held = () => (plan.world.read('S', 'aid', '/overview', { plan: PLAN }) as { held: number }).held

describe('aid.publish', () => {
  it('is for the sponsor, on two days of the month, about claims that were agreed to', () => {
    const claim = plan.agree('ann')
    plan.goTo('2024-02-20')
    expect(publish([claim])).toBe('aid.not-publication-day')
    plan.goTo('2024-02-21')
    for (const signer of ['P', 'S:inv', 'H1:ann']) expect(publish([claim], signer), signer).toBe('aid.role')
    expect(publish([claim, 'H1:bob:c1'])).toBe('aid.claim-unknown')
    const other = plan.investigate('bob')
    expect(publish([other])).toBe('aid.claim-state')
    expect(publish([claim])).toBe('ok')
    expect(publish([claim])).toBe('aid.claim-state')
    expect(round()).toMatchObject({
      round: '2024-02-21',
      state: 'PUBLISHED',
      members: 5,
      cases: 1,
      aid: AID,
      late: false,
    })
    plan.must('S', 'decide', { claim: other, verdict: 'yes' })
    expect(publish([other])).toBe('ok')
    expect(round()).toMatchObject({ members: 5, cases: 2, published: 2, aid: 2 * AID })
    expect(plan.world.list('H1:eve', 'aid', '/cases', { plan: PLAN, round: '2024-02-21' })).toMatchObject([
      { case: 1, amount: AID, state: 'PUBLISHED' },
      { case: 2, amount: AID, state: 'PUBLISHED' },
    ])
    const cases = { plan: PLAN, round: '2024-02-07' }
    expect(plan.world.list('H1:eve', 'aid', '/cases', cases)).toBeUndefined()
  })

  it('keeps a plan of another sponsor apart', () => {
    const claim = plan.agree('ann')
    plan.must('S', 'found', { planId: 'q' })
    plan.goTo('2024-02-21')
    expect(plan.run('S', 'publish', { plan: 'S:q', claims: [claim] })).toBe('aid.too-few-members')
    const payload = { ...plan.joining('k9', ['x']).payload, plan: 'S:q' }
    plan.must('S', 'join', payload)
    plan.goTo('2024-06-07')
    expect(plan.run('S', 'publish', { plan: 'S:q', claims: [claim] })).toBe('aid.claim-unknown')
  })

  it('waits for enough members, and for the round before', () => {
    const claim = plan.agree('ann')
    plan.publish('2024-02-21', claim)
    const other = plan.agree('bob')
    plan.goTo('2024-03-07')
    expect(publish([other])).toBe('aid.round-open')
    plan.share('2024-03-07')
    expect(round()).toMatchObject({ late: true })
    expect(publish([other])).toBe('ok')
    expect(plan.statement()).toMatchObject({ round: '2024-03-07', members: 5 })
  })

  it('takes as many cases as the parameter says', () => {
    plan = new AidPlan({ ...SMALL, 'aid.casesMax': 1 })
    plan.join('P', 'k1', [...PEOPLE])
    plan.goTo('2024-02-15')
    const claims = [plan.agree('ann'), plan.agree('bob')]
    plan.goTo('2024-02-21')
    expect(publish(claims)).toBe('aid.round-full')
    expect(publish(claims.slice(1))).toBe('ok')
    expect(publish(claims.slice(0, 1))).toBe('aid.round-full')
  })

  it('counts who is covered at 00:00 of the day', () => {
    plan = new AidPlan({
      ...SMALL,
      'aid.waitingSeconds': 0,
      'aid.publishDayFirst': 16,
      'aid.shareDayFirst': 16,
    })
    plan.join('P', 'k1', ['ann', 'bob'])
    plan.goTo('2023-11-16')
    plan.join('P', 'k2', ['cat'])
    plan.must('P', 'exit', { plan: PLAN, cohort: 'P:k1', members: [plan.indexOf('bob')] })
    const claim = plan.agree('ann')
    expect(publish([claim])).toBe('ok')
    expect(plan.statement()).toMatchObject({ members: 2 })
    plan.must('S', 'share', plan.statement())
    expect(publish([plan.agree('cat')])).toBe('aid.round-over')
    plan.goTo('2023-11-21')
    expect(publish(['H1:cat:c1'])).toBe('ok')
    expect(plan.statement()).toMatchObject({ members: 2 })
    expect(plan.payments('bob').map((payment) => payment['round'])).toEqual(['2023-11-16'])
    expect(plan.payments('cat').map((payment) => payment['round'])).toEqual(['2023-11-21'])
  })
})

describe('aid.share', () => {
  const share = (more: object = {}, signer = 'S') =>
    plan.run(signer, 'share', { ...plan.statement(), ...more })
  beforeEach(() => plan.publish('2024-02-21', plan.agree('ann'), plan.agree('cat')))

  it('takes the exact numbers and no others, from its day on', () => {
    const statement = plan.statement()
    expect(share()).toBe('aid.too-early')
    plan.goTo('2024-02-28')
    expect(share({}, 'P')).toBe('aid.role')
    for (const field of [
      'cases',
      'aid',
      'fee',
      'balance',
      'need',
      'members',
      'share',
      'sponsor',
      'cap',
      'sumBefore',
    ]) {
      expect(share({ [field]: Number(statement[field]) + 1 }), field).toBe('aid.statement')
    }
    expect(share({ year: '2025' })).toBe('aid.statement')
    expect(share({ collectors: [] })).toBe('aid.statement')
    expect(share({ collectors: [{ collector: 'P', due: 99, members: 5 }] })).toBe('aid.statement')
    expect(share({ round: '2024-02-07' })).toBe('aid.round-unknown')
    expect(share()).toBe('ok')
    expect(plan.run('S', 'share', statement)).toBe('aid.shared')
    for (const reader of ['P', 'H1:ann']) {
      expect(plan.world.read(reader, 'aid', '/statement', { plan: PLAN }), reader).toBeUndefined()
    }
  })

  it('takes at most 10 fen a case of each, and the rest from the sponsor', () => {
    const before = balance('S')
    plan.share('2024-02-28')
    const aid = AID + 100_000 * YUAN
    const fee = FEE + 8_000 * YUAN
    const due = 5 * 20
    expect(round()).toMatchObject({
      state: 'SHARED',
      shared: {
        fee,
        need: aid + fee,
        share: 20,
        due,
        sponsor: aid + fee - due,
        balanceBefore: 0,
        balanceAfter: 0,
      },
    })
    // The sponsor advances everything; its fee comes out of that again.
    expect(before - balance('S')).toBe(aid)
    expect(held()).toBe(aid)
    expect(plan.claim('H1:ann:c1')).toMatchObject({ state: 'SHARED' })
    expectConserved(plan.world)
  })

  it('refuses a sponsor that can not advance it', () => {
    plan.world.must('S', 'settlement.transfer', { to: 'Q', currency: 'cny-fen', amount: balance('S') - AID })
    plan.goTo('2024-02-28')
    expect(share()).toBe('settlement.insufficient')
    expect(round()).toMatchObject({ state: 'PUBLISHED' })
  })
})

describe('money that is shared exactly', () => {
  /** A plan in which each case costs 1,000 fen and 8% and each of 7 members pays up to 600. */
  const small = {
    ...SMALL,
    'aid.amountYoungFen': 1_001,
    'aid.amountOldFen': 999,
    'aid.perCaseFen': 600,
    'aid.capFen': 250,
  }
  const people = [...PEOPLE, 'x', 'y']
  beforeEach(() => {
    plan = new AidPlan(small)
    plan.join('P', 'k1', people)
    plan.goTo('2024-02-15')
  })

  it('rounds fee and share up and carries the surplus', () => {
    plan.publish('2024-02-21', plan.agree('ann'))
    plan.share('2024-02-28')
    // 8% of 1,001 is 80.08: 81. 1,082 / 7 is 154.6: 155, which makes 1,085, 3 too many.
    expect(round()).toMatchObject({
      shared: { fee: 81, need: 1_082, share: 155, due: 1_085, sponsor: 0, balanceAfter: 3 },
    })
    expect(held()).toBe(1_001 + 3)
    plan.publish('2024-03-07', plan.agree('bob'))
    expect(plan.statement()).toMatchObject({ balance: 3, need: 1_079, share: 155 })
    plan.share('2024-03-14')
    // 155 is paid of 250: 95 is left to each.
    expect(round()).toMatchObject({ shared: { due: 7 * 95, sponsor: 1_079 - 7 * 95, balanceAfter: 0 } })
    expect(plan.payments('dan')).toMatchObject([
      { round: '2024-02-21', share: 155, payment: 155, base: 0 },
      { round: '2024-03-07', share: 155, payment: 95, base: 0 },
    ])
    expect(plan.member('dan')).toMatchObject({ year: '2024', thisYear: 250, capLeft: 0 })
    expectConserved(plan.world)
  })

  it('spares whom the cap spares, and asks from the others; a new year begins anew', () => {
    // 2024-02-28: joined late enough to be first covered in June.
    plan.publish('2024-02-21', plan.agree('ann'))
    plan.share('2024-02-28')
    plan.join('S', 'late', ['p', 'q', 'r'])
    plan.publish('2024-03-07', plan.agree('bob'))
    plan.share('2024-03-14')
    plan.publish('2024-06-07', plan.agree('cat'))
    // 999 and 80 from ten: 108 each, but seven have paid 250 already.
    expect(plan.statement()).toMatchObject({
      need: 1_079,
      share: 108,
      sponsor: 1_079 - 3 * 108,
      collectors: [
        { collector: 'P', members: 7, due: 0 },
        { collector: 'S', members: 3, due: 3 * 108 },
      ],
    })
    plan.share('2024-06-14')
    expect(plan.payments('p', 'S')).toMatchObject([
      { round: '2024-06-07', base: 310, sumBefore: 310, payment: 108 },
    ])
    plan.publish('2025-01-07', plan.agree('dan'))
    expect(plan.statement()).toMatchObject({ year: '2025', sumBefore: 0, members: 10, share: 109 })
    plan.share('2025-01-14')
    for (const [name, collector] of [
      ['x', 'P'],
      ['p', 'S'],
    ] as const) {
      const payments = plan.payments(name, collector)
      expect(payments.at(-1)).toMatchObject({ year: '2025', base: 0, payment: 109 })
      const start = String(plan.member(name, collector)['start'])
      const rounds = (plan.world.list('H1:eve', 'aid', '/rounds', { plan: PLAN }) ?? []) as unknown as {
        round: string
        year: string
        sumBefore: number
        cap: number
        shared: { share: number }
      }[]
      const computed = computeAidPayments(
        start,
        rounds.map(({ shared, ...row }) => ({ ...row, share: shared.share })),
      )
      expect(payments.map(({ round: date, payment }) => ({ round: date, payment }))).toEqual(computed)
    }
    expectConserved(plan.world)
  })
})

describe('an objection', () => {
  const object = (signer: string, more: object = {}) =>
    plan.run(signer, 'object', { plan: PLAN, round: '2024-02-21', case: 1, ...more })
  const proof = (name: string) => ({ subject: subjectOf(name), membership: plan.membershipOf(name) })
  beforeEach(() => {
    plan.examineJurors()
    plan.publish('2024-02-21', plan.agree('ann'), plan.agree('cat'))
  })

  it('is for members by proof, and for the desks of sponsor and collectors', () => {
    for (const signer of ['Q', 'S:inv', 'H1:bob']) expect(object(signer), signer).toBe('aid.role')
    expect(object('H1:bob', proof('ann'))).toBe('aid.not-yours')
    expect(object('P:desk', { case: 3 })).toBe('aid.case-unknown')
    expect(object('P:desk', { round: '2024-02-07' })).toBe('aid.case-unknown')
    expect(object('H1:bob', proof('bob'))).toBe('ok')
    expect(object('P:desk')).toBe('aid.claim-state')
    expect(object('P:desk', { case: 2 })).toBe('ok')
    expect(plan.claim('H1:ann:c1')).toMatchObject({ state: 'OBJECTED', jury: { sitting: 1 } })
    plan.must('P', 'exit', { plan: PLAN, cohort: 'P:k1', members: [plan.indexOf('dan')] })
    expect(object('H1:dan', proof('dan'))).toBe('aid.not-member')
  })

  it('takes a case out of its round until the jury has said yes', () => {
    expect(object('P')).toBe('ok')
    expect(plan.statement()).toMatchObject({ cases: 1, aid: 100_000 * YUAN })
    plan.vote('H1:ann:c1', true, false, true)
    expect(plan.claim('H1:ann:c1')).toMatchObject({ state: 'CONFIRMED' })
    expect(plan.statement()).toMatchObject({ cases: 2, aid: 400_000 * YUAN })
    expect(object('P')).toBe('aid.heard')
    plan.goTo('2024-02-28')
    expect(plan.claim('H1:cat:c1')).toMatchObject({ state: 'CONFIRMED' })
    expect(object('P', { case: 2 })).toBe('aid.claim-state')
  })

  it('ends a claim at the no of the jury', () => {
    expect(object('P')).toBe('ok')
    plan.vote('H1:ann:c1', true, false, false)
    expect(plan.claim('H1:ann:c1')).toMatchObject({ state: 'PRELIMINARY_NO' })
    plan.share('2024-02-28')
    expect(plan.run('S', 'pay', { claim: 'H1:ann:c1' })).toBe('aid.claim-state')
    expect(plan.member('ann')).toMatchObject({ state: 'COVERED' })
    expect(plan.run('H1:ann', 'withdraw', { claim: 'H1:ann:c1' })).toBe('aid.claim-state')
  })

  it('moves a case to a later round where the jury says yes after the sharing', () => {
    expect(object('P')).toBe('ok')
    expect(object('P', { case: 2 })).toBe('ok')
    plan.share('2024-02-28')
    expect(round()).toMatchObject({ cases: 0, shared: { need: 0, share: 0, sponsor: 0 } })
    plan.vote('H1:ann:c1', true, true, true)
    expect(plan.claim('H1:ann:c1')).toMatchObject({ state: 'PRELIMINARY_YES' })
    plan.publish('2024-03-07', 'H1:ann:c1')
    expect(plan.run('P', 'object', { plan: PLAN, round: '2024-03-07', case: 1 })).toBe('aid.heard')
    expect(plan.world.list('Q', 'aid', '/cases', { plan: PLAN, round: '2024-02-21' })).toMatchObject([
      { case: 1, state: 'OBJECTED' },
      { case: 2, state: 'OBJECTED' },
    ])
    plan.share('2024-03-14')
    plan.must('S', 'pay', { claim: 'H1:ann:c1' })
  })
})

describe('aid.pay', () => {
  const pay = (claim: string, signer = 'S') => plan.run(signer, 'pay', { claim })

  it('pays out of the escrow once, and the membership ends', () => {
    plan.publish('2024-02-21', plan.agree('ann'), plan.agree('cat'))
    expect(pay('H1:ann:c1')).toBe('aid.claim-state')
    plan.share('2024-02-28')
    expect(pay('H1:ann:c1', 'P')).toBe('aid.claim-unknown')
    expect(pay('H1:ann:c1', 'S:inv')).toBe('aid.role')
    expect(pay('H1:ann:c1')).toBe('ok')
    expect(balance('H1:ann')).toBe(AID)
    expect(held()).toBe(100_000 * YUAN)
    expect(pay('H1:ann:c1')).toBe('aid.claim-state')
    expect(plan.claim('H1:ann:c1')).toMatchObject({ state: 'PAID', paid: { amount: AID, deducted: 0 } })
    expect(plan.member('ann')).toMatchObject({ state: 'CLAIMED' })
    expect(plan.run('H1:ann', 'file-claim', plan.filing('ann', 'c2', plan.world.time - 1))).toBe(
      'aid.claimed',
    )
    expect(pay('H1:cat:c1')).toBe('ok')
    expect(held()).toBe(0)
    plan.publish('2024-03-07', plan.agree('bob'))
    expect(plan.statement()).toMatchObject({ members: 3 })
    expectConserved(plan.world)
  })
})

describe('the end of a plan', () => {
  describe('comes when there are too few members, and what came before is still shared', () => {
    let claim: string
    const terminate = (signer: string) => plan.run(signer, 'terminate', { plan: PLAN })
    const close = (signer = 'S') => plan.run(signer, 'close', { plan: PLAN })
    const leaveTooFew = () =>
      plan.must('P', 'exit', { plan: PLAN, cohort: 'P:k1', members: [plan.indexOf('eve')] })
    beforeEach(() => {
      plan = new AidPlan({ ...SMALL, 'aid.membersMin': 5 })
      plan.join('P', 'k1', [...PEOPLE])
      plan.goTo('2024-02-15')
      claim = plan.agree('ann')
    })

    it('at the word of a collector or the sponsor, once the day to publish has come', () => {
      expect(terminate('Q')).toBe('aid.role')
      expect(terminate('S')).toBe('aid.enough-members')
      leaveTooFew()
      expect(terminate('S')).toBe('aid.enough-members')
      plan.goTo('2024-02-21')
      expect(publish([claim])).toBe('aid.too-few-members')
      expect(close()).toBe('aid.not-terminated')
      expect(terminate('P:desk')).toBe('ok')
    })

    it.each<[what: string, run: () => string, outcome: string]>([
      ['ends twice', () => terminate('S'), 'aid.terminated'],
      ['takes members', () => plan.run('P', 'join', plan.joining('k2', ['x']).payload), 'aid.terminated'],
      [
        'takes collectors',
        () => plan.run('S', 'admit-collector', { plan: PLAN, collector: 'Q' }),
        'aid.terminated',
      ],
      [
        'hears of illnesses from after its end',
        () => plan.run('H1:bob', 'file-claim', plan.filing('bob', 'c1', plan.world.time)),
        'aid.terminated',
      ],
      ['closes at once', () => close(), 'aid.too-early'],
    ])('and then no longer %s', (_, run, outcome) => {
      leaveTooFew()
      plan.goTo('2024-02-21')
      expect(terminate('P:desk')).toBe('ok')
      expect(run()).toBe(outcome)
    })

    it('and closes when all that came before is shared, paid or withdrawn', () => {
      leaveTooFew()
      plan.goTo('2024-02-21')
      expect(terminate('P:desk')).toBe('ok')
      expect(publish([claim])).toBe('ok')
      const late = plan.filing('bob', 'c1', plan.world.time - 1)
      expect(plan.run('H1:bob', 'file-claim', late)).toBe('ok')
      plan.goTo('2024-09-01')
      expect(close()).toBe('aid.round-open')
      plan.must('S', 'share', plan.statement())
      plan.must('S', 'pay', { claim })
      expect(close()).toBe('aid.claims-open')
      plan.must('H1:bob', 'withdraw', { claim: 'H1:bob:c1' })
      expect([close('P'), close(), close()]).toEqual(['aid.role', 'ok', 'aid.closed'])
      expect(plan.world.read('P', 'aid', '/plans/:ref', { ref: PLAN })).toMatchObject({ state: 'CLOSED' })
      expectConserved(plan.world)
    })
  })

  it('gives what is left back to the collectors, for their members', () => {
    plan = new AidPlan({ ...SMALL, 'aid.membersMin': 4, 'aid.amountYoungFen': 1_001, 'aid.perCaseFen': 600 })
    plan.join('P', 'k1', ['ann', 'bob', 'cat', 'dan', 'x'])
    plan.join('S', 'k2', ['y', 'z'])
    plan.goTo('2024-02-15')
    plan.publish('2024-02-21', plan.agree('ann'))
    plan.share('2024-02-28')
    plan.must('S', 'pay', { claim: 'H1:ann:c1' })
    expect(held()).toBe(3)
    plan.must('P', 'exit', {
      plan: PLAN,
      cohort: 'P:k1',
      members: [0, 1, 2, 3].filter((i) => i !== plan.indexOf('ann')),
    })
    plan.goTo('2024-03-01')
    plan.must('S', 'terminate', { plan: PLAN })
    plan.goTo('2024-09-01')
    const before = balance('P')
    plan.must('S', 'close', { plan: PLAN })
    // Of 3 fen five of seven members' part is 2.14.
    expect(balance('P') - before).toBe(2)
    expect(held()).toBe(0)
    expectConserved(plan.world)
  })

  it('leaves what it owes to the sponsor where everybody has left', () => {
    const claim = plan.agree('ann')
    plan.must('P', 'exit', { plan: PLAN, cohort: 'P:k1', members: [0, 1, 2, 3, 4] })
    plan.goTo('2024-02-21')
    expect(publish([claim])).toBe('aid.too-few-members')
    plan.must('S', 'terminate', { plan: PLAN })
    expect(publish([claim])).toBe('ok')
    expect(plan.statement()).toMatchObject({ members: 0, share: 0, sponsor: AID + FEE, collectors: [] })
    plan.share('2024-02-28')
    plan.must('S', 'pay', { claim })
    expect(plan.member('ann')).toMatchObject({ state: 'EXITED' })
  })
})
