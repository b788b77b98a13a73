import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf } from '../support/keys.ts'
import type { World } from '../support/world.ts'
import { ANN, DAY, line, MORNING, newWorld, stepsOf, suspend } from './support.ts'

let world: World
let steps: ReturnType<typeof stepsOf>

beforeEach(() => {
  world = newWorld()
  steps = stepsOf(world)
})

describe('prescription.issue', () => {
  it('prescribes, and shows everything but the commitment', () => {
    expect(steps.issue()).toBe('ok')
    expect(steps.show()).toEqual({
      ref: 'H1:r1',
      facility: 'H1',
      subject: ANN,
      prescriber: 'H1:doc',
      basis: 'ordinary',
      lines: [
        { line: 1, quantity: 20, daysSupply: 7, controlled: 'none', dispensed: 0 },
        { line: 2, quantity: 10, daysSupply: 7, controlled: 'none', dispensed: 0 },
      ],
      issuedAt: MORNING,
      validUntil: MORNING + DAY,
      reviewer: 'H1',
      state: 'ISSUED',
    })
  })

  it('is for doctors of hospitals', () => {
    for (const signer of ['H1', 'H1:pharm', 'H1:desk', 'H1:ann', 'P1:pharm', 'PL:doc', 'INS']) {
      expect(steps.issue({}, signer), signer).toBe('prescription.role')
    }
  })

  it('is for patients of the hospital', () => {
    expect(steps.issue({}, 'H2:doc')).toBe('prescription.not-facility')
    expect(steps.issue({ subject: hashOf('nobody') })).toBe('prescription.not-facility')
  })

  it('takes an id once', () => {
    expect(steps.issue()).toBe('ok')
    expect(steps.issue({}, 'H1:other')).toBe('prescription.exists')
  })

  it('stops a doctor whose licence is suspended, from the next leaf on, until it is restored', () => {
    expect(steps.issue()).toBe('ok')
    suspend(world, 'H1:doc', 'doctor')
    expect(steps.issue({ rxId: 'r2' })).toBe('prescription.suspended')
    expect(steps.extend(2)).toBe('prescription.suspended')
    expect(steps.issue({ rxId: 'r2' }, 'H1:other')).toBe('ok')
    world.must('LB', 'credential.restore', { licenceId: 'H1-doc', practitioner: 'H1:doc' })
    expect(steps.issue({ rxId: 'r3' })).toBe('ok')
    expect(steps.extend(2)).toBe('ok')
  })

  it.each([
    ['ordinary', 7],
    ['emergency', 3],
    ['chronic', 84],
  ])('an %s prescription supplies at most %d days', (basis, days) => {
    const lines = (daysSupply: number) => [line(1, { daysSupply: 1 }), line(2, { daysSupply })]
    expect(steps.issue({ basis, lines: lines(days + 1) })).toBe('prescription.supply')
    expect(steps.issue({ basis, lines: lines(days) })).toBe('ok')
  })

  it('has each line once, and no more lines than allowed', () => {
    expect(steps.issue({ lines: [line(1), line(1)] })).toBe('prescription.lines')
    expect(steps.issue({ lines: [1, 2, 3, 4, 5, 6].map((n) => line(n)) })).toBe('prescription.lines')
    expect(steps.issue({ lines: [1, 2, 3, 4, 9].map((n) => line(n)) })).toBe('ok')
  })

  it('is valid on the day of issue in China, however late that is', () => {
    expect(steps.issue({ validUntil: MORNING })).toBe('prescription.period')
    expect(steps.issue({ validUntil: MORNING + DAY + 1 })).toBe('prescription.period')
    world.pass(DAY - 1)
    expect(steps.issue({ validUntil: MORNING + DAY })).toBe('ok')
    world.pass(1)
    expect(steps.show()?.state).toBe('EXPIRED')
    expect(steps.issue({ rxId: 'r2', validUntil: MORNING + DAY })).toBe('prescription.period')
    expect(steps.issue({ rxId: 'r2', validUntil: MORNING + 2 * DAY })).toBe('ok')
  })

  it('names a member with pharmacists to review, or none', () => {
    for (const reviewer of ['INS', 'LB', 'H9']) {
      expect(steps.issue({ reviewer }), reviewer).toBe('prescription.reviewer-unfit')
    }
    for (const reviewer of ['H2', 'P1', 'P2', 'PL']) {
      expect(steps.issue({ rxId: `for-${reviewer}`, reviewer }), reviewer).toBe('ok')
    }
  })
})

