import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf } from '../support/keys.ts'
import { GENESIS_TIME } from '../support/world.ts'
import { ANN, BOB, DAY, decisionOf, linesOf, Stage } from './stage.ts'

let stage: Stage

beforeEach(() => {
  stage = new Stage()
})

const RULE = {
  ruleId: 'r1',
  lineCap: 800,
  claimCap: 1_000,
  shareBasisPoints: 7_500,
  eligibilityRequired: false,
  preauthorisationRequired: false,
  recordsRequired: false,
  windowSeconds: 30 * DAY,
  from: GENESIS_TIME,
  to: GENESIS_TIME + 365 * DAY,
}
const register = (more: object = {}, signer = 'INS') =>
  stage.world.run(signer, 'claim.register-rule', { ...RULE, ...more })
const ask = (check = 'e1', payer = 'INS') =>
  stage.world.run('H1:desk', 'claim.check-eligibility', { checkId: check, subject: ANN, payer })
const answer = (more: object = {}, signer = 'INS:desk') =>
  stage.world.run(signer, 'claim.answer-eligibility', {
    check: 'H1:e1',
    subject: ANN,
    payer: 'INS',
    eligible: true,
    until: GENESIS_TIME + DAY,
    ...more,
  })
const plan = (more: object = {}) =>
  stage.world.run('H1:desk', 'claim.preauthorise', {
    authorisationId: 'p1',
    subject: ANN,
    payer: 'INS',
    caseRef: 'case-1',
    amount: 1_500,
    ...more,
  })
const promise = (more: object = {}, signer = 'INS:desk') =>
  stage.world.run(signer, 'claim.answer-preauthorisation', {
    preauthorisation: 'H1:p1',
    subject: ANN,
    payer: 'INS',
    granted: true,
    ceiling: 650,
    until: GENESIS_TIME + DAY,
    ...more,
  })
/** l1 is allowed 800 of 1,000 and paid 600; l2 is allowed 500 and paid 375. */
const OUTCOME = decisionOf(['l1', 800, 600], ['l2', 500, 375])
const submit = (more: object = {}, lines: object[] = OUTCOME) =>
  stage.submit({ automatic: { rule: 'r1', lines }, ...more })

describe('claim.check-eligibility', () => {
  it('is asked by the facility and answered by the payer, once', () => {
    expect(
      stage.world.run('H1:doc', 'claim.check-eligibility', { checkId: 'e1', subject: ANN, payer: 'INS' }),
    ).toBe('claim.role')
    expect(ask('e1', 'CO')).toBe('claim.payer-unfit')
    expect(ask()).toBe('ok')
    expect(ask()).toBe('claim.check-exists')
    expect(answer({}, 'INS:eye')).toBe('claim.role')
    expect(answer({}, 'INS2:desk')).toBe('claim.not-payer')
    expect(answer({ check: 'H1:e9' })).toBe('claim.question-unknown')
    expect(answer({ subject: BOB })).toBe('claim.question-unknown')
    expect(answer({ until: GENESIS_TIME })).toBe('claim.answer')
    expect(answer({ eligible: false })).toBe('claim.answer')
    expect(stage.world.list('INS:eye', 'claim', '/asked', { kind: 'eligibility' })).toEqual([
      { ref: 'H1:e1', subject: ANN, at: GENESIS_TIME },
    ])
    expect(answer()).toBe('ok')
    expect(answer()).toBe('claim.answered')
    expect(stage.world.list('INS:eye', 'claim', '/asked', { kind: 'eligibility' })).toEqual([])
  })

  it('is what a claim may rest on, until its end', () => {
    expect(ask()).toBe('ok')
    const rest = (more: object = {}) => stage.submit({ eligibility: 'H1:e1', ...more })
    expect(rest()).toBe('claim.eligibility-unfit')
    expect(answer()).toBe('ok')
    expect(rest({ eligibility: 'H1:e9' })).toBe('claim.eligibility-unfit')
    expect(rest({ payer: 'INS2' })).toBe('claim.eligibility-unfit')
    stage.world.pass(2 * DAY)
    expect(rest({ visitAt: GENESIS_TIME + DAY })).toBe('claim.eligibility-unfit')
    expect(rest({ visitAt: GENESIS_TIME + DAY - 1 })).toBe('ok')
  })

  it('is nothing to rest on where the answer was no', () => {
    expect(ask()).toBe('ok')
    const { world } = stage
    const no = { check: 'H1:e1', subject: ANN, payer: 'INS', eligible: false }
    world.must('INS:desk', 'claim.answer-eligibility', no)
    expect(stage.submit({ eligibility: 'H1:e1' })).toBe('claim.eligibility-unfit')
  })
})

