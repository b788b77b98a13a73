import Type from 'typebox'
import { beforeEach, describe, expect, it } from 'vitest'
import { defineVerb } from '../../../src/domain/define.ts'
import { governance } from '../../../src/domain/governance/index.ts'
import { identity } from '../../../src/domain/identity/index.ts'
import { createRegistry, type DomainModule } from '../../../src/domain/index.ts'
import { Fields } from '../../../src/domain/schema.ts'
import { settlement } from '../../../src/domain/settlement/index.ts'
import { supply } from '../../../src/domain/supply/index.ts'
import { hashOf } from '../support/keys.ts'
import type { World } from '../support/world.ts'
import { GTIN, OTHER_GTIN, Steps, sgtin, supplyWorld } from './support.ts'

let world: World
let steps: Steps

/** Three packs of lot L1 at the pharmacy, one of lot L2 at the wholesaler. */
function begin(options = {}) {
  world = supplyWorld(options)
  steps = new Steps(world)
  const packs = [1, 2, 3].map((serial) => sgtin(serial))
  expect(steps.commission(packs)).toBe('ok')
  expect(steps.commission([sgtin(4)], { lot: 'L2' })).toBe('ok')
  steps.move('s1', [...packs, sgtin(4)], 'MAKER', 'SALE')
  steps.move('s2', packs, 'SALE', 'SHOP')
}
beforeEach(() => begin())

const recall = (lot = 'L1', signer = 'MAKER', gtin = GTIN) => steps.run(signer, 'recall', { gtin, lot })

describe('supply.dispense', () => {
  it('sells a pack once; a second sale is kept as an alarm and sells nothing', () => {
    expect(steps.dispense([sgtin(1)])).toBe('ok')
    expect(steps.verify(sgtin(1))).toMatchObject({ state: 'DISPENSED', sellable: false })
    expect(steps.list('FDA', '/alarms')).toEqual([])
    // A copy of the pack turns up elsewhere, beside a good one.
    expect(steps.dispense([sgtin(1), sgtin(2)], 'SHOP')).toBe('ok')
    expect(steps.verify(sgtin(2))).toMatchObject({ state: 'DISPENSED' })
    expect(steps.dispense([sgtin(1)], 'SHOP2')).toBe('ok')
    for (const reader of ['FDA', 'MAKER', 'SHOP']) {
      expect(steps.list(reader, '/alarms'), reader).toMatchObject([
        { kind: 'second-sale', items: [sgtin(1)], by: 'SHOP' },
        { kind: 'second-sale', items: [sgtin(1)], by: 'SHOP2' },
      ])
    }
    expect(steps.list('SALE', '/alarms')).toEqual([])
    expect(steps.item(sgtin(1), 'SHOP')).toMatchObject({ ended: { how: 'dispensed', holder: 'SHOP' } })
    expect(steps.list('SHOP', '/inventory')).toMatchObject([{ item: sgtin(3) }])
  })

  it('is for pharmacies, hospitals and retailers that hold the pack loose', () => {
    for (const signer of ['SALE', 'MAKER', 'FDA', 'SHOP:patient']) {
      expect(steps.dispense([sgtin(1)], signer), signer).toBe('supply.role')
    }
    expect(steps.dispense([sgtin(1)], 'SHOP2')).toBe('supply.unknown')
    expect(steps.dispense([sgtin(9)])).toBe('supply.unknown')
    expect(steps.pack('case', [sgtin(1)], 'SHOP')).toBe('ok')
    expect(steps.dispense([sgtin(1)])).toBe('supply.packed')
    expect(steps.run('SHOP', 'return', { shipmentId: 'r1', to: 'SALE', items: [sgtin(2)] })).toBe('ok')
    expect(steps.dispense([sgtin(2)])).toBe('supply.offered')
  })
})

