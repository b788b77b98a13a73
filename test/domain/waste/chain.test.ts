import { beforeEach, describe, expect, it } from 'vitest'
import { weigh } from '../support/scales.ts'
import type { World } from '../support/world.ts'
import { ALL, HOUR, Steps, wasteWorld, YEAR } from './support.ts'

let world: World
let steps: Steps
beforeEach(() => {
  world = wasteWorld()
  steps = new Steps(world)
})

const seen = (read: unknown) => read as { readonly [name: string]: unknown }[]

describe('waste.authorise and waste.withdraw', () => {
  const grant = (more = {}, signer = 'BUREAU') =>
    world.run(signer, 'waste.authorise', {
      member: 'HAUL',
      classes: ['sharps'],
      until: world.time + YEAR,
      ...more,
    })
  const withdraw = (member: string, signer = 'BUREAU') => world.run(signer, 'waste.withdraw', { member })
  const known = () => world.read('SCRAP', 'waste', '/authorisations/:member', { member: 'HAUL' })

  it('are for the environment bureau, about those who handle waste', () => {
    for (const signer of ['H', 'HAUL', 'SCRAP', 'H:patient']) {
      expect(grant({}, signer), signer).toBe('waste.role')
      expect(withdraw('HAUL', signer), signer).toBe('waste.role')
    }
    for (const member of ['SCRAP', 'nobody']) expect(grant({ member })).toBe('waste.member-unfit')
    expect(grant({ until: world.time })).toBe('waste.period')
    expect(known()).toMatchObject({ classes: ALL, valid: true, by: 'BUREAU:officer' })
    expect(grant()).toBe('ok')
    expect(known()).toMatchObject({ classes: ['sharps'], valid: true })
    expect(withdraw('HAUL')).toBe('ok')
    expect(withdraw('HAUL')).toBe('waste.not-authorised')
    expect(known()).toBeUndefined()
  })

  it('end by themselves', () => {
    expect(grant({ member: 'H', classes: ALL, until: world.time + 10 })).toBe('ok')
    expect(steps.seal('b1')).toBe('ok')
    world.pass(10)
    expect(steps.seal('b2')).toBe('waste.unauthorised')
    expect(withdraw('H')).toBe('waste.not-authorised')
  })
})

describe('waste.seal', () => {
  it('puts a weighed bag into the hands of who sealed it', () => {
    expect(steps.seal('b1', 1_234)).toBe('ok')
    expect(steps.item('H:b1', 'H')).toMatchObject({
      holder: 'H:nurse',
      outermost: 'H:b1',
      class: 'infectious',
      grams: 1_234,
      state: 'SEALED',
      department: 'ward-3',
      overdue: false,
      contents: [{ kind: 'infectious', batch: '2023-11', amount: 1_234 }],
      due: { deadline: 'department', at: world.time + 24 * HOUR },
    })
    expect(steps.seal('b1')).toBe('waste.exists')
    expect(world.list('H', 'waste', '/balances', { hospital: 'H' })).toEqual([
      { month: '2023-11', class: 'infectious', sealed: 1_234, destroyed: 0, inHand: 1_234, explained: 0 },
    ])
  })

  it('is for staff of hospitals that are authorised for the class', () => {
    for (const signer of ['HAUL:driver', 'BUREAU', 'SCRAP', 'H:patient', 'H:scale']) {
      expect(steps.seal('b1', 1_000, {}, signer), signer).toBe('waste.role')
    }
    world.must('BUREAU', 'waste.authorise', { member: 'H', classes: ['sharps'], until: world.time + YEAR })
    expect(steps.seal('b1')).toBe('waste.unauthorised')
  })

  it('takes sharps in their box, and nothing else there', () => {
    expect(steps.seal('b1', 500, { class: 'sharps' })).toBe('waste.container')
    expect(steps.seal('b1', 500, { container: 'sharps-box' })).toBe('waste.container')
    expect(steps.seal('b1', 500, { class: 'sharps', container: 'sharps-box' })).toBe('ok')
  })

  it('takes the word of a scale of its own only, about this bag, taken now', () => {
    const at = () => world.time + 1
    const seal = (weight: object) => steps.seal('b1', 1_000, { weight })
    for (const scale of ['H2:scale', 'H:nurse', 'nobody']) {
      expect(seal(weigh(scale, 'H:b1', 1_000, at())), scale).toBe('waste.scale')
    }
    world.must('H', 'identity.suspend', { actor: 'H:scale' })
    expect(seal(weigh('H:scale', 'H:b1', 1_000, at()))).toBe('waste.scale')
    world.must('H', 'identity.restore', { actor: 'H:scale' })
    const good = weigh('H:scale', 'H:b1', 1_000, at())
    expect(seal({ ...good, grams: 900 })).toBe('waste.weight-signature')
    expect(seal({ ...good, at: good.at + 1 })).toBe('waste.weight-signature')
    expect(seal(weigh('H:scale', 'H:b2', 1_000, at()))).toBe('waste.weight-signature')
    expect(seal(weigh('H:scale', 'H:b1', 1_000, at() - HOUR - 1))).toBe('waste.weight-time')
    expect(seal(weigh('H:scale', 'H:b1', 1_000, at() + 301))).toBe('waste.weight-time')
    expect(seal(weigh('H:scale', 'H:b1', 1_000, at() - HOUR))).toBe('ok')
  })
})

