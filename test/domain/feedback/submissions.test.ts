import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import {
  COMMUNITY,
  feedbackWorld,
  grant,
  insuredOf,
  report,
  review,
  subjectOf,
  submit,
} from '../support/feedback-world.ts'
import { hashOf, keyOf } from '../support/keys.ts'
import { enrolment, GENESIS_TIME, snapshot, type World } from '../support/world.ts'

const restore = snapshot(feedbackWorld(3))
let world: World
beforeEach(() => {
  world = restore()
})

const join = (signer: string, more = {}) =>
  world.run(signer, 'feedback.join', { community: COMMUNITY, subject: subjectOf('p0'), ...more })
const read = (reader: string, ref = 'H1:p0:s1') =>
  world.read(reader, 'feedback', '/submissions/:ref', { ref }) as { [name: string]: unknown } | undefined
const refs = (reader: string, path: string, query = {}) =>
  world.list(reader, 'feedback', path, query)?.map((row) => (row as { ref: string }).ref)

describe('communities', () => {
  it('are opened by platforms', () => {
    const open = (signer: string) => world.run(signer, 'feedback.open-community', { communityId: 'lupus' })
    for (const signer of ['H1', 'H1:doc', 'LAB']) expect(open(signer), signer).toBe('feedback.role')
    expect(open('PF')).toBe('feedback.community-exists')
    expect(open('P2')).toBe('ok')
    expect(world.list('H1:p0', 'feedback', '/communities', { platform: 'PF' })).toEqual([
      { ref: COMMUNITY, openedAt: GENESIS_TIME },
    ])
  })

  it('have each person once, whatever its keys and subjects', () => {
    expect(join('H1:p0')).toBe('feedback.joined')
    expect(join('H1:p1')).toBe('feedback.not-yours')
    expect(join('H1:p0', { community: 'PF:none' })).toBe('feedback.community-unknown')
    const other = hashOf('p0 elsewhere')
    world.must('H1', 'identity.enrol', enrolment('H1:p0b', 'patient'))
    world.must('H1', 'identity.enrol-subject', { subject: other, patient: 'H1:p0b' })
    expect(join('H1:p0b', { subject: other })).toBe('feedback.not-verified')
    const { publicKey } = keyOf('H1:p0b')
    world.must('SS', 'identity.verify', { subject: other, publicKey, insured: insuredOf('p0') })
    expect(join('H1:p0b', { subject: other })).toBe('feedback.joined')
    expect(world.list('H1:p0', 'feedback', '/memberships', { subject: subjectOf('p0') })).toEqual([
      { community: COMMUNITY, subject: subjectOf('p0'), by: 'H1:p0', joinedAt: GENESIS_TIME },
    ])
    expect(world.list('H1:p0b', 'feedback', '/memberships', { subject: other })).toEqual([])
    expect(world.list('H1:doc', 'feedback', '/memberships', { subject: other })).toBeUndefined()
  })

  it('of a suspended platform take nobody', () => {
    world.must('P2', 'feedback.open-community', { communityId: 'c' })
    const suspension = { change: { suspend: { member: 'P2' } }, proposalId: 'x' }
    world.must('H1', 'governance.propose', suspension)
    for (const member of ['PF', 'SS', 'LAB', 'LAB2']) {
      world.must(member, 'governance.approve', { proposal: 'H1:x' })
    }
    world.pass(1)
    expect(join('H1:p0', { community: 'P2:c' })).toBe('feedback.community-unknown')
  })

  it('have reviewers that are doctors and say once who they are as patients', () => {
    const register = (signer: string) =>
      world.run(signer, 'feedback.register-reviewer', { insured: insuredOf('x') })
    expect(register('H1:p0')).toBe('feedback.role')
    expect(register('H1:self')).toBe('feedback.registered')
    expect(register('H1:fresh')).toBe('ok')
  })
})

