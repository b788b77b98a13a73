import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const S1 = hashOf('subject of ann at H1')
const RETENTION = 473_364_000
let world: World

beforeEach(() => {
  world = new World({
    members: [memberOf('H1', 'hospital'), memberOf('H2', 'hospital')],
    actors: [actorOf('H1:doc', 'doctor'), actorOf('H1:ann', 'patient')],
  })
  world.must('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })
  const record = { subject: S1, kind: 'Observation', contentHash: hashOf('c'), encounterAt: GENESIS_TIME }
  world.must('H1:doc', 'record.anchor', { ...record, recordId: 'r1', vaultHash: hashOf('v') })
  world.must('H1:ann', 'record.import', { ...record, recordId: 'r1' })
})

const erase = (signer: string, reason: string, more = {}) =>
  world.run(signer, 'record.erase', { recordId: 'r1', subject: S1, reason, ...more })
const find = (ref: string) => world.read('H1:ann', 'record', '/records/:ref', { ref })

describe('record.erase', () => {
  it('marks a record, keeps its commitment and refuses what comes after', () => {
    world.pass(5)
    expect(erase('H1', 'ordered')).toBe('ok')
    expect(find('H1:r1')).toMatchObject({
      erasure: { reason: 'ordered', by: 'H1', at: GENESIS_TIME + 5 },
      latest: { contentHash: hashOf('c'), vaultHash: hashOf('v') },
    })
    expect(world.port('record.find')('H1:r1')?.erased).toBe(true)
    expect(world.port('record.latest')(S1, 'Observation')).toBeUndefined()
    expect(erase('H1', 'ordered')).toBe('record.erased')
    const amendment = { recordId: 'r1', subject: S1, supersedes: 1, contentHash: hashOf('d') }
    expect(world.run('H1:doc', 'record.amend', amendment)).toBe('record.erased')
  })

  it('lets a patient erase what it imported, and nothing else', () => {
    expect(erase('H1:ann', 'ordered')).toBe('record.erase-reason')
    expect(erase('H1:ann', 'own')).toBe('ok')
    expect(find('H1:ann:r1')).toMatchObject({ erasure: { by: 'H1:ann' } })
    expect(find('H1:r1')).not.toHaveProperty('erasure')
  })

  it('lets a facility erase with its own key and reason', () => {
    expect(erase('H1:doc', 'ordered')).toBe('record.role')
    expect(erase('H2', 'ordered')).toBe('record.unknown')
    expect(erase('H1', 'ordered', { subject: hashOf('another') })).toBe('record.unknown')
    expect(erase('H1', 'own')).toBe('record.erase-reason')
    expect(erase('H1', 'wrong-patient')).toBe('ok')
  })

  it('keeps a record for the time of retention, to the second', () => {
    world.pass(RETENTION - 1)
    expect(erase('H1', 'retention-over')).toBe('record.retention')
    world.pass(1)
    expect(erase('H1', 'retention-over')).toBe('ok')
  })
})

it('the latest record of a kind is the one of the latest encounter, of facilities only', () => {
  expect(world.port('record.latest')(S1, 'Observation')).toEqual({
    record: 'H1:r1',
    encounterAt: GENESIS_TIME,
  })
  const record = { subject: S1, kind: 'Observation', contentHash: hashOf('c') }
  world.must('H1:doc', 'record.anchor', { ...record, recordId: 'older', encounterAt: GENESIS_TIME - 1 })
  world.must('H1:ann', 'record.import', { ...record, recordId: 'newer', encounterAt: GENESIS_TIME + 60 })
  expect(world.port('record.latest')(S1, 'Observation')?.record).toBe('H1:r1')
  world.must('H1:doc', 'record.anchor', { ...record, recordId: 'newer', encounterAt: GENESIS_TIME + 1 })
  expect(world.port('record.latest')(S1, 'Observation')?.record).toBe('H1:newer')
  expect(world.port('record.ofSubject')(S1, 2, undefined)).toEqual([
    { key: 'H1/newer', ref: 'H1:newer' },
    { key: 'H1/older', ref: 'H1:older' },
  ])
  expect(world.port('record.ofSubject')(S1, 3, 'H1/older')).toEqual([
    { key: 'H1/r1', ref: 'H1:r1' },
    { key: 'H1:ann/newer', ref: 'H1:ann:newer' },
    { key: 'H1:ann/r1', ref: 'H1:ann:r1' },
  ])
})
