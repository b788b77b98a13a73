/** Who may read what of claims: both sides and the patient; a payer's case file with consent alone; social security. */
import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf } from '../support/keys.ts'
import { GENESIS_TIME } from '../support/world.ts'
import { ANN, DAY, decisionOf, linesOf, Stage } from './stage.ts'

let stage: Stage

beforeEach(() => {
  stage = new Stage()
  anchor('a', 'Observation', 'case-1')
  anchor('b', 'DiagnosticReport', 'case-1')
  anchor('c', 'Observation', 'case-2')
  const lines = [
    { line: 'l1', billed: 1_000, record: 'H1:a' },
    { line: 'l2', billed: 500 },
  ]
  stage.world.must('H1:desk', 'claim.submit', stage.submission({ lines }))
})

function anchor(recordId: string, kind: string, caseRef: string): void {
  const anchored = { recordId, subject: ANN, kind, contentHash: hashOf(recordId), caseRef }
  stage.world.must('H1:doc', 'record.anchor', { ...anchored, encounterAt: GENESIS_TIME })
}
const grant = (more: object = {}) =>
  stage.world.run('H1:ann', 'consent.grant', {
    consentId: 'k1',
    subject: ANN,
    grantee: 'INS',
    purpose: 'claim',
    kinds: ['Observation'],
    from: GENESIS_TIME,
    to: GENESIS_TIME + 30 * DAY,
    caseRef: 'case-1',
    ...more,
  })
const opening = (more: object = {}) => ({
  accessId: 'o1',
  subject: ANN,
  record: 'H1:a',
  consent: 'H1:ann:k1',
  purpose: 'claim',
  ...more,
})
const caseFile = (reader: string, ref = 'H1:c1') =>
  stage.world.read(reader, 'claim', '/case-files/:ref', { ref })

describe('one claim', () => {
  it('is shown alike to staff of both sides and to the patient, to nobody else', () => {
    const { world } = stage
    for (const path of ['/claims/:ref', '/explanations/:ref']) {
      for (const reader of ['H1:desk', 'H1:doc', 'INS:eye', 'H1:ann']) {
        expect(world.read(reader, 'claim', path, { ref: 'H1:c1' }), reader).toMatchObject({ ref: 'H1:c1' })
      }
      for (const reader of ['H2:desk', 'INS2:desk', 'H1:bob', 'SS:desk', 'CO']) {
        expect(world.read(reader, 'claim', path, { ref: 'H1:c1' }), reader).toBeUndefined()
      }
      expect(world.read('H1:desk', 'claim', path, { ref: 'H1:c9' })).toBeUndefined()
    }
  })

  it('has a response once the payer has done something', () => {
    const response = () => stage.world.read('H1:desk', 'claim', '/responses/:ref', { ref: 'H1:c1' })
    expect(response()).toBeUndefined()
    stage.must('INS:desk', 'acknowledge')
    expect(response()).toMatchObject({ state: 'ACKNOWLEDGED' })
  })

  it('has none after it was withdrawn unread', () => {
    stage.must('H1:desk', 'withdraw')
    expect(stage.world.read('H1:desk', 'claim', '/responses/:ref', { ref: 'H1:c1' })).toBeUndefined()
  })
})

describe('lists', () => {
  it('show each side its claims by state, the one longest in it first', () => {
    const { world } = stage
    world.pass(1)
    expect(stage.submit({ claimId: 'c2', visit: 'v2' })).toBe('ok')
    expect(stage.submit({ claimId: 'b3', visit: 'v3', payer: 'INS2' })).toBe('ok')
    world.pass(1)
    stage.must('INS:desk', 'acknowledge')
    world.pass(1)
    stage.must('INS:desk', 'acknowledge', { claim: 'H1:c2' })
    const refs = (reader: string, path: string, state: string) =>
      world.list(reader, 'claim', path, { state, limit: 1 })?.map((item) => (item as { ref: string }).ref)
    expect(refs('INS:eye', '/received', 'ACKNOWLEDGED')).toEqual(['H1:c1', 'H1:c2'])
    expect(refs('INS:eye', '/received', 'SUBMITTED')).toEqual([])
    expect(refs('INS2:desk', '/received', 'SUBMITTED')).toEqual(['H1:b3'])
    expect(refs('H1:doc', '/sent', 'SUBMITTED')).toEqual(['H1:b3'])
    expect(refs('H1:doc', '/sent', 'ACKNOWLEDGED')).toEqual(['H1:c1', 'H1:c2'])
    expect(refs('H2:desk', '/sent', 'ACKNOWLEDGED')).toEqual([])
    for (const path of ['/sent', '/received', '/asked']) {
      expect(
        world.list('H1:ann', 'claim', path, { state: 'SUBMITTED', kind: 'eligibility' }),
        path,
      ).toBeUndefined()
    }
  })

  it('show a patient its claims over all the subjects it has joined', () => {
    const { world } = stage
    const atH2 = hashOf('subject of ann at H2')
    const refs = (reader: string, subject = ANN) =>
      world
        .list(reader, 'claim', '/claims', { subject, limit: 1 })
        ?.map((item) => (item as { ref: string }).ref)
    expect(refs('H1:ann')).toEqual(['H1:c1'])
    world.must('H2', 'identity.enrol-subject', { subject: atH2 })
    stage.verify(atH2, 'ann')
    world.must('H1:ann', 'identity.link', { subject: ANN, other: atH2 })
    world.must('H1:ann', 'identity.link', { subject: atH2, other: ANN })
    world.pass(1)
    world.must('H2:desk', 'claim.submit', stage.submission({ subject: atH2 }))
    world.pass(1)
    expect(stage.submit({ claimId: 'c2', visit: 'v2' })).toBe('ok')
    expect(refs('H1:ann')).toEqual(['H1:c1', 'H2:c1', 'H1:c2'])
    expect(refs('H1:ann', atH2)).toEqual(['H1:c1', 'H2:c1', 'H1:c2'])
    for (const reader of ['H1:bob', 'H1:desk', 'INS']) expect(refs(reader), reader).toBeUndefined()
  })
})