describe('feedback.submit', () => {
  it('goes to the doctor, and tells the platform nothing', () => {
    expect(submit(world, 'p0', { rx: 'H1:rx-p0' })).toBe('ok')
    expect(read('H1:p0')).toMatchObject({
      ref: 'H1:p0:s1',
      state: 'SUBMITTED',
      rx: 'H1:rx-p0',
      version: 1,
      late: false,
      overdue: false,
    })
    expect(refs('H1:doc', '/queue')).toEqual(['H1:p0:s1'])
    expect(refs('H1:doc2', '/queue')).toEqual([])
    expect(refs('H1:p0', '/queue')).toBeUndefined()
    for (const reader of ['H1:p1', 'H1', 'H1:doc2', 'PF', 'PF:desk', 'SS', 'FD']) {
      expect(read(reader), reader).toBeUndefined()
      expect(refs(reader, '/submissions', { subject: subjectOf('p0') }), reader).toBeUndefined()
    }
    const parties = world.parties('H1:p0', 'feedback.submit', report('p0'))
    for (const reader of ['H1:p0', 'H1:doc']) expect(world.isParty(reader, parties), reader).toBe(true)
    for (const reader of ['H1', 'PF', 'FD', 'H1:p1'])
      expect(world.isParty(reader, parties), reader).toBe(false)
  })

  it('is for members of the community, about themselves', () => {
    expect(submit(world, 'p0', {}, 'H1:p1')).toBe('feedback.not-yours')
    expect(submit(world, 'p0', { community: 'P2:none' })).toBe('feedback.community-unknown')
    world.must('P2', 'feedback.open-community', { communityId: 'c' })
    expect(submit(world, 'p0', { community: 'P2:c' })).toBe('feedback.not-member')
  })

  it('names a registered doctor that treats the patient and is not the patient', () => {
    expect(submit(world, 'p0', { reviewer: 'H1:self' })).toBe('feedback.own-review')
    expect(submit(world, 'p1', { reviewer: 'H1:self' })).toBe('ok')
    for (const reviewer of ['H1:fresh', 'H1', 'H1:p1', 'H9:doc']) {
      expect(submit(world, 'p0', { reviewer }), reviewer).toBe('feedback.reviewer-unfit')
    }
    const consent = { consent: 'H1:p0:care', subject: subjectOf('p0'), grantee: 'H1' }
    world.must('H1:p0', 'consent.revoke', consent)
    expect(submit(world, 'p0')).toBe('feedback.not-treating')
    grant(world, 'p0', 'treatment', 'H1:doc', 'to-doc')
    expect(submit(world, 'p0')).toBe('ok')
    world.must('H1', 'identity.suspend', { actor: 'H1:doc' })
    expect(submit(world, 'p2')).toBe('feedback.reviewer-unfit')
  })

  it('rests on a prescription of the patient, where it names one', () => {
    for (const rx of ['H1:none', 'H1:rx-p1']) {
      expect(submit(world, 'p0', { rx }), rx).toBe('feedback.prescription-unfit')
    }
  })

  it.each([
    ['empty', { periodFrom: GENESIS_TIME, periodTo: GENESIS_TIME }],
    ['backwards', { periodFrom: GENESIS_TIME, periodTo: GENESIS_TIME - 1 }],
    ['not over', { periodTo: GENESIS_TIME + 301 }],
    ['too long', { periodFrom: GENESIS_TIME - 92 * DAY_SECONDS - 1 }],
  ])('is about a period that is not %s', (_what, more) => {
    expect(submit(world, 'p0', more)).toBe('feedback.period')
  })

  it('is the only one of a patient, community and period', () => {
    const [from, to] = [GENESIS_TIME - 20 * DAY_SECONDS, GENESIS_TIME - 10 * DAY_SECONDS]
    expect(submit(world, 'p0', { periodFrom: from, periodTo: to })).toBe('ok')
    for (const [periodFrom, periodTo] of [
      [from, to],
      [from + 1, to - 1],
      [from - 1, to + 1],
      [from - DAY_SECONDS, from + 1],
      [to - 1, to + DAY_SECONDS],
    ] as const) {
      const more = { id: 's2', periodFrom, periodTo }
      expect(submit(world, 'p0', more), JSON.stringify(more)).toBe('feedback.period-taken')
    }
    expect(submit(world, 'p0', { id: 's2', periodFrom: to, periodTo: to + DAY_SECONDS })).toBe('ok')
    expect(submit(world, 'p0', { id: 's3', periodFrom: from - DAY_SECONDS, periodTo: from })).toBe('ok')
    expect(submit(world, 'p1', { periodFrom: from, periodTo: to })).toBe('ok')
    expect(refs('H1:p0', '/submissions', { subject: subjectOf('p0') })).toEqual([
      'H1:p0:s3',
      'H1:p0:s1',
      'H1:p0:s2',
    ])
    world.must('P2', 'feedback.open-community', { communityId: 'c' })
    expect(join('H1:p0', { community: 'P2:c' })).toBe('ok')
    expect(submit(world, 'p0', { id: 's4', community: 'P2:c', periodFrom: from, periodTo: to })).toBe('ok')
  })

  it('is late long after its period, and overdue long after it came', () => {
    const late = { periodFrom: GENESIS_TIME - 40 * DAY_SECONDS, periodTo: GENESIS_TIME - 30 * DAY_SECONDS }
    expect(submit(world, 'p0', late)).toBe('ok')
    expect(submit(world, 'p1', { ...late, periodTo: late.periodTo - 1 })).toBe('ok')
    expect(read('H1:p0')).toMatchObject({ late: false })
    expect(read('H1:p1', 'H1:p1:s1')).toMatchObject({ late: true })
    world.pass(7 * DAY_SECONDS)
    expect(read('H1:doc')).toMatchObject({ overdue: false })
    world.pass(1)
    expect(read('H1:doc')).toMatchObject({ overdue: true })
    expect(review(world, 'p0')).toBe('ok')
    expect(read('H1:doc')).toMatchObject({ state: 'ACCEPTED', overdue: true })
  })
})