describe('nothing expired, recalled or quarantined', () => {
  it('is shipped or dispensed after its expiry', () => {
    world.pass(steps.expiry - world.time - 2)
    expect(steps.dispense([sgtin(1)])).toBe('ok')
    expect(steps.dispense([sgtin(2)])).toBe('supply.expired')
    expect(steps.verify(sgtin(2))).toMatchObject({ state: 'EXPIRED', sellable: false })
    expect(steps.ship('s3', [sgtin(4)], 'SHOP', 'SALE')).toBe('supply.expired')
    expect(steps.run('SALE', 'return', { shipmentId: 'r1', to: 'MAKER', items: [sgtin(4)] })).toBe('ok')
  })

  describe('is shipped or dispensed after a recall', () => {
    const recalled = (reader: string) => steps.list(reader, '/recalled', { gtin: GTIN, lot: 'L1' })

    it.each<[who: string, run: () => string, outcome: string]>([
      ['the wholesaler', () => recall('L1', 'SALE'), 'supply.product-unknown'],
      ['another maker', () => recall('L1', 'MAKER2'), 'supply.product-unknown'],
      ['an insurer', () => recall('L1', 'INS'), 'supply.product-unknown'],
      ['a patient', () => recall('L1', 'SHOP:patient'), 'supply.role'],
      ['the maker, of a lot that it never made', () => recall('L9'), 'supply.lot-unknown'],
      ['the regulator, of another product', () => recall('L1', 'FDA', OTHER_GTIN), 'supply.lot-unknown'],
    ])('which is not for %s', (_, run, outcome) => {
      expect(run()).toBe(outcome)
      expect(recalled('FDA')).toBeUndefined()
    })

    it('which names who has what, however many packs there are', () => {
      expect(steps.pack('case', [sgtin(2)], 'SHOP')).toBe('ok')
      const before = world.state.entries().length
      expect(recall()).toBe('ok')
      expect(world.state.entries().length - before).toBeLessThan(6)
      expect(recall('L1', 'FDA')).toBe('supply.recalled-before')
      expect(steps.verify(sgtin(1))).toMatchObject({ state: 'RECALLED', sellable: false })
      expect(steps.item('SHOP:case', 'SHOP')).toMatchObject({ state: 'RECALLED' })
      for (const reader of ['FDA', 'MAKER', 'SHOP']) {
        expect(recalled(reader), reader).toEqual([{ holder: 'SHOP', packs: 3 }])
      }
      expect(recalled('SALE')).toEqual([])
      expect(steps.list('SHOP', '/recalls')).toMatchObject([{ gtin: GTIN, lot: 'L1', held: 3 }])
      expect(steps.list('SHOP:patient', '/recalls')).toMatchObject([{ held: 0 }])
    })

    it('whoever has it', () => {
      expect([recall(), recall('L2', 'FDA')]).toEqual(['ok', 'ok'])
      expect(steps.dispense([sgtin(1)])).toBe('supply.recalled')
      expect(steps.ship('s3', [sgtin(4)], 'SHOP', 'SALE')).toBe('supply.recalled')
    })

    it('but goes back or is destroyed, and is then no longer in hand', () => {
      expect(recall()).toBe('ok')
      expect(steps.run('SHOP', 'return', { shipmentId: 'r1', to: 'MAKER', items: [sgtin(1)] })).toBe('ok')
      expect(steps.receive('SHOP:r1', {}, 'MAKER')).toBe('ok')
      expect(steps.run('SHOP', 'decommission', { items: [sgtin(3)], reason: 'destroyed' })).toBe('ok')
      expect(recalled('FDA')).toEqual([
        { holder: 'MAKER', packs: 1 },
        { holder: 'SHOP', packs: 1 },
      ])
    })
  })

  describe('leaves quarantine before who ordered it, or a regulator, says so', () => {
    const quarantine = (items: string[], signer = 'SHOP') => steps.run(signer, 'quarantine', { items })
    const release = (items: string[], signer = 'SHOP') => steps.run(signer, 'release', { items })

    it.each<[what: string, run: () => string, outcome: string]>([
      ['put there by who does not hold it', () => quarantine([sgtin(2)], 'SALE'), 'supply.unknown'],
      ['put there twice', () => quarantine([sgtin(1)]), 'supply.quarantined'],
      ['dispensed', () => steps.dispense([sgtin(1)]), 'supply.quarantined'],
      ['packed', () => steps.pack('case', [sgtin(1)], 'SHOP'), 'supply.quarantined'],
      ['released where it is not there', () => release([sgtin(2)]), 'supply.not-quarantined'],
      ['released by another', () => release([sgtin(1)], 'SALE'), 'supply.unknown'],
    ])('a pack is not %s', (_, run, outcome) => {
      expect(quarantine([sgtin(1)])).toBe('ok')
      expect(steps.item(sgtin(1))).toMatchObject({ state: 'QUARANTINED', quarantine: { by: 'SHOP' } })
      expect(run()).toBe(outcome)
    })

    it('a pack is free again', () => {
      expect([quarantine([sgtin(1)]), release([sgtin(1)])]).toEqual(['ok', 'ok'])
      expect(steps.pack('case', [sgtin(1)], 'SHOP')).toBe('ok')
    })

    it.each<[what: string, run: () => string, outcome: string]>([
      ['gives up a pack to quarantine', () => quarantine([sgtin(1)], 'FDA'), 'supply.packed'],
      ['takes another pack', () => steps.pack('case', [sgtin(3)], 'SHOP'), 'supply.quarantined'],
      [
        'is opened',
        () => steps.run('SHOP', 'unpack', { container: 'SHOP:case', items: [sgtin(1)] }),
        'supply.quarantined',
      ],
      ['is released by its holder', () => release(['SHOP:case']), 'supply.not-quarantined'],
    ])('no container that a regulator stopped %s', (_, run, outcome) => {
      expect(steps.pack('case', [sgtin(1), sgtin(2)], 'SHOP')).toBe('ok')
      expect(quarantine(['SHOP:case'], 'FDA')).toBe('ok')
      expect(steps.verify(sgtin(1))).toMatchObject({ state: 'QUARANTINED', sellable: false })
      expect(run()).toBe(outcome)
      expect(release(['SHOP:case'], 'FDA:officer')).toBe('ok')
      expect(steps.list('SHOP', '/events')?.map(({ verb }) => verb)).toContain('quarantine')
    })
  })
})

