import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { hashOf } from '../support/keys.ts'
import { enrolment, GENESIS_TIME, type World } from '../support/world.ts'
import { newWorld } from './support.ts'

const FIVE_YEARS = 1_827 * DAY_SECONDS
let world: World

beforeEach(() => {
  world = newWorld()
})

const licence = (more = {}) => ({
  licenceId: 'l1',
  practitioner: 'H1:doc',
  profession: 'doctor',
  validFrom: world.time,
  validUntil: world.time + 100 * DAY_SECONDS,
  ...more,
})
const issue = (more = {}, signer = 'LB:clerk') => world.run(signer, 'credential.issue', licence(more))
const change = (verb: string, more = {}, signer = 'LB') =>
  world.run(signer, `credential.${verb}`, { licenceId: 'l1', practitioner: 'H1:doc', ...more })
const renew = (days: number, more = {}) =>
  change('renew', { validUntil: world.time + days * DAY_SECONDS, ...more })
const isSuspended = (actor = 'H1:doc') => world.port('credential.isSuspended')(actor)
const read = (reader: string, ref = 'LB:l1') => world.read(reader, 'credential', '/licences/:ref', { ref })
const state = () => (read('INS') as { state: string }).state

describe('credential.issue', () => {
  it('licenses a person of the profession that it has', () => {
    expect(issue()).toBe('ok')
    expect(issue({ licenceId: 'l2', practitioner: 'H1:nurse', profession: 'nurse' }, 'LB')).toBe('ok')
    expect(read('INS')).toEqual({
      ref: 'LB:l1',
      body: 'LB',
      practitioner: 'H1:doc',
      profession: 'doctor',
      validFrom: GENESIS_TIME,
      validUntil: GENESIS_TIME + 100 * DAY_SECONDS,
      issuedAt: GENESIS_TIME,
      state: 'ACTIVE',
    })
  })

  it('is for licensing bodies, their key and employees', () => {
    for (const signer of ['H1', 'H1:doc', 'INS:desk', 'LB2:doc', 'H1:ann']) {
      expect(issue({}, signer), signer).toBe('credential.role')
    }
  })

  it.each([
    ['nobody', { practitioner: 'H1:nobody' }],
    ['a patient', { practitioner: 'H1:ann' }],
    ['another profession', { profession: 'nurse' }],
    ['a desk', { practitioner: 'H1:desk' }],
  ])('licenses no %s', (_who, more) => {
    expect(issue(more)).toBe('credential.practitioner-unfit')
  })

  it('takes an id once, of each body', () => {
    expect(issue()).toBe('ok')
    expect(issue({ practitioner: 'H2:doc' })).toBe('credential.exists')
    expect(issue({}, 'LB2')).toBe('ok')
  })

  it('needs a validity in order, that is not over, and not too long', () => {
    expect(issue({ validUntil: world.time })).toBe('credential.period')
    expect(issue({ validFrom: world.time - 9, validUntil: world.time })).toBe('credential.period')
    expect(issue({ validUntil: world.time + FIVE_YEARS + 1 })).toBe('credential.period')
    expect(issue({ validUntil: world.time + FIVE_YEARS })).toBe('ok')
  })

  it('stops at as many licences as are looked through', () => {
    world = newWorld({ 'credential.licencesMax': 2 })
    expect(issue()).toBe('ok')
    expect(issue({ licenceId: 'l2' })).toBe('ok')
    expect(issue({ licenceId: 'l3' })).toBe('credential.licences-full')
    expect(issue({ licenceId: 'l3', practitioner: 'H2:doc' })).toBe('ok')
  })
})

