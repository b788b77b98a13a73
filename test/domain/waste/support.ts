/** Wards, a store, a hauler and a plant, and the steps that waste takes between them. */
import { keyOf } from '../support/keys.ts'
import { weigh, weighing } from '../support/scales.ts'
import { actorOf, memberOf, type Outcome, World } from '../support/world.ts'

const NODE = { logKey: keyOf('log').publicKey, cosignerKey: keyOf('cosigner').publicKey }
export const ALL = ['infectious', 'pathological', 'sharps', 'pharmaceutical', 'chemical']
export const HOUR = 3_600
export const YEAR = 366 * 24 * HOUR

export function wasteWorld(parameters: { readonly [name: string]: number } = {}): World {
  const world = new World({
    members: [
      { ...memberOf('H', 'hospital'), ...NODE },
      memberOf('H2', 'hospital'),
      memberOf('HAUL', 'hauler'),
      memberOf('HAUL2', 'hauler'),
      memberOf('PLANT', 'treatment-plant'),
      memberOf('PLANT2', 'treatment-plant'),
      memberOf('BUREAU', 'environment-bureau'),
      memberOf('SCRAP', 'enterprise'),
    ],
    actors: [
      actorOf('H:nurse', 'nurse'),
      actorOf('H:collector', 'collector'),
      actorOf('H:patient', 'patient'),
      actorOf('H:scale', 'scale'),
      actorOf('H2:nurse', 'nurse'),
      actorOf('H2:scale', 'scale'),
      actorOf('HAUL:driver', 'collector'),
      actorOf('HAUL:scale', 'scale'),
      actorOf('PLANT:operator', 'employee'),
      actorOf('PLANT:scale', 'scale'),
      actorOf('BUREAU:officer', 'employee'),
    ],
    parameters,
  })
  for (const member of ['H', 'H2', 'HAUL', 'HAUL2', 'PLANT', 'PLANT2']) {
    world.must('BUREAU:officer', 'waste.authorise', { member, classes: ALL, until: world.time + YEAR })
  }
  return world
}

const memberIn = (name: string) => name.split(':', 1)[0]!

/** The steps, each by who takes it in the ordinary course, each a second after the one before. */
export class Steps {
  readonly world: World
  #n = 0

  constructor(world: World) {
    this.world = world
  }

  id(name: string): string {
    this.#n += 1
    return `${name}-${this.#n}`
  }

  run(signer: string, verb: string, payload: unknown): Outcome {
    this.world.pass(1)
    return this.world.run(signer, `waste.${verb}`, payload)
  }

  /** The weight that `signer`'s member takes next. */
  weight(signer: string, item: string, grams: number) {
    return weigh(`${memberIn(signer)}:scale`, item, grams, this.world.time + 1)
  }

  seal(bagId: string, grams = 1_000, more: object = {}, signer = 'H:nurse'): Outcome {
    return this.run(signer, 'seal', {
      bagId,
      class: 'infectious',
      department: 'ward-3',
      container: 'bag',
      weight: this.weight(signer, `${memberIn(signer)}:${bagId}`, grams),
      ...more,
    })
  }

  offer(offerId: string, items: readonly string[], to = 'H:collector', signer = 'H:nurse'): Outcome {
    return this.run(signer, 'offer', { offerId, items, to })
  }

  weights(signer: string, items: { readonly [item: string]: number }) {
    return Object.entries(items).map(([item, grams]) =>
      weighing(`${memberIn(signer)}:scale`, item, grams, this.world.time + 1),
    )
  }

  accept(offer: string, items: { readonly [item: string]: number }, signer = 'H:collector'): Outcome {
    return this.run(signer, 'accept', { offer, weights: this.weights(signer, items) })
  }

  store(items: readonly string[], signer = 'H:collector'): Outcome {
    return this.run(signer, 'store', { items })
  }

  manifest(manifestId: string, items: readonly string[], more: object = {}, signer = 'H:collector'): Outcome {
    return this.run(signer, 'open-manifest', { manifestId, hauler: 'HAUL', plant: 'PLANT', items, ...more })
  }

  ship(shipmentId: string, manifest: string, items: readonly string[], signer = 'HAUL:driver'): Outcome {
    return this.run(signer, 'ship', { shipmentId, manifest, items })
  }

  receive(
    shipment: string,
    items: { readonly [item: string]: number },
    result = 'full',
    signer = 'PLANT:operator',
  ): Outcome {
    return this.run(signer, 'receive', { shipment, result, weights: this.weights(signer, items) })
  }

  destroy(item: string, grams = 1_000, more: object = {}, signer = 'PLANT:operator'): Outcome {
    return this.run(signer, 'destroy', {
      item,
      method: 'incineration',
      weight: this.weight(signer, item, grams),
      ...more,
    })
  }

  item(ref: string, reader = 'BUREAU'): { readonly [name: string]: unknown } {
    return this.world.read(reader, 'waste', '/items/:ref', { ref }) as { readonly [name: string]: unknown }
  }

  /** Brings a bag of the hospital to a stage, at its weight. */
  bring(bag: string, to: 'collected' | 'stored' | 'transport' | 'plant', grams = 1_000): void {
    const item = `H:${bag}`
    const [o, m, s] = [this.id('o'), this.id('m'), this.id('s')]
    const outcomes = [this.offer(o, [item]), this.accept(`H:${o}`, { [item]: grams })]
    if (to !== 'collected') outcomes.push(this.store([item]))
    if (to === 'transport' || to === 'plant') {
      outcomes.push(this.manifest(m, [item]), this.accept(`H:${m}`, { [item]: grams }, 'HAUL:driver'))
    }
    if (to === 'plant') {
      outcomes.push(this.ship(s, `H:${m}`, [item]), this.receive(`HAUL:${s}`, { [item]: grams }))
    }
    const bad = outcomes.find((outcome) => outcome !== 'ok')
    if (bad !== undefined) throw new Error(`${bag} does not come to ${to}: ${outcomes}`)
  }
}
