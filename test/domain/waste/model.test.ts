/** Waste against a plain model of it: what is accepted, who holds what, and that no gram is lost, after each step. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkProperty } from '../../support/property.ts'
import { snapshot, type World } from '../support/world.ts'
import { Steps, wasteWorld } from './support.ts'

const BAGS = ['b1', 'b2', 'b3'] as const
const BOX = 'box'
type Name = (typeof BAGS)[number] | typeof BOX
type Place = 'nurse' | 'collector' | 'store' | 'hauler' | 'plant' | 'destroyed'

/** Where an item goes next, by handover. */
type Operation =
  | { do: 'seal'; bag: (typeof BAGS)[number]; grams: number }
  | { do: 'hand'; item: Name; loss: number }
  | { do: 'store' | 'unpack'; item: Name }
  | { do: 'pack'; items: readonly Name[] }
  | { do: 'destroy'; item: Name; loss: number }
  | { do: 'resolve'; item: Name; grams: number }

interface Thing {
  place: Place
  /** In whose hands it is in the hospital; its store holds nothing itself. */
  hands: 'nurse' | 'collector'
  grams: number
  parent?: typeof BOX
  measured?: number
  readonly bags: Set<Name>
  isOver: boolean
}

const isApart = (expected: number, measured: number) =>
  Math.abs(expected - measured) > 50 && Math.abs(expected - measured) / expected > 0.02

const NEXT: { readonly [From in Place]?: Place } = {
  nurse: 'collector',
  store: 'hauler',
  hauler: 'plant',
}

class Model {
  readonly things = new Map<Name, Thing>()
  sealed = 0
  destroyed = 0
  explained = 0

  free(name: Name): Thing | undefined {
    const thing = this.things.get(name)
    const isFree = thing !== undefined && !thing.isOver && thing.parent === undefined
    return isFree && thing.measured === undefined ? thing : undefined
  }

  seal({ bag, grams }: Operation & { do: 'seal' }): boolean {
    if (this.things.has(bag)) return false
    this.things.set(bag, { place: 'nurse', hands: 'nurse', grams, bags: new Set(), isOver: false })
    this.sealed += grams
    return true
  }

  weigh(thing: Thing, grams: number): void {
    if (isApart(thing.grams, grams)) {
      thing.measured = grams
      return
    }
    this.explained += thing.grams - grams
    thing.grams = grams
  }

  hand({ item, loss }: Operation & { do: 'hand' }): boolean {
    const thing = this.free(item)
    const next = thing && NEXT[thing.place]
    if (thing === undefined || next === undefined) return false
    thing.place = next
    if (next === 'collector') thing.hands = 'collector'
    this.weigh(thing, thing.grams - loss)
    return true
  }

  store(item: Name): boolean {
    const thing = this.free(item)
    if (thing === undefined || !['nurse', 'collector'].includes(thing.place)) return false
    thing.place = 'store'
    return true
  }

  pack(items: readonly Name[]): boolean {
    const things = items.map((item) => this.free(item))
    const [first] = things
    const box = this.things.get(BOX)
    const inHospital = ['nurse', 'collector', 'store']
    if (first === undefined || !inHospital.includes(first.place) || items.includes(BOX)) return false
    const { place, hands } = first
    const isBeside = (thing: Thing | undefined) => thing?.place === place && thing.hands === hands
    const into = box ?? { place, hands, grams: 0, bags: new Set<Name>(), isOver: false }
    if (!things.every(isBeside) || !isBeside(into) || into.isOver || into.measured !== undefined) return false
    this.things.set(BOX, into)
    for (const [i, item] of items.entries()) {
      things[i]!.parent = BOX
      into.bags.add(item)
      into.grams += things[i]!.grams
    }
    return true
  }

  unpack(item: Name): boolean {
    const box = this.free(BOX)
    if (box === undefined || !box.bags.has(item) || !['nurse', 'collector', 'store'].includes(box.place)) {
      return false
    }
    const thing = this.things.get(item)!
    delete thing.parent
    thing.place = box.place
    thing.hands = box.hands
    box.bags.delete(item)
    box.grams -= thing.grams
    if (box.bags.size === 0) {
      this.explained += box.grams
      box.grams = 0
      box.isOver = true
    }
    return true
  }

