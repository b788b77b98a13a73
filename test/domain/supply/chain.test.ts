import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf } from '../support/keys.ts'
import { actorOf, memberOf, type World } from '../support/world.ts'
import { CODE, code20, GTIN, OTHER_GTIN, Steps, sgtin, supplyWorld } from './support.ts'

let world: World
let steps: Steps
beforeEach(() => {
  world = supplyWorld()
  steps = new Steps(world)
})

describe('supply.register-product', () => {
  const register = (more = {}, signer = 'FDA') =>
    world.run(
      signer,
      'supply.register-product',
      { gtin: OTHER_GTIN, manufacturer: 'MAKER2', ...more },
      { privateHash: hashOf('description') },
    )

  it('is for regulators, once a product and code, with a number that can be', () => {
    for (const signer of ['MAKER2', 'SHOP', 'INS']) expect(register({}, signer)).toBe('supply.role')
    expect(register({ gtin: '00614141000037' })).toBe('supply.gtin')
    expect(register({ gtin: GTIN })).toBe('supply.product-taken')
    expect(register({ code: CODE })).toBe('supply.product-taken')
    for (const manufacturer of ['SALE', 'nobody']) {
      expect(register({ manufacturer })).toBe('supply.manufacturer-unfit')
    }
    expect(register({ code: '8999999' })).toBe('ok')
    expect(world.read('INS', 'supply', '/products/:gtin', { gtin: OTHER_GTIN })).toMatchObject({
      manufacturer: 'MAKER2',
      code: '8999999',
      description: hashOf('description'),
    })
    expect(world.read('INS', 'supply', '/products/:gtin', { gtin: '00000000000000' })).toBeUndefined()
  })
})

describe('supply.commission', () => {
  it('puts packs of both kinds of code into the hands of their maker', () => {
    expect(steps.commission([sgtin(1), code20(7)])).toBe('ok')
    for (const pack of [sgtin(1), code20(7)]) {
      expect(steps.item(pack, 'MAKER')).toMatchObject({
        holder: 'MAKER',
        state: 'ACTIVE',
        contents: [{ kind: GTIN, batch: 'L1', amount: 1 }],
      })
      expect(steps.verify(pack)).toEqual({
        pack,
        known: true,
        gtin: GTIN,
        lot: 'L1',
        expiry: steps.expiry,
        state: 'ACTIVE',
        sellable: true,
      })
    }
    expect(steps.verify(sgtin(2))).toEqual({ pack: sgtin(2), known: false, sellable: false })
    expect(steps.list('MAKER', '/inventory')).toMatchObject([{ item: sgtin(1) }, { item: code20(7) }])
    expect(world.read('INS', 'supply', '/lots/:gtin/:lot', { gtin: GTIN, lot: 'L1' })).toMatchObject({
      packs: 2,
    })
    expect(world.read('INS', 'supply', '/lots/:gtin/:lot', { gtin: GTIN, lot: 'L9' })).toBeUndefined()
  })

  it('is for the maker to whom the product is registered', () => {
    for (const signer of ['SALE', 'FDA', 'SHOP:patient']) {
      expect(steps.commission([sgtin(1)], {}, signer), signer).toBe('supply.role')
    }
    expect(steps.commission([sgtin(1)], {}, 'MAKER2')).toBe('supply.product-unknown')
    expect(steps.commission([sgtin(1, OTHER_GTIN)], { gtin: OTHER_GTIN })).toBe('supply.product-unknown')
    expect(steps.commission([sgtin(1, OTHER_GTIN)])).toBe('supply.code')
    expect(steps.commission(['99999990000000000001'])).toBe('supply.code')
  })

  it('makes each pack once, in a lot with one expiry that lies ahead', () => {
    expect(steps.commission([sgtin(1)])).toBe('ok')
    expect(steps.commission([sgtin(1)])).toBe('supply.exists')
    expect(steps.commission([sgtin(2), sgtin(1)])).toBe('supply.exists')
    expect(steps.commission([sgtin(2)], { expiry: steps.expiry + 1 })).toBe('supply.lot-expiry')
    expect(steps.commission([sgtin(2)], { lot: 'L2', expiry: world.time + 1 })).toBe('supply.expired')
    world.must('MAKER', 'supply.recall', { gtin: GTIN, lot: 'L1' })
    expect(steps.commission([sgtin(2)])).toBe('supply.recalled')
  })
})

