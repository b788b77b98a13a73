import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf } from '../support/keys.ts'
import { GENESIS_TIME } from '../support/world.ts'
import { ANN, BOB, DAY, decisionOf, linesOf, Stage } from './stage.ts'

let stage: Stage

beforeEach(() => {
  stage = new Stage()
})

function anchor(recordId: string, more: object = {}): string {
  stage.world.must('H1:doc', 'record.anchor', {
    recordId,
    subject: ANN,
    kind: 'Observation',
    contentHash: hashOf(recordId),
    encounterAt: GENESIS_TIME,
    caseRef: 'case-1',
    ...more,
  })
  return `H1:${recordId}`
}

describe('claim.submit', () => {
  it('is for the desk of the facility that knows the patient', () => {
    expect(stage.submit({}, 'H1:doc')).toBe('claim.role')
    expect(stage.submit({}, 'H1:ann')).toBe('claim.role')
    expect(stage.submit({}, 'H2:desk')).toBe('claim.not-facility')
    expect(stage.submit({ subject: hashOf('nobody') })).toBe('claim.not-facility')
    expect(stage.submit()).toBe('ok')
    expect(stage.submit()).toBe('claim.exists')
    expect(stage.claim()).toMatchObject({ state: 'SUBMITTED', billed: 1_500, due: 0, late: false })
  })

  it('is about a patient whom social security knows, so nobody claims in another’s name', () => {
    const bobs = { subject: BOB, visit: 'v2' }
    expect(stage.submit(bobs)).toBe('claim.not-verified')
    stage.verify(BOB, 'bob')
    expect(stage.submit(bobs)).toBe('ok')
  })

  it('is to an active payer', () => {
    for (const payer of ['CO', 'H2', 'nobody'])
      expect(stage.submit({ payer }), payer).toBe('claim.payer-unfit')
    stage.world.must('SS', 'governance.propose', { proposalId: 'p', change: { suspend: { member: 'INS' } } })
    for (const by of ['H1', 'H2', 'INS2', 'CO'])
      stage.world.run(by, 'governance.approve', { proposal: 'SS:p' })
    stage.world.pass(1)
    expect(stage.submit()).toBe('claim.payer-unfit')
    expect(stage.submit({ payer: 'SS' })).toBe('ok')
  })

  it('is about a visit that was, and marked late after half a year', () => {
    expect(stage.submit({ visitAt: GENESIS_TIME + 301 })).toBe('claim.in-future')
    expect(stage.submit({ visitAt: GENESIS_TIME - 180 * DAY - 1 })).toBe('ok')
    expect(stage.claim().late).toBe(true)
    expect(stage.submit({ claimId: 'c2', visit: 'v2', visitAt: GENESIS_TIME - 180 * DAY })).toBe('ok')
    expect(stage.claim('H1:c2').late).toBe(false)
  })

  it('names each line once, and records of the same patient and case', () => {
    expect(stage.submit({ lines: linesOf(['l1', 1], ['l1', 1]) })).toBe('claim.line-repeated')
    const withRecord = (record: string) => stage.submit({ lines: [{ line: 'l1', billed: 1, record }] })
    expect(withRecord('H1:nothing')).toBe('claim.record-unfit')
    expect(withRecord(anchor('other', { caseRef: 'case-2' }))).toBe('claim.record-unfit')
    expect(withRecord(anchor('bobs', { subject: BOB }))).toBe('claim.record-unfit')
    const erased = anchor('erased')
    stage.world.must('H1', 'record.erase', { recordId: 'erased', subject: ANN, reason: 'ordered' })
    expect(withRecord(erased)).toBe('claim.record-unfit')
    expect(withRecord(anchor('good'))).toBe('ok')
  })
})

