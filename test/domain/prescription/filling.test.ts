import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf } from '../support/keys.ts'
import type { World } from '../support/world.ts'
import { ANN, BOB, COPY, DAY, line, MORNING, newWorld, stepsOf, stock, suspend } from './support.ts'

let world: World
let steps: ReturnType<typeof stepsOf>
const OTHER_COPY = hashOf('a copy in which a zero was added')

beforeEach(() => {
  world = newWorld()
  steps = stepsOf(world)
  expect(steps.issue()).toBe('ok')
})

describe('prescription.review', () => {
  it('approves or rejects, once', () => {
    expect(steps.review()).toBe('ok')
    expect(steps.show()).toMatchObject({
      state: 'REVIEWED',
      review: { by: 'H1:pharm', at: MORNING, approved: true },
    })
    expect(steps.review()).toBe('prescription.reviewed')
    expect(steps.issue({ rxId: 'r2' })).toBe('ok')
    expect(steps.review({ prescription: 'H1:r2', approved: false })).toBe('ok')
    expect(steps.show('H1', 'H1:r2')?.state).toBe('REJECTED')
    expect(steps.review({ prescription: 'H1:r2' })).toBe('prescription.over')
    expect(steps.route({ prescription: 'H1:r2' })).toBe('prescription.over')
    expect(steps.cancel({ prescription: 'H1:r2' })).toBe('prescription.over')
    expect(steps.extend(2, { prescription: 'H1:r2' })).toBe('prescription.over')
  })

  it('is for a pharmacist of the reviewing member, and never for the prescriber', () => {
    expect(steps.review({}, 'H1:doc')).toBe('prescription.same-person')
    for (const signer of ['H1', 'H1:other', 'H1:desk', 'H1:ann']) {
      expect(steps.review({}, signer), signer).toBe('prescription.role')
    }
    for (const signer of ['H2:pharm', 'P1:pharm']) {
      expect(steps.review({}, signer), signer).toBe('prescription.unknown')
    }
    expect(steps.issue({ rxId: 'r2', reviewer: 'PL' })).toBe('ok')
    expect(steps.review({ prescription: 'H1:r2' })).toBe('prescription.not-reviewer')
    expect(steps.review({ prescription: 'H1:r2' }, 'PL:pharm')).toBe('ok')
  })

  it('needs the copy that the prescriber signed', () => {
    expect(steps.review({ commitment: OTHER_COPY })).toBe('prescription.tampered')
    expect(steps.review({ subject: BOB })).toBe('prescription.unknown')
    expect(steps.review({ prescription: 'H1:r9' })).toBe('prescription.unknown')
  })

  it('needs a pharmacist who may practise, and a prescription that is valid', () => {
    suspend(world, 'H1:pharm', 'pharmacist')
    expect(steps.review()).toBe('prescription.suspended')
    world.must('LB', 'credential.restore', { licenceId: 'H1-pharm', practitioner: 'H1:pharm' })
    world.pass(DAY)
    expect(steps.review()).toBe('prescription.expired')
  })
})

describe('prescription.route', () => {
  it('is for the patient, after the review, to one pharmacy at a time', () => {
    expect(steps.route()).toBe('prescription.not-reviewed')
    expect(steps.review()).toBe('ok')
    for (const signer of ['H1:bob', 'H1', 'H1:doc', 'P1:pharm']) {
      expect(steps.route({}, signer), signer).toBe('prescription.not-yours')
    }
    expect(steps.route({ subject: BOB }, 'H1:bob')).toBe('prescription.unknown')
    expect(steps.route()).toBe('ok')
    expect(steps.show()).toMatchObject({
      state: 'ROUTED',
      route: { pharmacy: 'P1', by: 'H1:ann', at: MORNING },
    })
    expect(steps.route()).toBe('prescription.routed')
    expect(steps.route({ pharmacy: 'P2' })).toBe('prescription.routed')
  })

  it('goes to members that dispense', () => {
    expect(steps.review()).toBe('ok')
    for (const pharmacy of ['PL', 'INS', 'H9']) {
      expect(steps.route({ pharmacy }), pharmacy).toBe('prescription.pharmacy-unfit')
    }
    for (const pharmacy of ['P2', 'H2', 'H1', 'P1']) {
      expect(steps.route({ pharmacy }), pharmacy).toBe('ok')
      expect(steps.release({ pharmacy }), pharmacy).toBe('ok')
    }
  })

  it("hands over the patient's copy, which must be the prescriber's", () => {
    expect(steps.review()).toBe('ok')
    expect(steps.route({}, 'H1:ann', OTHER_COPY)).toBe('prescription.tampered')
    expect(steps.show()?.state).toBe('REVIEWED')
  })

  it.each([
    ['narcotic', 'prescription.controlled'],
    ['class-1', 'prescription.controlled'],
    ['class-2', 'ok'],
    ['none', 'ok'],
  ])('a drug controlled as %s at a retail pharmacy: %s', (controlled, outcome) => {
    const prescription = 'H1:r2'
    expect(steps.issue({ rxId: 'r2', lines: [line(1), line(2, { controlled })] })).toBe('ok')
    expect(steps.review({ prescription })).toBe('ok')
    for (const pharmacy of ['P1', 'P2']) {
      expect(steps.route({ prescription, pharmacy }), pharmacy).toBe(outcome)
      if (outcome === 'ok') expect(steps.release({ prescription, pharmacy })).toBe('ok')
    }
    expect(steps.route({ prescription, pharmacy: 'H1' })).toBe('ok')
  })

  it('comes too late for what has expired', () => {
    expect(steps.review()).toBe('ok')
    world.pass(DAY)
    expect(steps.route()).toBe('prescription.expired')
  })
})

