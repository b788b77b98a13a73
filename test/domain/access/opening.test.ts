import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, enrolment, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const S1 = hashOf('subject of ann at H1')
const S2 = hashOf('subject of ann at H2')
const BOB = hashOf('subject of bob at H1')
let world: World

beforeEach(() => {
  world = new World({
    members: [memberOf('H1', 'hospital'), memberOf('H2', 'hospital'), memberOf('INS', 'insurer')],
    actors: [
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H2:ann', 'patient'),
      actorOf('H2:doc', 'doctor'),
      actorOf('H2:desk', 'employee'),
      actorOf('INS:desk', 'employee'),
    ],
  })
  world.must('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })
  world.must('H1', 'identity.enrol-subject', { subject: BOB, patient: 'H1:bob' })
  world.must('H2', 'identity.enrol-subject', { subject: S2, patient: 'H2:ann' })
  anchor('r1')
  anchor('case', { caseRef: 'case-1', encounterAt: GENESIS_TIME - 1 })
  anchor('report', { kind: 'DiagnosticReport' })
  anchor('bobs', { subject: BOB })
  grant('c1')
})

function anchor(recordId: string, more = {}) {
  const record = {
    recordId,
    subject: S1,
    kind: 'Observation',
    contentHash: hashOf('c'),
    encounterAt: GENESIS_TIME,
  }
  world.must('H1:doc', 'record.anchor', { ...record, vaultHash: hashOf(`cipher of ${recordId}`), ...more })
}
function grant(consentId: string, more = {}) {
  const terms = { subject: S1, grantee: 'H2', purpose: 'treatment', kinds: ['Observation'] }
  const period = { from: GENESIS_TIME, to: GENESIS_TIME + 30 * DAY_SECONDS }
  world.must('H1:ann', 'consent.grant', { consentId, ...terms, ...period, ...more })
}
const revoke = (consent = 'H1:ann:c1', grantee = 'H2') =>
  world.must('H1:ann', 'consent.revoke', { consent, subject: S1, grantee })
const opening = (more = {}) => ({
  accessId: 'a1',
  subject: S1,
  record: 'H1:r1',
  consent: 'H1:ann:c1',
  purpose: 'treatment',
  ...more,
})
const notify = (more = {}, signer = 'H2:doc') => world.run(signer, 'access.notify', opening(more))
const open = (more = {}, signer = 'H2:doc') => world.run(signer, 'access.open', opening(more))
const release = (more = {}, signer = 'H2:doc') =>
  world.port('access.release')('access.open', opening(more), world.actor(signer))

describe('access.open', () => {
  it('opens after a notice, once', () => {
    expect(open()).toBe('access.no-notice')
    expect(notify()).toBe('ok')
    expect(release()).toBeUndefined()
    world.pass(60)
    expect(open()).toBe('ok')
    expect(release()).toEqual({ record: 'H1:r1', vaultHash: hashOf('cipher of r1'), wrappedFor: 'signer' })
    expect(open()).toBe('access.opened')
    expect(notify()).toBe('access.exists')
    const access = {
      ref: 'H2:doc:a1',
      by: 'H2:doc',
      noticeAt: GENESIS_TIME,
      openedAt: GENESIS_TIME + 60,
      state: 'OPENED',
    }
    expect(world.list('H1:ann', 'access', '/accesses', { subject: S1 })).toMatchObject([access])
  })

  it('needs a notice of the same actor for the same opening', () => {
    grant('c2')
    expect(notify()).toBe('ok')
    for (const more of [{ record: 'H1:case' }, { consent: 'H1:ann:c2' }, { accessId: 'a2' }]) {
      expect(open(more)).toBe('access.no-notice')
    }
    expect(open({}, 'H2')).toBe('access.no-notice')
  })

  it('needs a notice of less than a day', () => {
    expect(notify()).toBe('ok')
    expect(notify({ accessId: 'a2' })).toBe('ok')
    world.pass(DAY_SECONDS)
    expect(open()).toBe('ok')
    world.pass(1)
    expect(open({ accessId: 'a2' })).toBe('access.no-notice')
    expect(world.read('H1:ann', 'access', '/accesses/:ref', { ref: 'H2:doc:a2' })).toMatchObject({
      state: 'LAPSED',
    })
  })

  it('needs the consent in force at the opening, not only at the notice', () => {
    expect(notify()).toBe('ok')
    revoke()
    expect(open()).toBe('access.consent-inactive')
    expect(notify({ accessId: 'a2' })).toBe('access.consent-inactive')
  })

  it('ends with the last second of the consent', () => {
    grant('c2', { to: GENESIS_TIME + 100 })
    const short = { consent: 'H1:ann:c2' }
    for (const accessId of ['a1', 'a2']) expect(notify({ ...short, accessId })).toBe('ok')
    world.pass(99)
    expect(open({ ...short, accessId: 'a1' })).toBe('ok')
    world.pass(1)
    expect(open({ ...short, accessId: 'a2' })).toBe('access.consent-inactive')
    grant('c3', { from: world.time + 5, to: world.time + 50 })
    expect(notify({ consent: 'H1:ann:c3', accessId: 'a3' })).toBe('access.consent-inactive')
  })

  it.each([
    ['another purpose', { purpose: 'referral' }, 'access.purpose'],
    ['a kind that is not covered', { record: 'H1:report' }, 'access.record-unfit'],
    ["another patient's record", { record: 'H1:bobs' }, 'access.record-unfit'],
    ['a record that does not exist', { record: 'H1:guessed' }, 'access.record-unfit'],
    ['a consent that does not exist', { consent: 'H1:ann:guessed' }, 'access.consent-unfit'],
    ["another patient's subject", { subject: BOB, record: 'H1:bobs' }, 'access.consent-unfit'],
  ])('refuses %s', (_what, more, outcome) => {
    expect(notify(more)).toBe(outcome)
  })

  it('is for the grantee', () => {
    for (const signer of ['INS', 'INS:desk', 'H1:doc', 'H2:ann', 'H1:bob']) {
      expect(notify({}, signer), signer).toBe('access.consent-unfit')
    }
    expect(notify({}, 'H2:desk')).toBe('access.role')
    expect(notify({}, 'H2')).toBe('ok')
    grant('c2', { grantee: 'H2:desk' })
    expect(notify({ consent: 'H1:ann:c2' }, 'H2:desk')).toBe('ok')
    expect(notify({ consent: 'H1:ann:c2', accessId: 'a2' })).toBe('access.consent-unfit')
  })

  it('keeps a claim consent to its case', () => {
    grant('c2', { grantee: 'INS', purpose: 'claim', caseRef: 'case-1' })
    const claim = { consent: 'H1:ann:c2', purpose: 'claim' }
    expect(notify({ ...claim, record: 'H1:r1' }, 'INS:desk')).toBe('access.record-unfit')
    expect(notify({ ...claim, record: 'H1:case' }, 'INS:desk')).toBe('ok')
  })

  it('opens no erased record', () => {
    expect(notify()).toBe('ok')
    world.must('H1', 'record.erase', { recordId: 'r1', subject: S1, reason: 'ordered' })
    expect(open()).toBe('access.erased')
  })

  it('is not reached by an actor that a stranger enrols in the name of the subject', () => {
    world.must('INS', 'identity.enrol', enrolment('INS:ann', 'patient'))
    const terms = {
      consentId: 'c9',
      subject: S1,
      grantee: 'INS',
      purpose: 'claim',
      kinds: ['Observation'],
      caseRef: 'x',
    }
    const stolen = { ...terms, from: GENESIS_TIME, to: GENESIS_TIME + DAY_SECONDS }
    expect(world.run('INS:ann', 'consent.grant', stolen)).toBe('consent.not-yours')
    expect(notify({ consent: 'INS:ann:c9', purpose: 'claim' }, 'INS')).toBe('access.consent-unfit')
  })
})

describe('the release of an opening', () => {
  beforeEach(() => {
    expect(notify()).toBe('ok')
    expect(open()).toBe('ok')
  })

  it('stops with revocation, erasure, and for anyone else', () => {
    expect(release()).toBeDefined()
    expect(release({}, 'H2')).toBeUndefined()
    expect(release({ accessId: 'a9' })).toBeUndefined()
    expect(
      world.port('access.release')('access.break-glass', opening(), world.actor('H2:doc')),
    ).toBeUndefined()
    revoke()
    expect(release()).toBeUndefined()
  })

  it('stays with the version that was opened', () => {
    const amendment = {
      recordId: 'r1',
      subject: S1,
      supersedes: 1,
      contentHash: hashOf('d'),
      vaultHash: hashOf('new cipher'),
    }
    world.must('H1:doc', 'record.amend', amendment)
    expect(release()?.vaultHash).toBe(hashOf('cipher of r1'))
    expect(world.port('record.contents')('H1:r1')).toEqual([hashOf('cipher of r1'), hashOf('new cipher')])
    world.must('H1', 'record.erase', { recordId: 'r1', subject: S1, reason: 'ordered' })
    expect(release()).toBeUndefined()
  })

  it('is nothing where the content is not in the vault', () => {
    const record = {
      recordId: 'paper',
      subject: S1,
      kind: 'Observation',
      contentHash: hashOf('c'),
      encounterAt: GENESIS_TIME,
    }
    world.must('H1:doc', 'record.anchor', record)
    expect(notify({ accessId: 'a2', record: 'H1:paper' })).toBe('ok')
    expect(open({ accessId: 'a2', record: 'H1:paper' })).toBe('ok')
    expect(release({ accessId: 'a2' })).toBeUndefined()
  })
})

describe('reads of access', () => {
  it('show an access to those concerned', () => {
    expect(notify()).toBe('ok')
    const read = (reader: string) => world.read(reader, 'access', '/accesses/:ref', { ref: 'H2:doc:a1' })
    for (const reader of ['H1:ann', 'H1:doc', 'H2:doc', 'H2:desk', 'H1']) {
      expect(read(reader), reader).toMatchObject({ state: 'NOTIFIED' })
    }
    for (const reader of ['INS', 'H1:bob', 'H2:ann']) expect(read(reader), reader).toBeUndefined()
    for (const reader of ['H1', 'H2:doc', 'H1:bob']) {
      expect(world.list(reader, 'access', '/accesses', { subject: S1 }), reader).toBeUndefined()
    }
    const parties = world.parties('H2:doc', 'access.open', opening())
    for (const reader of ['H1:ann', 'H1:doc', 'H2:desk'])
      expect(world.isParty(reader, parties), reader).toBe(true)
    for (const reader of ['INS', 'H1:bob', 'H2:ann'])
      expect(world.isParty(reader, parties), reader).toBe(false)
  })

  it('give a grantee the whole case at once', () => {
    grant('c2', {
      grantee: 'INS',
      purpose: 'claim',
      caseRef: 'case-1',
      kinds: ['Observation', 'DiagnosticReport'],
    })
    anchor('more', { caseRef: 'case-1', kind: 'DiagnosticReport' })
    const refs = (reader: string, consent: string) =>
      world
        .list(reader, 'access', '/covered', { consent, limit: 2 })
        ?.map((item) => (item as { ref: string }).ref)
    expect(refs('INS:desk', 'H1:ann:c2')).toEqual(['H1:case', 'H1:more'])
    expect(refs('H2:doc', 'H1:ann:c1')).toEqual(['H1:case', 'H1:r1'])
    for (const reader of ['H2:doc', 'H1:ann', 'H1']) expect(refs(reader, 'H1:ann:c2'), reader).toBeUndefined()
    revoke('H1:ann:c2', 'INS')
    expect(refs('INS:desk', 'H1:ann:c2')).toBeUndefined()
  })

  it('tell a treating hospital whether a recent result exists', () => {
    const recent = (reader: string, kind = 'Observation', subject = S1) =>
      world.read(reader, 'access', '/recent', { subject, kind })
    expect(recent('H2:doc')).toEqual({ exists: true, record: 'H1:r1', encounterAt: GENESIS_TIME })
    expect(recent('H1:ann')).toMatchObject({ exists: true })
    expect(recent('H2:doc', 'Procedure')).toEqual({ exists: false })
    for (const reader of ['INS', 'H1:doc', 'H1:bob', 'H2:ann']) expect(recent(reader), reader).toBeUndefined()
    world.pass(30 * DAY_SECONDS - 1)
    expect(recent('H2:doc')).toMatchObject({ exists: true })
    expect(recent('H1:ann')).toMatchObject({ exists: true })
    world.pass(2)
    expect(recent('H2:doc')).toBeUndefined()
    expect(recent('H1:ann')).toEqual({ exists: false })
  })

  it('find a recent result under joined subjects', () => {
    const recent = () => world.read('H2:ann', 'access', '/recent', { subject: S2, kind: 'Observation' })
    expect(recent()).toEqual({ exists: false })
    world.must('H1:ann', 'identity.link', { subject: S1, other: S2 })
    world.must('H2:ann', 'identity.link', { subject: S2, other: S1 })
    expect(recent()).toMatchObject({ exists: true, record: 'H1:r1' })
  })
})

describe('all accesses of a patient', () => {
  it('are read in one order of time over every subject it has joined, page by page', () => {
    const refs = (reader: string, subject = S1) =>
      world
        .list(reader, 'access', '/all-accesses', { subject, limit: 1 })
        ?.map((item) => (item as { ref: string }).ref)
    expect(notify()).toBe('ok')
    world.pass(1)
    const atH2 = { recordId: 'r2', subject: S2, kind: 'Observation', contentHash: hashOf('c2') }
    world.must('H2:doc', 'record.anchor', { ...atH2, encounterAt: GENESIS_TIME })
    const terms = { subject: S2, grantee: 'H1', purpose: 'treatment', kinds: ['Observation'] }
    const period = { from: GENESIS_TIME, to: GENESIS_TIME + DAY_SECONDS }
    world.must('H2:ann', 'consent.grant', { consentId: 'c2', ...terms, ...period })
    const other = { accessId: 'a1', subject: S2, record: 'H2:r2', consent: 'H2:ann:c2', purpose: 'treatment' }
    expect(notify(other, 'H1:doc')).toBe('ok')
    world.pass(1)
    expect(notify({ accessId: 'a2' })).toBe('ok')
    expect(refs('H1:ann')).toEqual(['H2:doc:a1', 'H2:doc:a2'])
    world.must('H1:ann', 'identity.link', { subject: S1, other: S2 })
    world.must('H2:ann', 'identity.link', { subject: S2, other: S1 })
    expect(refs('H1:ann')).toEqual(['H2:doc:a1', 'H1:doc:a1', 'H2:doc:a2'])
    expect(refs('H2:ann', S2)).toEqual(['H2:doc:a1', 'H1:doc:a1', 'H2:doc:a2'])
    for (const reader of ['H1:bob', 'H1:doc', 'H2:doc']) expect(refs(reader), reader).toBeUndefined()
  })
})

describe('accesses under a claim consent', () => {
  it('are found by their consent, those of other purposes not', () => {
    grant('k1', { grantee: 'INS', purpose: 'claim', caseRef: 'case-1' })
    const claimed = { record: 'H1:case', consent: 'H1:ann:k1', purpose: 'claim' }
    expect(notify(claimed, 'INS:desk')).toBe('ok')
    expect(notify()).toBe('ok')
    world.pass(1)
    expect(open(claimed, 'INS:desk')).toBe('ok')
    expect(world.port('access.ofConsent')('H1:ann:k1', 10)).toEqual([
      {
        reference: 'INS:desk:a1',
        by: 'INS:desk',
        record: 'H1:case',
        noticeAt: GENESIS_TIME,
        openedAt: GENESIS_TIME + 1,
      },
    ])
    expect(world.port('access.ofConsent')('H1:ann:c1', 10)).toEqual([])
  })
})
