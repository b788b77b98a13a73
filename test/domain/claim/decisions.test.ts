import { beforeEach, describe, expect, it } from 'vitest'
import { balanceOf, expectConserved } from '../support/issuer.ts'
import { GENESIS_TIME } from '../support/world.ts'
import { ANN, BOB, DAY, type Decided, decisionOf, Stage } from './stage.ts'

let stage: Stage

beforeEach(() => {
  stage = new Stage()
})

const states = () => stage.claim().history.map(({ verb, state }) => `${verb} ${state}`)

describe('a claim', () => {
  it('goes from submission to remittance, and both sides see every step', () => {
    stage.acknowledged()
    stage.world.pass(DAY)
    stage.must('INS:desk', 'adjudicate', { lines: decisionOf(['l1', 900, 700], ['l2', 500, 400]) })
    expect(stage.claim()).toMatchObject({
      state: 'ADJUDICATED',
      paid: 1_100,
      due: 1_100,
      lines: [
        { line: 'l1', billed: 1_000, allowed: 900, paid: 700, patientShare: 200 },
        { line: 'l2', billed: 500, allowed: 500, paid: 400, patientShare: 100 },
      ],
    })
    stage.must('INS', 'remit', { amount: 1_100 })
    expect([balanceOf(stage.world, 'INS', 'cny-fen'), balanceOf(stage.world, 'H1', 'cny-fen')]).toEqual([
      8_900, 1_100,
    ])
    expectConserved(stage.world)
    stage.must('H1:desk', 'close')
    expect(states()).toEqual([
      'submit SUBMITTED',
      'acknowledge ACKNOWLEDGED',
      'adjudicate ADJUDICATED',
      'remit REMITTED',
      'close CLOSED',
    ])
    expect(stage.claim('H1:c1', 'H1:ann')).toEqual(stage.claim('H1:c1', 'H1:desk'))
    expect(stage.claim().history[2]).toEqual({
      verb: 'adjudicate',
      state: 'ADJUDICATED',
      by: 'INS:desk',
      at: GENESIS_TIME + DAY,
      amount: 1_100,
    })
    expect(stage.claim().history[3]).toMatchObject({ by: 'INS', amount: 1_100 })
  })

  it('is decided by the desk of its payer', () => {
    expect(stage.submit()).toBe('ok')
    for (const verb of ['acknowledge', 'pend', 'deny']) {
      expect(stage.step('INS:eye', verb), verb).toBe('claim.role')
      expect(stage.step('H1:desk', verb), verb).toBe('claim.role')
      expect(stage.step('INS2:desk', verb), verb).toBe('claim.not-payer')
      expect(stage.step('INS2:desk', verb, { payer: 'INS2' }), verb).toBe('claim.unknown')
      expect(stage.step('INS:desk', verb, { claim: 'H1:c9' }), verb).toBe('claim.unknown')
      expect(stage.step('INS:desk', verb, { subject: BOB }), verb).toBe('claim.unknown')
    }
  })

  it('takes no step that its state does not allow', () => {
    const lines = decisionOf(['l1', 0, 0], ['l2', 0, 0])
    expect(stage.submit()).toBe('ok')
    expect(stage.step('INS:desk', 'pend')).toBe('claim.state')
    expect(stage.step('INS:desk', 'adjudicate', { lines })).toBe('claim.state')
    expect(stage.step('INS', 'remit', { amount: 1 })).toBe('claim.state')
    expect(stage.step('H1:desk', 'close')).toBe('claim.state')
    expect(stage.step('H1:desk', 'appeal')).toBe('claim.state')
    stage.must('INS:desk', 'acknowledge')
    expect(stage.step('INS:desk', 'acknowledge')).toBe('claim.state')
    stage.must('INS:desk', 'deny')
    for (const verb of ['deny', 'acknowledge', 'pend']) {
      expect(stage.step('INS:desk', verb), verb).toBe('claim.state')
    }
    stage.must('H1:desk', 'close')
    expect(stage.step('H1:desk', 'close')).toBe('claim.state')
    expect(stage.step('H1:desk', 'appeal')).toBe('claim.state')
  })
})

