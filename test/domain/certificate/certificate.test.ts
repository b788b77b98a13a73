import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const ANN = hashOf('subject of ann at E1')
const BOB = hashOf('subject of bob at E1')
/** 2023-11-15 06:13:20 in China is the time of genesis; a year later is 366 days, with the 29th of February. */
const YEAR = 366 * DAY_SECONDS
let world: World

beforeEach(() => {
  world = new World({
    members: [
      memberOf('E1', 'hospital', 'exam-institution'),
      memberOf('E2', 'exam-institution'),
      memberOf('H1', 'hospital'),
    ],
    actors: [
      actorOf('E1:doc', 'doctor'),
      actorOf('E1:desk', 'employee'),
      actorOf('E1:ann', 'patient'),
      actorOf('E1:bob', 'patient'),
      actorOf('E2:doc', 'doctor'),
      actorOf('H1:doc', 'doctor'),
    ],
  })
  world.must('E1', 'identity.enrol-subject', { subject: ANN, patient: 'E1:ann' })
  world.must('E1', 'identity.enrol-subject', { subject: BOB, patient: 'E1:bob' })
})

const recordExam = (examId = 'x1', more = {}, signer = 'E1:doc') =>
  world.run(signer, 'certificate.record-exam', {
    examId,
    subject: ANN,
    disqualifying: false,
    doctor: 'E1:doc',
    specimenAt: world.time,
    ...more,
  })
let placeCount = 0
const certificate = (more = {}) => ({
  institution: 'E1',
  certId: 'c1',
  examId: 'x1',
  subject: ANN,
  trades: ['food'],
  validFrom: world.time,
  validUntil: world.time + 100 * DAY_SECONDS,
  credentialHash: hashOf('credential'),
  statusIndex: placeCount++,
  ...more,
})
const issue = (more = {}, signer = 'E1') => world.run(signer, 'certificate.issue', certificate(more))
const renew = (more = {}) =>
  world.run('E1', 'certificate.renew', certificate({ certId: 'c2', examId: 'x2', renews: 'c1', ...more }))
const change = (verb: string, more = {}, signer = 'E1') =>
  world.run(signer, `certificate.${verb}`, { institution: 'E1', certId: 'c1', subject: ANN, ...more })
const stateOf = (ref = 'E1:c1', reader = 'H1:doc') =>
  (world.read(reader, 'certificate', '/certificates/:ref', { ref }) as { state: string } | undefined)?.state

describe('certificate.record-exam', () => {
  it('is read by the institution and the patient', () => {
    expect(recordExam()).toBe('ok')
    expect(recordExam('x2', { subject: BOB, disqualifying: true })).toBe('ok')
    const read = (reader: string, ref: string) => world.read(reader, 'certificate', '/exams/:ref', { ref })
    for (const reader of ['E1:desk', 'E1:ann'])
      expect(read(reader, 'E1:x1')).toMatchObject({ state: 'FIT', late: false })
    expect(read('E1:bob', 'E1:x2')).toMatchObject({ state: 'UNFIT' })
    for (const reader of ['E1:bob', 'E2', 'H1:doc']) expect(read(reader, 'E1:x1'), reader).toBeUndefined()
    expect(world.registry.verb('certificate.record-exam')?.privatePart).toBe('required')
  })

  it('is for accredited institutions, of their own subjects and doctors', () => {
    for (const signer of ['E1:desk', 'E1:ann', 'H1', 'H1:doc']) {
      expect(recordExam('x1', {}, signer), signer).toBe('certificate.role')
    }
    expect(recordExam('x1', { doctor: 'E2:doc' }, 'E2')).toBe('certificate.not-facility')
    for (const doctor of ['E2:doc', 'E1:desk', 'E1:nobody', 'E1']) {
      expect(recordExam('x1', { doctor }), doctor).toBe('certificate.doctor-unfit')
    }
    world.must('E1', 'identity.suspend', { actor: 'E1:doc' })
    expect(recordExam('x1', {}, 'E1')).toBe('certificate.doctor-unfit')
  })

  it('has an id of its own and a time that can be', () => {
    expect(recordExam()).toBe('ok')
    expect(recordExam()).toBe('certificate.exam-exists')
    expect(recordExam('x2', { specimenAt: GENESIS_TIME + 301 })).toBe('certificate.in-future')
    expect(recordExam('x2', { specimenAt: GENESIS_TIME + 300 })).toBe('ok')
    for (const [id, seconds, late] of [
      ['x3', 10 * DAY_SECONDS, false],
      ['x4', 10 * DAY_SECONDS + 1, true],
    ] as const) {
      expect(recordExam(id, { specimenAt: GENESIS_TIME - seconds })).toBe('ok')
      expect(world.read('E1', 'certificate', '/exams/:ref', { ref: `E1:${id}` })).toMatchObject({ late })
    }
  })
})

