import { beforeEach, describe, expect, it } from 'vitest'
import type { World } from '../support/world.ts'
import { HOUR, Steps, wasteWorld } from './support.ts'

let world: World
let steps: Steps
beforeEach(() => {
  world = wasteWorld()
  steps = new Steps(world)
})

const balance = () =>
  (world.list('H', 'waste', '/balances', { hospital: 'H' }) as { [name: string]: number }[]).map(
    ({ sealed, destroyed, inHand, explained }) => [sealed, destroyed, inHand, explained],
  )
const resolve = (signer: string, grams: number, item = 'H:b1') =>
  steps.run(signer, 'resolve', { item, grams })

describe('a bag that lost weight', () => {
  it.each([
    [10_000, 9_801, 'COLLECTED'],
    [10_000, 9_800, 'COLLECTED'],
    [10_000, 9_799, 'DISCREPANT'],
    [10_000, 10_201, 'DISCREPANT'],
    [1_000, 950, 'COLLECTED'],
    [1_000, 949, 'DISCREPANT'],
  ])('of %i g that weighs %i g is %s', (sealed, weighed, state) => {
    expect(steps.seal('b1', sealed)).toBe('ok')
    expect(steps.offer('o1', ['H:b1'])).toBe('ok')
    expect(steps.accept('H:o1', { 'H:b1': weighed })).toBe('ok')
    expect(steps.item('H:b1')).toMatchObject({ state, holder: 'H:collector' })
  })

  describe('on the way to the hauler', () => {
    beforeEach(() => {
      expect(steps.seal('b1', 5_000)).toBe('ok')
      steps.bring('b1', 'stored', 5_000)
      expect(steps.manifest('m1', ['H:b1'])).toBe('ok')
      expect(steps.accept('H:m1', { 'H:b1': 4_000 }, 'HAUL:driver')).toBe('ok')
    })
    const state = () => [resolve('H', 4_000), resolve('HAUL:driver', 4_000)]

    it('is known to both links and the bureau, and to nobody else', () => {
      expect(steps.item('H:b1', 'HAUL')).toMatchObject({
        state: 'DISCREPANT',
        holder: 'HAUL',
        grams: 5_000,
        discrepancy: { expected: 5_000, measured: 4_000, between: ['H', 'HAUL'], stated: [] },
      })
      const differences = world.list('BUREAU', 'waste', '/discrepancies')
      expect(differences).toMatchObject([{ item: 'H:b1', measured: 4_000 }])
      const alarm = { kind: 'discrepancy', items: ['H:b1'], by: 'HAUL:driver' }
      for (const reader of ['H', 'HAUL', 'BUREAU']) {
        expect(world.list(reader, 'waste', '/alarms'), reader).toMatchObject([alarm])
      }
      expect(world.list('PLANT', 'waste', '/alarms')).toEqual([])
    })

    it.each<[what: string, run: () => string, outcome: string]>([
      ['shipped', () => steps.ship('s1', 'H:m1', ['H:b1']), 'waste.discrepant'],
      ['offered on', () => steps.offer('o2', ['H:b1'], 'H', 'HAUL'), 'waste.discrepant'],
      ['explained by the plant', () => resolve('PLANT', 4_000), 'waste.unknown'],
      ['explained by another hospital', () => resolve('H2', 4_000), 'waste.unknown'],
      ['explained by an enterprise', () => resolve('SCRAP', 4_000), 'waste.unknown'],
      ['explained by a patient', () => resolve('H:patient', 4_000), 'waste.unknown'],
      ['resolved before the links have spoken', () => resolve('BUREAU', 4_000), 'waste.not-stated'],
      ['taken for another bag', () => resolve('BUREAU', 4_000, 'H:b9'), 'waste.unknown'],
    ])('is not %s', (_, run, outcome) => {
      expect(run()).toBe(outcome)
    })

    it('stays in hand on paper until the links say the same and the bureau agrees', () => {
      expect(resolve('H:nurse', 5_000)).toBe('ok')
      expect(resolve('HAUL:driver', 4_000)).toBe('ok')
      expect(resolve('BUREAU', 4_000)).toBe('waste.not-stated')
      expect(resolve('H', 4_000)).toBe('ok')
      expect(balance()).toEqual([[5_000, 0, 5_000, 0]])
      expect(resolve('BUREAU:officer', 4_000)).toBe('ok')
      expect(balance()).toEqual([[5_000, 0, 4_000, 1_000]])
      expect(resolve('BUREAU', 4_000)).toBe('waste.not-discrepant')
      expect(world.list('BUREAU', 'waste', '/discrepancies')).toEqual([])
    })

    it('goes on once it is resolved, at its new weight', () => {
      expect([...state(), resolve('BUREAU', 4_000)]).toEqual(['ok', 'ok', 'ok'])
      expect(steps.ship('s1', 'H:m1', ['H:b1'])).toBe('ok')
      expect(steps.receive('HAUL:s1', { 'H:b1': 4_000 })).toBe('ok')
      expect(steps.destroy('H:b1', 4_000)).toBe('ok')
      expect(balance()).toEqual([[5_000, 4_000, 0, 1_000]])
    })

    it('has the event of the wrong weight and the one that corrects it name each other', () => {
      expect([...state(), resolve('BUREAU', 4_000)]).toEqual(['ok', 'ok', 'ok'])
      const trace = world.list('H', 'waste', '/trace', { item: 'H:b1' }) as {
        verb: string
        event: string
        facts: { corrects?: string; corrected?: { by: string }[] }
      }[]
      const resolved = trace.find(({ verb }) => verb === 'resolve')!
      const wrong = trace.find(({ event }) => event === resolved.facts.corrects)!
      expect(wrong.verb).toBe('accept')
      expect(wrong.facts.corrected).toMatchObject([{ by: resolved.event }])
    })
  })

  it('at the furnace stays in hand on paper until it is explained', () => {
    expect(steps.seal('b1', 5_000)).toBe('ok')
    steps.bring('b1', 'plant', 5_000)
    expect(steps.destroy('H:b1', 3_000)).toBe('ok')
    expect(steps.item('H:b1')).toMatchObject({ state: 'DISCREPANT', ended: { how: 'destroyed' } })
    expect(balance()).toEqual([[5_000, 0, 5_000, 0]])
    // The hospital may know of it; what the plant weighed is not its to state.
    expect(resolve('H', 3_000)).toBe('waste.not-concerned')
    expect(resolve('PLANT', 3_000)).toBe('ok')
    expect(resolve('BUREAU', 3_000)).toBe('ok')
    expect(balance()).toEqual([[5_000, 3_000, 0, 2_000]])
    expect(steps.item('H:b1')).toMatchObject({ state: 'DESTROYED', grams: 3_000 })
  })
})