describe('prescription.release', () => {
  beforeEach(() => {
    expect(steps.review()).toBe('ok')
    expect(steps.route()).toBe('ok')
  })

  it('frees it for another pharmacy: the patient, or a pharmacist who can not fill it', () => {
    for (const signer of ['H1:bob', 'P1:clerk', 'P2:pharm', 'H1:doc']) {
      expect(steps.release({}, signer), signer).toBe('prescription.not-yours')
    }
    expect(steps.release({ pharmacy: 'P2' })).toBe('prescription.not-routed')
    expect(steps.release({ prescription: 'H1:r9' })).toBe('prescription.unknown')
    expect(steps.dispense([[1, 5]])).toBe('ok')
    expect(steps.release({}, 'P1:pharm')).toBe('ok')
    expect(steps.release()).toBe('prescription.not-routed')
    expect(steps.show()?.state).toBe('PARTLY_DISPENSED')
    expect(steps.route({ pharmacy: 'P2' })).toBe('ok')
    world.pass(1)
    expect(steps.dispense([[1, 1]])).toBe('prescription.unknown')
    expect(steps.dispense([[1, 16]], {}, 'P2:pharm')).toBe('prescription.exceeds')
    expect(
      steps.dispense(
        [
          [1, 15],
          [2, 10],
        ],
        {},
        'P2:pharm',
      ),
    ).toBe('ok')
    expect(steps.show()?.state).toBe('DISPENSED')
    expect(steps.release({ pharmacy: 'P2' })).toBe('prescription.dispensed')
  })
})