describe('cases and pallets', () => {
  const unpack = (container: string, items: readonly string[], signer = 'MAKER:line') =>
    steps.run(signer, 'unpack', { container, items })

  beforeEach(() => {
    expect(steps.commission([sgtin(1), sgtin(2), sgtin(3)])).toBe('ok')
    expect(steps.commission([sgtin(4)], { lot: 'L2' })).toBe('ok')
  })

  it('move with everything in them, which is not touched', () => {
    expect(steps.pack('case', [sgtin(1), sgtin(2)])).toBe('ok')
    expect(steps.pack('pallet', ['MAKER:case', sgtin(4)])).toBe('ok')
    const rowOf = (ref: string) => JSON.stringify(world.state.get(`supply/item/${ref.replace(':', '/')}`))
    const before = [sgtin(1), sgtin(4), 'MAKER:case'].map(rowOf)
    steps.move('s1', ['MAKER:pallet'], 'MAKER', 'SALE')
    expect([sgtin(1), sgtin(4), 'MAKER:case'].map(rowOf)).toEqual(before)
    for (const ref of [sgtin(1), 'MAKER:case', 'MAKER:pallet']) {
      expect(steps.item(ref)).toMatchObject({ holder: 'SALE', outermost: 'MAKER:pallet' })
    }
    expect(steps.list('SALE', '/inventory')).toEqual([
      { item: 'MAKER:pallet', kind: GTIN, batch: 'L1', amount: 2 },
      { item: 'MAKER:pallet', kind: GTIN, batch: 'L2', amount: 1 },
    ])
    expect(steps.list('SALE', '/inventory', { kind: GTIN, batch: 'L2' })).toMatchObject([{ amount: 1 }])
    expect(steps.ship('s2', [sgtin(1)], 'SHOP', 'SALE')).toBe('supply.packed')
    expect(unpack('MAKER:pallet', ['MAKER:case'], 'SALE')).toBe('ok')
    expect(unpack('MAKER:case', [sgtin(1), sgtin(2)], 'SALE')).toBe('ok')
    expect(steps.item('MAKER:case')).toMatchObject({ state: 'UNPACKED' })
    expect(steps.item(sgtin(1))).toMatchObject({ holder: 'SALE', from: 'MAKER', outermost: sgtin(1) })
    expect(steps.item(sgtin(4))).toMatchObject({ holder: 'SALE', parent: 'MAKER:pallet' })
  })

  it('are made and opened by their holder', () => {
    expect(steps.pack('case', [sgtin(1)], 'SALE')).toBe('supply.unknown')
    expect(steps.pack('case', [sgtin(9)])).toBe('supply.unknown')
    expect(steps.pack('case', [sgtin(1)])).toBe('ok')
    expect(steps.pack('other', [sgtin(1)])).toBe('supply.packed')
    expect(steps.pack('case', ['MAKER:case'])).toBe('supply.not-container')
    expect(steps.pack('case', [sgtin(2)])).toBe('ok')
    expect(steps.list('MAKER', '/contents', { item: 'MAKER:case' })).toMatchObject([
      { item: sgtin(1) },
      { item: sgtin(2) },
    ])
    expect(steps.list('SALE', '/contents', { item: 'MAKER:case' })).toBeUndefined()
    expect(steps.list('MAKER', '/contents', { item: 'MAKER:none' })).toBeUndefined()
    expect(unpack('MAKER:case', [sgtin(3)])).toBe('supply.not-in-container')
    expect(unpack('MAKER:case', [sgtin(1)], 'SALE')).toBe('supply.unknown')
    expect(unpack('MAKER:none', [sgtin(1)])).toBe('supply.unknown')
    expect(unpack('MAKER:case', [sgtin(1)])).toBe('ok')
  })

  it('hold what the parameters allow', () => {
    world = supplyWorld({ parameters: { 'supply.linesMax': 1, 'supply.depthMax': 2 } })
    steps = new Steps(world)
    expect(steps.commission([sgtin(1)])).toBe('ok')
    expect(steps.commission([sgtin(4)], { lot: 'L2' })).toBe('ok')
    expect(steps.pack('case', [sgtin(1), sgtin(4)])).toBe('supply.container-full')
    expect(steps.pack('a', [sgtin(1)])).toBe('ok')
    expect(steps.pack('b', ['MAKER:a'])).toBe('ok')
    expect(steps.pack('c', ['MAKER:b'])).toBe('supply.container-full')
  })

  it('have no id that reads as that of a pack', () => {
    world = supplyWorld({
      members: [
        memberOf('MAKER', 'manufacturer'),
        memberOf('FDA', 'food-drug-regulator'),
        memberOf(GTIN, 'distributor'),
      ],
      actors: [actorOf('FDA:officer', 'employee')],
    })
    steps = new Steps(world)
    expect(steps.commission([sgtin(1)], {}, 'MAKER')).toBe('ok')
    steps.move('s1', [sgtin(1)], 'MAKER', GTIN)
    expect(steps.pack('case', [sgtin(1)], GTIN)).toBe('supply.container-id')
  })
})