describe('claim.adjudicate', () => {
  const decide = (...lines: readonly Decided[]) =>
    stage.step('INS:desk', 'adjudicate', { lines: decisionOf(...lines) })

  beforeEach(() => stage.acknowledged())

  it('names the lines of the claim in its order', () => {
    expect(decide(['l1', 1, 1])).toBe('claim.lines')
    expect(decide(['l2', 1, 1], ['l1', 1, 1])).toBe('claim.lines')
    expect(decide(['l1', 1, 1], ['l2', 1, 1], ['l3', 1, 1])).toBe('claim.lines')
  })

  it('adds up: billed >= allowed = paid + patientShare', () => {
    expect(decide(['l1', 1_001, 0], ['l2', 0, 0])).toBe('claim.above-billed')
    const lines = (paid: number, patientShare: number) => [
      { line: 'l1', allowed: 900, paid, patientShare },
      ...decisionOf(['l2', 500, 500]),
    ]
    expect(stage.step('INS:desk', 'adjudicate', { lines: lines(700, 199) })).toBe('claim.sum')
    expect(stage.step('INS:desk', 'adjudicate', { lines: lines(700, 201) })).toBe('claim.sum')
    expect(stage.step('INS:desk', 'adjudicate', { lines: lines(700, 200) })).toBe('ok')
  })

  it('may pay nothing, and then is closed without money', () => {
    expect(decide(['l1', 0, 0], ['l2', 500, 0])).toBe('ok')
    expect(stage.step('INS', 'remit', { amount: 1 })).toBe('claim.amount')
    expect(stage.step('INS:desk', 'close')).toBe('claim.appealable')
    stage.world.pass(180 * DAY + 1)
    expect(stage.step('INS:desk', 'close')).toBe('ok')
  })
})

describe('claim.remit', () => {
  beforeEach(() => stage.adjudicated(['l1', 1_000, 1_000], ['l2', 500, 500]))

  it('pays exactly what is due, by the key of the payer, from what it has', () => {
    expect(stage.step('INS:desk', 'remit', { amount: 1_500 })).toBe('claim.role')
    expect(stage.step('INS', 'remit', { amount: 1_499 })).toBe('claim.amount')
    expect(stage.step('INS', 'remit', { amount: 1_501 })).toBe('claim.amount')
    stage.world.must('INS', 'settlement.transfer', { to: 'H2', currency: 'cny-fen', amount: 9_000 })
    expect(stage.step('INS', 'remit', { amount: 1_500 })).toBe('settlement.insufficient')
    stage.world.must('H2', 'settlement.transfer', { to: 'INS', currency: 'cny-fen', amount: 500 })
    expect(stage.step('INS', 'remit', { amount: 1_500 })).toBe('ok')
    expect(stage.step('INS', 'remit', { amount: 1_500 })).toBe('claim.state')
  })

  it('shows in both statements which claim it was for', () => {
    stage.must('INS', 'remit', { amount: 1_500 })
    const query = { account: 'H1', currency: 'cny-fen' }
    expect(stage.world.list('H1', 'settlement', '/accounts/:account/statement', query)).toMatchObject([
      { amount: 1_500, by: 'claim', other: 'INS', reference: 'H1:c1' },
    ])
  })

  it('comes before the end, and its delay shows', () => {
    expect(stage.step('H1:desk', 'close')).toBe('claim.due')
    stage.world.pass(10 * DAY)
    expect(stage.claim().overdue).toBe(false)
    stage.world.pass(1)
    expect(stage.claim().overdue).toBe(true)
    stage.must('INS', 'remit', { amount: 1_500 })
    expect(stage.claim().overdue).toBe(false)
  })
})