describe('prescription.dispense', () => {
  beforeEach(() => {
    expect(steps.review()).toBe('ok')
    expect(steps.route()).toBe('ok')
  })

  it('hands out in parts, never more than was prescribed, and nothing twice', () => {
    expect(steps.dispense([[1, 21]])).toBe('prescription.exceeds')
    expect(
      steps.dispense([
        [1, 20],
        [2, 4],
      ]),
    ).toBe('ok')
    expect(steps.show()).toMatchObject({
      state: 'PARTLY_DISPENSED',
      lines: [{ dispensed: 20 }, { dispensed: 4 }],
    })
    world.pass(1)
    expect(steps.dispense([[1, 1]])).toBe('prescription.exceeds')
    expect(steps.dispense([[2, 7]])).toBe('prescription.exceeds')
    expect(steps.dispense([[2, 6]])).toBe('ok')
    expect(steps.show()?.state).toBe('DISPENSED')
    world.pass(1)
    expect(
      steps.dispense([
        [1, 20],
        [2, 10],
      ]),
    ).toBe('prescription.dispensed')
    for (const outcome of [steps.review(), steps.route(), steps.cancel(), steps.extend(2)]) {
      expect(outcome).toBe('prescription.dispensed')
    }
  })

  it('records each dispensing once', () => {
    expect(steps.dispense([[1, 5]], { dispenseId: 'd1' })).toBe('ok')
    expect(steps.dispense([[1, 5]], { dispenseId: 'd1' })).toBe('prescription.dispense-exists')
    expect(steps.show()).toMatchObject({ lines: [{ dispensed: 5 }, {}] })
  })

  it('names lines of the prescription, each once', () => {
    expect(steps.dispense([[3, 1]])).toBe('prescription.line-unknown')
    expect(
      steps.dispense([
        [1, 1],
        [1, 1],
      ]),
    ).toBe('prescription.lines')
    expect(
      steps.dispense([
        [1, 1],
        [2, 11],
      ]),
    ).toBe('prescription.exceeds')
    expect(steps.show()).toMatchObject({ state: 'ROUTED', lines: [{ dispensed: 0 }, {}] })
  })

  it('is for a pharmacist of the pharmacy that has it, who may practise', () => {
    for (const signer of ['P1', 'P1:clerk', 'H1:doc', 'H1:ann']) {
      expect(steps.dispense([[1, 1]], {}, signer), signer).toBe('prescription.role')
    }
    expect(steps.dispense([[1, 1]], {}, 'P2:pharm')).toBe('prescription.unknown')
    expect(steps.dispense([[1, 1]], {}, 'H1:pharm')).toBe('prescription.not-routed')
    suspend(world, 'P1:pharm', 'pharmacist')
    expect(steps.dispense([[1, 1]])).toBe('prescription.suspended')
  })

  it('needs the copy that the prescriber signed', () => {
    expect(steps.dispense([[1, 1]], { commitment: OTHER_COPY })).toBe('prescription.tampered')
    expect(steps.dispense([[1, 1]], { subject: BOB })).toBe('prescription.unknown')
    expect(steps.dispense([[1, 1]], { prescription: 'H1:r9' })).toBe('prescription.unknown')
  })

  it('ends with the day', () => {
    world.pass(DAY - 1)
    expect(steps.dispense([[1, 1]])).toBe('ok')
    world.pass(1)
    expect(steps.dispense([[1, 1]])).toBe('prescription.expired')
    expect(steps.show()).toMatchObject({ state: 'EXPIRED', lines: [{ dispensed: 1 }, {}] })
  })

  it('hands packs over to supply, or nothing at all', () => {
    const packs = ['06901234567892:A1', '81234560123456789012']
    stock(world, 'P1', ...packs)
    expect(steps.dispense([[1, 5]], { packs: [packs[0], 'x'] })).toBe('form.payload /payload/packs/1')
    expect(steps.dispense([[1, 5]], { packs: [packs[0], '06901234567892:A9'] })).toMatch(/^supply\./)
    expect(steps.show()).toMatchObject({ state: 'ROUTED', lines: [{ dispensed: 0 }, {}] })
    expect(steps.dispense([[1, 5]], { packs })).toBe('ok')
    world.pass(1)
    expect(steps.dispense([[1, 5]], { packs: [packs[1]] })).toMatch(/^supply\./)
    expect(world.list('P1', 'prescription', '/dispensed')).toMatchObject([{ packs }])
  })
})

