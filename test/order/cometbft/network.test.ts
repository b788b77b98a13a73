/**
 * Four nodes under an engine that keeps the promises of ABCI: killed between any two calls, brought the same twice,
 * told late, asked about unsound proposals. `TEST_SEED=n` replays a run; `ORDER_STEPS=n` makes it longer.
 */
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../simulation/random.ts'
import { triesOf } from '../../support/tries.ts'
import { Network } from './support/network.ts'

const STEPS = triesOf(1_000, 20_000, 'ORDER_STEPS')
const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

async function run(seed: number, steps: number, killChance: number): Promise<Network> {
  const network = new Network(createRandom(seed), killChance)
  let step = 0
  try {
    await network.open()
    for (; step < steps; step++) await network.step()
    await network.finish()
    return network
  } catch (error) {
    throw new Error(`TEST_SEED=${seed} ORDER_STEPS=${steps}, at step ${step}: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

describe('four nodes that keep one ledger', () => {
  it('come to the same bytes, whenever they are killed, and take no unsound proposal', async () => {
    const network = await run(SEED, STEPS, 0.01)
    console.info(
      `seed ${SEED}, ${STEPS} steps, ${network.chain.length} heights: ${JSON.stringify(network.counts)}`,
    )
    const [first, ...others] = network.dumps()
    for (const dump of others) expect(dump).toEqual(first)
    expect(network.counts['block']).toBeGreaterThan(STEPS / 100)
    expect(network.counts['kill']).toBeGreaterThan(0)
    expect(network.counts['unsound proposal']).toBeGreaterThan(0)
  })

  it('lose nothing and apply nothing twice, where no process is killed', async () => {
    const network = await run(SEED + 1, Math.floor(STEPS / 2), 0)
    const live = network.nodes[0]!.live!
    let accepted = 0
    for (const { id } of network.sent) {
      const found = await live.ledger.transaction(Buffer.from(id, 'hex'))
      if (found?.status.status === 'accepted') accepted += 1
    }
    expect(accepted).toBeGreaterThan(0)
    const { events } = await live.ledger.events(0, 1e6)
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    expect(events.length).toBe(accepted)
  })
})
