/**
 * Runs the simulation. `TEST_SEED=n` replays a run; `SIMULATION_STEPS=n` makes it longer, `SIMULATION_MINUTES=n` runs
 * seed after seed for that long.
 */
import { describe, expect, it } from 'vitest'
import { triesOf } from '../support/tries.ts'
import { Simulation } from './simulation.ts'

const STEPS = triesOf(300, 5_000, 'SIMULATION_STEPS')
const MINUTES = Number(process.env['SIMULATION_MINUTES'] ?? 0)
const FIRST_SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

async function run(seed: number, steps: number): Promise<Simulation> {
  const simulation = new Simulation(seed)
  let step = 0
  try {
    await simulation.open()
    for (; step < steps; step++) await simulation.step()
    await simulation.finish()
    return simulation
  } catch (error) {
    throw new Error(
      `TEST_SEED=${seed} SIMULATION_STEPS=${steps}, at step ${step}: ${(error as Error).message}`,
      {
        cause: error,
      },
    )
  }
}

describe('a consortium whose disks fail and whose processes die', () => {
  it(
    'loses nothing, applies nothing twice, and comes to one history',
    async () => {
      const endMs = performance.now() + 60_000 * MINUTES
      let seed = FIRST_SEED
      do {
        const { counts } = await run(seed, STEPS)
        console.info(`seed ${seed}, ${STEPS} steps: ${JSON.stringify(counts)}`)
        expect(counts['transactions told']).toBeGreaterThan(STEPS / 10)
        seed += 1
      } while (performance.now() < endMs)
    },
    60_000 * (MINUTES + 10),
  )

  it('replays from its seed', async () => {
    const [first, second] = [await run(7, 150), await run(7, 150)]
    expect(second.counts).toEqual(first.counts)
  })
})
