/**
 * kill -9 at any moment of a node's life, start and recovery included: nothing acknowledged is lost, nothing is applied
 * twice, every checkpoint is a beginning of the next. `TEST_KILLS=1000` is the soak.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { fromHex, systemClock, toHex } from '../../src/base/index.ts'
import { initData, keyPath } from '../../src/host/index.ts'
import {
  createCheckedStore,
  iterateLeaves,
  openLedger,
  openLmdbStore,
  readHead,
} from '../../src/ledger/index.ts'
import { planConsortium } from '../../src/node/index.ts'
import {
  type Checkpoint,
  decodeLeaf,
  ledgerIdOf,
  openCheckpoint,
  packHashes,
  parseGenesis,
  trustOf,
} from '../../src/protocol/index.ts'
import { openPartStore } from '../../src/vault/index.ts'
import { triesOf } from '../support/tries.ts'
import { kernel } from './support/world.ts'

const KILLS = triesOf(3, 25, 'TEST_KILLS')
const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e6))
/** One kill in four falls while the node starts; the others this long after it is ready, at most. */
const START_KILLS = 0.25
const WORK_MS_MAX = 600
const SUBMITTER = fileURLToPath(new URL('./support/submitter.mjs', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'medseal-kills-'))
const data = join(folder, 'data')
initData(
  kernel,
  data,
  planConsortium(
    {
      name: 'test.example',
      node: 'hospital',
      members: [
        { id: 'hospital', roles: ['hospital'] },
        { id: 'commission', roles: ['health-commission'] },
      ],
    },
    systemClock,
  ),
)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const genesisBytes = new Uint8Array(readFileSync(join(data, 'genesis.json')))
const ledgerId = ledgerIdOf(kernel, genesisBytes)
const trust = trustOf(kernel, parseGenesis(kernel, genesisBytes), ledgerId)
const expires = systemClock.nowSeconds() + 12 * 3600

/** A number from 0 to 1, from the seed and a name. */
const random = (name: string): number => {
  const hash = kernel.sha256(Buffer.from(`${SEED}/${name}`))
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0) / 2 ** 32
}

/** What was said before the kill. */
interface Said {
  /** `status:index:height` by id. */
  readonly results: ReadonlyMap<string, string>
  readonly checkpoints: readonly Checkpoint[]
  readonly opened: boolean
}

/** How long the last start took. */
let startMs = 2_000

async function runUntilKilled(run: number): Promise<Said> {
  const args = [SUBMITTER, data, keyPath(data, 'hospital'), toHex(ledgerId), String(run), String(expires)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const killAfter = (delayMs: number) => setTimeout(() => child.kill('SIGKILL'), delayMs)
  const startedMs = performance.now()
  const early = random(`early ${run}`) < START_KILLS
  if (early) killAfter(random(`start ${run}`) * startMs)
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (lines.push(line) > 1) return
    startMs = performance.now() - startedMs
    if (!early) killAfter(random(`work ${run}`) * WORK_MS_MAX)
  })
  const [, signal] = await new Promise<[number | null, string | null]>((settle) =>
    child.once('close', (...ended) => settle(ended)),
  )
  expect(signal, `seed ${SEED}, run ${run}: ended by itself: ${lines.at(-1)}`).toBe('SIGKILL')
  const results = new Map<string, string>()
  const checkpoints: Checkpoint[] = []
  for (const line of lines) {
    const words = line.split(' ')
    const note = Buffer.from(words.at(-1)!, 'base64').toString()
    checkpoints.push(openCheckpoint(kernel, note, trust).checkpoint)
    if (words[0] !== 'acknowledged') continue
    for (const result of words[1]!.split(',')) {
      const [id, ...rest] = result.split(':')
      results.set(id!, rest.join(':'))
    }
  }
  return { results, checkpoints, opened: lines.length > 0 }
}

