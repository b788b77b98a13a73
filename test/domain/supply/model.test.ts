/**
 * Packs against a plain model of them: what is accepted, who holds what, and that none is lost or sold twice, after
 * each step.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkProperty } from '../../support/property.ts'
import type { World } from '../support/world.ts'
import { GTIN, Steps, sgtin, supplyWorld } from './support.ts'

const MEMBERS = ['MAKER', 'SALE', 'SHOP'] as const
type Member = (typeof MEMBERS)[number]
const PACKS = [1, 2, 3, 4].map((serial) => sgtin(serial))
const CONTAINERS = ['case', 'pallet'].flatMap((name) => MEMBERS.map((member) => `${member}:${name}`))

type Operation =
  | { do: 'commission'; item: string }
  | { do: 'pack'; by: Member; container: string; items: readonly string[] }
  | { do: 'unpack'; by: Member; container: string; items: readonly string[] }
  | { do: 'send'; verb: 'ship' | 'return'; by: Member; to: Member; items: readonly string[] }
  | { do: 'answer'; by: Member; result: 'full' | 'reject' }
  | { do: 'dispense' | 'decommission' | 'quarantine' | 'release'; by: Member; item: string }
  | { do: 'recall'; lot: 'L1' | 'L2' }

const lotOf = (pack: string): 'L1' | 'L2' => (pack === PACKS[3] ? 'L2' : 'L1')

interface Thing {
  holder: Member
  from?: Member
  parent?: string
  offer?: number
  quarantine?: boolean
  over?: 'dispensed' | 'decommissioned' | 'unpacked'
}

class Model {
  readonly things = new Map<string, Thing>()
  readonly shipments: { from: Member; to: Member; items: readonly string[]; open: boolean }[] = []
  readonly recalled = new Set<string>()
  alarms = 0

  root(ref: string): Thing {
    const thing = this.things.get(ref)!
    return thing.parent === undefined ? thing : this.root(thing.parent)
  }

  packsIn(ref: string): readonly string[] {
    if (PACKS.includes(ref)) return [ref]
    return this.childrenOf(ref).flatMap((child) => this.packsIn(child))
  }

  childrenOf = (ref: string) =>
    [...this.things].filter(([, { parent }]) => parent === ref).map(([child]) => child)

  isHeld(ref: string, by: Member): boolean {
    const thing = this.things.get(ref)
    if (thing === undefined || thing.over !== undefined || thing.parent !== undefined) return false
    return thing.holder === by && thing.offer === undefined
  }

  isFree(ref: string): boolean {
    const isRecalled = this.packsIn(ref).some((pack) => this.recalled.has(lotOf(pack)))
    return !isRecalled && this.things.get(ref)!.quarantine !== true
  }

  run(o: Operation): boolean {
    switch (o.do) {
      case 'commission':
        if (this.things.has(o.item) || this.recalled.has(lotOf(o.item))) return false
        this.things.set(o.item, { holder: 'MAKER' })
        return true
      case 'pack':
        return this.pack(o)
      case 'unpack':
        return this.unpack(o)
      case 'send':
        return this.send(o)
      case 'answer':
        return this.answer(o)
      case 'recall': {
        const isKnown = PACKS.some((pack) => this.things.has(pack) && lotOf(pack) === o.lot)
        if (!isKnown || this.recalled.has(o.lot)) return false
        this.recalled.add(o.lot)
        return true
      }
      default:
        return this.end(o)
    }
  }

  pack({ by, container, items }: Operation & { do: 'pack' }): boolean {
    const isFit = items.every((item) => this.isHeld(item, by) && this.things.get(item)!.quarantine !== true)
    const existing = this.things.get(container)
    if (!isFit || items.includes(container)) return false
    if (existing !== undefined && !(this.isHeld(container, by) && existing.quarantine !== true)) return false
    if (existing === undefined) this.things.set(container, { holder: by })
    for (const item of items) this.things.get(item)!.parent = container
    return true
  }

  unpack({ by, container, items }: Operation & { do: 'unpack' }): boolean {
    if (!this.isHeld(container, by) || this.things.get(container)!.quarantine === true) return false
    if (items.some((item) => this.things.get(item)?.parent !== container)) return false
    const { holder, from } = this.things.get(container)!
    for (const item of items) {
      const thing = this.things.get(item)!
      delete thing.parent
      thing.holder = holder
      if (from !== undefined) thing.from = from
    }
    if (this.childrenOf(container).length === 0) this.things.get(container)!.over = 'unpacked'
    return true
  }

  send({ verb, by, to, items }: Operation & { do: 'send' }): boolean {
    if (verb === 'ship' && by === 'SHOP') return false
    for (const item of items) {
      if (!this.isHeld(item, by)) return false
      const mayReturn = to === 'MAKER' || this.things.get(item)!.from === to
      if (verb === 'ship' ? !this.isFree(item) : !mayReturn) return false
    }
    if (to === by || (verb === 'ship' && to === 'MAKER')) return false
    this.shipments.push({ from: by, to, items, open: true })
    for (const item of items) this.things.get(item)!.offer = this.shipments.length - 1
    return true
  }

  answer({ by, result }: Operation & { do: 'answer' }): boolean {
    const shipment = this.shipments.find(({ open }) => open)
    if (shipment?.to !== by) return false
    shipment.open = false
    for (const item of shipment.items) {
      const thing = this.things.get(item)!
      delete thing.offer
      if (result === 'full') Object.assign(thing, { holder: by, from: shipment.from })
    }
    return true
  }

  end({ do: what, by, item }: Operation & { do: 'dispense' | 'decommission' | 'quarantine' | 'release' }) {
    const thing = this.things.get(item)
    switch (what) {
      case 'dispense':
        if (by !== 'SHOP' || !PACKS.includes(item)) return false
        if (thing?.over === 'dispensed') {
          this.alarms += 1
          return true
        }
        if (!this.isHeld(item, by) || !this.isFree(item)) return false
        thing!.over = 'dispensed'
        return true
      case 'decommission':
        if (!this.isHeld(item, by)) return false
        thing!.over = 'decommissioned'
        return true
      default: {
        const isOutermost = thing !== undefined && thing.over === undefined && thing.parent === undefined
        const isOn = thing?.quarantine === true
        if (!isOutermost || thing.holder !== by || isOn !== (what === 'release')) return false
        thing.quarantine = what === 'quarantine'
        return true
      }
    }
  }
}

function play(steps: Steps, model: Model, o: Operation): boolean {
  const run = (signer: string, verb: string, payload: unknown) => steps.run(signer, verb, payload) === 'ok'
  switch (o.do) {
    case 'commission':
      return steps.commission([o.item], { lot: lotOf(o.item) }) === 'ok'
    case 'pack':
      return run(o.by, 'pack', { container: o.container.split(':')[1], items: o.items })
    case 'unpack':
      return run(o.by, 'unpack', { container: o.container, items: o.items })
    case 'send':
      return run(o.by, o.verb, { shipmentId: `s${model.shipments.length}`, to: o.to, items: o.items })
    case 'answer': {
      const index = model.shipments.findIndex(({ open }) => open)
      const from = model.shipments[index]?.from ?? 'MAKER'
      return run(o.by, 'receive', { shipment: `${from}:s${index}`, result: o.result })
    }
    case 'recall':
      return run('MAKER', 'recall', { gtin: GTIN, lot: o.lot })
    case 'dispense':
      return run(o.by, 'dispense', { packs: [o.item] })
    case 'decommission':
      return run(o.by, 'decommission', { items: [o.item], reason: 'lost' })
    default:
      return run(o.by, o.do, { items: [o.item] })
  }
}

function check(steps: Steps, world: World, model: Model): void {
  const held = MEMBERS.flatMap((member) => {
    const lines = steps.list(member, '/inventory') as { item: string; batch: string; amount: number }[]
    return lines.map((line) => ({ member, ...line }))
  })
  for (const [ref, thing] of model.things) {
    const root = model.root(ref)
    const { holder } = steps.item(ref)
    expect(holder, ref).toBe(root.over === undefined ? root.holder : undefined)
    const own = held.filter(({ item }) => item === ref)
    const isInStock = thing.parent === undefined && thing.over === undefined
    const packs = isInStock ? model.packsIn(ref).length : 0
    expect(
      own.reduce((sum, { amount }) => sum + amount, 0),
      ref,
    ).toBe(packs)
    expect(
      own.every(({ member }) => member === root.holder),
      ref,
    ).toBe(true)
  }
  // Commissioned = in hand + ended, lot by lot and member by member.
  for (const lot of ['L1', 'L2']) {
    for (const member of MEMBERS) {
      const row = world.state.get(`supply/in-hand/${GTIN}/${lot}/${member}`) as { packs: number } | undefined
      const expected = PACKS.filter((pack) => {
        const isThere = model.things.has(pack) && lotOf(pack) === lot
        return isThere && model.root(pack).over === undefined && model.root(pack).holder === member
      })
      expect(row?.packs ?? 0, `${lot} ${member}`).toBe(expected.length)
    }
  }
  expect(steps.list('FDA', '/alarms')).toHaveLength(model.alarms)
}

const pick = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const by = pick(...MEMBERS)
const item = pick(...PACKS, ...PACKS, ...CONTAINERS)
const items = fc.uniqueArray(item, { minLength: 1, maxLength: 2 })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: pick('commission'), item: pick(...PACKS) }) },
  { weight: 3, arbitrary: packing('pack') },
  { weight: 2, arbitrary: packing('unpack') },
  {
    weight: 5,
    arbitrary: fc.record({ do: pick('send'), verb: pick('ship', 'ship', 'return'), by, to: by, items }),
  },
  { weight: 4, arbitrary: fc.record({ do: pick('answer'), by, result: pick('full', 'full', 'reject') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: pick('dispense', 'dispense', 'decommission', 'quarantine', 'release'),
      by,
      item,
    }),
  },
  fc.record({ do: pick('recall'), lot: pick('L1', 'L2') }),
)

function packing<Verb extends 'pack' | 'unpack'>(verb: Verb) {
  return fc
    .record({ by, name: pick('case', 'pallet'), maker: by, items })
    .map(({ by: member, name, maker, items: refs }) => ({
      do: verb,
      by: member,
      container: `${verb === 'pack' ? member : maker}:${name}`,
      items: refs,
    })) as unknown as fc.Arbitrary<Operation & { do: Verb }>
}

it('moves, sells and recalls exactly as the model of it', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 10, maxLength: 50, size: 'max' }), (operations) => {
      const world = supplyWorld()
      const steps = new Steps(world)
      const model = new Model()
      for (const o of operations) {
        const isShape = o.do !== 'dispense' || PACKS.includes(o.item)
        if (!isShape) continue
        const real = play(steps, model, o)
        expect(real, JSON.stringify(o)).toBe(model.run(o))
        check(steps, world, model)
      }
    }),
    40,
  )
})

it('takes every kind of step at least once', () => {
  const world = supplyWorld()
  const steps = new Steps(world)
  const model = new Model()
  const [one, two] = PACKS as [string, string]
  const sequence: readonly Operation[] = [
    { do: 'commission', item: one },
    { do: 'commission', item: two },
    { do: 'pack', by: 'MAKER', container: 'MAKER:case', items: [one, two] },
    { do: 'send', verb: 'ship', by: 'MAKER', to: 'SHOP', items: ['MAKER:case'] },
    { do: 'answer', by: 'SHOP', result: 'full' },
    { do: 'unpack', by: 'SHOP', container: 'MAKER:case', items: [one, two] },
    { do: 'dispense', by: 'SHOP', item: one },
    { do: 'dispense', by: 'SHOP', item: one },
    { do: 'quarantine', by: 'SHOP', item: two },
    { do: 'release', by: 'SHOP', item: two },
    { do: 'recall', lot: 'L1' },
    { do: 'send', verb: 'return', by: 'SHOP', to: 'MAKER', items: [two] },
    { do: 'answer', by: 'MAKER', result: 'reject' },
    { do: 'decommission', by: 'SHOP', item: two },
  ]
  for (const o of sequence) {
    expect([play(steps, model, o), model.run(o)], o.do).toEqual([true, true])
    check(steps, world, model)
  }
})