describe('certificate.issue', () => {
  beforeEach(() => expect(recordExam()).toBe('ok'))

  it('shows validity, trades and dates, and nothing of the holder', () => {
    expect(issue()).toBe('ok')
    const shown = {
      ref: 'E1:c1',
      institution: 'E1',
      trades: ['food'],
      validFrom: GENESIS_TIME,
      validUntil: GENESIS_TIME + 100 * DAY_SECONDS,
      credentialHash: hashOf('credential'),
      issuedAt: GENESIS_TIME,
      state: 'VALID',
    }
    // The hash opens the certificate's file, which may name the holder.
    const { credentialHash: _, ...validity } = shown
    expect(world.read('H1:doc', 'certificate', '/certificates/:ref', { ref: 'E1:c1' })).toEqual(validity)
    expect(world.list('E1:ann', 'certificate', '/holdings', { subject: ANN })).toEqual([shown])
    expect(world.list('E1:desk', 'certificate', '/issued')).toEqual([shown])
    for (const reader of ['E1', 'E1:bob', 'H1']) {
      expect(world.list(reader, 'certificate', '/holdings', { subject: ANN }), reader).toBeUndefined()
    }
    expect(world.list('E1:ann', 'certificate', '/issued')).toBeUndefined()
    expect(stateOf('E1:guessed')).toBeUndefined()
  })

  it("is for the institution's own key", () => {
    for (const signer of ['E1:doc', 'E1:desk', 'H1', 'E1:ann'])
      expect(issue({}, signer)).toBe('certificate.role')
    expect(issue({}, 'E2')).toBe('certificate.foreign')
    expect(issue({ institution: 'E2' }, 'E2')).toBe('certificate.exam-unknown')
  })

  it('rests on a fit exam of the holder, the latest one', () => {
    expect(issue({ examId: 'x9' })).toBe('certificate.exam-unknown')
    expect(issue({ subject: BOB })).toBe('certificate.exam-unknown')
    expect(recordExam('x2', { disqualifying: true })).toBe('ok')
    expect(issue()).toBe('certificate.exam-old')
    expect(issue({ examId: 'x2' })).toBe('certificate.unfit')
    expect(recordExam('x3', { specimenAt: GENESIS_TIME - DAY_SECONDS })).toBe('ok')
    expect(issue({ examId: 'x3' })).toBe('certificate.exam-old')
    world.pass(DAY_SECONDS)
    expect(recordExam('x4')).toBe('ok')
    expect(issue({ examId: 'x4' })).toBe('ok')
  })

  it('rests on an exam alone, unless revoked', () => {
    expect(issue()).toBe('ok')
    expect(issue({ certId: 'c2' })).toBe('certificate.exam-used')
    expect(change('revoke')).toBe('ok')
    expect(issue()).toBe('certificate.exists')
    expect(issue({ certId: 'c2' })).toBe('ok')
  })

  it.each([
    [0, YEAR, 'ok'],
    [0, YEAR + 1, 'certificate.period'],
    [-1, DAY_SECONDS, 'certificate.period'],
    [DAY_SECONDS, DAY_SECONDS, 'certificate.period'],
    [DAY_SECONDS, DAY_SECONDS + 1, 'ok'],
  ])('from %d to %d s after the specimen: %s', (from, until, outcome) => {
    expect(issue({ validFrom: GENESIS_TIME + from, validUntil: GENESIS_TIME + until })).toBe(outcome)
  })

  it('is not issued for a time that is over', () => {
    world.pass(DAY_SECONDS)
    expect(issue({ validFrom: GENESIS_TIME, validUntil: GENESIS_TIME + DAY_SECONDS })).toBe(
      'certificate.period',
    )
  })

  it('is valid from its first second to the one before its last', () => {
    expect(issue({ validFrom: GENESIS_TIME + 10, validUntil: GENESIS_TIME + 20 })).toBe('ok')
    const seen = [0, 9, 1, 9, 1].map((seconds) => {
      world.pass(seconds)
      return stateOf()
    })
    expect(seen).toEqual(['PENDING', 'PENDING', 'VALID', 'VALID', 'EXPIRED'])
  })
})