describe('boxes', () => {
  const pack = (items: readonly string[], more: object = {}, signer = 'H:collector') =>
    steps.run(signer, 'pack', { boxId: 'box', class: 'infectious', items, ...more })
  const unpack = (items: readonly string[], signer = 'H:collector', box = 'H:box') =>
    steps.run(signer, 'unpack', { box, items })
  const stored = (bag: string, grams: number, more: object = {}) => {
    expect(steps.seal(bag, grams, more)).toBe('ok')
    steps.bring(bag, 'stored', grams)
  }

  it('move as one, and their bags with them', () => {
    stored('b1', 1_000)
    stored('b2', 2_000)
    expect(pack(['H:b1', 'H:b2'])).toBe('ok')
    expect(world.list('H', 'waste', '/contents', { item: 'H:box' })).toMatchObject([
      { item: 'H:b1' },
      { item: 'H:b2' },
    ])
    expect(steps.item('H:b1')).toMatchObject({ parent: 'H:box', outermost: 'H:box', holder: 'H:collector' })
    expect(steps.manifest('m1', ['H:b1'])).toBe('waste.packed')
    expect(steps.manifest('m1', ['H:box'])).toBe('ok')
    expect(steps.accept('H:m1', { 'H:box': 2_970 }, 'HAUL:driver')).toBe('ok')
    expect(steps.item('H:b2')).toMatchObject({ holder: 'HAUL', state: 'TRANSPORT', grams: 2_000 })
    expect(unpack(['H:b1'], 'HAUL:driver')).toBe('waste.stage')
    expect(steps.ship('s1', 'H:m1', ['H:box'])).toBe('ok')
    expect(steps.receive('HAUL:s1', { 'H:box': 2_970 })).toBe('ok')
    expect(steps.destroy('H:box', 2_960)).toBe('ok')
    expect(steps.item('H:b2')).toMatchObject({ state: 'DESTROYED' })
    expect(balance()).toEqual([[3_000, 2_960, 0, 40]])
    const verbs = (world.list('H', 'waste', '/trace', { item: 'H:b2' }) as { verb: string }[]).map(
      ({ verb }) => verb,
    )
    expect(verbs).toEqual([
      'destroy',
      'receive',
      'ship',
      'accept',
      'open-manifest',
      'pack',
      'store',
      'accept',
      'offer',
      'seal',
    ])
  })

  it('take nothing of another class, but a small labelled pharmaceutical amount with infectious waste', () => {
    stored('b1', 9_000)
    stored('drugs', 1_000, { class: 'pharmaceutical' })
    stored('more', 200, { class: 'pharmaceutical' })
    stored('needles', 500, { class: 'sharps', container: 'sharps-box' })
    expect(pack(['H:b1', 'H:needles'])).toBe('waste.mixed')
    expect(pack(['H:needles', 'H:drugs'], { class: 'sharps' })).toBe('waste.mixed')
    expect(pack(['H:b1', 'H:drugs'])).toBe('waste.mixed')
    expect(pack(['H:b1', 'H:drugs', 'H:more'], { labelled: true })).toBe('waste.mixed')
    expect(pack(['H:b1', 'H:drugs'], { labelled: true })).toBe('ok')
    expect(pack(['H:more'])).toBe('waste.mixed')
    expect(pack(['H:needles'], { class: 'sharps' })).toBe('waste.class')
    expect(pack(['H:box'])).toBe('waste.not-container')
    expect(steps.item('H:box')).toMatchObject({ class: 'infectious', labelled: true, grams: 10_000 })
    // The amount of another class needs its authorisation too, and a method for it.
    const only = { member: 'HAUL', classes: ['infectious'], until: world.time + HOUR }
    world.must('BUREAU', 'waste.authorise', only)
    expect(steps.manifest('m1', ['H:box'])).toBe('waste.unauthorised')
    expect(steps.manifest('m1', ['H:box'], { hauler: 'HAUL2' })).toBe('ok')
  })

  it('are filled and opened by who holds them, at one stage', () => {
    stored('b1', 1_000)
    expect(steps.seal('b2')).toBe('ok')
    expect(pack(['H:b2'])).toBe('waste.not-holder')
    expect(pack(['H:b1', 'H:b2'], {}, 'H')).toBe('waste.not-holder')
    steps.bring('b2', 'collected')
    expect(pack(['H:b1', 'H:b2'])).toBe('waste.stage')
    expect(pack(['H:b1'])).toBe('ok')
    expect(pack(['H:b2'])).toBe('waste.stage')
    expect(steps.run('H:collector', 'pack', { boxId: 'b2', class: 'infectious', items: ['H:b2'] })).toBe(
      'waste.not-container',
    )
    expect(unpack(['H:b2'])).toBe('waste.not-in-container')
    expect(unpack(['H:b1'], 'H:nurse')).toBe('waste.not-holder')
    expect(unpack(['H:b1'])).toBe('ok')
    expect(steps.item('H:box')).toMatchObject({ state: 'UNPACKED' })
    expect(steps.item('H:b1')).toMatchObject({ holder: 'H:collector', state: 'STORED' })
    expect(unpack(['H:b1'])).toBe('waste.ended')
    expect(world.list('H', 'waste', '/inventory')).toMatchObject([{ item: 'H:b1' }, { item: 'H:b2' }])
  })

  it('hold as much as the parameters allow', () => {
    world = wasteWorld({ 'waste.childrenMax': 1 })
    steps = new Steps(world)
    stored('b1', 1_000)
    stored('b2', 1_000)
    expect(pack(['H:b1', 'H:b2'])).toBe('waste.container-full')
    expect(pack(['H:b1'])).toBe('ok')
    expect(pack(['H:b2'])).toBe('waste.container-full')
  })

  it('that weigh otherwise than their bags end with that difference explained', () => {
    expect(steps.seal('b1', 5_000)).toBe('ok')
    steps.bring('b1', 'stored', 5_000)
    expect(pack(['H:b1'])).toBe('ok')
    expect(steps.offer('o9', ['H:box'], 'H:nurse', 'H:collector')).toBe('ok')
    expect(steps.accept('H:o9', { 'H:box': 4_970 }, 'H:nurse')).toBe('ok')
    expect(balance()).toEqual([[5_000, 0, 4_970, 30]])
    expect(unpack(['H:b1'], 'H:nurse')).toBe('ok')
    expect(balance()).toEqual([[5_000, 0, 5_000, 0]])
  })
})