describe('the case file of a payer', () => {
  it('is closed without a claim consent of this very case in force', () => {
    expect(caseFile('INS:desk')).toBeUndefined()
    expect(grant({ caseRef: 'case-2', consentId: 'k2' })).toBe('ok')
    expect(caseFile('INS:desk')).toBeUndefined()
    expect(grant({ grantee: 'INS2', consentId: 'k3' })).toBe('ok')
    expect(caseFile('INS:desk')).toBeUndefined()
    expect(caseFile('INS2:desk')).toBeUndefined()
    expect(grant()).toBe('ok')
    expect(caseFile('INS:desk')).toBeDefined()
    for (const reader of ['H1:desk', 'H1:ann', 'INS2:desk', 'SS:desk']) {
      expect(caseFile(reader), reader).toBeUndefined()
    }
    stage.world.must('H1:ann', 'consent.revoke', { consent: 'H1:ann:k1', subject: ANN, grantee: 'INS' })
    expect(caseFile('INS:desk')).toBeUndefined()
  })

  it('holds claim, records, accesses and what others pay, in one answer', () => {
    expect(grant()).toBe('ok')
    stage.world.must('INS:eye', 'access.notify', opening())
    stage.world.pass(1)
    stage.world.must('INS:eye', 'access.open', opening())
    expect(stage.submit({ claimId: 'c2', payer: 'INS2', lines: linesOf(['l2', 500], ['l3', 70]) })).toBe('ok')
    stage.must('INS2:desk', 'acknowledge', { claim: 'H1:c2', payer: 'INS2' })
    const lines = decisionOf(['l2', 500, 300], ['l3', 70, 70])
    stage.must('INS2:desk', 'adjudicate', { claim: 'H1:c2', payer: 'INS2', lines })
    const file = caseFile('INS:eye')
    expect(file).toMatchObject({
      claim: { ref: 'H1:c1', lines: [{ record: 'H1:a' }, {}] },
      consent: { ref: 'H1:ann:k1', kinds: ['Observation'] },
      records: [{ ref: 'H1:a', kind: 'Observation', contentHash: hashOf('a') }],
      accesses: [{ ref: 'INS:eye:o1', record: 'H1:a', noticeAt: GENESIS_TIME, openedAt: GENESIS_TIME + 1 }],
      visit: { billed: 1_570, paid: 370, others: { claims: 1, paid: 370 } },
      complete: true,
    })
    expect(JSON.stringify(file)).not.toContain('INS2')
    expect(JSON.stringify(file)).not.toContain('H1:b')
  })

  it('is the same that access lets it open: nothing of another case or kind, nothing without consent', () => {
    const notify = (more: object) => stage.world.run('INS:eye', 'access.notify', opening(more))
    expect(notify({})).toBe('access.consent-unfit')
    expect(grant()).toBe('ok')
    expect(notify({ accessId: 'o2', record: 'H1:b' })).toBe('access.record-unfit')
    expect(notify({ accessId: 'o3', record: 'H1:c' })).toBe('access.record-unfit')
    expect(notify({ accessId: 'o4' })).toBe('ok')
    const covered = stage.world.list('INS:eye', 'access', '/covered', { consent: 'H1:ann:k1' })
    expect(covered).toEqual((caseFile('INS:eye') as { records: object[] }).records)
  })

  it('leaves out what was erased', () => {
    expect(grant()).toBe('ok')
    stage.world.must('H1', 'record.erase', { recordId: 'a', subject: ANN, reason: 'ordered' })
    expect(caseFile('INS:desk')).toMatchObject({ records: [] })
  })

  it('says where it is not complete', () => {
    const { world } = stage
    world.state.put('governance/parameter/claim/caseItemsMax', { value: 1 })
    expect(grant()).toBe('ok')
    expect(caseFile('INS:desk')).toMatchObject({ records: [{ ref: 'H1:a' }], complete: false })
  })
})

describe('social security', () => {
  const check = (reader: string, subject = ANN, visit = 'H1:v1') =>
    stage.world.read(reader, 'claim', '/checks', { subject, visit })

  it('sees whether a patient is who it claims, and whether the visit was claimed', () => {
    expect(check('SS:desk')).toEqual({
      subject: ANN,
      facility: 'H1',
      verified: true,
      insured: hashOf('insured ann'),
      claimed: true,
      sameSubject: true,
      billed: 1_500,
      paid: 0,
      claims: [{ payer: 'INS', state: 'SUBMITTED', billed: 1_500, paid: 0 }],
    })
    const stranger = hashOf('stranger')
    expect(check('SS', stranger, 'H1:v9')).toEqual({
      subject: stranger,
      verified: false,
      claimed: false,
      billed: 0,
      paid: 0,
      claims: [],
    })
    expect(check('SS', stranger)).toMatchObject({ claimed: true, sameSubject: false })
  })

  it('is the only one who does', () => {
    for (const reader of ['INS:desk', 'H1', 'H1:ann', 'CO']) expect(check(reader), reader).toBeUndefined()
  })
})
