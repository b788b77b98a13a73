import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const ANN = hashOf('subject of ann at E1')
let world: World

beforeEach(() => {
  world = new World({
    members: [
      memberOf('E1', 'hospital', 'exam-institution'),
      memberOf('CO', 'enterprise'),
      memberOf('CO2', 'enterprise'),
      memberOf('BR', 'business-registrar'),
      memberOf('FD', 'food-drug-regulator'),
      memberOf('INS', 'insurer'),
    ],
    actors: [
      actorOf('E1:doc', 'doctor'),
      actorOf('E1:ann', 'patient'),
      actorOf('E1:bob', 'patient'),
      actorOf('CO:desk', 'employee'),
      actorOf('BR:desk', 'employee'),
      actorOf('FD:inspector', 'investigator'),
    ],
  })
  world.must('E1', 'identity.enrol-subject', { subject: ANN, patient: 'E1:ann' })
  recordExam('x1')
  world.must('E1', 'certificate.issue', {
    institution: 'E1',
    certId: 'c1',
    examId: 'x1',
    subject: ANN,
    trades: ['food', 'drugs'],
    validFrom: GENESIS_TIME,
    validUntil: GENESIS_TIME + 100 * DAY_SECONDS,
    credentialHash: hashOf('credential'),
    statusIndex: 7,
  })
  expect(register()).toBe('ok')
})

function recordExam(examId: string, disqualifying = false) {
  const exam = { examId, subject: ANN, disqualifying, doctor: 'E1:doc', specimenAt: world.time }
  world.must('E1:doc', 'certificate.record-exam', exam)
}
const register = (more = {}, signer = 'BR:desk') =>
  world.run(signer, 'certificate.register-business', {
    businessId: 'b1',
    enterprise: 'CO',
    trades: ['food', 'cosmetics'],
    ...more,
  })
const work = (more = {}) => ({ certificate: 'E1:c1', subject: ANN, enterprise: 'CO', ...more })
const employ = (signer: string, more = {}) =>
  world.run(signer, 'certificate.employ', work({ trade: 'food', ...more }))
const release = (signer: string, more = {}) => world.run(signer, 'certificate.release', work(more))
const staff = (reader = 'CO:desk') => world.list(reader, 'certificate', '/staff')

describe('certificate.employ', () => {
  it.each([
    ['CO:desk', 'E1:ann', 'enterprise'],
    ['E1:ann', 'CO', 'holder'],
  ])('needs the word of %s and of %s', (first, second, offeredBy) => {
    expect(employ(first)).toBe('ok')
    expect(employ(first)).toBe('certificate.offered')
    expect(staff()).toMatchObject([{ certificate: 'E1:c1', trade: 'food', offeredBy }])
    expect(staff()?.[0]).not.toHaveProperty('agreedAt')
    world.pass(5)
    expect(employ(second)).toBe('ok')
    expect(staff()).toMatchObject([
      { agreedAt: GENESIS_TIME + 5, state: 'VALID', expiring: false, fit: true },
    ])
    expect(employ(first)).toBe('certificate.employed')
  })

  it('is for the two sides', () => {
    for (const signer of ['E1:bob', 'CO2', 'E1', 'E1:doc', 'INS']) {
      expect(employ(signer), signer).toBe('certificate.not-concerned')
    }
  })

  it('needs a valid certificate of the holder for the trade, at each word', () => {
    expect(employ('CO', { certificate: 'E1:c9' })).toBe('certificate.unknown')
    expect(employ('CO', { subject: hashOf('another') })).toBe('certificate.unknown')
    expect(employ('CO', { trade: 'cosmetics' })).toBe('certificate.trade')
    expect(employ('CO', { trade: 'drugs' })).toBe('certificate.enterprise-unfit')
    expect(employ('CO')).toBe('ok')
    const suspension = { institution: 'E1', certId: 'c1', subject: ANN }
    world.must('E1', 'certificate.suspend', suspension)
    expect(employ('E1:ann')).toBe('certificate.not-valid')
    world.must('E1', 'certificate.restore', suspension)
    expect(register({ trades: ['food', 'drugs'] })).toBe('ok')
    expect(employ('E1:ann', { trade: 'drugs' })).toBe('certificate.trade')
    expect(register({ trades: ['cosmetics'] })).toBe('ok')
    expect(employ('E1:ann')).toBe('certificate.enterprise-unfit')
  })
})

describe('certificate.release', () => {
  it.each(['CO', 'E1:ann'])('ends an employment at the word of %s', (signer) => {
    expect(release(signer)).toBe('certificate.not-employed')
    expect(employ('CO')).toBe('ok')
    expect(employ('E1:ann')).toBe('ok')
    expect(release('CO2')).toBe('certificate.not-concerned')
    expect(release('CO', { subject: hashOf('another') })).toBe('certificate.not-employed')
    expect(release(signer)).toBe('ok')
    expect(staff()).toEqual([])
    expect(employ('CO')).toBe('ok')
  })
})