describe('what a licensing body changes', () => {
  beforeEach(() => expect(issue()).toBe('ok'))

  it.each(['suspend', 'restore', 'lapse', 'renew'])(
    '%s is for the body that issued, about that person',
    (verb) => {
      const more = verb === 'renew' ? { validUntil: world.time + 200 * DAY_SECONDS } : {}
      for (const signer of ['H1', 'H1:doc', 'INS']) {
        expect(change(verb, more, signer), signer).toBe('credential.role')
      }
      expect(change(verb, more, 'LB2')).toBe('credential.unknown')
      expect(change(verb, { ...more, practitioner: 'H2:doc' })).toBe('credential.unknown')
      expect(change(verb, { ...more, licenceId: 'l9' })).toBe('credential.unknown')
    },
  )

  it('suspends and restores', () => {
    expect(change('restore')).toBe('credential.not-suspended')
    expect(change('suspend')).toBe('ok')
    expect(change('suspend')).toBe('credential.suspended')
    expect(read('INS')).toMatchObject({ state: 'SUSPENDED', suspendedAt: GENESIS_TIME })
    expect(isSuspended()).toBe(true)
    expect(change('restore', {}, 'LB:clerk')).toBe('ok')
    expect(state()).toBe('ACTIVE')
    expect(isSuspended()).toBe(false)
  })

  it('lapses for good', () => {
    expect(change('lapse')).toBe('ok')
    expect(read('INS')).toMatchObject({ state: 'LAPSED', lapsedAt: GENESIS_TIME })
    expect(isSuspended()).toBe(true)
    for (const verb of ['suspend', 'restore', 'lapse']) expect(change(verb), verb).toBe('credential.lapsed')
    expect(renew(200)).toBe('credential.lapsed')
    expect(issue({ licenceId: 'l2' })).toBe('ok')
    expect(isSuspended()).toBe(false)
  })

  it('expires to the second, and a renewal begins a new time', () => {
    world.pass(100 * DAY_SECONDS - 1)
    expect([state(), isSuspended()]).toEqual(['ACTIVE', false])
    world.pass(1)
    expect([state(), isSuspended()]).toEqual(['EXPIRED', true])
    world.pass(DAY_SECONDS)
    expect(renew(10)).toBe('ok')
    expect(read('INS')).toMatchObject({
      validFrom: world.time,
      validUntil: world.time + 10 * DAY_SECONDS,
      renewedAt: world.time,
      state: 'ACTIVE',
    })
    expect(isSuspended()).toBe(false)
  })

  it('renews ahead of the end, later than before and no longer than allowed from now', () => {
    world.pass(DAY_SECONDS)
    expect(renew(99)).toBe('credential.period')
    expect(renew(1_828)).toBe('credential.period')
    expect(renew(1_827)).toBe('ok')
    expect(read('INS')).toMatchObject({ validFrom: GENESIS_TIME, validUntil: world.time + FIVE_YEARS })
  })

  it('a renewal leaves a suspension as it is', () => {
    expect(change('suspend')).toBe('ok')
    expect(renew(200)).toBe('ok')
    expect(state()).toBe('SUSPENDED')
  })
})

describe('the port credential.isSuspended', () => {
  it('is false for who has no licence, for members and strangers', () => {
    for (const actor of ['H1:doc', 'H1', 'nobody', 'no:body', 'X'])
      expect(isSuspended(actor), actor).toBe(false)
  })

  it('does not take a member for a person whose id it spells', () => {
    expect(issue({ practitioner: 'H:H1' })).toBe('ok')
    expect(change('suspend', { practitioner: 'H:H1' })).toBe('ok')
    expect([isSuspended('H:H1'), isSuspended('H1')]).toEqual([true, false])
  })

  it('is false while any licence is in force, and before the first begins', () => {
    expect(issue({ validFrom: world.time + DAY_SECONDS })).toBe('ok')
    expect([state(), isSuspended()]).toEqual(['PENDING', false])
    world.pass(DAY_SECONDS)
    expect(issue({}, 'LB2')).toBe('ok')
    expect(change('suspend')).toBe('ok')
    expect(isSuspended()).toBe(false)
    expect(change('lapse', {}, 'LB2')).toBe('ok')
    expect(isSuspended()).toBe(true)
  })

  it('a licence still to come does not stand for one that is withheld', () => {
    expect(issue()).toBe('ok')
    expect(change('suspend')).toBe('ok')
    expect(issue({ licenceId: 'l2', validFrom: world.time + DAY_SECONDS })).toBe('ok')
    expect(isSuspended()).toBe(true)
    world.pass(DAY_SECONDS)
    expect(isSuspended()).toBe(false)
  })
})