describe('prescription.extend', () => {
  beforeEach(() => expect(steps.issue()).toBe('ok'))

  it('lets the prescriber make it last to the end of the third day, the day of issue being the first', () => {
    expect(steps.extend(1)).toBe('prescription.extension')
    expect(steps.extend(4)).toBe('prescription.extension')
    expect(steps.extend(3, { validUntil: MORNING + 3 * DAY + 1 })).toBe('prescription.extension')
    expect(steps.extend(2)).toBe('ok')
    world.pass(2 * DAY - 1)
    expect(steps.show()?.state).toBe('ISSUED')
    expect(steps.extend(3)).toBe('ok')
    expect(steps.extend(3)).toBe('prescription.extension')
    world.pass(DAY)
    expect(steps.show()).toMatchObject({ state: 'ISSUED', validUntil: MORNING + 3 * DAY })
    world.pass(1)
    expect(steps.show()?.state).toBe('EXPIRED')
  })

  it('is for the prescriber, while it is still valid', () => {
    expect(steps.extend(2, {}, 'H2:doc')).toBe('prescription.unknown')
    for (const signer of ['H1:other', 'H1', 'H1:ann']) {
      expect(steps.extend(2, {}, signer), signer).toBe('prescription.not-prescriber')
    }
    expect(steps.extend(2, { subject: hashOf('another') })).toBe('prescription.unknown')
    expect(steps.extend(2, { prescription: 'H1:r9' })).toBe('prescription.unknown')
    world.pass(DAY)
    expect(steps.extend(2)).toBe('prescription.expired')
  })

  it('keeps its place in a queue, under the new end', () => {
    expect(steps.issue({ rxId: 'r2' })).toBe('ok')
    expect(steps.extend(2)).toBe('ok')
    expect(steps.refs('H1:pharm', '/to-review')).toEqual(['H1:r2', 'H1:r1'])
    world.pass(DAY)
    expect(steps.refs('H1:pharm', '/to-review')).toEqual(['H1:r1'])
    expect(steps.review()).toBe('ok')
    expect(steps.route()).toBe('ok')
    expect(steps.extend(3)).toBe('ok')
    world.pass(DAY)
    expect(steps.refs('P1:pharm', '/to-dispense')).toEqual(['H1:r1'])
    world.pass(DAY)
    expect(steps.refs('P1:pharm', '/to-dispense')).toEqual([])
  })
})

describe('prescription.cancel', () => {
  beforeEach(() => expect(steps.issue()).toBe('ok'))

  it('is for the prescriber and its hospital', () => {
    for (const signer of ['H2', 'P1']) expect(steps.cancel({}, signer), signer).toBe('prescription.unknown')
    for (const signer of ['H1:other', 'H1:desk', 'H1:ann']) {
      expect(steps.cancel({}, signer), signer).toBe('prescription.not-prescriber')
    }
    expect(steps.cancel({ subject: hashOf('another') })).toBe('prescription.unknown')
    expect(steps.cancel({}, 'H1')).toBe('ok')
    expect(steps.show()).toMatchObject({ state: 'CANCELLED', cancellation: { by: 'H1', at: MORNING } })
  })

  it('ends it for everybody', () => {
    suspend(world, 'H1:doc', 'doctor')
    expect(steps.cancel()).toBe('ok')
    expect(steps.refs('H1:pharm', '/to-review')).toEqual([])
    expect(steps.cancel()).toBe('prescription.over')
    expect(steps.review()).toBe('prescription.over')
    expect(steps.route()).toBe('prescription.over')
    expect(steps.dispense([[1, 1]])).toBe('prescription.unknown')
    expect(steps.dispense([[1, 1]], {}, 'H1:pharm')).toBe('prescription.over')
  })

  it('stops what is at the pharmacy, and keeps what was handed out', () => {
    expect(steps.review()).toBe('ok')
    expect(steps.route()).toBe('ok')
    expect(steps.dispense([[1, 5]])).toBe('ok')
    expect(steps.cancel()).toBe('ok')
    expect(steps.refs('P1:pharm', '/to-dispense')).toEqual([])
    world.pass(1)
    expect(steps.dispense([[1, 5]])).toBe('prescription.over')
    expect(steps.show()).toMatchObject({ state: 'CANCELLED', lines: [{ dispensed: 5 }, { dispensed: 0 }] })
  })

  it('comes too late for what has expired', () => {
    world.pass(DAY)
    expect(steps.cancel()).toBe('prescription.expired')
  })
})

describe('the port prescription.find', () => {
  it('says whose it is and how it stands', () => {
    expect(world.port('prescription.find')('H1:r1')).toBeUndefined()
    expect(steps.issue()).toBe('ok')
    expect(world.port('prescription.find')('H1:r1')).toEqual({
      subject: ANN,
      prescriber: 'H1:doc',
      facility: 'H1',
      issuedAt: MORNING,
      state: 'ISSUED',
    })
  })
})