describe('claim.appeal', () => {
  it('is for the provider and for whoever acts for the patient, in time and not too often', () => {
    stage.acknowledged()
    stage.must('INS:desk', 'deny')
    for (const signer of ['INS:desk', 'H2:desk', 'H1:doc', 'H1:bob']) {
      expect(stage.step(signer, 'appeal'), signer).toBe('claim.not-provider')
    }
    expect(stage.step('H1:ann', 'appeal')).toBe('ok')
    stage.must('INS:desk', 'deny')
    stage.world.pass(180 * DAY)
    stage.must('H1:desk', 'appeal')
    stage.must('INS:desk', 'deny')
    expect(stage.step('H1:desk', 'appeal')).toBe('claim.appeal-late')
    expect(stage.claim().appealable).toBe(false)
    expect(stage.step('INS:desk', 'close')).toBe('ok')
  })

  it('comes in time', () => {
    stage.acknowledged()
    stage.must('INS:desk', 'deny')
    expect(stage.step('INS:desk', 'close')).toBe('claim.appealable')
    stage.world.pass(180 * DAY + 1)
    expect(stage.step('H1:desk', 'appeal')).toBe('claim.appeal-late')
  })

  it('after a remittance is about what comes on top', () => {
    stage.adjudicated(['l1', 600, 600], ['l2', 0, 0])
    stage.must('INS', 'remit', { amount: 600 })
    stage.must('H1:desk', 'appeal')
    expect(stage.step('INS:desk', 'deny')).toBe('claim.below-remitted')
    const decide = (paid: number) =>
      stage.step('INS:desk', 'adjudicate', { lines: decisionOf(['l1', paid, paid], ['l2', 0, 0]) })
    expect(decide(599)).toBe('claim.below-remitted')
    expect(decide(1_000)).toBe('ok')
    expect(stage.claim()).toMatchObject({ due: 400, paid: 1_000 })
    stage.must('INS', 'remit', { amount: 400 })
    expect(balanceOf(stage.world, 'H1', 'cny-fen')).toBe(1_000)
    expect(stage.visit()).toMatchObject({ paid: 1_000 })
  })
})

describe('the end of a claim', () => {
  it('is for its two sides', () => {
    stage.acknowledged()
    stage.must('INS:desk', 'deny')
    expect(stage.step('H1:doc', 'close')).toBe('claim.role')
    expect(stage.step('H2:desk', 'close')).toBe('claim.not-payer')
    expect(stage.step('H1:desk', 'close')).toBe('ok')
  })

  it('is late where the payer does not decide for 30 days since it was given something', () => {
    stage.acknowledged()
    stage.world.pass(30 * DAY)
    expect(stage.claim().overdue).toBe(false)
    stage.world.pass(1)
    expect(stage.claim().overdue).toBe(true)
    stage.must('INS:desk', 'pend')
    expect(stage.claim().overdue).toBe(false)
    stage.must('H1:desk', 'supplement', { lines: [] })
    expect(stage.claim().overdue).toBe(false)
  })
})

it('tells patient, provider and payer of every step', () => {
  expect(stage.submit()).toBe('ok')
  const payload = { claim: 'H1:c1', subject: ANN, payer: 'INS' }
  for (const verb of [
    'acknowledge',
    'pend',
    'supplement',
    'adjudicate',
    'deny',
    'appeal',
    'remit',
    'withdraw',
    'close',
  ]) {
    const parties = stage.world.parties('INS', `claim.${verb}`, payload)
    for (const reader of ['H1:ann', 'H1:doc', 'INS:eye']) {
      expect(stage.world.isParty(reader, parties), `${verb} ${reader}`).toBe(true)
    }
    for (const reader of ['H1:bob', 'H2:desk', 'INS2:desk', 'SS']) {
      expect(stage.world.isParty(reader, parties), `${verb} ${reader}`).toBe(false)
    }
  }
  const submitted = stage.world.parties('H1:desk', 'claim.submit', stage.submission())
  expect(submitted).toEqual([{ subject: ANN }, { member: 'H1' }, { member: 'INS' }])
})
