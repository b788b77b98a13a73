/** Every workflow's scenario, on a ledger in process and over HTTP on a real node: each step is told what it says. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Server } from '../../src/api/index.ts'
import { codeOfNumber, pack, systemClock } from '../../src/base/index.ts'
import { createClient, loadKernel, signTransaction } from '../../src/client/index.ts'
import { DEMO_PLAN, LONG_SCENARIOS, playScenario, SCENARIOS, type Surface } from '../../src/demo/index.ts'
import { initData, keyPath, loadConfig, readSigningKey, signingKeyFromPem } from '../../src/host/index.ts'
import { createMemoryStore, openLedger, statusAt } from '../../src/ledger/index.ts'
import { planConsortium } from '../../src/node/index.ts'
import { startLightServer } from '../node/support/light-node.ts'

const kernel = await loadKernel()

/** The demo consortium on a ledger in memory, a block a transaction, under a clock of its own. */
async function openInProcess(): Promise<Surface> {
  const plan = planConsortium(DEMO_PLAN, systemClock)
  const ledger = await openLedger({
    store: createMemoryStore(),
    genesisBytes: plan.genesis,
    kernel,
    create: true,
  })
  let time = ledger.genesis.time
  return {
    kernel,
    ledgerId: ledger.ledgerId,
    now: () => time,
    advanceTo(later) {
      time = Math.max(time, later)
    },
    member: (id) => signingKeyFromPem(plan.keys[id]!)!,
    async send(draft, signer) {
      time += 1
      const clock = { ...systemClock, nowSeconds: () => time }
      const { entry } = await signTransaction(draft, { kernel, ledgerId: ledger.ledgerId, signer, clock })
      const entries = pack([entry])
      const verdicts = kernel.verifyEntries(entries, ledger.ledgerId)
      const { statuses } = await ledger.commit({ time, entries, verdicts })
      const status = statusAt(statuses, 0)
      return status.status === 'refused'
        ? { status: 'refused', code: codeOfNumber(status.code)! }
        : { status: status.status }
    },
  }
}

describe.each([...SCENARIOS, ...LONG_SCENARIOS])('$title, in process', (scenario) => {
  it('answers every step as it must, also a second time on the same ledger', async () => {
    const surface = await openInProcess()
    for (let run = 0; run < 2; run++) {
      const played = await playScenario(scenario, surface)
      for (const { who, does, told, answer } of played) expect(answer, `${who} ${does}`).toBe(told)
      expect(played.filter(({ told }) => told !== 'accepted').length).toBeGreaterThan(3)
    }
  })
})

describe('over HTTP', () => {
  let folder: string
  let server: Server

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-scenarios-'))
    initData(kernel, join(folder, 'data'), planConsortium(DEMO_PLAN, systemClock))
    const flags = { data: join(folder, 'data'), port: '0', threads: '1', logLevel: 'error' }
    server = await startLightServer(loadConfig({ flags }))
  })
  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })

  it.each(SCENARIOS)('$title', async (scenario) => {
    const client = await createClient({ url: server.url, kernel })
    const { ledgerId } = client
    const played = await playScenario(scenario, {
      kernel,
      ledgerId,
      now: () => systemClock.nowSeconds(),
      member: (id) => readSigningKey(keyPath(join(folder, 'data'), id)),
      async send(draft, signer) {
        const signed = await signTransaction(draft, { kernel, ledgerId, signer })
        const [answer] = await client.submit([signed], { wait: 'final' })
        return answer!
      },
    })
    expect(played.length).toBeGreaterThan(3)
    for (const { who, does, told, answer } of played) expect(answer, `${who} ${does}`).toBe(told)
  })
})