describe('supply.ship and supply.receive', () => {
  beforeEach(() => expect(steps.commission([sgtin(1), sgtin(2), sgtin(3)])).toBe('ok'))

  it('hand packs over when the receiver has taken them', () => {
    expect(steps.ship('s1', [sgtin(1), sgtin(2)])).toBe('ok')
    expect(steps.item(sgtin(1), 'SALE')).toMatchObject({ holder: 'MAKER', state: 'IN_TRANSIT' })
    expect(steps.list('SALE', '/offers')).toMatchObject([{ ref: 'MAKER:s1', items: [sgtin(1), sgtin(2)] }])
    expect(steps.ship('s2', [sgtin(1)])).toBe('supply.offered')
    expect(steps.receive('MAKER:s1')).toBe('ok')
    expect(steps.receive('MAKER:s1')).toBe('supply.handover-over')
    expect(steps.item(sgtin(1), 'SALE')).toMatchObject({ holder: 'SALE', state: 'ACTIVE', from: 'MAKER' })
    expect(steps.item(sgtin(1), 'MAKER')).toBeUndefined()
    expect(steps.ship('s1', [sgtin(3)])).toBe('supply.handover-exists')
  })

  it('take part of it, or nothing', () => {
    expect(steps.ship('s1', [sgtin(1), sgtin(2)])).toBe('ok')
    for (const bad of [
      { items: [sgtin(1)] },
      { result: 'partial' },
      { result: 'partial', items: [sgtin(1), sgtin(2)] },
      { result: 'reject', items: [sgtin(1)] },
    ]) {
      expect(steps.receive('MAKER:s1', bad), JSON.stringify(bad)).toBe('supply.result')
    }
    expect(steps.receive('MAKER:s1', { result: 'partial', items: [sgtin(1)] })).toBe('ok')
    expect(steps.item(sgtin(1))).toMatchObject({ holder: 'SALE' })
    expect(steps.item(sgtin(2))).toMatchObject({ holder: 'MAKER', state: 'ACTIVE' })
    expect(steps.ship('s2', [sgtin(2)])).toBe('ok')
    expect(steps.receive('MAKER:s2', { result: 'reject' })).toBe('ok')
    expect(world.read('MAKER', 'supply', '/handovers/:ref', { ref: 'MAKER:s2' })).toMatchObject({
      state: 'DECLINED',
    })
    expect(world.read('SHOP', 'supply', '/handovers/:ref', { ref: 'MAKER:s2' })).toBeUndefined()
  })

  it('give nothing that the sender never held or shipped', () => {
    expect(steps.ship('s1', [sgtin(1)], 'SHOP', 'SALE')).toBe('supply.unknown')
    expect(steps.receive('SALE:s1', {}, 'SHOP')).toBe('supply.handover-unknown')
    expect(steps.ship('s1', [sgtin(1)])).toBe('ok')
    expect(steps.receive('MAKER:s1', { items: [sgtin(2)] })).toBe('supply.not-shipped')
    // To whom a shipment goes already knows of its items, and that they are another's.
    expect(steps.ship('s2', [sgtin(1)], 'SHOP', 'SALE')).toBe('supply.not-holder')
    expect(steps.receive('MAKER:s1', {}, 'MAKER')).toBe('supply.not-receiver')
    for (const signer of ['SHOP', 'SHOP:patient']) {
      expect(steps.receive('MAKER:s1', {}, signer), signer).toBe('supply.handover-unknown')
    }
  })

  it('go down the chain only, and back to where it came from', () => {
    for (const to of ['MAKER', 'MAKER2', 'FDA', 'INS', 'nobody']) {
      expect(steps.ship('s1', [sgtin(1)], to), to).toBe('supply.not-next-link')
    }
    steps.move('s1', [sgtin(1), sgtin(2)], 'MAKER', 'SALE')
    steps.move('s2', [sgtin(1)], 'SALE', 'SHOP')
    expect(steps.ship('s3', [sgtin(1)], 'SHOP2', 'SHOP')).toBe('supply.role')
    const send = (to: string, signer = 'SHOP', item = sgtin(1)) =>
      steps.run(signer, 'return', { shipmentId: `r-${to}`, to, items: [item] })
    for (const to of ['SALE2', 'SHOP2', 'SHOP', 'nobody']) expect(send(to), to).toBe('supply.not-next-link')
    expect(send('SALE', 'SALE')).toBe('supply.unknown')
    expect(send('SALE')).toBe('ok')
    expect(steps.receive('SHOP:r-SALE')).toBe('ok')
    expect(send('MAKER', 'SALE', sgtin(2))).toBe('ok')
    expect(steps.receive('SALE:r-MAKER', {}, 'MAKER')).toBe('ok')
    expect(steps.item(sgtin(2))).toMatchObject({ holder: 'MAKER' })
  })

  it('are cancelled by either side while they wait', () => {
    const cancel = (signer: string, shipment = 'MAKER:s1') => steps.run(signer, 'cancel', { shipment })
    expect(steps.ship('s1', [sgtin(1)])).toBe('ok')
    expect(cancel('SHOP')).toBe('supply.handover-unknown')
    expect(cancel('MAKER', 'MAKER:s9')).toBe('supply.handover-unknown')
    expect(cancel('MAKER')).toBe('ok')
    expect(cancel('SALE')).toBe('supply.handover-over')
    expect(steps.list('SALE', '/offers')).toEqual([])
  })

  it('reach nobody who is suspended', () => {
    world.must('MAKER', 'governance.propose', { change: { suspend: { member: 'SALE' } }, proposalId: 'p1' })
    for (const member of ['MAKER2', 'SALE2', 'SHOP', 'SHOP2', 'FDA']) {
      world.must(member, 'governance.approve', { proposal: 'MAKER:p1' })
    }
    world.pass(1)
    expect(steps.ship('s1', [sgtin(1)])).toBe('supply.receiver-unfit')
    expect(steps.ship('s1', [sgtin(1)], 'SHOP')).toBe('ok')
  })

  it('return nothing to who is suspended', () => {
    steps.move('s1', [sgtin(1)], 'MAKER', 'SALE')
    steps.move('s2', [sgtin(1)], 'SALE', 'SHOP')
    world.must('MAKER', 'governance.propose', { change: { suspend: { member: 'SALE' } }, proposalId: 'p1' })
    for (const member of ['MAKER2', 'SALE2', 'SHOP', 'SHOP2', 'FDA']) {
      world.must(member, 'governance.approve', { proposal: 'MAKER:p1' })
    }
    world.pass(1)
    expect(steps.run('SHOP', 'return', { shipmentId: 'r1', to: 'SALE', items: [sgtin(1)] })).toBe(
      'supply.receiver-unfit',
    )
  })
})
