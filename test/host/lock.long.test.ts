/** Many races for a lock that was left, and for one that was left in the middle of being taken over. */
import { expect, it } from 'vitest'
import { race } from './support/lock-race.ts'

it.each([[['lock']], [['lock', 'lock.over']], [['lock', 'lock.over', 'lock.over.over']]])(
  'of %j one process gets it',
  { timeout: 600_000 },
  async (left) => {
    const counts = new Map<number, number>()
    for (const outcome of await race(4, 3_000, left)) {
      const taken = outcome.filter((word) => word === 'taken').length
      expect(outcome.filter((word) => word === 'data.locked')).toHaveLength(4 - taken)
      counts.set(taken, (counts.get(taken) ?? 0) + 1)
    }
    console.info(`rounds by processes that took the lock: ${JSON.stringify([...counts])}`)
    expect([...counts.keys()]).toEqual([1])
  },
)