describe('who may read prescriptions', () => {
  beforeEach(() => {
    expect(steps.issue({ rxId: 'r2', subject: BOB, reviewer: 'PL' }, 'H1:other')).toBe('ok')
    expect(steps.review()).toBe('ok')
    expect(steps.route()).toBe('ok')
    expect(steps.dispense([[1, 5]], { dispenseId: 'd1' })).toBe('ok')
  })
  const refs = (...query: Parameters<typeof steps.refs>) => steps.refs(...query)

  it('the patient its own, and everything handed out on them', () => {
    expect(refs('H1:ann', '/prescriptions', { subject: ANN })).toEqual(['H1:r1'])
    expect(refs('H1:ann', '/prescriptions', { subject: BOB })).toBeUndefined()
    for (const reader of ['H1', 'H1:doc', 'P1:pharm']) {
      expect(refs(reader, '/prescriptions', { subject: ANN }), reader).toBeUndefined()
    }
    expect(refs('H1:ann', '/dispensings', { prescription: 'H1:r1' })).toEqual(['P1:d1'])
    expect(refs('H1:bob', '/dispensings', { prescription: 'H1:r1' })).toBeUndefined()
    expect(refs('H1:ann', '/dispensings', { prescription: 'H1:r9' })).toBeUndefined()
    expect(world.list('H1:doc', 'prescription', '/dispensings', { prescription: 'H1:r1' })).toEqual([
      {
        ref: 'P1:d1',
        pharmacy: 'P1',
        prescription: 'H1:r1',
        subject: ANN,
        quantities: [{ line: 1, quantity: 5 }],
        by: 'P1:pharm',
        at: MORNING,
      },
    ])
  })

  it('one prescription: patient, hospital, reviewers, and the pharmacy while it has it', () => {
    for (const reader of ['H1:ann', 'H1:desk', 'H1:other', 'P1:clerk']) {
      expect(steps.show(reader), reader).toMatchObject({ ref: 'H1:r1' })
    }
    for (const reader of ['H1:bob', 'H2:doc', 'P2:pharm', 'PL:pharm', 'INS']) {
      expect(steps.show(reader), reader).toBeUndefined()
    }
    expect(steps.show('PL:pharm', 'H1:r2')).toMatchObject({ reviewer: 'PL' })
    expect(steps.show('H1', 'H1:r9')).toBeUndefined()
    expect(steps.release()).toBe('ok')
    expect(steps.show('P1:pharm')).toBeUndefined()
    expect(refs('P1:pharm', '/dispensed')).toEqual(['P1:d1'])
    expect(JSON.stringify(steps.show('H1'))).not.toContain(COPY)
  })

  it('a hospital and a doctor what they prescribed', () => {
    expect(refs('H1:desk', '/issued')).toEqual(['H1:r1', 'H1:r2'])
    expect(refs('H2', '/issued')).toEqual([])
    expect(refs('H1:ann', '/issued')).toBeUndefined()
    expect(refs('H1:doc', '/prescribed')).toEqual(['H1:r1'])
    expect(refs('H1:other', '/prescribed')).toEqual(['H1:r2'])
    for (const reader of ['H1', 'H1:pharm']) expect(refs(reader, '/prescribed'), reader).toBeUndefined()
  })

  it('pharmacists what waits for them, in pages', () => {
    expect(refs('PL:pharm', '/to-review')).toEqual(['H1:r2'])
    expect(refs('PL', '/to-review')).toEqual(['H1:r2'])
    expect(refs('H1:pharm', '/to-review')).toEqual([])
    for (const reader of ['H1:doc', 'H1:desk', 'PL:doc', 'H1:ann']) {
      expect(refs(reader, '/to-review'), reader).toBeUndefined()
    }
    for (const rxId of ['r3', 'r4', 'r5']) expect(steps.issue({ rxId })).toBe('ok')
    const page = world.read('H1:pharm', 'prescription', '/to-review', { limit: 2 }) as { next: string }
    expect(page).toMatchObject({ items: [{ ref: 'H1:r3' }, { ref: 'H1:r4' }] })
    const rest = world.read('H1:pharm', 'prescription', '/to-review', { limit: 2, cursor: page.next })
    expect(rest).toMatchObject({ items: [{ ref: 'H1:r5' }] })
  })

  it('a pharmacy its queue until all is handed out', () => {
    expect(refs('P1:clerk', '/to-dispense')).toEqual(['H1:r1'])
    expect(refs('P2:pharm', '/to-dispense')).toEqual([])
    expect(refs('H1:ann', '/to-dispense')).toBeUndefined()
    world.pass(1)
    expect(
      steps.dispense(
        [
          [1, 15],
          [2, 10],
        ],
        { dispenseId: 'd2' },
      ),
    ).toBe('ok')
    expect(refs('P1:clerk', '/to-dispense')).toEqual([])
    expect(refs('P1:clerk', '/dispensed')).toEqual(['P1:d1', 'P1:d2'])
    expect(refs('P2:pharm', '/dispensed')).toEqual([])
    expect(refs('H1:ann', '/dispensed')).toBeUndefined()
  })

  it.each([
    ['issue', 'H1:doc', { subject: ANN, reviewer: 'PL' }, ['H1:ann', 'H1:desk', 'PL:pharm']],
    ['review', 'PL:pharm', { prescription: 'H1:r1', subject: ANN }, ['H1:ann', 'H1:desk', 'PL:pharm']],
    [
      'route',
      'H1:ann',
      { prescription: 'H1:r1', subject: ANN, pharmacy: 'P1' },
      ['H1:ann', 'H1:desk', 'P1:pharm'],
    ],
    [
      'release',
      'H1:ann',
      { prescription: 'H1:r1', subject: ANN, pharmacy: 'P1' },
      ['H1:ann', 'H1:desk', 'P1:pharm'],
    ],
    ['dispense', 'P1:pharm', { prescription: 'H1:r1', subject: ANN }, ['H1:ann', 'H1:desk', 'P1:clerk']],
    ['extend', 'H1:doc', { prescription: 'H1:r1', subject: ANN }, ['H1:ann', 'H1:desk']],
    ['cancel', 'H1:doc', { prescription: 'H1:r1', subject: ANN }, ['H1:ann', 'H1:desk']],
  ])('parties of %s', (verb, signer, payload, expected) => {
    const parties = world.parties(signer, `prescription.${verb}`, payload)
    const readers = [
      'H1:ann',
      'H1:bob',
      'H1:desk',
      'H2:doc',
      'P1:pharm',
      'P1:clerk',
      'P2:pharm',
      'PL:pharm',
      'INS',
    ]
    const seen = readers.filter((reader) => world.isParty(reader, parties))
    expect(seen).toEqual(expect.arrayContaining(expected))
    const members = new Set(expected.map((reader) => reader.split(':')[0]))
    for (const reader of seen) expect(members, reader).toContain(reader.split(':')[0])
    expect(seen).not.toContain('H1:bob')
  })
})
