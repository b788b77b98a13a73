import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { encodeBase64 } from '../../../src/protocol/index.ts'
import { AidPlan, PEOPLE, PLAN, subjectOf } from '../support/aid-plan.ts'
import { hashOf } from '../support/keys.ts'

let plan: AidPlan

beforeEach(() => {
  plan = new AidPlan()
})

describe('aid.found', () => {
  it('is for the key of a sponsor, once an id', () => {
    for (const signer of ['P', 'S:desk', 'H1:ann']) {
      expect(plan.run(signer, 'found', { planId: 'q' }), signer).toBe('aid.role')
    }
    expect(plan.run('S', 'found', { planId: 'p' })).toBe('aid.plan-exists')
    expect(plan.run('S', 'found', { planId: 'q' })).toBe('ok')
    expect(plan.world.read('H1:ann', 'aid', '/plans/:ref', { ref: 'S:q' })).toMatchObject({
      state: 'OPEN',
      balance: 0,
    })
    expect(plan.world.read('H1:ann', 'aid', '/plans/:ref', { ref: 'S:z' })).toBeUndefined()
  })
})

describe('aid.admit-collector', () => {
  const admit = (collector: string, signer = 'S') =>
    plan.run(signer, 'admit-collector', { plan: PLAN, collector })

  it('is for the desk of the sponsor, about active platforms, up to the limit', () => {
    for (const signer of ['P', 'S:inv', 'Q']) expect(admit('Q', signer), signer).toBe('aid.role')
    for (const collector of ['H1', 'nobody']) expect(admit(collector), collector).toBe('aid.collector-unfit')
    expect(admit('P')).toBe('aid.collector-exists')
    expect(admit('Q')).toBe('ok')
    expect(plan.run('S', 'admit-collector', { plan: 'S:z', collector: 'Q' })).toBe('aid.plan-unknown')
    plan = new AidPlan({ 'aid.membersMin': 1, 'aid.collectorsMax': 2 })
    expect(admit('Q')).toBe('aid.collectors-full')
  })
})

describe('aid.join', () => {
  const join = (signer: string, people: readonly string[], more: object = {}, cohortId = 'k1') =>
    plan.run(signer, 'join', plan.joining(cohortId, people, more).payload)

  it('takes a cohort from a collector that the sponsor admitted', () => {
    for (const signer of ['Q', 'H1', 'S:inv']) expect(join(signer, ['ann', 'x']), signer).toBe('aid.role')
    expect(join('P:desk', ['ann', 'x', 'y'])).toBe('ok')
    expect(join('P', ['bob'])).toBe('aid.cohort-exists')
    expect(join('S', ['bob'])).toBe('ok')
    const [cohort] = plan.world.list('P:desk', 'aid', '/cohorts') ?? []
    expect(cohort).toMatchObject({ cohort: 'P:k1', count: 3, joinedAt: plan.world.time, start: '2024-02-14' })
    expect(plan.world.list('S', 'aid', '/cohorts')).toHaveLength(1)
    expect(plan.world.list('Q', 'aid', '/cohorts')).toEqual([])
  })

  it('asks for health, identity and age, of the youngest and of the oldest', () => {
    expect(join('P', ['ann'], { healthDeclared: false })).toBe('aid.health')
    expect(join('P', ['ann'], { identityVerified: false })).toBe('aid.identity')
    // 2023-11-15 in China: 30 days old is who was born on the 16th of October.
    expect(join('P', ['ann'], { bornTo: '2023-10-17' })).toBe('aid.age')
    expect(join('P', ['ann'], { bornTo: '2023-10-16' }, 'k2')).toBe('ok')
    // 59 is still who is 60 tomorrow.
    expect(join('P', ['ann'], { bornFrom: '1963-11-15' })).toBe('aid.age')
    expect(join('P', ['ann'], { bornFrom: '1963-11-16' }, 'k3')).toBe('ok')
    for (const born of ['1990-02-30', '1990-13-01', '1990-00-01']) {
      expect(join('P', ['ann'], { bornFrom: born }), born).toBe('aid.born')
      expect(join('P', ['ann'], { bornTo: born }), born).toBe('aid.born')
    }
    expect(join('P', ['ann'], { bornFrom: '1991-01-01', bornTo: '1990-01-01' })).toBe('aid.born')
  })

  it('takes commitments in ascending order, none twice, whole ones', () => {
    const bytes = (...hashes: string[]) => encodeBase64(Buffer.from(hashes.join(''), 'hex'))
    const [low, high] = ['11'.repeat(32), '22'.repeat(32)]
    expect(join('P', ['ann'], { members: bytes(high, low) })).toBe('aid.members-order')
    expect(join('P', ['ann'], { members: bytes(low, low) })).toBe('aid.members-order')
    expect(join('P', ['ann'], { members: bytes(`${low}33`) })).toBe('aid.members-form')
    expect(join('P', ['ann'], { members: 'AAAA=AAA' })).toBe('form.payload /payload/members')
    const tooMany = Buffer.alloc(32 * 1_001)
    for (let i = 0; i < 1_001; i++) tooMany.writeUInt32BE(i, 32 * i)
    expect(join('P', ['ann'], { members: encodeBase64(tooMany) })).toBe('form.payload /payload/members')
    expect(join('P', ['ann'], { members: encodeBase64(tooMany.subarray(32)) })).toBe('ok')
    expect(join('P', ['ann'], { members: bytes(low, high) }, 'k2')).toBe('ok')
  })

  it('takes one person that signs itself, verified by social security', () => {
    const alone = { subject: subjectOf('ann') }
    expect(join('H1:ann', ['ann'])).toBe('aid.one-subject')
    expect(join('H1:ann', ['ann', 'x'], alone)).toBe('aid.one-subject')
    expect(join('P', ['ann'], alone)).toBe('aid.one-subject')
    expect(join('H1:bob', ['ann'], alone)).toBe('aid.not-yours')
    expect(join('H1:eve', ['eve'], { subject: subjectOf('eve') })).toBe('aid.identity')
    expect(join('H1:ann', ['ann'], alone)).toBe('ok')
    expect(plan.world.list('H1:ann', 'aid', '/cohorts')).toMatchObject([
      { cohort: 'H1:ann:k1', collector: 'S', count: 1 },
    ])
  })

  it('keeps as much state for a cohort of a thousand as for one of two', () => {
    const count = () => plan.world.state.entries().filter(([key]) => key.startsWith('aid/')).length
    const before = count()
    const thousand = Array.from({ length: 1_000 }, (_, i) => `p${i}`)
    expect(join('P', thousand)).toBe('ok')
    const after = count()
    expect(after - before).toBe(2)
    expect(join('P', ['ann', 'bob'], {}, 'k2')).toBe('ok')
    expect(count() - after).toBe(1)
  })
})