describe('waste.offer and waste.accept', () => {
  beforeEach(() => {
    expect(steps.seal('b1')).toBe('ok')
    expect(steps.seal('b2', 2_000)).toBe('ok')
  })

  it('move a bag only when the named receiver takes it', () => {
    expect(steps.offer('o1', ['H:b1', 'H:b2'])).toBe('ok')
    expect(steps.item('H:b1')).toMatchObject({ holder: 'H:nurse', state: 'OFFERED', offer: 'H:o1' })
    expect(seen(world.list('H:collector', 'waste', '/offers'))).toMatchObject([
      { ref: 'H:o1', from: 'H:nurse', to: 'H:collector', state: 'OFFERED' },
    ])
    expect(steps.accept('H:o1', { 'H:b1': 1_000, 'H:b2': 2_000 }, 'H:nurse')).toBe('waste.not-receiver')
    expect(steps.offer('o2', ['H:b1'])).toBe('waste.offered')
    expect(steps.store(['H:b1'], 'H:nurse')).toBe('waste.offered')
    expect(steps.accept('H:o1', { 'H:b1': 1_000 })).toBe('waste.weights')
    expect(steps.accept('H:o1', { 'H:b1': 1_000, 'H:b9': 2_000 })).toBe('waste.weights')
    expect(steps.accept('H:o1', { 'H:b1': 990, 'H:b2': 2_010 })).toBe('ok')
    expect(steps.item('H:b1')).toMatchObject({ holder: 'H:collector', state: 'COLLECTED', grams: 990 })
    expect(world.list('H', 'waste', '/offers')).toEqual([])
    expect(world.read('H', 'waste', '/handovers/:ref', { ref: 'H:o1' })).toMatchObject({
      state: 'RECEIVED',
      purpose: 'collection',
      answer: { by: 'H:collector', accepted: ['H:b1', 'H:b2'] },
    })
    expect(steps.accept('H:o1', { 'H:b1': 990, 'H:b2': 2_010 })).toBe('waste.handover-over')
    // 10 g less and 10 g more are explained by the tolerance: nothing is lost.
    expect(world.list('H', 'waste', '/balances', { hospital: 'H' })).toMatchObject([
      { sealed: 3_000, inHand: 3_000, explained: 0 },
    ])
  })

  it('are for the holder, and a receiver there is', () => {
    expect(steps.offer('o1', ['H:b1'], 'H:collector', 'H:collector')).toBe('waste.not-holder')
    expect(steps.offer('o1', ['H:b9'])).toBe('waste.unknown')
    expect(steps.offer('o1', ['H:b1'], 'H:nobody')).toBe('waste.receiver-unfit')
    for (const to of ['H:patient', 'H:scale'])
      expect(steps.offer('o1', ['H:b1'], to)).toBe('waste.not-next-link')
    expect(steps.accept('H:o9', { 'H:b1': 1 })).toBe('waste.handover-unknown')
    // The hospital's own key speaks for its people.
    expect(steps.offer('o1', ['H:b1'], 'H:collector', 'H')).toBe('ok')
    expect(steps.offer('o1', ['H:b2'], 'H:collector', 'H')).toBe('waste.handover-exists')
    expect(steps.accept('H:o1', { 'H:b1': 1_000 }, 'H')).toBe('ok')
    expect(steps.offer('o2', ['H:b1', 'H:b2'], 'H:collector', 'H')).toBe('waste.not-holder')
  })

  it('sell nothing: only the next link receives', () => {
    for (const to of ['SCRAP', 'H2', 'H2:nurse', 'HAUL', 'PLANT', 'BUREAU']) {
      expect(steps.offer('o1', ['H:b1'], to), to).toBe('waste.not-next-link')
    }
  })

  it('are taken back by who offered, or declined', () => {
    const cancel = (signer: string, offer = 'H:o1') => steps.run(signer, 'cancel', { offer })
    expect(steps.offer('o1', ['H:b1'])).toBe('ok')
    expect(cancel('HAUL')).toBe('waste.handover-unknown')
    expect(cancel('H:nurse', 'H:o9')).toBe('waste.handover-unknown')
    expect(cancel('H:nurse')).toBe('ok')
    expect(cancel('H:nurse')).toBe('waste.handover-over')
    expect(steps.offer('o2', ['H:b1'])).toBe('ok')
    expect(cancel('H:collector', 'H:o2')).toBe('ok')
    expect(steps.item('H:b1')).toMatchObject({ holder: 'H:nurse', state: 'SEALED' })
    expect(world.read('H', 'waste', '/handovers/:ref', { ref: 'H:o2' })).toMatchObject({ state: 'DECLINED' })
  })

  it('use a weight once', () => {
    const weight = steps.weights('H', { 'H:b1': 1_000 })
    expect(steps.offer('o1', ['H:b1'])).toBe('ok')
    expect(steps.run('H:collector', 'accept', { offer: 'H:o1', weights: weight })).toBe('ok')
    expect(steps.offer('o2', ['H:b1'], 'H:nurse', 'H:collector')).toBe('ok')
    expect(steps.run('H:nurse', 'accept', { offer: 'H:o2', weights: weight })).toBe('waste.weight-time')
  })
})