describe('who may read licences', () => {
  beforeEach(() => {
    expect(issue()).toBe('ok')
    expect(issue({ licenceId: 'l2', practitioner: 'H2:doc' })).toBe('ok')
    expect(issue({ licenceId: 'l1', practitioner: 'H2:doc' }, 'LB2')).toBe('ok')
  })

  it('anyone enrolled sees one, and a person with all of them', () => {
    for (const reader of ['INS:desk', 'H1:ann', 'H1:doc']) {
      expect(read(reader), reader).toMatchObject({ practitioner: 'H1:doc' })
    }
    expect(read('INS', 'LB:l9')).toBeUndefined()
    expect(change('suspend')).toBe('ok')
    const person = (practitioner: string) =>
      world.read('H1:ann', 'credential', '/practitioners/:practitioner', { practitioner })
    expect(person('H1:doc')).toMatchObject({
      member: 'H1',
      profession: 'doctor',
      active: true,
      suspended: true,
      licences: [{ ref: 'LB:l1', state: 'SUSPENDED' }],
    })
    expect(person('H2:doc')).toMatchObject({
      suspended: false,
      licences: [{ ref: 'LB:l2' }, { ref: 'LB2:l1' }],
    })
    expect(person('H1:nurse')).toMatchObject({ licences: [], suspended: false })
    for (const other of ['H1:ann', 'H1:desk', 'H9:doc']) expect(person(other), other).toBeUndefined()
  })

  it('a body sees what it issued, a member its people', () => {
    const refs = (reader: string, path: string) =>
      world.list(reader, 'credential', path)?.map((row) => (row as { ref: string }).ref)
    expect(refs('LB:clerk', '/issued')).toEqual(['LB:l1', 'LB:l2'])
    expect(refs('LB2', '/issued')).toEqual(['LB2:l1'])
    for (const reader of ['H1', 'INS:desk', 'H1:ann']) expect(refs(reader, '/issued'), reader).toBeUndefined()
    expect(refs('H2:desk', '/staff')).toEqual(['LB:l2', 'LB2:l1'])
    expect(refs('H1', '/staff')).toEqual(['LB:l1'])
    expect(refs('INS', '/staff')).toEqual([])
    expect(refs('H1:ann', '/staff')).toBeUndefined()
  })

  it('a transaction is for the practitioner, its member and the body', () => {
    const parties = world.parties('LB:clerk', 'credential.suspend', { practitioner: 'H1:doc' })
    for (const reader of ['H1:doc', 'H1', 'H1:desk', 'LB', 'LB:clerk']) {
      expect(world.isParty(reader, parties), reader).toBe(true)
    }
    for (const reader of ['H2:doc', 'INS', 'LB2', 'H1:ann']) {
      expect(world.isParty(reader, parties), reader).toBe(false)
    }
  })
})

describe('certifying under a suspension', () => {
  const ANN = hashOf('ann at H1')
  const exam = (examId: string, signer = 'H1', doctor = 'H1:doc') =>
    world.run(signer, 'certificate.record-exam', {
      examId,
      subject: ANN,
      disqualifying: false,
      doctor,
      specimenAt: world.time,
    })
  let placeCount = 0
  const certify = (verb: string, certId: string, more = {}) =>
    world.run('H1', `certificate.${verb}`, {
      institution: 'H1',
      certId,
      examId: 'x1',
      subject: ANN,
      trades: ['food'],
      validFrom: world.time,
      validUntil: world.time + DAY_SECONDS,
      credentialHash: hashOf('credential'),
      statusIndex: placeCount++,
      ...more,
    })

  beforeEach(() => {
    world.must('H1', 'identity.enrol-subject', { subject: ANN, patient: 'H1:ann' })
    expect(issue()).toBe('ok')
  })

  it('refuses exams of a suspended doctor, and certificates on them, until it is restored', () => {
    expect(exam('x1')).toBe('ok')
    expect(change('suspend')).toBe('ok')
    expect(certify('issue', 'c1')).toBe('certificate.doctor-suspended')
    expect(exam('x2')).toBe('certificate.doctor-suspended')
    expect(exam('x2', 'H1:doc')).toBe('certificate.doctor-suspended')
    expect(change('restore')).toBe('ok')
    expect(certify('issue', 'c1')).toBe('ok')
    expect(exam('x2')).toBe('ok')
    expect(change('suspend')).toBe('ok')
    expect(certify('renew', 'c2', { examId: 'x2', renews: 'c1' })).toBe('certificate.doctor-suspended')
    expect(change('restore')).toBe('ok')
    expect(certify('renew', 'c2', { examId: 'x2', renews: 'c1' })).toBe('ok')
  })

  it('does not let a suspended doctor sign the exam of another', () => {
    world.must('H1', 'identity.enrol', enrolment('H1:other', 'doctor'))
    expect(exam('x1', 'H1:doc', 'H1:other')).toBe('ok')
    expect(change('suspend')).toBe('ok')
    expect(exam('x2', 'H1:doc', 'H1:other')).toBe('certificate.doctor-suspended')
    expect(exam('x2', 'H1', 'H1:other')).toBe('ok')
  })
})