describe('aid.exit', () => {
  beforeEach(() => plan.join('P', 'k1', [...PEOPLE]))
  const exit = (signer: string, names: readonly string[], more: object = {}) =>
    plan.run(signer, 'exit', {
      plan: PLAN,
      cohort: 'P:k1',
      members: names.map((name) => plan.indexOf(name)),
      ...more,
    })
  const proof = (name: string) => ({ subject: subjectOf(name), membership: plan.membershipOf(name) })

  it('is for the collector, or for the member by its proof', () => {
    for (const signer of ['Q', 'S', 'H1:ann']) expect(exit(signer, ['ann']), signer).toBe('aid.role')
    expect(exit('H1:ann', ['ann', 'bob'], proof('ann'))).toBe('aid.not-yours')
    expect(exit('H1:ann', ['bob'], proof('ann'))).toBe('aid.not-yours')
    expect(exit('H1:bob', ['ann'], proof('ann'))).toBe('aid.not-yours')
    expect(exit('H1:eve', ['eve'], proof('eve'))).toBe('aid.identity')
    expect(exit('H1:ann', ['ann'], proof('ann'))).toBe('ok')
    expect(plan.member('ann')).toMatchObject({ state: 'EXITED' })
    expect(exit('P:desk', ['ann'])).toBe('aid.not-member')
    expect(exit('P:desk', ['bob', 'cat'])).toBe('ok')
    expect(plan.run('P', 'exit', { plan: PLAN, cohort: 'P:k1', members: [5] })).toBe('aid.member-unknown')
    expect(plan.run('P', 'exit', { plan: PLAN, cohort: 'P:z', members: [0] })).toBe('aid.member-unknown')
  })

  it('takes only an opening that opens', () => {
    const { membership, subject } = proof('ann')
    const tries = [
      { ...membership, salt: hashOf('another salt') },
      { ...membership, path: [...membership.path].reverse() },
      { ...membership, path: membership.path.slice(1) },
      { ...membership, bornOn: '1990-03-04' },
      { ...membership, index: (membership.index + 1) % 5 },
    ]
    for (const wrong of tries) {
      const payload = { plan: PLAN, cohort: 'P:k1', members: [wrong.index], subject, membership: wrong }
      expect(plan.run('H1:ann', 'exit', payload)).toBe('aid.opening')
    }
  })

  it('is counted from the day after, waiting or covered', () => {
    const overview = () => plan.world.read('S', 'aid', '/overview', { plan: PLAN })
    expect(overview()).toMatchObject({ covered: 0, waiting: 5 })
    expect(exit('P', ['ann'])).toBe('ok')
    expect(overview()).toMatchObject({ covered: 0, waiting: 4 })
    plan.goTo('2024-02-13')
    expect(overview()).toMatchObject({ covered: 0, waiting: 4 })
    expect(plan.member('bob')).toMatchObject({ state: 'COVERED' })
    plan.goTo('2024-02-14')
    expect(overview()).toMatchObject({ covered: 4, waiting: 0 })
    expect(exit('P', ['bob'])).toBe('ok')
    expect(overview()).toMatchObject({ covered: 4 })
    plan.goTo('2024-02-15')
    expect(overview()).toMatchObject({ covered: 3 })
    for (const reader of ['P', 'Q', 'H1:ann']) {
      expect(plan.world.read(reader, 'aid', '/overview', { plan: PLAN }), reader).toBeUndefined()
    }
  })
})