  destroy({ item, loss }: Operation & { do: 'destroy' }): boolean {
    const thing = this.free(item)
    if (thing?.place !== 'plant') return false
    this.weigh(thing, thing.grams - loss)
    thing.place = 'destroyed'
    thing.isOver = true
    if (thing.measured === undefined) this.destroyed += thing.grams
    return true
  }

  resolve({ item, grams }: Operation & { do: 'resolve' }): boolean {
    const thing = this.things.get(item)
    if (thing?.measured === undefined) return false
    this.explained += thing.grams - grams
    thing.grams = grams
    delete thing.measured
    if (thing.place === 'destroyed') this.destroyed += grams
    return true
  }

  /** What is in hand, thing by thing; a destroyed one whose weight is open counts as in hand. */
  get inHand(): number {
    return [...this.things.values()]
      .filter(({ parent, isOver, measured }) => parent === undefined && (!isOver || measured !== undefined))
      .reduce((sum, { grams }) => sum + grams, 0)
  }
}

/** Who holds a thing that is not over. */
const holderOf = ({ place, hands }: Thing): string =>
  place === 'hauler' ? 'HAUL' : place === 'plant' ? 'PLANT' : `H:${hands}`

/** Plays a step on the world; true where every transaction of it was accepted. */
function play(steps: Steps, world: World, o: Operation): boolean {
  const all = (...outcomes: readonly (() => string)[]) => outcomes.every((outcome) => outcome() === 'ok')
  const holder = (ref: string) => String(steps.item(ref)?.['holder'] ?? 'H:nurse')
  const state = (ref: string) => String(steps.item(ref)?.['state'])
  const gramsOf = (ref: string) => Number(steps.item(ref)?.['grams'] ?? 100)
  const restore = snapshot(world)
  const undo = (isDone: boolean) => {
    // A handover whose second half is refused is a refused step: nothing of it stays.
    if (!isDone) restore()
    return isDone
  }
  switch (o.do) {
    case 'seal':
      return undo(all(() => steps.seal(o.bag, o.grams)))
    case 'store':
      return undo(all(() => steps.store([`H:${o.item}`], 'H')))
    case 'pack': {
      const items = o.items.map((item) => `H:${item}`)
      return undo(all(() => steps.run('H', 'pack', { boxId: BOX, class: 'infectious', items })))
    }
    case 'unpack':
      return undo(all(() => steps.run('H', 'unpack', { box: `H:${BOX}`, items: [`H:${o.item}`] })))
    case 'destroy': {
      const ref = `H:${o.item}`
      return undo(all(() => steps.destroy(ref, Math.max(1, gramsOf(ref) - o.loss))))
    }
    case 'resolve': {
      const payload = { item: `H:${o.item}`, grams: o.grams }
      const between = (steps.item(payload.item)?.['discrepancy'] as { between: string[] } | undefined)
        ?.between
      const resolve = (signer: string) => () => steps.run(signer, 'resolve', payload)
      return undo(all(...(between ?? ['H']).map(resolve), resolve('BUREAU')))
    }
    case 'hand': {
      const ref = `H:${o.item}`
      const id = steps.id('h')
      const weights = () => ({ [ref]: Math.max(1, gramsOf(ref) - o.loss) })
      if (state(ref) === 'STORED') {
        return undo(
          all(
            () => steps.manifest(id, [ref], {}, 'H'),
            () => steps.accept(`H:${id}`, weights(), 'HAUL'),
          ),
        )
      }
      if (holder(ref) === 'HAUL') {
        const manifest = String(steps.item(ref)['manifest'])
        return undo(
          all(
            () => steps.ship(id, manifest, [ref]),
            () => steps.receive(`HAUL:${id}`, weights()),
          ),
        )
      }
      if (state(ref) !== 'SEALED') return false
      return undo(
        all(
          () => steps.offer(id, [ref]),
          () => steps.accept(`H:${id}`, weights()),
        ),
      )
    }
  }
}

