import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { PURPOSE_ROLES, PURPOSES } from '../../../src/domain/purposes.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const S1 = hashOf('subject of ann at H1')
const S2 = hashOf('subject of ann at H2')
let world: World

beforeEach(() => {
  world = new World({
    members: [
      memberOf('H1', 'hospital'),
      memberOf('H2', 'hospital'),
      memberOf('INS', 'insurer'),
      memberOf('HC', 'health-commission'),
    ],
    actors: [
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H2:ann', 'patient'),
      actorOf('H2:doc', 'doctor'),
      actorOf('H1:doc', 'doctor'),
      actorOf('INS:desk', 'employee'),
      actorOf('H2:mother', 'patient'),
    ],
  })
  world.must('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })
  world.must('H2', 'identity.enrol-subject', { subject: S2, patient: 'H2:ann' })
})

const terms = (more = {}) => ({
  consentId: 'c1',
  subject: S1,
  grantee: 'H2',
  purpose: 'treatment',
  kinds: ['Observation'],
  from: GENESIS_TIME,
  to: GENESIS_TIME + 30 * DAY_SECONDS,
  ...more,
})
const claim = (more = {}) => terms({ grantee: 'INS', purpose: 'claim', caseRef: 'case-1', ...more })
const grant = (payload = terms(), signer = 'H1:ann') => world.run(signer, 'consent.grant', payload)
const revoke = (signer = 'H1:ann', more = {}) =>
  world.run(signer, 'consent.revoke', { consent: 'H1:ann:c1', subject: S1, grantee: 'H2', ...more })
const stateOf = (reader = 'H1:ann') =>
  (world.read(reader, 'consent', '/consents/:ref', { ref: 'H1:ann:c1' }) as { state: string } | undefined)
    ?.state

describe('consent.grant', () => {
  it('is in force from its first second to the one before its last', () => {
    expect(grant(terms({ from: GENESIS_TIME + 10, to: GENESIS_TIME + 20 }))).toBe('ok')
    const seen = [0, 9, 1, 9, 1].map((seconds) => {
      world.pass(seconds)
      return [stateOf(), world.port('consent.find')('H1:ann:c1')?.active]
    })
    expect(seen).toEqual([
      ['PENDING', false],
      ['PENDING', false],
      ['ACTIVE', true],
      ['ACTIVE', true],
      ['EXPIRED', false],
    ])
  })

  it('is for who acts for the subject, naming it or not', () => {
    for (const signer of ['H1:bob', 'H1', 'H1:doc', 'H2:ann', 'H2']) {
      expect(grant(terms(), signer), signer).toBe('consent.not-yours')
    }
    expect(grant(terms({ subject: hashOf('nobody') }))).toBe('consent.not-yours')
  })

  it('can be granted by a guardian, and revoked by the patient', () => {
    const guardian = {
      subject: S1,
      guardian: 'H2:mother',
      reason: 'minor',
      until: GENESIS_TIME + DAY_SECONDS,
    }
    world.must('H1', 'identity.appoint-guardian', guardian)
    expect(grant(terms(), 'H2:mother')).toBe('ok')
    expect(revoke('H1:ann', { consent: 'H2:mother:c1' })).toBe('ok')
  })

  it.each(PURPOSES)('for %s is for members that can have this purpose', (purpose) => {
    for (const grantee of ['H2', 'INS', 'HC']) {
      const roles = world.port('identity.member')(grantee)!.roles
      const fits = roles.some((role) => (PURPOSE_ROLES[purpose] as readonly string[]).includes(role))
      const outcome = grant(terms({ consentId: `to-${grantee}`, grantee, purpose, caseRef: 'case-1' }))
      expect(outcome, grantee).toBe(fits ? 'ok' : 'consent.grantee-unfit')
    }
  })

  it('names an active member or one of its people', () => {
    for (const grantee of ['H2:ann', 'H9', 'H2:nobody']) {
      expect(grant(terms({ grantee })), grantee).toBe('consent.grantee-unfit')
    }
    expect(grant(terms({ grantee: 'H2:doc' }))).toBe('ok')
    world.must('H2', 'identity.suspend', { actor: 'H2:doc' })
    expect(grant(terms({ consentId: 'c2', grantee: 'H2:doc' }))).toBe('consent.grantee-unfit')
  })

  it.each([
    [0, 0, 'consent.period'],
    [1, 1, 'consent.period'],
    [2, 1, 'consent.period'],
    [-2, -1, 'consent.period'],
    [-2, 0, 'consent.period'],
    [-2, 1, 'ok'],
    [0, 31_622_400, 'ok'],
    [0, 31_622_401, 'consent.period'],
  ])('from %d to %d s is %s', (from, to, outcome) => {
    expect(grant(terms({ from: GENESIS_TIME + from, to: GENESIS_TIME + to }))).toBe(outcome)
  })

  it('has an id of its own', () => {
    expect(grant()).toBe('ok')
    expect(grant()).toBe('consent.exists')
    expect(grant(terms({ subject: S2 }), 'H2:ann')).toBe('ok')
  })
})

describe('one case, one authorisation', () => {
  it('a claim consent names its case', () => {
    const without = terms({ grantee: 'INS', purpose: 'claim' })
    expect(grant(without)).toBe('consent.case-missing')
  })

  it('and is the only one of its case while it is in force', () => {
    expect(grant(claim())).toBe('ok')
    expect(grant(claim({ consentId: 'c2' }))).toBe('consent.case-open')
    expect(grant(claim({ consentId: 'c2', caseRef: 'case-2' }))).toBe('ok')
    expect(revoke('H1:ann', { grantee: 'INS' })).toBe('ok')
    expect(grant(claim({ consentId: 'c3' }))).toBe('ok')
    world.pass(30 * DAY_SECONDS)
    expect(grant(claim({ consentId: 'c4', to: GENESIS_TIME + 60 * DAY_SECONDS }))).toBe('ok')
  })
})

describe('consent.revoke', () => {
  beforeEach(() => expect(grant()).toBe('ok'))

  it('ends a consent at once and for good', () => {
    expect(stateOf()).toBe('ACTIVE')
    expect(revoke()).toBe('ok')
    expect(stateOf()).toBe('REVOKED')
    expect(revoke()).toBe('consent.over')
  })

  it('is for who acts for the subject', () => {
    for (const signer of ['H2', 'H2:doc', 'H1:bob', 'H1'])
      expect(revoke(signer), signer).toBe('consent.not-yours')
  })

  it('names a consent of this subject to this grantee', () => {
    expect(revoke('H1:ann', { consent: 'H1:ann:c9' })).toBe('consent.unknown')
    expect(revoke('H1:ann', { grantee: 'INS' })).toBe('consent.unknown')
    expect(revoke('H2:ann', { subject: S2 })).toBe('consent.unknown')
  })

  it('comes too late after the end', () => {
    world.pass(30 * DAY_SECONDS)
    expect(revoke()).toBe('consent.over')
  })
})

describe('reads of consent', () => {
  it('show a consent to the patient and the grantee', () => {
    expect(grant()).toBe('ok')
    for (const reader of ['H1:ann', 'H2', 'H2:doc']) expect(stateOf(reader), reader).toBe('ACTIVE')
    for (const reader of ['H1', 'H1:doc', 'INS', 'H1:bob', 'H2:ann'])
      expect(stateOf(reader), reader).toBeUndefined()
  })

  it('list what a subject granted and what a grantee got', () => {
    expect(grant()).toBe('ok')
    expect(grant(claim({ consentId: 'c2' }))).toBe('ok')
    expect(grant(terms({ consentId: 'c3', grantee: 'H2:doc' }))).toBe('ok')
    const refs = (items: readonly unknown[] | undefined) =>
      items?.map((item) => (item as { ref: string }).ref)
    const of = (reader: string, subject = S1) =>
      refs(world.list(reader, 'consent', '/consents', { subject, limit: 2 }))
    expect(of('H1:ann')).toEqual(['H1:ann:c1', 'H1:ann:c2', 'H1:ann:c3'])
    for (const reader of ['H1', 'H2', 'INS', 'H1:bob']) expect(of(reader), reader).toBeUndefined()
    const to = (reader: string, grantee: string) =>
      refs(world.list(reader, 'consent', '/granted', { grantee }))
    expect(to('H2:doc', 'H2')).toEqual(['H1:ann:c1'])
    expect(to('H2:doc', 'H2:doc')).toEqual(['H1:ann:c3'])
    expect(to('INS:desk', 'INS')).toEqual(['H1:ann:c2'])
    for (const [reader, grantee] of [
      ['H2', 'H2:doc'],
      ['H1:ann', 'H2'],
      ['INS', 'H2'],
      ['H2:ann', 'H2'],
    ] as const) {
      expect(to(reader, grantee), reader).toBeUndefined()
    }
  })

  it('tell other modules whether a treatment consent is in force', () => {
    expect(grant(claim())).toBe('ok')
    const treats = (grantee: string) => world.port('consent.treats')(grantee, S1)
    expect([treats('INS'), treats('H2')]).toEqual([false, false])
    expect(grant(terms({ consentId: 'c2' }))).toBe('ok')
    expect([treats('INS'), treats('H2')]).toEqual([false, true])
    world.pass(30 * DAY_SECONDS)
    expect(treats('H2')).toBe(false)
  })
})