describe('deadlines', () => {
  const overdue = () => world.list('BUREAU', 'waste', '/overdue') as { item: string; deadline: string }[]
  const alarms = (reader = 'BUREAU') =>
    (world.list(reader, 'waste', '/alarms') as { kind: string; items: string[] }[]).map(({ kind }) => kind)

  describe('of the store and of the furnace', () => {
    const leaveStoreLate = () => {
      world.pass(48 * HOUR + 1)
      expect(steps.manifest('m1', ['H:b1'])).toBe('ok')
      expect(steps.accept('H:m1', { 'H:b1': 1_000 }, 'HAUL:driver')).toBe('ok')
    }
    beforeEach(() => {
      expect(steps.seal('b1')).toBe('ok')
      steps.bring('b1', 'stored')
    })

    it.each([
      [0, false],
      [1, true],
    ])('read as breached to the second: %i s after, %s', (seconds, isOverdue) => {
      world.pass(48 * HOUR + seconds)
      const row = { item: 'H:b1', deadline: 'store', holder: 'H:collector', grams: 1_000 }
      expect(overdue()).toMatchObject(isOverdue ? [row] : [])
      expect(steps.item('H:b1')).toMatchObject({ overdue: isOverdue })
      // What only reads as late is no event yet.
      expect(alarms()).toEqual([])
    })

    it('are an alarm when the item moves on late', () => {
      leaveStoreLate()
      expect(overdue()).toEqual([])
      expect(alarms()).toEqual(['overdue-store'])
      world.pass(24 * HOUR + 1)
      expect(overdue()).toMatchObject([{ deadline: 'destruction', holder: 'HAUL' }])
    })

    it('stay known to those whom they concern', () => {
      leaveStoreLate()
      world.pass(24 * HOUR + 1)
      expect(steps.ship('s1', 'H:m1', ['H:b1'])).toBe('ok')
      expect(steps.receive('HAUL:s1', { 'H:b1': 1_000 })).toBe('ok')
      expect(steps.destroy('H:b1')).toBe('ok')
      expect(overdue()).toEqual([])
      const both = ['overdue-store', 'overdue-destruction']
      expect([alarms(), alarms('H'), alarms('PLANT')]).toEqual([both, both, both.slice(1)])
    })
  })

  it('are not forgotten where waste comes back', () => {
    expect(steps.seal('b1')).toBe('ok')
    steps.bring('b1', 'transport')
    world.pass(24 * HOUR + 1)
    expect(steps.offer('r1', ['H:b1'], 'H', 'HAUL')).toBe('ok')
    expect(steps.accept('HAUL:r1', { 'H:b1': 1_000 })).toBe('ok')
    expect(alarms()).toEqual(['overdue-destruction'])
    expect(overdue()).toEqual([])
  })

  it('begin in the department, and a box keeps the earliest of its bags', () => {
    expect(steps.seal('b1')).toBe('ok')
    world.pass(HOUR)
    expect(steps.seal('b2')).toBe('ok')
    const box = { boxId: 'box', class: 'infectious', items: ['H:b1', 'H:b2'] }
    expect(steps.run('H:nurse', 'pack', box)).toBe('ok')
    world.pass(24 * HOUR - HOUR - 1)
    expect(overdue()).toMatchObject([{ item: 'H:box', deadline: 'department' }])
    expect(steps.store(['H:box'], 'H:nurse')).toBe('ok')
    expect(alarms()).toEqual(['overdue-department'])
  })

  it('are lists with pages', () => {
    for (const bag of ['b1', 'b2', 'b3']) expect(steps.seal(bag)).toBe('ok')
    world.pass(25 * HOUR)
    const page = world.read('BUREAU', 'waste', '/overdue', { limit: 2 }) as { items: object[]; next: string }
    expect(page.items).toHaveLength(2)
    expect(world.read('BUREAU', 'waste', '/overdue', { limit: 2, cursor: page.next })).toMatchObject({
      items: [{ item: 'H:b3' }],
    })
  })
})
