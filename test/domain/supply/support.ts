/** A drug chain: maker, wholesalers, pharmacies, regulator, and the steps that packs take between them. */
import { hashOf, keyOf } from '../support/keys.ts'
import { actorOf, memberOf, type Outcome, World, type WorldOptions } from '../support/world.ts'

export const GTIN = '06901234567892'
export const OTHER_GTIN = '00614141000036'
export const CODE = '8123456'
export const YEAR = 366 * 86_400
const NODE = { logKey: keyOf('log').publicKey, cosignerKey: keyOf('cosigner').publicKey }

export const sgtin = (serial: string | number, gtin = GTIN) => `${gtin}:${serial}`
/** A 20-digit code of the product. */
export const code20 = (serial: number) => CODE + String(serial).padStart(13, '0')

export function supplyWorld(options: Partial<WorldOptions> = {}): World {
  const world = new World({
    members: [
      { ...memberOf('MAKER', 'manufacturer'), ...NODE },
      memberOf('MAKER2', 'manufacturer'),
      memberOf('SALE', 'distributor'),
      memberOf('SALE2', 'distributor'),
      memberOf('SHOP', 'pharmacy'),
      memberOf('SHOP2', 'pharmacy'),
      memberOf('FDA', 'food-drug-regulator'),
      memberOf('INS', 'insurer'),
    ],
    actors: [
      actorOf('MAKER:line', 'employee'),
      actorOf('SALE:desk', 'employee'),
      actorOf('SHOP:pharmacist', 'pharmacist'),
      actorOf('SHOP:patient', 'patient'),
      actorOf('FDA:officer', 'employee'),
    ],
    ...options,
  })
  const privateHash = hashOf('name, strength, form and size')
  const product = { gtin: GTIN, code: CODE, manufacturer: 'MAKER' }
  world.must('FDA:officer', 'supply.register-product', product, { privateHash })
  return world
}

/** The steps, each by who takes it in the ordinary course, each a second after the one before. */
export class Steps {
  readonly world: World
  readonly expiry: number

  constructor(world: World) {
    this.world = world
    this.expiry = world.time + YEAR
  }

  run(signer: string, verb: string, payload: unknown): Outcome {
    this.world.pass(1)
    return this.world.run(signer, `supply.${verb}`, payload)
  }

  commission(packs: readonly string[], more: object = {}, signer = 'MAKER:line'): Outcome {
    return this.run(signer, 'commission', { packs, gtin: GTIN, lot: 'L1', expiry: this.expiry, ...more })
  }

  pack(container: string, items: readonly string[], signer = 'MAKER:line'): Outcome {
    return this.run(signer, 'pack', { container, items })
  }

  ship(shipmentId: string, items: readonly string[], to = 'SALE', signer = 'MAKER:line'): Outcome {
    return this.run(signer, 'ship', { shipmentId, to, items })
  }

  receive(shipment: string, more: object = {}, signer = 'SALE:desk'): Outcome {
    return this.run(signer, 'receive', { shipment, result: 'full', ...more })
  }

  /** Ships items from one member to the next, which takes all of them. */
  move(shipmentId: string, items: readonly string[], from: string, to: string): void {
    const outcomes = [this.ship(shipmentId, items, to, from), this.receive(`${from}:${shipmentId}`, {}, to)]
    if (outcomes.some((outcome) => outcome !== 'ok')) throw new Error(`not moved: ${outcomes}`)
  }

  dispense(packs: readonly string[], signer = 'SHOP:pharmacist'): Outcome {
    return this.run(signer, 'dispense', { packs })
  }

  item(ref: string, reader = 'FDA'): { readonly [name: string]: unknown } {
    return this.world.read(reader, 'supply', '/items/:ref', { ref }) as { readonly [name: string]: unknown }
  }

  verify(pack: string, reader = 'INS') {
    return this.world.read(reader, 'supply', '/verify/:pack', { pack })
  }

  list(reader: string, path: string, query: { [name: string]: string | number } = {}) {
    return this.world.list(reader, 'supply', path, query) as
      | { readonly [name: string]: unknown }[]
      | undefined
  }
}
