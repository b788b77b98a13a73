/** Everything that can happen to waste and to packs, once. */
import { code20, GTIN, Steps as SupplySteps, sgtin, supplyWorld } from '../../domain/supply/support.ts'
import type { World } from '../../domain/support/world.ts'
import { Steps as WasteSteps, wasteWorld } from '../../domain/waste/support.ts'

function must(outcome: string): void {
  if (outcome !== 'ok') throw new Error(`refused: ${outcome}`)
}

export function eventfulWaste(): World {
  const world = wasteWorld()
  const steps = new WasteSteps(world)
  for (const bag of ['b1', 'b2', 'b3']) must(steps.seal(bag, 5_000))
  must(steps.offer('o0', ['H:b3']))
  must(steps.run('H', 'cancel', { offer: 'H:o0' }))
  for (const bag of ['b1', 'b2']) steps.bring(bag, 'stored', 5_000)
  must(steps.run('H:collector', 'pack', { boxId: 'box', class: 'infectious', items: ['H:b1', 'H:b2'] }))
  must(steps.run('H:collector', 'unpack', { box: 'H:box', items: ['H:b2'] }))
  must(steps.manifest('m1', ['H:box', 'H:b2']))
  must(steps.accept('H:m1', { 'H:box': 4_000, 'H:b2': 5_000 }, 'HAUL:driver'))
  for (const signer of ['H', 'HAUL', 'BUREAU'])
    must(steps.run(signer, 'resolve', { item: 'H:box', grams: 4_000 }))
  must(steps.ship('s1', 'H:m1', ['H:box', 'H:b2']))
  must(steps.receive('HAUL:s1', { 'H:box': 4_000 }, 'partial'))
  must(steps.destroy('H:box', 4_000))
  return world
}

export function eventfulSupply(): World {
  const world = supplyWorld()
  const steps = new SupplySteps(world)
  must(steps.commission([sgtin(1), sgtin(2), sgtin(3), sgtin(4)]))
  must(steps.commission([code20(1)], { lot: 'L2' }))
  must(steps.pack('case', [sgtin(1), sgtin(2)]))
  must(steps.ship('s0', [code20(1)]))
  must(steps.run('MAKER', 'cancel', { shipment: 'MAKER:s0' }))
  must(steps.ship('s1', ['MAKER:case', sgtin(3)], 'SHOP'))
  must(steps.receive('MAKER:s1', { result: 'partial', items: ['MAKER:case'] }, 'SHOP'))
  must(steps.run('SHOP', 'unpack', { container: 'MAKER:case', items: [sgtin(1), sgtin(2)] }))
  must(steps.dispense([sgtin(1)]))
  must(steps.dispense([sgtin(1)]))
  for (const verb of ['quarantine', 'release']) must(steps.run('SHOP', verb, { items: [sgtin(2)] }))
  must(steps.run('MAKER', 'recall', { gtin: GTIN, lot: 'L1' }))
  const label = { gtin: GTIN, lot: 'L1', expiry: steps.expiry }
  must(steps.run('SHOP', 'verify', { pack: sgtin(2), ...label }))
  must(steps.run('SHOP', 'return', { shipmentId: 'r1', to: 'MAKER', items: [sgtin(2)] }))
  must(steps.run('MAKER', 'decommission', { items: [sgtin(4)], reason: 'stolen' }))
  return world
}
