import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const CHILD = hashOf('subject of the child at H1')
const OTHER = hashOf('subject of the child at H2')
let world: World

beforeEach(() => {
  world = new World({
    members: [memberOf('H1', 'hospital'), memberOf('H2', 'hospital')],
    actors: [
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:nurse', 'nurse'),
      actorOf('H2:doc', 'doctor'),
      actorOf('H1:child', 'patient'),
      actorOf('H2:child', 'patient'),
      actorOf('H2:mother', 'patient'),
      actorOf('H1:stranger', 'patient'),
    ],
  })
  world.must('H1', 'identity.enrol-subject', { subject: CHILD, patient: 'H1:child' })
  world.must('H2', 'identity.enrol-subject', { subject: OTHER, patient: 'H2:child' })
})

const acts = (actor: string, subject = CHILD) => world.port('identity.actsFor')(world.actor(actor), subject)
const appointment = (more = {}) => ({
  subject: CHILD,
  guardian: 'H2:mother',
  reason: 'minor',
  until: world.time + 1_000 * DAY_SECONDS,
  ...more,
})

describe('identity.appoint-guardian', () => {
  it('lets another patient act for the subject until the exact second', () => {
    expect(world.run('H1:doc', 'identity.appoint-guardian', appointment())).toBe('ok')
    expect(acts('H2:mother')).toBe(true)
    expect(acts('H1:child')).toBe(true)
    world.pass(1_000 * DAY_SECONDS - 1)
    expect(acts('H2:mother')).toBe(true)
    world.pass(1)
    expect(acts('H2:mother')).toBe(false)
  })

  it('does not reach subjects that the patient joined, nor join any', () => {
    world.must('H1:doc', 'identity.appoint-guardian', appointment())
    world.must('H1:child', 'identity.link', { subject: CHILD, other: OTHER })
    world.must('H2:child', 'identity.link', { subject: OTHER, other: CHILD })
    expect(acts('H2:mother', OTHER)).toBe(false)
    const link = { subject: CHILD, other: hashOf('another') }
    expect(world.run('H2:mother', 'identity.link', link)).toBe('identity.not-yours')
  })

  it('is for the key and doctors of the facility of the subject', () => {
    for (const signer of ['H1:nurse', 'H2', 'H2:doc', 'H1:child', 'H2:mother']) {
      const outcome = world.run(signer, 'identity.appoint-guardian', appointment())
      expect(outcome, signer).toBe('identity.not-facility')
    }
    const unknown = appointment({ subject: hashOf('nobody') })
    expect(world.run('H1', 'identity.appoint-guardian', unknown)).toBe('identity.not-facility')
  })

  it('takes active patients other than the own one, once', () => {
    for (const guardian of ['H1:child', 'H2:doc', 'H1:nobody']) {
      const outcome = world.run('H1', 'identity.appoint-guardian', appointment({ guardian }))
      expect(outcome, guardian).toBe('identity.patient-unfit')
    }
    world.must('H1', 'identity.appoint-guardian', appointment())
    expect(world.run('H1', 'identity.appoint-guardian', appointment())).toBe('identity.guardian-exists')
    world.pass(1_000 * DAY_SECONDS)
    expect(world.run('H1', 'identity.appoint-guardian', appointment())).toBe('ok')
  })

  it.each([
    ['minor', 6_575 * DAY_SECONDS, 'ok'],
    ['minor', 6_575 * DAY_SECONDS + 1, 'identity.guardian-time'],
    ['incapacity', 366 * DAY_SECONDS, 'ok'],
    ['incapacity', 366 * DAY_SECONDS + 1, 'identity.guardian-time'],
    ['minor', 0, 'identity.guardian-time'],
  ])('of a %s for %d s is %s', (reason, seconds, outcome) => {
    const payload = appointment({ reason, until: GENESIS_TIME + seconds })
    expect(world.run('H1', 'identity.appoint-guardian', payload)).toBe(outcome)
  })
})

describe('identity.release-guardian', () => {
  const release = { subject: CHILD, guardian: 'H2:mother' }

  it.each(['H1:child', 'H2:mother', 'H1', 'H1:doc'])('ends the guardianship at the word of %s', (signer) => {
    world.must('H1', 'identity.appoint-guardian', appointment())
    expect(world.run(signer, 'identity.release-guardian', release)).toBe('ok')
    expect(acts('H2:mother')).toBe(false)
    expect(world.run('H1', 'identity.release-guardian', release)).toBe('identity.guardian-unknown')
  })

  it('is not for others', () => {
    world.must('H1', 'identity.appoint-guardian', appointment())
    for (const signer of ['H1:stranger', 'H2', 'H1:nurse']) {
      expect(world.run(signer, 'identity.release-guardian', release)).toBe('identity.not-facility')
    }
  })
})

it('guardians are shown to the facility and to those who act for the subject', () => {
  world.must('H1', 'identity.appoint-guardian', appointment())
  const guardian = { actor: 'H2:mother', reason: 'minor', by: 'H1', active: true }
  const read = (reader: string) =>
    world.list(reader, 'identity', '/subjects/:subject/guardians', { subject: CHILD })
  for (const reader of ['H1:nurse', 'H1:child', 'H2:mother']) expect(read(reader)).toMatchObject([guardian])
  for (const reader of ['H2', 'H1:stranger', 'H2:child']) expect(read(reader), reader).toBeUndefined()
  const parties = world.parties('H1', 'identity.appoint-guardian', appointment())
  expect(world.isParty('H2:mother', parties)).toBe(true)
  expect(world.isParty('H1:stranger', parties)).toBe(false)
})
