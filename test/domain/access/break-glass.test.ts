import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const S1 = hashOf('subject of ann at H1')
const HOURS_72 = 259_200
let world: World

beforeEach(() => {
  world = new World({
    members: [
      memberOf('H1', 'hospital'),
      memberOf('H2', 'hospital'),
      memberOf('HC', 'health-commission'),
      memberOf('HC2', 'health-commission'),
    ],
    actors: [
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:other', 'doctor'),
      actorOf('H1:nurse', 'nurse'),
      actorOf('H1:ann', 'patient'),
      actorOf('H2:doc', 'doctor'),
      actorOf('HC:desk', 'employee'),
    ],
  })
  world.must('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })
  const record = { subject: S1, kind: 'Observation', contentHash: hashOf('c'), encounterAt: GENESIS_TIME }
  world.must('H1:doc', 'record.anchor', { ...record, recordId: 'r1', vaultHash: hashOf('v') })
  world.must('H1:ann', 'record.import', { ...record, recordId: 'r1', vaultHash: hashOf('w'), bytes: 10 })
})

const payload = (more = {}) => ({ accessId: 'e1', subject: S1, record: 'H1:r1', supervisor: 'HC', ...more })
const breakGlass = (more = {}, signer = 'H1:doc') => world.run(signer, 'access.break-glass', payload(more))
const justify = (signer = 'H1:doc', more = {}) =>
  world.run(signer, 'access.justify', { access: 'H1:doc:e1', subject: S1, supervisor: 'HC', ...more })
const stateOf = (reader = 'HC:desk') =>
  (world.read(reader, 'access', '/accesses/:ref', { ref: 'H1:doc:e1' }) as { state: string } | undefined)
    ?.state

describe('access.break-glass', () => {
  it('opens without consent, under the eyes of patient, hospital and supervisor', () => {
    expect(breakGlass()).toBe('ok')
    const release = world.port('access.release')
    const expected = { record: 'H1:r1', vaultHash: hashOf('v'), wrappedFor: 'break-glass' }
    expect(release('access.break-glass', payload(), world.actor('H1:doc'))).toEqual(expected)
    expect(release('access.open', payload(), world.actor('H1:doc'))).toBeUndefined()
    expect(release('access.break-glass', payload(), world.actor('H1:other'))).toBeUndefined()
    const parties = world.parties('H1:doc', 'access.break-glass', payload())
    for (const reader of ['H1:ann', 'H1', 'HC:desk']) {
      expect(stateOf(reader), reader).toBe('UNJUSTIFIED')
      expect(world.isParty(reader, parties), reader).toBe(true)
    }
    for (const reader of ['HC2', 'H2:doc']) {
      expect(stateOf(reader), reader).toBeUndefined()
      expect(world.isParty(reader, parties), reader).toBe(false)
    }
    expect(world.list('HC:desk', 'access', '/break-glass')).toMatchObject([{ ref: 'H1:doc:e1' }])
    expect(world.list('HC2', 'access', '/break-glass')).toEqual([])
    expect(world.list('H1:ann', 'access', '/break-glass')).toBeUndefined()
    expect(world.list('H1:ann', 'access', '/accesses', { subject: S1 })).toMatchObject([{ ref: 'H1:doc:e1' }])
  })

  it('is for doctors, and for records of their hospital that it holds itself', () => {
    for (const signer of ['H1', 'H1:nurse', 'H1:ann', 'HC'])
      expect(breakGlass({}, signer)).toBe('access.role')
    expect(breakGlass({}, 'H2:doc')).toBe('access.record-unfit')
    expect(breakGlass({ record: 'H1:ann:r1' })).toBe('access.record-unfit')
    expect(breakGlass({ record: 'H1:r9' })).toBe('access.record-unfit')
    expect(breakGlass({ subject: hashOf('another') })).toBe('access.record-unfit')
    for (const supervisor of ['H2', 'nobody'])
      expect(breakGlass({ supervisor })).toBe('access.supervisor-unfit')
    world.must('H1', 'record.erase', { recordId: 'r1', subject: S1, reason: 'ordered' })
    expect(breakGlass()).toBe('access.erased')
  })

  it('has an id of its own, also against openings', () => {
    expect(breakGlass()).toBe('ok')
    expect(breakGlass()).toBe('access.exists')
    expect(breakGlass({}, 'H1:other')).toBe('ok')
  })
})

describe('access.justify', () => {
  beforeEach(() => expect(breakGlass()).toBe('ok'))

  it('is in time for 72 hours', () => {
    world.pass(HOURS_72)
    expect(stateOf()).toBe('UNJUSTIFIED')
    expect(justify()).toBe('ok')
    expect(stateOf()).toBe('JUSTIFIED')
    expect(justify()).toBe('access.justified')
  })

  it('comes late after them, is accepted, and stays marked', () => {
    world.pass(HOURS_72 + 1)
    expect(stateOf()).toBe('VIOLATION')
    expect(justify('H1')).toBe('ok')
    expect(stateOf()).toBe('JUSTIFIED_LATE')
  })

  it('is for the doctor and its hospital, with a private part', () => {
    for (const signer of ['H1:other', 'H1:nurse', 'H2', 'H2:doc', 'HC', 'H1:ann']) {
      expect(justify(signer), signer).toBe('access.unknown')
    }
    expect(justify('H1:doc', { access: 'H1:doc:e9' })).toBe('access.unknown')
    expect(justify('H1:doc', { supervisor: 'HC2' })).toBe('access.unknown')
    expect(justify('H1:doc', { subject: hashOf('another') })).toBe('access.unknown')
    expect(world.registry.verb('access.justify')?.privatePart).toBe('required')
  })
})