describe('a serious effect', () => {
  const serious = { serious: true, regulator: 'FD' }
  const notices = (reader = 'FD:desk') => world.list(reader, 'feedback', '/notices')

  it('is told to the regulator at once, and nothing else is', () => {
    expect(submit(world, 'p0', { serious: true })).toBe('feedback.regulator-unfit')
    expect(submit(world, 'p0', { regulator: 'FD' })).toBe('feedback.regulator-unfit')
    for (const regulator of ['SS', 'nobody']) {
      expect(submit(world, 'p0', { serious: true, regulator })).toBe('feedback.regulator-unfit')
    }
    expect(submit(world, 'p0', { ...serious, rx: 'H1:rx-p0' })).toBe('ok')
    expect(notices()).toEqual([
      {
        ref: 'H1:p0:s1',
        subject: subjectOf('p0'),
        reviewer: 'H1:doc',
        rx: 'H1:rx-p0',
        periodFrom: GENESIS_TIME - 7 * DAY_SECONDS,
        periodTo: GENESIS_TIME,
        reportedAt: GENESIS_TIME,
        serious: true,
        state: 'SUBMITTED',
      },
    ])
    expect(notices('H1:doc')).toEqual([])
    expect(notices('H1:p0')).toBeUndefined()
    const parties = world.parties('H1:p0', 'feedback.submit', report('p0', serious))
    expect(world.isParty('FD:desk', parties)).toBe(true)
  })

  it('stays told, whatever is said later', () => {
    expect(submit(world, 'p0', serious)).toBe('ok')
    world.pass(60)
    expect(submit(world, 'p0', serious)).toBe('ok')
    expect(submit(world, 'p0')).toBe('ok')
    expect(notices()).toMatchObject([{ ref: 'H1:p0:s1', reportedAt: GENESIS_TIME, serious: false }])
    expect(read('H1:p0')).toMatchObject({ version: 3, notice: { regulator: 'FD', at: GENESIS_TIME } })
  })
})

describe('feedback.review', () => {
  beforeEach(() => expect(submit(world, 'p0')).toBe('ok'))

  it.each([
    ['accepted', 'ACCEPTED'],
    ['rejected', 'REJECTED'],
    ['returned', 'RETURNED'],
  ])('that says %s makes it %s', (verdict, state) => {
    expect(review(world, 'p0', verdict)).toBe('ok')
    expect(read('H1:p0')).toMatchObject({ state, review: { verdict, at: GENESIS_TIME } })
    expect(refs('H1:doc', '/queue')).toEqual([])
    expect(review(world, 'p0', 'accepted')).toBe('feedback.reviewed')
    const accepted = world.list('PF:desk', 'feedback', '/accepted', { community: COMMUNITY })
    const row = { submission: 'H1:p0:s1', subject: subjectOf('p0'), acceptedAt: GENESIS_TIME }
    expect(accepted).toEqual(verdict === 'accepted' ? [row] : [])
  })

  it('is of the doctor named, as long as it treats the patient', () => {
    for (const signer of ['H1:p0', 'H1', 'PF']) {
      expect(review(world, 'p0', 'accepted', signer), signer).toBe('feedback.role')
    }
    expect(review(world, 'p0', 'accepted', 'H1:doc2')).toBe('feedback.unknown')
    expect(review(world, 'p1')).toBe('feedback.unknown')
    expect(review(world, 'p0', 'accepted', 'H1:doc', { subject: subjectOf('p1') })).toBe('feedback.unknown')
    const consent = { consent: 'H1:p0:care', subject: subjectOf('p0'), grantee: 'H1' }
    world.must('H1:p0', 'consent.revoke', consent)
    expect(review(world, 'p0')).toBe('feedback.not-treating')
    const payload = { submission: 'H1:p0:s1', subject: subjectOf('p0'), verdict: 'accepted' }
    const parties = world.parties('H1:doc', 'feedback.review', payload)
    expect([world.isParty('H1:p0', parties), world.isParty('PF', parties)]).toEqual([true, false])
  })

  it('may be had again after a return, and from another doctor before it is given', () => {
    expect(submit(world, 'p0', { reviewer: 'H1:doc2' })).toBe('ok')
    expect([refs('H1:doc', '/queue'), refs('H1:doc2', '/queue')]).toEqual([[], ['H1:p0:s1']])
    expect(review(world, 'p0', 'returned', 'H1:doc2')).toBe('ok')
    world.pass(60)
    const longer = { periodFrom: GENESIS_TIME - 8 * DAY_SECONDS }
    expect(submit(world, 'p0', { ...longer, community: 'P2:c' })).toBe('feedback.community-unknown')
    world.must('P2', 'feedback.open-community', { communityId: 'c' })
    expect(join('H1:p0', { community: 'P2:c' })).toBe('ok')
    expect(submit(world, 'p0', { ...longer, community: 'P2:c' })).toBe('feedback.exists')
    expect(submit(world, 'p0', longer)).toBe('ok')
    expect(read('H1:p0')).toMatchObject({ state: 'SUBMITTED', version: 3, submittedAt: world.time })
    expect(read('H1:p0')).not.toHaveProperty('review')
    expect(submit(world, 'p0', { id: 's2' })).toBe('feedback.period-taken')
    expect(review(world, 'p0', 'rejected')).toBe('ok')
    expect(submit(world, 'p0')).toBe('feedback.exists')
    expect(submit(world, 'p0', { id: 's2' })).toBe('feedback.period-taken')
  })
})