describe('suspending, restoring and revoking', () => {
  beforeEach(() => {
    expect(recordExam()).toBe('ok')
    expect(issue()).toBe('ok')
  })

  it('change the state until it is over', () => {
    expect(change('restore')).toBe('certificate.not-suspended')
    expect(change('suspend')).toBe('ok')
    expect(stateOf()).toBe('SUSPENDED')
    expect(change('suspend')).toBe('certificate.suspended')
    expect(change('restore')).toBe('ok')
    expect(stateOf()).toBe('VALID')
    expect(change('suspend')).toBe('ok')
    expect(change('revoke')).toBe('ok')
    expect(stateOf()).toBe('REVOKED')
    for (const verb of ['suspend', 'restore', 'revoke']) expect(change(verb)).toBe('certificate.over')
  })

  it('come too late after the end', () => {
    world.pass(100 * DAY_SECONDS)
    expect(stateOf()).toBe('EXPIRED')
    for (const verb of ['suspend', 'restore', 'revoke']) expect(change(verb)).toBe('certificate.over')
  })

  it('are for the institution', () => {
    for (const verb of ['suspend', 'restore', 'revoke']) {
      expect(change(verb, {}, 'E1:doc')).toBe('certificate.role')
      expect(change(verb, {}, 'E2')).toBe('certificate.foreign')
      expect(change(verb, { institution: 'E2' }, 'E2')).toBe('certificate.unknown')
      expect(change(verb, { certId: 'c9' })).toBe('certificate.unknown')
      expect(change(verb, { subject: BOB })).toBe('certificate.unknown')
    }
  })
})

describe('certificate.publish-lists', () => {
  const publish = (changeCount: number, signer = 'E1', institution = 'E1') =>
    world.run(signer, 'certificate.publish-lists', {
      institution,
      changeCount,
      revocation: hashOf('revoked'),
      suspension: hashOf('suspended'),
    })
  const next = () => world.read('E1:desk', 'certificate', '/status-index')

  it('takes lists made after the last change of a status, by the key of the institution', () => {
    expect(publish(0)).toBe('ok')
    expect(recordExam()).toBe('ok')
    expect(issue({ statusIndex: 40 })).toBe('ok')
    expect(next()).toEqual({ statusIndexNext: 41, changeCount: 0 })
    expect(change('suspend')).toBe('ok')
    expect(publish(0)).toBe('certificate.lists-stale')
    expect(change('restore')).toBe('ok')
    expect(change('revoke')).toBe('ok')
    expect(publish(2)).toBe('certificate.lists-stale')
    expect(publish(4)).toBe('certificate.lists-stale')
    expect(publish(3)).toBe('ok')
    expect(publish(3, 'E1:desk')).toBe('certificate.role')
    expect(publish(3, 'E2')).toBe('certificate.foreign')
    const read = world.read('H1:doc', 'certificate', '/published-lists/:institution', { institution: 'E1' })
    expect(read).toMatchObject({ revocation: hashOf('revoked'), publishedAt: world.time })
    expect(world.list('E1:desk', 'certificate', '/withheld')).toMatchObject([
      { ref: 'E1:c1', statusIndex: 40, state: 'REVOKED' },
    ])
  })

  it('has a place of its own for every certificate, also after a revocation', () => {
    expect(recordExam()).toBe('ok')
    expect(issue({ statusIndex: 7 })).toBe('ok')
    expect(change('revoke')).toBe('ok')
    expect(issue({ certId: 'c2', statusIndex: 7 })).toBe('certificate.index-taken')
    expect(issue({ certId: 'c2', statusIndex: 1_048_576 })).toBe('form.payload /payload/statusIndex')
    expect(issue({ certId: 'c2', statusIndex: 1_048_575 })).toBe('ok')
  })
})

describe('certificate.renew', () => {
  beforeEach(() => {
    expect(recordExam()).toBe('ok')
    expect(issue()).toBe('ok')
    world.pass(90 * DAY_SECONDS)
    expect(recordExam('x2')).toBe('ok')
  })

  it('issues another on a new exam, and the earlier one says so', () => {
    expect(renew()).toBe('ok')
    expect(stateOf('E1:c2')).toBe('VALID')
    expect(world.read('H1', 'certificate', '/certificates/:ref', { ref: 'E1:c1' })).toMatchObject({
      state: 'VALID',
      renewedBy: 'c2',
    })
    expect(recordExam('x3')).toBe('ok')
    expect(renew({ certId: 'c3', examId: 'x3' })).toBe('certificate.renewed')
  })

  it('needs an earlier certificate of the holder, not revoked', () => {
    expect(renew({ renews: 'c9' })).toBe('certificate.unknown')
    expect(renew({ examId: 'x1' })).toBe('certificate.exam-old')
    expect(recordExam('b1', { subject: BOB })).toBe('ok')
    expect(renew({ subject: BOB, examId: 'b1' })).toBe('certificate.unknown')
    expect(change('revoke')).toBe('ok')
    expect(renew()).toBe('certificate.over')
  })
})