describe('from the store to the furnace', () => {
  beforeEach(() => {
    expect(steps.seal('b1')).toBe('ok')
    expect(steps.seal('b2', 2_000)).toBe('ok')
  })

  it('goes on a manifest, link by link', () => {
    steps.bring('b1', 'stored')
    steps.bring('b2', 'stored', 2_000)
    expect(steps.manifest('m1', ['H:b1', 'H:b2'])).toBe('ok')
    expect(seen(world.list('HAUL:driver', 'waste', '/offers'))).toMatchObject([{ ref: 'H:m1' }])
    expect(steps.accept('H:m1', { 'H:b1': 1_000, 'H:b2': 2_000 }, 'HAUL:driver')).toBe('ok')
    expect(steps.item('H:b1', 'HAUL')).toMatchObject({
      holder: 'HAUL',
      state: 'TRANSPORT',
      manifest: 'H:m1',
      due: { deadline: 'destruction', at: world.time + 24 * HOUR },
    })
    expect(seen(world.list('HAUL', 'waste', '/inventory'))).toMatchObject([
      { item: 'H:b1' },
      { item: 'H:b2' },
    ])
    expect(steps.ship('s1', 'H:m1', ['H:b1', 'H:b2'])).toBe('ok')
    expect(steps.receive('HAUL:s1', { 'H:b1': 1_000 }, 'partial')).toBe('ok')
    expect(steps.item('H:b2')).toMatchObject({ holder: 'HAUL', state: 'TRANSPORT' })
    expect(seen(world.list('HAUL', 'waste', '/alarms'))).toMatchObject([
      { kind: 'rejected', items: ['H:b2'] },
    ])
    expect(world.read('PLANT', 'waste', '/manifests/:ref', { ref: 'H:m1' })).toMatchObject({
      hauler: 'HAUL',
      items: [
        { item: 'H:b1', state: 'PLANT', holder: 'PLANT' },
        { item: 'H:b2', state: 'TRANSPORT', holder: 'HAUL' },
      ],
    })
    expect(steps.ship('s2', 'H:m1', ['H:b2'])).toBe('ok')
    expect(steps.receive('HAUL:s2', { 'H:b2': 2_000 })).toBe('ok')
    expect(steps.destroy('H:b1', 1_000)).toBe('ok')
    expect(steps.item('H:b1', 'H')).toMatchObject({
      state: 'DESTROYED',
      ended: { how: 'destroyed', at: world.time, holder: 'PLANT' },
    })
    expect(steps.destroy('H:b1')).toBe('waste.ended')
    expect(steps.destroy('H:b2', 1_990)).toBe('ok')
    expect(world.list('BUREAU', 'waste', '/balances', { hospital: 'H', month: '2023-11' })).toEqual([
      { month: '2023-11', class: 'infectious', sealed: 3_000, destroyed: 2_990, inHand: 0, explained: 10 },
    ])
    expect(world.list('PLANT', 'waste', '/inventory')).toEqual([])
  })

  it('goes to nobody who is not the authorised next link', () => {
    steps.bring('b1', 'stored')
    for (const hauler of ['SCRAP', 'PLANT', 'nobody']) {
      expect(steps.manifest('m1', ['H:b1'], { hauler }), hauler).toBe('waste.not-next-link')
    }
    expect(steps.manifest('m1', ['H:b1'], { plant: 'HAUL' })).toBe('waste.not-next-link')
    world.must('BUREAU', 'waste.withdraw', { member: 'HAUL' })
    expect(steps.manifest('m1', ['H:b1'])).toBe('waste.unauthorised')
    expect(steps.manifest('m1', ['H:b1'], { hauler: 'HAUL2' })).toBe('ok')
    expect(steps.run('H', 'cancel', { offer: 'H:m1' })).toBe('ok')
    world.must('BUREAU', 'waste.authorise', { member: 'HAUL', classes: ALL, until: world.time + YEAR })
    expect(steps.manifest('m2', ['H:b1'])).toBe('ok')
    world.must('BUREAU', 'waste.withdraw', { member: 'HAUL' })
    expect(steps.accept('H:m2', { 'H:b1': 1_000 }, 'HAUL:driver')).toBe('waste.unauthorised')
  })

  describe('takes its steps in their order', () => {
    type Case = [what: string, run: () => string, outcome: string]
    const weight = { 'H:b1': 1_000 }
    const manifest = () => expect(steps.manifest('m1', ['H:b1'])).toBe('ok')
    const transport = () => {
      manifest()
      expect(steps.accept('H:m1', weight, 'HAUL:driver')).toBe('ok')
    }
    const shipped = () => {
      transport()
      expect(steps.ship('s1', 'H:m1', ['H:b1'])).toBe('ok')
    }

    it('and goes on no manifest from the ward, nor home from the plant', () => {
      expect(steps.manifest('m1', ['H:b1'], {}, 'H:nurse')).toBe('waste.stage')
      steps.bring('b2', 'plant', 2_000)
      expect(steps.offer('o9', ['H:b2'], 'H', 'PLANT')).toBe('waste.stage')
    })

    it.each<Case>([
      ['stored again', () => steps.store(['H:b1']), 'waste.stage'],
      [
        'received where it was offered',
        () => {
          manifest()
          return steps.receive('H:m1', weight, 'full', 'HAUL:driver')
        },
        'waste.handover-unknown',
      ],
    ])('from the store: it is not %s', (_, run, outcome) => {
      steps.bring('b1', 'stored')
      expect(run()).toBe(outcome)
    })

    it.each<Case>([
      ['shipped on a manifest that is none', () => steps.ship('s1', 'H:m9', ['H:b1']), 'waste.manifest'],
      ['shipped by another hauler', () => steps.ship('s1', 'H:m1', ['H:b1'], 'HAUL2'), 'waste.manifest'],
      ['destroyed', () => steps.destroy('H:b1', 1_000, {}, 'HAUL:driver'), 'waste.stage'],
    ])('on its way: it is not %s', (_, run, outcome) => {
      steps.bring('b1', 'stored')
      transport()
      expect(run()).toBe(outcome)
    })

    it.each<Case>([
      ['accepted as an offer', () => steps.accept('HAUL:s1', weight, 'PLANT'), 'waste.handover-unknown'],
      ['received whole without a weight', () => steps.receive('HAUL:s1', {}, 'full'), 'waste.weights'],
      ['rejected with a weight', () => steps.receive('HAUL:s1', weight, 'reject'), 'waste.weights'],
    ])('at the plant: it is not %s', (_, run, outcome) => {
      steps.bring('b1', 'stored')
      shipped()
      expect(run()).toBe(outcome)
    })

    it('what no plant takes goes back to its hospital, and to nobody else', () => {
      steps.bring('b1', 'stored')
      shipped()
      expect(steps.receive('HAUL:s1', {}, 'reject')).toBe('ok')
      for (const to of ['H2', 'HAUL2']) {
        expect(steps.offer('r1', ['H:b1'], to, 'HAUL'), to).toBe('waste.not-next-link')
      }
      expect(steps.offer('r1', ['H:b1'], 'H', 'HAUL')).toBe('ok')
      expect(steps.accept('HAUL:r1', weight)).toBe('ok')
      expect(steps.item('H:b1')).toMatchObject({ state: 'COLLECTED', holder: 'H' })
      expect(steps.item('H:b1')).not.toHaveProperty('manifest')
      expect(steps.ship('s2', 'H:m1', ['H:b1'])).toBe('waste.unknown')
    })
  })

  it('ships only what is on the manifest', () => {
    steps.bring('b1', 'transport')
    steps.bring('b2', 'transport', 2_000)
    const { manifest } = steps.item('H:b1')
    expect(steps.ship('s1', String(manifest), ['H:b1', 'H:b2'])).toBe('waste.manifest')
    expect(steps.ship('s1', String(manifest), ['H:b1'])).toBe('ok')
  })

  it('is destroyed by a method that is meant for its class', () => {
    expect(steps.seal('p1', 800, { class: 'pathological' })).toBe('ok')
    steps.bring('p1', 'plant', 800)
    expect(steps.destroy('H:p1', 800, { method: 'autoclave' })).toBe('waste.method')
    expect(steps.destroy('H:p1', 800)).toBe('ok')
  })

  it('does not go to a plant that was suspended', () => {
    steps.bring('b1', 'stored')
    world.must('H', 'governance.propose', { change: { suspend: { member: 'PLANT' } }, proposalId: 'p1' })
    for (const member of ['H2', 'HAUL', 'HAUL2', 'PLANT2', 'BUREAU']) {
      world.must(member, 'governance.approve', { proposal: 'H:p1' })
    }
    world.pass(1)
    expect(steps.manifest('m1', ['H:b1'])).toBe('waste.receiver-unfit')
  })
})