describe('supply.decommission', () => {
  it('ends what the holder has, with all that lies in it', () => {
    const end = (items: string[], signer = 'SHOP') =>
      steps.run(signer, 'decommission', { items, reason: 'damaged' })
    expect(end([sgtin(4)])).toBe('supply.unknown')
    expect(steps.pack('case', [sgtin(1), sgtin(2)], 'SHOP')).toBe('ok')
    expect(end([sgtin(1)])).toBe('supply.packed')
    expect(end(['SHOP:case'])).toBe('ok')
    expect(steps.verify(sgtin(1))).toMatchObject({ state: 'DECOMMISSIONED', sellable: false })
    expect(steps.dispense([sgtin(1)])).toBe('supply.ended')
    expect(end(['SHOP:case'])).toBe('supply.ended')
    expect(steps.list('SHOP', '/inventory')).toMatchObject([{ item: sgtin(3) }])
  })
})

describe('supply.verify', () => {
  it('proves that a pack was what its label says', () => {
    const verify = (more: object = {}, signer = 'SHOP:pharmacist') =>
      steps.run(signer, 'verify', { pack: sgtin(1), gtin: GTIN, lot: 'L1', expiry: steps.expiry, ...more })
    expect(verify()).toBe('ok')
    expect(verify({}, 'SHOP:patient')).toBe('supply.role')
    expect(verify({ pack: sgtin(9) })).toBe('supply.unknown')
    for (const wrong of [{ gtin: OTHER_GTIN }, { lot: 'L2' }, { expiry: steps.expiry + 1 }]) {
      expect(verify(wrong), JSON.stringify(wrong)).toBe('supply.mismatch')
    }
    expect(recall()).toBe('ok')
    expect(verify({}, 'INS')).toBe('ok')
    expect(steps.list('INS', '/events')).toMatchObject([{ verb: 'verify', facts: { state: 'RECALLED' } }])
  })
})

describe('the port supply.dispense', () => {
  const stub: DomainModule = {
    name: 'stub',
    summary: 'Stands in for prescriptions.',
    verbs: {
      dispense: defineVerb({
        summary: 'Dispenses by the port.',
        payload: Fields({ pharmacy: Type.String(), packs: Type.Array(Type.String()) }),
        rule(context) {
          context.port('supply.dispense')({ ...context.payload, prescription: 'H:rx1' })
        },
      }),
    },
    reads: [],
    parameters: {},
    ports: {},
    needs: ['supply.dispense'],
  }
  const dispense = (packs: string[], pharmacy = 'SHOP') => {
    world.pass(1)
    return world.run('SHOP:pharmacist', 'stub.dispense', { pharmacy, packs })
  }

  it('hands out what the pharmacy may sell, and refuses everything else', () => {
    begin({ registry: createRegistry([identity, governance, settlement, supply, stub]) })
    expect(dispense([])).toBe('ok')
    expect(dispense([sgtin(1)], 'SHOP2')).toBe('supply.unknown')
    expect(dispense([sgtin(9)])).toBe('supply.unknown')
    expect(dispense([sgtin(1), sgtin(1)])).toBe('supply.sold')
    expect(dispense([sgtin(1)])).toBe('ok')
    expect(steps.verify(sgtin(1))).toMatchObject({ state: 'DISPENSED' })
    expect(dispense([sgtin(1)])).toBe('supply.sold')
    expect(steps.pack('case', [sgtin(2)], 'SHOP')).toBe('ok')
    expect(dispense(['SHOP:case'])).toBe('supply.not-pack')
    expect(dispense([sgtin(2)])).toBe('supply.packed')
    expect(recall()).toBe('ok')
    expect(dispense([sgtin(3)])).toBe('supply.recalled')
    expect(steps.list('SHOP', '/events')?.filter(({ verb }) => verb === 'dispense')).toMatchObject([
      { by: 'SHOP', items: [sgtin(1)] },
    ])
  })
})