describe('aid.report-illness and aid.return', () => {
  beforeEach(() => plan.join('P', 'k1', [...PEOPLE]))
  const report = (signer: string, name: string, diagnosedAt: number) =>
    plan.run(signer, 'report-illness', { plan: PLAN, cohort: 'P:k1', index: plan.indexOf(name), diagnosedAt })
  const giveBack = (name: string, signer = 'S') =>
    plan.run(signer, 'return', { plan: PLAN, cohort: 'P:k1', index: plan.indexOf(name) })
  const money = () => plan.world.port('settlement.balance')('P', 'cny-fen')

  describe('before the cover began', () => {
    let early: number
    beforeEach(() => {
      early = plan.world.time + 30 * DAY_SECONDS
      plan.goTo('2024-02-19')
      plan.publish('2024-02-21', plan.agree('ann'))
      plan.share('2024-02-28')
    })

    it.each<[what: string, run: () => string, outcome: string]>([
      ['reported by the sponsor', () => report('S', 'bob', early), 'aid.role'],
      ['of a later day', () => report('P', 'bob', plan.world.time - DAY_SECONDS), 'aid.not-in-waiting'],
      ['of who has a claim', () => report('P', 'ann', early), 'aid.claim-open'],
      ['that nobody reported', () => giveBack('bob'), 'aid.not-ill'],
    ])('is none that is %s', (_, run, outcome) => {
      expect(run()).toBe(outcome)
    })

    it('ends the membership', () => {
      expect([report('P:desk', 'bob', early), report('P', 'bob', early)]).toEqual(['ok', 'aid.not-member'])
      expect(plan.member('bob')).toMatchObject({ state: 'EXITED', leave: { reason: 'illness' } })
    })

    it('returns what was paid, when the time to pay is over', () => {
      expect(report('P:desk', 'bob', early)).toBe('ok')
      // Nobody knows yet what was paid.
      expect(plan.member('bob')).not.toHaveProperty('returnable')
      expect(giveBack('bob')).toBe('aid.too-early')
      plan.goTo('2024-03-04')
      expect(plan.member('bob')).toMatchObject({ returnable: 10 })
      const before = money()
      expect(giveBack('bob', 'P')).toBe('aid.role')
      expect(giveBack('bob')).toBe('ok')
      expect(money() - before).toBe(10)
      expect(giveBack('bob')).toBe('aid.returned')
      expect(plan.member('bob')).toMatchObject({ returned: { amount: 10 } })
    })
  })

  it('returns nothing where nothing was paid', () => {
    expect(report('P', 'bob', plan.world.time)).toBe('ok')
    expect(giveBack('bob')).toBe('aid.nothing-due')
    expect(plan.member('bob')).toMatchObject({ returnable: 0 })
  })
})

it('needs its own people as jurors', () => {
  const examine = (juror: string, signer = 'S', score = 90) =>
    plan.run(signer, 'examine', { plan: PLAN, juror, score })
  for (const juror of ['Q:j6', 'S:inv', 'S:nobody', 'P'])
    expect(examine(juror), juror).toBe('aid.juror-unfit')
  expect(examine('S:j1', 'P')).toBe('aid.role')
  expect(examine('P:j3', 'S:desk')).toBe('ok')
  expect(plan.run('S', 'examine', { plan: PLAN, juror: 'P:j3', score: 101 })).toBe(
    'form.payload /payload/score',
  )
})
