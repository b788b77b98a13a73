/** Waste's part of the busy world: bags in every state. */
import { weigh, weighing } from './scales.ts'
import type { World } from './world.ts'

const CLASSES = ['infectious', 'pathological', 'sharps', 'pharmaceutical', 'chemical']

export function busyWaste(world: World): void {
  const until = world.time + 86_400
  for (const member of ['H1', 'HAUL', 'PLANT']) {
    world.must('BUREAU', 'waste.authorise', { member, classes: CLASSES, until })
  }
  const seal = (bagId: string, grams: number) =>
    world.must('H1:doc', 'waste.seal', {
      bagId,
      class: 'infectious',
      department: 'r1',
      container: 'bag',
      weight: weigh('H1:scale', `H1:${bagId}`, grams, world.time),
    })
  for (const bag of ['bag1', 'bag2', 'bag3', 'bag4']) seal(bag, 5_000)
  world.must('H1:doc', 'waste.store', { items: ['H1:bag1', 'H1:bag2'] })
  world.must('H1:doc', 'waste.pack', { boxId: 'box', class: 'infectious', items: ['H1:bag1'] })
  world.must('H1:doc', 'waste.open-manifest', {
    manifestId: 'r1',
    hauler: 'HAUL',
    plant: 'PLANT',
    items: ['H1:box', 'H1:bag2'],
  })
  const weights = (scale: string, grams: number, at: number) =>
    ['H1:box', 'H1:bag2'].map((item, i) => weighing(scale, item, i === 0 ? grams : 5_000, at))
  const taken = weights('HAUL:scale', 4_000, world.time + 1)
  world.must('HAUL', 'waste.accept', { offer: 'H1:r1', weights: taken })
  world.must('HAUL', 'waste.ship', { shipmentId: 'r1', manifest: 'H1:r1', items: ['H1:bag2'] })
  world.must('PLANT', 'waste.receive', {
    shipment: 'HAUL:r1',
    result: 'full',
    weights: [weighing('PLANT:scale', 'H1:bag2', 5_000, world.time + 2)],
  })
  world.must('H1:doc', 'waste.offer', { offerId: 'r2', items: ['H1:bag3'], to: 'H1:desk' })
}