describe('claim.preauthorise', () => {
  it('is granted up to a ceiling until a time, or not', () => {
    expect(plan()).toBe('ok')
    expect(plan()).toBe('claim.preauthorisation-exists')
    const { world } = stage
    const base = { preauthorisation: 'H1:p1', subject: ANN, payer: 'INS' }
    const say = (more: object) => world.run('INS:desk', 'claim.answer-preauthorisation', { ...base, ...more })
    expect(say({ granted: true, until: GENESIS_TIME + 1 })).toBe('claim.answer')
    expect(say({ granted: true, ceiling: 5 })).toBe('claim.answer')
    expect(say({ granted: false, ceiling: 5 })).toBe('claim.answer')
    expect(say({ granted: false })).toBe('ok')
    expect(say({ granted: false })).toBe('claim.answered')
    expect(stage.submit({ preauthorisation: 'H1:p1' })).toBe('claim.preauthorisation-unfit')
  })

  it('is for one claim of its case', () => {
    expect(plan()).toBe('ok')
    expect(promise()).toBe('ok')
    const rest = (more: object = {}) => stage.submit({ preauthorisation: 'H1:p1', ...more })
    expect(rest({ caseRef: 'case-2' })).toBe('claim.preauthorisation-unfit')
    expect(rest({ payer: 'INS2' })).toBe('claim.preauthorisation-unfit')
    expect(rest({ preauthorisation: 'H2:p1' })).toBe('claim.preauthorisation-unfit')
    expect(rest()).toBe('ok')
    const another = { claimId: 'c2', visit: 'v2' }
    expect(rest(another)).toBe('claim.preauthorisation-used')
    stage.must('H1:desk', 'withdraw')
    expect(rest(another)).toBe('ok')
  })

  it('is read by both sides and by the patient', () => {
    expect(ask()).toBe('ok')
    expect(plan()).toBe('ok')
    expect(promise()).toBe('ok')
    const { world } = stage
    for (const reader of ['H1:doc', 'INS:eye', 'H1:ann']) {
      expect(world.read(reader, 'claim', '/eligibilities/:ref', { ref: 'H1:e1' })).toMatchObject({
        payer: 'INS',
      })
      expect(world.read(reader, 'claim', '/preauthorisations/:ref', { ref: 'H1:p1' })).toMatchObject({
        amount: 1_500,
        answer: { granted: true, ceiling: 650 },
      })
    }
    for (const reader of ['H2:desk', 'INS2:desk', 'H1:bob']) {
      expect(world.read(reader, 'claim', '/eligibilities/:ref', { ref: 'H1:e1' }), reader).toBeUndefined()
      expect(world.read(reader, 'claim', '/preauthorisations/:ref', { ref: 'H1:p1' }), reader).toBeUndefined()
    }
  })
})

describe('claim.register-rule', () => {
  it('is signed by the key of a payer, in a time to come, once', () => {
    for (const signer of ['INS:desk', 'H1', 'CO']) expect(register({}, signer), signer).toBe('claim.role')
    expect(register({ to: GENESIS_TIME })).toBe('claim.period')
    expect(register({ from: GENESIS_TIME + 2, to: GENESIS_TIME + 2 })).toBe('claim.period')
    expect(register()).toBe('ok')
    expect(register({ lineCap: 1 })).toBe('claim.rule-exists')
  })

  it('is ended by its payer', () => {
    const end = (signer = 'INS', ruleId = 'r1') => stage.world.run(signer, 'claim.end-rule', { ruleId })
    expect(end()).toBe('claim.rule-unknown')
    expect(register()).toBe('ok')
    expect(end('INS:desk')).toBe('claim.role')
    expect(end('INS2')).toBe('claim.rule-unknown')
    expect(end()).toBe('ok')
    expect(end()).toBe('claim.rule-unknown')
    expect(submit()).toBe('claim.rule-unknown')
  })

  it('is read by its payer and by the facilities it is for', () => {
    expect(register({ providers: ['H1'] })).toBe('ok')
    const rules = (reader: string) => stage.world.list(reader, 'claim', '/rules', { payer: 'INS' })
    for (const reader of ['INS:eye', 'H1:desk']) {
      expect(rules(reader), reader).toMatchObject([{ ref: 'INS:r1', lineCap: 800, inForce: true }])
    }
    expect(rules('H2:desk')).toEqual([])
    for (const reader of ['INS2:desk', 'H1:ann', 'CO']) expect(rules(reader), reader).toBeUndefined()
    expect(stage.world.parties('INS', 'claim.register-rule', { ...RULE, providers: ['H1'] })).toEqual([
      { member: 'H1' },
    ])
  })
})