function check(steps: Steps, world: World, model: Model): void {
  const rows = world.list('BUREAU', 'waste', '/balances', { hospital: 'H' }) as { [name: string]: number }[]
  const sum = (name: string) => rows.reduce((total, row) => total + row[name]!, 0)
  const sums = ['sealed', 'destroyed', 'inHand', 'explained'].map(sum)
  expect(sums).toEqual([model.sealed, model.destroyed, model.inHand, model.explained])
  expect(sums[0]).toBe(sums[1]! + sums[2]! + sums[3]!)
  const held = ['H', 'HAUL', 'PLANT'].flatMap((member) =>
    (world.list(member, 'waste', '/inventory') as { item: string }[]).map(({ item }) => item),
  )
  // One holder at every moment, and one place in one holder's stock.
  expect(new Set(held).size).toBe(held.length)
  for (const [name, thing] of model.things) {
    const ref = `H:${name}`
    const { holder, state, grams } = steps.item(ref)
    expect(grams, ref).toBe(thing.grams)
    const root = model.things.get(thing.parent ?? name)!
    expect(state === 'DISCREPANT', ref).toBe(root.measured !== undefined)
    expect(held.includes(ref), ref).toBe(thing.parent === undefined && !thing.isOver)
    if (root.isOver) expect(holder, ref).toBeUndefined()
    else expect(holder, ref).toBe(holderOf(root))
  }
}

const pick = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const bag = pick(...BAGS)
const item = pick<Name>(...BAGS, ...BAGS, BOX, BOX)
const loss = pick(0, 0, 1, -20, 50, 51, 200, -300)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: pick('seal'), bag, grams: pick(800, 2_500, 9_000) }) },
  { weight: 6, arbitrary: fc.record({ do: pick('hand'), item, loss }) },
  { weight: 3, arbitrary: fc.record({ do: pick('store'), item }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: pick('pack'), items: fc.uniqueArray(item, { minLength: 1, maxLength: 3 }) }),
  },
  fc.record({ do: pick('unpack'), item }),
  { weight: 2, arbitrary: fc.record({ do: pick('destroy'), item, loss }) },
  { weight: 2, arbitrary: fc.record({ do: pick('resolve'), item, grams: pick(700, 2_000) }) },
)

it('goes its way exactly as the model of it, and no gram is lost', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 10, maxLength: 40, size: 'max' }), (operations) => {
      const world = wasteWorld()
      const steps = new Steps(world)
      const model = new Model()
      for (const o of operations) {
        const real = play(steps, world, o)
        const expected = stepOf(model, o)
        expect(real, JSON.stringify(o)).toBe(expected)
        check(steps, world, model)
      }
    }),
    40,
  )
})

function stepOf(model: Model, o: Operation): boolean {
  switch (o.do) {
    case 'seal':
      return model.seal(o)
    case 'hand':
      return model.hand(o)
    case 'store':
      return model.store(o.item)
    case 'pack':
      return model.pack(o.items)
    case 'unpack':
      return model.unpack(o.item)
    case 'destroy':
      return model.destroy(o)
    case 'resolve':
      return model.resolve(o)
  }
}

it('takes every kind of step at least once', () => {
  const world = wasteWorld()
  const steps = new Steps(world)
  const model = new Model()
  const sequence: readonly Operation[] = [
    { do: 'seal', bag: 'b1', grams: 2_500 },
    { do: 'seal', bag: 'b2', grams: 9_000 },
    { do: 'hand', item: 'b1', loss: 20 },
    { do: 'hand', item: 'b2', loss: 0 },
    { do: 'pack', items: ['b1', 'b2'] },
    { do: 'store', item: 'box' },
    { do: 'hand', item: 'box', loss: 300 },
    { do: 'resolve', item: 'box', grams: 11_100 },
    { do: 'hand', item: 'box', loss: 30 },
    { do: 'destroy', item: 'box', loss: 10 },
    { do: 'seal', bag: 'b3', grams: 800 },
    { do: 'pack', items: ['b3'] },
  ]
  for (const [i, o] of sequence.entries()) {
    const isLast = i === sequence.length - 1
    expect([play(steps, world, o), stepOf(model, o)], o.do).toEqual([!isLast, !isLast])
    check(steps, world, model)
  }
})
