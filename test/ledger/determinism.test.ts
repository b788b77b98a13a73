/**
 * Nodes that execute the same blocks come to the same headers, state digests and checkpoint, byte for byte, wherever
 * they stand: each in a process of its own, in other time zones and locales. The blocks are those of all workflows,
 * refusals included.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOfNumber, fromHex, pack, systemClock, toHex } from '../../src/base/index.ts'
import { loadKernel, signTransaction } from '../../src/client/index.ts'
import { DEMO_PLAN, playScenario, SCENARIOS, type Surface } from '../../src/demo/index.ts'
import { signingKeyFromPem } from '../../src/host/index.ts'
import { createMemoryStore, openLedger, statusAt } from '../../src/ledger/index.ts'
import { planConsortium } from '../../src/node/index.ts'
import { decodeLeaf, formatCheckpoint, originOf } from '../../src/protocol/index.ts'

const REPLAYER = fileURLToPath(new URL('./support/replayer.mjs', import.meta.url))

/** Places that disagree on the hour and on how a number is written. */
const PLACES = [
  { TZ: 'UTC', LANG: 'C', LC_ALL: 'C' },
  { TZ: 'Asia/Shanghai', LANG: 'zh_CN.UTF-8', LC_ALL: 'zh_CN.UTF-8' },
  { TZ: 'America/St_Johns', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' },
  { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
] as const

interface Block {
  readonly time: number
  /** Hex. */
  readonly entries: readonly string[]
}

interface Replay {
  readonly place: { readonly timeZone: string; readonly locale: string; readonly number: string }
  readonly headers: readonly string[]
  readonly checkpoint: string
}

const kernel = await loadKernel()

/** Plays every scenario on a ledger in memory, a block a transaction, and keeps the blocks. */
async function record() {
  const plan = planConsortium(DEMO_PLAN, systemClock)
  const ledger = await openLedger({
    store: createMemoryStore(),
    genesisBytes: plan.genesis,
    kernel,
    create: true,
  })
  const { ledgerId } = ledger
  const blocks: Block[] = []
  const headers: string[] = []
  let time = ledger.genesis.time
  const surface: Surface = {
    kernel,
    ledgerId,
    now: () => time,
    member: (id) => signingKeyFromPem(plan.keys[id]!)!,
    async send(draft, signer) {
      time += 1
      const clock = { ...systemClock, nowSeconds: () => time }
      const { entry } = await signTransaction(draft, { kernel, ledgerId, signer, clock })
      const entries = pack([entry])
      const verdicts = kernel.verifyEntries(entries, ledgerId)
      const { head, statuses } = await ledger.commit({ time, entries, verdicts })
      blocks.push({ time, entries: [toHex(entry)] })
      headers.push(toHex((await ledger.leaf(head.size - 1))!))
      const status = statusAt(statuses, 0)
      const code = status.status === 'refused' ? codeOfNumber(status.code) : undefined
      return code === undefined ? { status: status.status } : { status: status.status, code }
    },
  }
  for (const scenario of SCENARIOS) {
    for (const { who, does, told, answer } of await playScenario(scenario, surface)) {
      expect(answer, `${who} ${does}`).toBe(told)
    }
  }
  const { size, root } = await ledger.head()
  const checkpoint = formatCheckpoint({ origin: originOf(ledger.genesis.name, ledgerId), size, root })
  return { genesis: toHex(plan.genesis), blocks, headers, checkpoint }
}

/** The same batches as one block each, of many transactions. */
const joined = (blocks: readonly Block[], count: number): Block[] =>
  Array.from({ length: Math.ceil(blocks.length / count) }, (_, i) => {
    const part = blocks.slice(i * count, (i + 1) * count)
    return { time: part.at(-1)!.time, entries: part.flatMap(({ entries }) => entries) }
  })

describe('nodes in other places', () => {
  let folder: string
  let recorded: Awaited<ReturnType<typeof record>>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-determinism-'))
    recorded = await record()
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function replayEverywhere(name: string, blocks: readonly Block[]): Promise<Replay[]> {
    const path = join(folder, `${name}.json`)
    await writeFile(path, JSON.stringify({ genesis: recorded.genesis, blocks }))
    const replays: Replay[] = []
    for (const place of PLACES) {
      const env = { ...process.env, ...place }
      const options = { env, maxBuffer: 64 * 1024 * 1024 }
      const { stdout } = await promisify(execFile)(process.execPath, [REPLAYER, path], options)
      replays.push(JSON.parse(stdout) as Replay)
    }
    return replays
  }

  it('write the same headers and checkpoint', async () => {
    const replays = await replayEverywhere('single', recorded.blocks)
    expect(replays.map(({ place }) => place.timeZone)).toEqual(PLACES.map(({ TZ }) => TZ))
    expect(new Set(replays.map(({ place }) => place.locale)).size).toBe(PLACES.length)
    expect(new Set(replays.map(({ place }) => place.number)).size).toBeGreaterThan(1)
    for (const { headers, checkpoint } of replays) {
      const first = headers.findIndex((header, i) => header !== recorded.headers[i])
      expect(first, `the header of block ${first + 1} differs`).toBe(-1)
      expect(headers.length).toBe(recorded.headers.length)
      expect(checkpoint).toBe(recorded.checkpoint)
    }
    const last = decodeLeaf(fromHex(recorded.headers.at(-1)!)!)
    expect(last).toMatchObject({ kind: 'header', header: { height: recorded.blocks.length } })
  })

  it('do so also for blocks of many transactions', async () => {
    const replays = await replayEverywhere('joined', joined(recorded.blocks, 64))
    const [first, ...others] = replays.map(({ headers, checkpoint }) => ({ headers, checkpoint }))
    for (const other of others) expect(other).toEqual(first)
    expect(first!.headers.length).toBe(Math.ceil(recorded.blocks.length / 64))
  })
})