it(`survives ${KILLS} kills`, { timeout: 60_000 * KILLS }, async () => {
  const results = new Map<string, string>()
  const checkpoints = new Map<number, string>()
  let opened = 0
  for (let run = 0, last = 0; run < KILLS; run++) {
    const said = await runUntilKilled(run)
    if (said.opened) opened += 1
    for (const [id, result] of said.results) {
      const hint = `seed ${SEED}, run ${run}: ${id}`
      expect(result, hint).toMatch(/^(accepted|refused):\d+:\d+$/)
      // Whatever was acknowledged before a kill is told again after it, the same.
      expect(results.get(id) ?? result, hint).toBe(result)
      results.set(id, result)
    }
    for (const { size, root } of said.checkpoints) {
      expect(size, `seed ${SEED}, run ${run}: checkpoints never go back`).toBeGreaterThanOrEqual(last)
      expect(checkpoints.get(size) ?? toHex(root), `seed ${SEED}, run ${run}: size ${size}`).toBe(toHex(root))
      checkpoints.set(size, toHex(root))
      last = size
    }
  }
  await expectOneHistory(results, checkpoints)
  console.info(
    `${KILLS} kills, seed ${SEED}: ${opened} after the node was ready, ${results.size} transactions acknowledged, ${checkpoints.size} checkpoints`,
  )
  // Of a few kills all may fall while the node starts.
  if (KILLS >= 25) expect(opened).toBeGreaterThan(0)
})

/**
 * The store at the end holds every acknowledged result, each transaction once, and every checkpoint is a beginning of
 * the next.
 */
async function expectOneHistory(
  results: ReadonlyMap<string, string>,
  checkpoints: ReadonlyMap<number, string>,
) {
  const store = openLmdbStore(join(data, 'ledger'))
  const ledger = await openLedger({ store, genesisBytes, kernel, create: false })
  const parts = openPartStore(join(data, 'vault'))
  try {
    for (const [id, result] of results) {
      const { status, index, height } = (await ledger.transaction(fromHex(id, 32)!))!.status
      expect(`${status}:${index}:${height}`, id).toBe(result)
    }
    const entries = new Set<string>()
    let count = 0
    const checked = createCheckedStore(store)
    for (const leaf of iterateLeaves(checked, 0, readHead(checked)!.size)) {
      const decoded = decodeLeaf(leaf)
      if (decoded.kind === 'refusals') for (const { id } of decoded.refusals) entries.add(toHex(id))
      if (decoded.kind === 'transaction') entries.add(toHex(leaf))
      count += decoded.kind === 'refusals' ? decoded.refusals.length : Number(decoded.kind === 'transaction')
    }
    expect(entries.size, `seed ${SEED}: each transaction once`).toBe(count)
    await expectParts(results, ledger, parts)
    const sizes = [...checkpoints.keys()].sort((a, b) => a - b)
    for (const [i, size] of sizes.entries()) {
      const next = sizes[i + 1]
      if (next === undefined) break
      const proof = packHashes(await ledger.consistencyProof(size, next))
      const [from, to] = [fromHex(checkpoints.get(size)!)!, fromHex(checkpoints.get(next)!)!]
      expect(kernel.verifyConsistency(size, next, from, to, proof), `seed ${SEED}: ${size} to ${next}`).toBe(
        true,
      )
    }
  } finally {
    await Promise.all([ledger.close(), parts.close()])
  }
}

/** Every accepted transaction that has a private part has it in the vault. */
async function expectParts(
  results: ReadonlyMap<string, string>,
  ledger: Awaited<ReturnType<typeof openLedger>>,
  parts: ReturnType<typeof openPartStore>,
) {
  for (const [id, result] of results) {
    if (!result.startsWith('accepted')) continue
    const bytes = fromHex(id, 32)!
    const { type } = (await ledger.transaction(bytes))!
    if (type === 'record.report') expect(await parts.get(bytes), id).toBeDefined()
  }
}