describe('a claim decided by a rule', () => {
  it('is decided in the transaction that submits it, in the name of the payer, and can be remitted', () => {
    expect(register()).toBe('ok')
    expect(submit()).toBe('ok')
    expect(stage.claim()).toMatchObject({
      state: 'ADJUDICATED',
      paid: 975,
      rule: { ref: 'INS:r1', shareBasisPoints: 7_500 },
      lines: [
        { allowed: 800, paid: 600, patientShare: 200 },
        { allowed: 500, paid: 375, patientShare: 125 },
      ],
    })
    expect(stage.claim().history).toEqual([
      { verb: 'submit', state: 'SUBMITTED', by: 'H1:desk', at: GENESIS_TIME },
      { verb: 'adjudicate', state: 'ADJUDICATED', by: 'INS', at: GENESIS_TIME, amount: 975 },
    ])
    expect(stage.world.list('INS:desk', 'claim', '/received', { state: 'ADJUDICATED' })).toHaveLength(1)
    stage.must('INS', 'remit', { amount: 975 })
  })

  it('asks for the outcome that the rule gives, and for no other', () => {
    expect(register()).toBe('ok')
    for (const lines of [
      decisionOf(['l1', 800, 601], ['l2', 500, 375]),
      decisionOf(['l1', 800, 600], ['l2', 499, 375]),
      decisionOf(['l2', 500, 375], ['l1', 800, 600]),
      decisionOf(['l1', 800, 600]),
      [{ line: 'l1', allowed: 800, paid: 600, patientShare: 0 }, OUTCOME[1]!],
    ]) {
      expect(submit({}, lines), JSON.stringify(lines)).toBe('claim.outcome')
    }
    expect(stage.visit()).toBeUndefined()
    expect(submit()).toBe('ok')
  })

  it('rounds the share down to a fen, and stops at the cap of the claim', () => {
    expect(register({ claimCap: 700, shareBasisPoints: 3_333 })).toBe('ok')
    const lines = linesOf(['l1', 800], ['l2', 1], ['l3', 800], ['l4', 800])
    const outcome = decisionOf(['l1', 800, 266], ['l2', 1, 0], ['l3', 800, 266], ['l4', 800, 168])
    expect(submit({ lines }, outcome)).toBe('ok')
    expect(stage.claim().paid).toBe(700)
  })

  it('is exact where products pass 2^53', () => {
    const most = 1_000_000_000_000
    expect(register({ lineCap: most, claimCap: most, shareBasisPoints: 9_999 })).toBe('ok')
    const paid = 999_899_999_999
    expect(submit({ lines: linesOf(['l1', most - 1]) }, decisionOf(['l1', most - 1, paid]))).toBe('ok')
  })

  it('is held to the ceiling of its preauthorisation', () => {
    expect(register({ preauthorisationRequired: true })).toBe('ok')
    expect(submit()).toBe('claim.rule-preauthorisation')
    expect(plan()).toBe('ok')
    expect(promise()).toBe('ok')
    expect(submit({ preauthorisation: 'H1:p1' })).toBe('claim.outcome')
    const outcome = decisionOf(['l1', 800, 600], ['l2', 500, 50])
    expect(submit({ preauthorisation: 'H1:p1' }, outcome)).toBe('ok')
  })

  it('is held to what other payers leave', () => {
    stage.adjudicated(['l1', 900, 900], ['l2', 500, 0])
    expect(register({}, 'INS2')).toBe('ok')
    const second = { claimId: 'c2', payer: 'INS2' }
    expect(submit(second)).toBe('claim.outcome')
    expect(submit(second, decisionOf(['l1', 100, 75], ['l2', 500, 375]))).toBe('ok')
    expect(stage.visit()).toMatchObject({ billed: 1_500, paid: 1_350 })
  })

  it.each<[string, object, string]>([
    ['another provider', { providers: ['H2'] }, 'claim.rule-unknown'],
    ['a time to come', { from: GENESIS_TIME + 1 }, 'claim.rule-unknown'],
    ['a window that is over', { windowSeconds: DAY - 1 }, 'claim.rule-window'],
    ['an eligibility check', { eligibilityRequired: true }, 'claim.rule-eligibility'],
    ['records', { recordsRequired: true }, 'claim.rule-record'],
  ])('is not decided where the rule asks for %s', (_what, terms, code) => {
    expect(register(terms)).toBe('ok')
    expect(submit()).toBe(code)
    expect(stage.submit()).toBe('ok')
  })

  it('is decided where every condition is met, to the second', () => {
    const terms = { providers: ['H1'], windowSeconds: DAY, eligibilityRequired: true, recordsRequired: true }
    expect(register(terms)).toBe('ok')
    expect(ask()).toBe('ok')
    expect(answer()).toBe('ok')
    const anchored = { recordId: 'a', subject: ANN, kind: 'Observation', contentHash: hashOf('a') }
    stage.world.must('H1:doc', 'record.anchor', { ...anchored, encounterAt: GENESIS_TIME, caseRef: 'case-1' })
    const lines = [
      { line: 'l1', billed: 1_000, record: 'H1:a' },
      { line: 'l2', billed: 500 },
    ]
    expect(submit({ eligibility: 'H1:e1', lines })).toBe('claim.rule-record')
    lines[1] = { line: 'l2', billed: 500, record: 'H1:a' }
    expect(submit({ eligibility: 'H1:e1', lines })).toBe('ok')
  })

  it('may be appealed against, and is then decided by hand', () => {
    expect(register()).toBe('ok')
    expect(submit()).toBe('ok')
    stage.must('H1:ann', 'appeal')
    stage.must('INS:desk', 'adjudicate', { lines: decisionOf(['l1', 1_000, 1_000], ['l2', 500, 500]) })
    expect(stage.claim()).not.toHaveProperty('rule')
    expect(stage.visit()).toMatchObject({ paid: 1_500 })
  })
})
