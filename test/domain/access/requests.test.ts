import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const S1 = hashOf('subject of ann at H1')
let world: World

beforeEach(() => {
  world = new World({
    members: [memberOf('H1', 'hospital'), memberOf('H2', 'hospital'), memberOf('INS', 'insurer')],
    actors: [
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H2:doc', 'doctor'),
      actorOf('H2:scale', 'scale'),
      actorOf('INS:desk', 'employee'),
    ],
  })
  world.must('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })
})

const request = (more = {}, signer = 'INS:desk') =>
  world.run(signer, 'access.request', {
    requestId: 'q1',
    subject: S1,
    grantee: 'INS',
    purpose: 'claim',
    kinds: ['Observation'],
    caseRef: 'case-1',
    ...more,
  })
const approve = (more = {}, signer = 'H1:ann') =>
  world.run(signer, 'access.approve', {
    request: 'INS:q1',
    subject: S1,
    consentId: 'c1',
    from: world.time,
    to: world.time + DAY_SECONDS,
    ...more,
  })
const refuse = (more = {}, signer = 'H1:ann') =>
  world.run(signer, 'access.refuse', { request: 'INS:q1', subject: S1, ...more })
const read = (reader: string) => world.read(reader, 'access', '/requests/:ref', { ref: 'INS:q1' })

describe('access.request', () => {
  it('is seen by the patient and by the member that asked', () => {
    expect(request()).toBe('ok')
    for (const reader of ['H1:ann', 'INS', 'INS:desk'])
      expect(read(reader), reader).toMatchObject({ state: 'OPEN' })
    for (const reader of ['H1', 'H1:bob', 'H2']) expect(read(reader), reader).toBeUndefined()
    expect(world.list('H1:ann', 'access', '/requests', { subject: S1 })).toMatchObject([
      { ref: 'INS:q1', by: 'INS:desk' },
    ])
    expect(world.list('INS', 'access', '/requests', { subject: S1 })).toBeUndefined()
  })

  it('asks for the signer or its member', () => {
    expect(request({ grantee: 'H2' })).toBe('access.grantee')
    expect(request({ grantee: 'INS:desk' })).toBe('ok')
    expect(request()).toBe('access.request-exists')
    for (const signer of ['H1:ann', 'H2:scale']) {
      expect(request({ grantee: signer }, signer), signer).toBe('access.role')
    }
  })

  it('does not tell whether a subject exists', () => {
    expect(request({ subject: hashOf('nobody') })).toBe('ok')
  })
})

describe('access.approve and access.refuse', () => {
  beforeEach(() => expect(request()).toBe('ok'))

  it('grants what was asked for, in the name of who approves', () => {
    expect(approve()).toBe('ok')
    expect(world.read('INS', 'consent', '/consents/:ref', { ref: 'H1:ann:c1' })).toMatchObject({
      subject: S1,
      grantee: 'INS',
      purpose: 'claim',
      kinds: ['Observation'],
      caseRef: 'case-1',
      state: 'ACTIVE',
    })
    expect(read('INS')).toMatchObject({ state: 'APPROVED', answer: { by: 'H1:ann', consent: 'H1:ann:c1' } })
    expect(approve({ consentId: 'c2' })).toBe('access.request-over')
    expect(refuse()).toBe('access.request-over')
  })

  it('keeps to the rules of consent, and then answers nothing', () => {
    expect(approve({ to: GENESIS_TIME })).toBe('consent.period')
    expect(read('INS')).toMatchObject({ state: 'OPEN' })
  })

  it('can refuse', () => {
    expect(refuse()).toBe('ok')
    expect(read('INS')).toMatchObject({ state: 'REFUSED' })
    expect(approve()).toBe('access.request-over')
  })

  it('is for who acts for the subject', () => {
    for (const signer of ['H1:bob', 'H1', 'INS', 'H2:doc']) {
      expect(approve({}, signer), signer).toBe('access.not-yours')
      expect(refuse({}, signer), signer).toBe('access.not-yours')
    }
    expect(approve({ request: 'INS:q9' })).toBe('access.request-unknown')
    const other = hashOf('another subject of ann')
    world.must('H1', 'identity.enrol-subject', { subject: other, patient: 'H1:ann' })
    expect(approve({ subject: other })).toBe('access.request-unknown')
  })

  it('is in time for 30 days', () => {
    world.pass(30 * DAY_SECONDS)
    expect(read('INS')).toMatchObject({ state: 'OPEN' })
    world.pass(1)
    expect(approve()).toBe('access.request-over')
    expect(read('INS')).toMatchObject({ state: 'EXPIRED' })
  })
})
