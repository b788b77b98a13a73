/** Small requests joined: one trip for those that come together, each its own answers, faults shared, bounds kept. */
import { expect, it } from 'vitest'
import { Gatherer } from '../../src/intake/gatherer.ts'

function start(bounds: { countMax?: number; bytesMax?: number } = {}) {
  const trips: number[][] = []
  const gatherer = new Gatherer<number, string>({
    async run(items) {
      trips.push([...items])
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (items.includes(13)) throw new Error('unlucky')
      return items.map((item) => `<${item}>`)
    },
    bytesOf: (item) => item,
    countMax: 100,
    bytesMax: 1_000,
    ...bounds,
  })
  return { trips, gatherer }
}

it('what arrives together makes one trip, what arrives during it the next', async () => {
  const { trips, gatherer } = start()
  const first = [gatherer.submit([1, 2]), gatherer.submit([3])]
  await new Promise((resolve) => setTimeout(resolve, 2))
  const second = [gatherer.submit([4]), gatherer.submit([5, 6])]
  expect(await Promise.all([...first, ...second])).toEqual([['<1>', '<2>'], ['<3>'], ['<4>'], ['<5>', '<6>']])
  expect(trips).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ])
  expect(await gatherer.submit([7])).toEqual(['<7>'])
})

it('a trip that fails fails its requests, and no other', async () => {
  const { gatherer } = start()
  const together = [gatherer.submit([1]), gatherer.submit([13])]
  for (const result of await Promise.allSettled(together)) expect(result.status).toBe('rejected')
  expect(await gatherer.submit([2])).toEqual(['<2>'])
})

it('trips are bounded in count and bytes; a larger request goes alone', async () => {
  const { trips, gatherer } = start({ countMax: 2, bytesMax: 50 })
  await Promise.all([[1], [2], [3], [1, 2, 3], [40], [20], [99], [4]].map((items) => gatherer.submit(items)))
  expect(trips).toEqual([[1, 2], [3], [1, 2, 3], [40], [20], [99], [4]])
})
