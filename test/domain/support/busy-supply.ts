/** Supply's part of the busy world: packs in every state. */
import { hashOf } from './keys.ts'
import type { World } from './world.ts'

const GTIN = '06901234567892'

export function busySupply(world: World): void {
  const pack = (serial: number) => `${GTIN}:${serial}`
  const product = { gtin: GTIN, code: '8123456', manufacturer: 'MAKER' }
  world.must('FD', 'supply.register-product', product, { privateHash: hashOf('product') })
  const expiry = world.time + 86_400
  const packs = [pack(1), pack(2), pack(3), pack(4), '81234560000000000001']
  world.must('MAKER', 'supply.commission', { packs, gtin: GTIN, lot: 'r1', expiry })
  world.must('MAKER', 'supply.commission', { packs: [pack(5)], gtin: GTIN, lot: 'r2', expiry })
  world.must('MAKER', 'supply.pack', { container: 'r1', items: [pack(3)] })
  world.must('MAKER', 'supply.ship', { shipmentId: 'r1', to: 'SHOP', items: [pack(1), pack(2)] })
  world.must('SHOP', 'supply.receive', { shipment: 'MAKER:r1', result: 'full' })
  world.must('MAKER', 'supply.ship', { shipmentId: 'r2', to: 'SHOP', items: ['MAKER:r1'] })
  for (let sale = 0; sale < 2; sale++) world.must('SHOP', 'supply.dispense', { packs: [pack(1)] })
  world.must('MAKER', 'supply.quarantine', { items: [pack(4)] })
  world.must('FD', 'supply.recall', { gtin: GTIN, lot: 'r2' })
}

/** Names that occur in it. */
export const SUPPLY_NAMES = {
  references: ['MAKER:r1', 'MAKER:r2', `${GTIN}:1`, `${GTIN}:2`, `${GTIN}:4`, '81234560000000000001'],
  words: [GTIN, '8123456'],
}
