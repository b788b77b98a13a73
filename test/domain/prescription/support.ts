/** Two hospitals, two pharmacies, a platform, a licensing body and their people. */
import { hashOf } from '../support/keys.ts'
import { actorOf, memberOf, PRIVATE_HASH, World } from '../support/world.ts'

export const DAY = 86_400
/** 00:00 of a day in China, after genesis. */
export const MORNING = 1_700_064_000
export const ANN = hashOf('ann at H1')
export const BOB = hashOf('bob at H1')
export const COPY = PRIVATE_HASH

/** Puts packs of one product into a pharmacy's stock, from their manufacturer. */
export function stock(world: World, pharmacy: string, ...packs: readonly string[]): void {
  const gtin = '06901234567892'
  world.must(
    'FD',
    'supply.register-product',
    { gtin, code: '8123456', manufacturer: 'MAKER' },
    { privateHash: COPY },
  )
  world.must('MAKER', 'supply.commission', { packs, gtin, lot: 'lot-1', expiry: world.time + 100 * DAY })
  world.must('MAKER', 'supply.ship', { shipmentId: 's1', to: pharmacy, items: packs })
  world.must(pharmacy, 'supply.receive', { shipment: 'MAKER:s1', result: 'full' })
}

export function newWorld(parameters: { readonly [name: string]: number } = {}): World {
  const world = new World({
    members: [
      memberOf('H1', 'hospital'),
      memberOf('H2', 'hospital'),
      memberOf('P1', 'pharmacy'),
      memberOf('P2', 'retailer'),
      memberOf('PL', 'platform'),
      memberOf('INS', 'insurer'),
      memberOf('LB', 'licensing-body'),
      memberOf('MAKER', 'manufacturer'),
      memberOf('FD', 'food-drug-regulator'),
    ],
    actors: [
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:other', 'doctor'),
      actorOf('H1:pharm', 'pharmacist'),
      actorOf('H1:desk', 'employee'),
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H2:doc', 'doctor'),
      actorOf('H2:pharm', 'pharmacist'),
      actorOf('P1:pharm', 'pharmacist'),
      actorOf('P1:clerk', 'employee'),
      actorOf('P2:pharm', 'pharmacist'),
      actorOf('PL:doc', 'doctor'),
      actorOf('PL:pharm', 'pharmacist'),
    ],
    parameters,
  })
  world.time = MORNING
  for (const [subject, patient] of [
    [ANN, 'H1:ann'],
    [BOB, 'H1:bob'],
  ]) {
    world.must('H1', 'identity.enrol-subject', { subject, patient })
  }
  return world
}

/** A licence of a person, suspended at once. */
export function suspend(world: World, practitioner: string, profession: string): void {
  const named = { licenceId: practitioner.replace(':', '-'), practitioner }
  const validity = { validFrom: world.time, validUntil: world.time + 100 * DAY }
  world.must('LB', 'credential.issue', { ...named, profession, ...validity })
  world.must('LB', 'credential.suspend', named)
}

export const line = (number: number, more = {}) => ({
  line: number,
  quantity: 20,
  daysSupply: 7,
  controlled: 'none',
  ...more,
})

/** The steps of one prescription, each with what is usual unless told otherwise; the outcome. */
export function stepsOf(world: World) {
  const about = { prescription: 'H1:r1', subject: ANN }
  return {
    issue: (more = {}, signer = 'H1:doc') =>
      world.run(signer, 'prescription.issue', {
        rxId: 'r1',
        subject: ANN,
        basis: 'ordinary',
        lines: [line(1), line(2, { quantity: 10 })],
        validUntil: MORNING + DAY,
        ...more,
      }),
    review: (more = {}, signer = 'H1:pharm') =>
      world.run(signer, 'prescription.review', { ...about, commitment: COPY, approved: true, ...more }),
    route: (more = {}, signer = 'H1:ann', privateHash = COPY) =>
      world.run(signer, 'prescription.route', { ...about, pharmacy: 'P1', ...more }, { privateHash }),
    release: (more = {}, signer = 'H1:ann') =>
      world.run(signer, 'prescription.release', { ...about, pharmacy: 'P1', ...more }),
    dispense: (
      quantities: readonly (readonly [line: number, quantity: number])[],
      more = {},
      signer = 'P1:pharm',
    ) =>
      world.run(signer, 'prescription.dispense', {
        dispenseId: `d${world.height}`,
        ...about,
        commitment: COPY,
        quantities: quantities.map(([number, quantity]) => ({ line: number, quantity })),
        ...more,
      }),
    extend: (days: number, more = {}, signer = 'H1:doc') =>
      world.run(signer, 'prescription.extend', { ...about, validUntil: MORNING + days * DAY, ...more }),
    cancel: (more = {}, signer = 'H1:doc') => world.run(signer, 'prescription.cancel', { ...about, ...more }),
    show: (reader = 'H1', ref = 'H1:r1') =>
      world.read(reader, 'prescription', '/prescriptions/:ref', { ref }) as { state: string } | undefined,
    refs: (reader: string, path: string, query: { [name: string]: string } = {}) =>
      world.list(reader, 'prescription', path, query)?.map((row) => (row as { ref: string }).ref),
  }
}