describe('history', () => {
  describe('of a pack', () => {
    const inCase = ['receive', 'ship', 'unpack', 'receive', 'ship', 'pack', 'pack', 'commission']
    const whole = ['dispense', 'unpack', ...inCase]
    const verbs = (reader: string, query = {}) =>
      steps.list(reader, '/trace', { item: sgtin(5), ...query })?.map(({ verb }) => verb)
    beforeEach(() => {
      begin()
      expect(steps.commission([sgtin(5), sgtin(6)], { lot: 'L3' })).toBe('ok')
      expect(steps.pack('case', [sgtin(5)])).toBe('ok')
      expect(steps.pack('pallet', ['MAKER:case'])).toBe('ok')
      expect(steps.pack('pallet', [sgtin(6)])).toBe('ok')
      steps.move('s8', ['MAKER:pallet'], 'MAKER', 'SALE')
      expect(steps.run('SALE', 'unpack', { container: 'MAKER:pallet', items: ['MAKER:case'] })).toBe('ok')
      steps.move('s9', ['MAKER:case'], 'SALE', 'SHOP')
    })
    const dispense = () => {
      expect(steps.run('SHOP', 'unpack', { container: 'MAKER:case', items: [sgtin(5)] })).toBe('ok')
      expect(steps.dispense([sgtin(5)])).toBe('ok')
    }

    it('holds that of the containers it lies in', () => {
      expect(verbs('SHOP')).toEqual(inCase)
    })

    it.each([
      ['FDA', whole],
      ['SHOP', whole],
      ['SALE', ['receive', 'ship', 'unpack', 'receive', 'ship']],
      ['MAKER', ['receive', 'ship', 'pack', 'pack', 'commission']],
      ['INS', undefined],
      ['SHOP2', undefined],
      ['SHOP:patient', undefined],
    ])('is for %s to see: %j', (reader, seen) => {
      dispense()
      expect(verbs(reader)).toEqual(seen)
    })

    it('is whole whatever the pages, and is nothing of a pack that is none', () => {
      dispense()
      expect(verbs('FDA', { limit: 3 })).toEqual(whole)
      expect(steps.list('FDA', '/trace', { item: sgtin(99) })).toBeUndefined()
    })

    it('has beside it the events that name the pack itself', () => {
      dispense()
      const own = (query = {}) =>
        steps.list('FDA', '/events', { item: sgtin(5), ...query })?.map(({ verb }) => verb)
      expect(own()).toEqual(['dispense', 'unpack', 'pack', 'commission'])
      expect(own({ limit: 1 })).toEqual(own())
    })
  })

  it('is read in order of time, between two times, by who took part', () => {
    begin()
    const all = steps.list('FDA', '/events')!
    expect(all.map(({ verb }) => verb)).toEqual([
      'commission',
      'commission',
      'ship',
      'receive',
      'ship',
      'receive',
    ])
    expect(steps.list('FDA', '/events', { limit: 1 })).toEqual(all)
    const [from, to] = [Number(all[2]!['at']), Number(all[4]!['at'])]
    expect(steps.list('FDA', '/events', { from, to })).toEqual(all.slice(2, 4))
    expect(steps.list('SHOP', '/events')).toEqual(all.slice(4))
    expect(steps.list('SHOP2', '/events')).toEqual([])
    expect(steps.list('SHOP:patient', '/events')).toBeUndefined()
  })

  it('answers the ten items of DSCSA', () => {
    begin()
    const read = (reader: string) => world.read(reader, 'supply', '/dscsa/:pack', { pack: sgtin(1) })
    expect(read('SHOP')).toEqual({
      pack: sgtin(1),
      description: hashOf('name, strength, form and size'),
      gtin: GTIN,
      lot: 'L1',
      expiry: steps.expiry,
      manufacturer: 'MAKER',
      changes: [
        { from: 'SALE', to: 'SHOP', shippedAt: world.time - 1, receivedAt: world.time, containers: 3 },
        { from: 'MAKER', to: 'SALE', shippedAt: world.time - 3, receivedAt: world.time - 2, containers: 3 },
      ],
    })
    expect(read('FDA')).toEqual(read('SHOP'))
    for (const reader of ['SALE', 'MAKER', 'INS']) expect(read(reader), reader).toBeUndefined()
    expect(world.read('FDA', 'supply', '/dscsa/:pack', { pack: sgtin(99) })).toBeUndefined()
  })
})

describe('parties', () => {
  it('are the two sides of a handover', () => {
    const parties = world.parties('MAKER', 'supply.ship', { shipmentId: 's', to: 'SALE', items: [] })
    for (const [reader, is] of [
      ['SALE:desk', true],
      ['MAKER:line', true],
      ['SHOP', false],
    ] as const) {
      expect(world.isParty(reader, parties), reader).toBe(is)
    }
    const answer = world.parties('SALE', 'supply.receive', { shipment: 'MAKER:s1', result: 'full' })
    expect(world.isParty('MAKER', answer)).toBe(true)
  })
})