describe('the staff of an enterprise', () => {
  beforeEach(() => {
    expect(employ('CO')).toBe('ok')
    expect(employ('E1:ann')).toBe('ok')
  })

  it('is shown to the enterprise alone', () => {
    expect(staff('CO')).toHaveLength(1)
    expect(staff('CO2')).toEqual([])
    for (const reader of ['E1:doc', 'FD:inspector', 'E1:ann']) expect(staff(reader), reader).toBeUndefined()
    expect(JSON.stringify(staff())).not.toContain(ANN)
  })

  it('shows what expires within 30 days, to the second', () => {
    world.pass(70 * DAY_SECONDS - 1)
    expect(staff()).toMatchObject([{ expiring: false, state: 'VALID' }])
    world.pass(1)
    expect(staff()).toMatchObject([{ expiring: true, state: 'VALID' }])
    world.pass(30 * DAY_SECONDS)
    expect(staff()).toMatchObject([{ expiring: false, state: 'EXPIRED' }])
  })

  it('flags who needs another post', () => {
    world.pass(DAY_SECONDS)
    recordExam('x2', true)
    expect(staff()).toMatchObject([{ fit: false, state: 'VALID' }])
    recordExam('x3')
    expect(staff()).toMatchObject([{ fit: true }])
  })
})

describe('certificate.register-business', () => {
  it('is for registrars, about active employers; the later word holds', () => {
    for (const signer of ['CO', 'FD', 'E1:ann']) expect(register({}, signer), signer).toBe('certificate.role')
    for (const enterprise of ['INS', 'nobody']) {
      expect(register({ enterprise }), enterprise).toBe('certificate.enterprise-unfit')
    }
    expect(register({ businessId: 'b2', trades: ['drugs'] }, 'BR')).toBe('ok')
    expect(world.read('INS', 'certificate', '/businesses/:enterprise', { enterprise: 'CO' })).toEqual({
      enterprise: 'CO',
      businessId: 'b2',
      trades: ['drugs'],
      by: 'BR',
      at: GENESIS_TIME,
    })
    expect(world.read('INS', 'certificate', '/businesses/:enterprise', { enterprise: 'CO2' })).toBeUndefined()
  })
})

describe('certificate.inspect', () => {
  const inspect = (more = {}, signer = 'FD:inspector') =>
    world.run(signer, 'certificate.inspect', {
      inspectionId: 'i1',
      enterprise: 'CO',
      checked: 12,
      lacking: 1,
      ...more,
    })
  const inspections = (reader: string) =>
    world.list(reader, 'certificate', '/inspections', { enterprise: 'CO' })

  it('is read by the enterprise and by regulators', () => {
    expect(inspect()).toBe('ok')
    for (const reader of ['CO:desk', 'FD']) {
      expect(inspections(reader), reader).toMatchObject([{ ref: 'FD:i1', checked: 12, lacking: 1 }])
    }
    for (const reader of ['CO2', 'INS', 'E1:ann']) expect(inspections(reader), reader).toBeUndefined()
    const parties = world.parties('FD', 'certificate.inspect', { enterprise: 'CO' })
    expect(world.isParty('CO:desk', parties)).toBe(true)
  })

  it('is for regulators, with counts that can be', () => {
    for (const signer of ['CO', 'BR', 'E1:ann']) expect(inspect({}, signer), signer).toBe('certificate.role')
    expect(inspect({ lacking: 13 })).toBe('certificate.counts')
    expect(inspect({ enterprise: 'nobody' })).toBe('certificate.enterprise-unfit')
    expect(inspect()).toBe('ok')
    expect(inspect()).toBe('certificate.inspection-exists')
  })
})

describe('what a regulator has to inspect', () => {
  const toInspect = (reader: string, enterprise = 'CO') =>
    world.list(reader, 'certificate', '/to-inspect', { enterprise })

  it('is every certificate on which an enterprise employs, without its holder', () => {
    expect(toInspect('FD:inspector')).toEqual([])
    expect(employ('CO')).toBe('ok')
    expect(toInspect('FD:inspector')).toMatchObject([{ agreed: false, inOrder: false }])
    expect(employ('E1:ann')).toBe('ok')
    const row = {
      certificate: 'E1:c1',
      trade: 'food',
      agreed: true,
      validUntil: GENESIS_TIME + 100 * DAY_SECONDS,
    }
    expect(toInspect('FD')).toEqual([{ ...row, state: 'VALID', expiring: false, inOrder: true }])
    world.pass(70 * DAY_SECONDS)
    expect(toInspect('FD')).toMatchObject([{ expiring: true, inOrder: true }])
    expect(register({ trades: ['cosmetics'] })).toBe('ok')
    expect(toInspect('FD')).toMatchObject([{ state: 'VALID', inOrder: false }])
    world.pass(30 * DAY_SECONDS)
    expect(toInspect('FD')).toMatchObject([{ state: 'EXPIRED', expiring: false, inOrder: false }])
    expect(JSON.stringify(toInspect('FD'))).not.toContain(ANN)
  })

  it('is for regulators', () => {
    for (const reader of ['CO', 'E1', 'BR', 'INS', 'E1:ann'])
      expect(toInspect(reader), reader).toBeUndefined()
  })
})