describe('a second claim for one visit', () => {
  const second = { claimId: 'c2', payer: 'INS2' }
  const ofSecond = { claim: 'H1:c2', payer: 'INS2' }

  it('is refused where it goes to the same payer for the same line', () => {
    expect(stage.submit()).toBe('ok')
    expect(stage.submit({ claimId: 'c2' })).toBe('claim.duplicate')
    expect(stage.submit({ claimId: 'c2', lines: linesOf(['l3', 5], ['l2', 500]) })).toBe('claim.duplicate')
    expect(stage.submit({ claimId: 'c2', lines: linesOf(['l3', 5]) })).toBe('ok')
    expect(stage.visit()).toEqual({ subject: ANN, billed: 1_505, paid: 0 })
  })

  it('stays a duplicate after a denial, not after a withdrawal', () => {
    expect(stage.submit()).toBe('ok')
    stage.must('H1:desk', 'withdraw')
    expect(stage.visit()).toBeUndefined()
    expect(stage.submit({ claimId: 'c2' })).toBe('ok')
    stage.must('INS:desk', 'deny', { claim: 'H1:c2' })
    expect(stage.submit({ claimId: 'c3' })).toBe('claim.duplicate')
  })

  it('bills the same, of the same patient at the same time', () => {
    expect(stage.submit()).toBe('ok')
    expect(stage.submit({ ...second, lines: linesOf(['l1', 1_001]) })).toBe('claim.billed-differs')
    expect(stage.submit({ ...second, visitAt: GENESIS_TIME })).toBe('claim.visit-differs')
    stage.verify(BOB, 'bob')
    expect(stage.submit({ ...second, subject: BOB })).toBe('claim.visit-differs')
    expect(stage.submit(second)).toBe('ok')
    expect(stage.visit()).toEqual({ subject: ANN, billed: 1_500, paid: 0 })
  })

  it('is held to what the first payer leaves', () => {
    stage.adjudicated(['l1', 900, 700], ['l2', 500, 500])
    expect(stage.visit()).toMatchObject({ billed: 1_500, paid: 1_200 })
    expect(stage.submit(second)).toBe('ok')
    stage.must('INS2:desk', 'acknowledge', ofSecond)
    const decide = (l1: number, l2: number) =>
      stage.step('INS2:desk', 'adjudicate', {
        ...ofSecond,
        lines: decisionOf(['l1', l1, l1], ['l2', l2, l2]),
      })
    expect(decide(301, 0)).toBe('claim.beyond-billed')
    expect(decide(300, 1)).toBe('claim.beyond-billed')
    expect(decide(300, 0)).toBe('ok')
    expect(stage.visit()).toMatchObject({ billed: 1_500, paid: 1_500 })
  })

  it('may use again what a denial on appeal gives back', () => {
    stage.adjudicated(['l1', 1_000, 1_000], ['l2', 500, 500])
    stage.must('H1:desk', 'appeal')
    stage.must('INS:desk', 'deny')
    expect(stage.visit()).toMatchObject({ paid: 0 })
  })

  it('keeps lines that another claim still names when one is withdrawn', () => {
    expect(stage.submit()).toBe('ok')
    expect(stage.submit({ ...second, lines: linesOf(['l2', 500], ['l3', 7]) })).toBe('ok')
    stage.must('H1:desk', 'withdraw')
    expect(stage.visit()).toEqual({ subject: ANN, billed: 507, paid: 0 })
  })

  it('is one of a few, over a bounded number of lines', () => {
    const claims = [1, 2, 3].map((n) => stage.submit({ claimId: `c${n}`, lines: linesOf([`l${n}`, n]) }))
    expect(claims).toEqual(['ok', 'ok', 'ok'])
    expect(stage.submit({ claimId: 'c4', lines: linesOf(['l4', 4]) })).toBe('claim.visit-full')
    const many = (from: number) =>
      linesOf(...Array.from({ length: 60 }, (_, i) => [`l${from + i}`, 1] as const))
    expect(stage.submit({ claimId: 'c5', visit: 'v2', lines: many(0) })).toBe('ok')
    expect(stage.submit({ claimId: 'c6', visit: 'v2', lines: many(60) })).toBe('claim.visit-full')
  })
})

describe('claim.supplement', () => {
  it('answers a payer that asked for more', () => {
    const record = anchor('good')
    expect(stage.submit()).toBe('ok')
    const supply = (lines: object[], signer = 'H1:desk') => stage.step(signer, 'supplement', { lines })
    expect(supply([])).toBe('claim.state')
    stage.must('INS:desk', 'acknowledge')
    stage.must('INS:desk', 'pend')
    expect(stage.claim().state).toBe('PENDED')
    expect(supply([], 'H2:desk')).toBe('claim.not-provider')
    expect(supply([], 'H1:doc')).toBe('claim.role')
    expect(supply([{ line: 'l9', record }])).toBe('claim.lines')
    expect(supply([{ line: 'l1', record: 'H1:nothing' }])).toBe('claim.record-unfit')
    expect(supply([{ line: 'l2', record }])).toBe('ok')
    expect(stage.claim()).toMatchObject({
      state: 'ACKNOWLEDGED',
      lines: [{ line: 'l1' }, { line: 'l2', record }],
    })
    stage.must('INS:desk', 'pend')
    expect(supply([])).toBe('ok')
    expect(stage.step('INS:desk', 'pend')).toBe('claim.pends')
  })
})

describe('claim.withdraw', () => {
  it('is for the provider, while nothing is decided', () => {
    expect(stage.submit()).toBe('ok')
    expect(stage.step('INS:desk', 'withdraw')).toBe('claim.not-provider')
    stage.must('INS:desk', 'acknowledge')
    stage.must('INS:desk', 'pend')
    stage.must('H1:desk', 'withdraw')
    expect(stage.claim()).toMatchObject({ state: 'CLOSED', history: [{}, {}, {}, { verb: 'withdraw' }] })
    expect(stage.step('H1:desk', 'withdraw')).toBe('claim.state')
    stage.world.must('H1:desk', 'claim.submit', stage.submission({ claimId: 'c2' }))
    stage.must('INS:desk', 'deny', { claim: 'H1:c2' })
    expect(stage.step('H1:desk', 'withdraw', { claim: 'H1:c2' })).toBe('claim.state')
  })
})
