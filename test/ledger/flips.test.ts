/** Single flipped bits in the data file: each is found by the check, or harmless because nothing that is read holds it. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { toHex } from '../../src/base/index.ts'
import { type LedgerHead, openLedger, openLmdbStore } from '../../src/ledger/index.ts'
import { genesisBytes, kernel } from './support/consortium.ts'
import { makeGoldenBlocks } from './support/golden-blocks.ts'

const FLIPS = Number(process.env['TEST_FLIPS'] ?? 150)
const SEED = process.env['TEST_SEED'] ?? String(Math.floor(Math.random() * 1e6))
/** A flipped page number can make LMDB walk in circles. */
const CHECK_MS_MAX = 20_000
const FLIPPER = fileURLToPath(new URL('./support/flipper.mjs', import.meta.url))

let dir: string
let head: LedgerHead
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'medseal-flips-'))
  const store = openLmdbStore(join(dir, 'sound'))
  const ledger = await openLedger({ store, genesisBytes, kernel, create: true })
  for (const block of makeGoldenBlocks()) await ledger.commit(block)
  head = await ledger.head()
  await ledger.close()
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** Runs flips from `first` on in a child process; returns its lines, and the flip at which it died, if it did. */
async function runFlips(first: number): Promise<{ lines: string[]; diedAt: number | undefined }> {
  const args = [FLIPPER, join(dir, 'sound'), join(dir, 'work'), SEED, String(first), String(FLIPS)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const lines: string[] = []
  let started: number | undefined
  let timer = setTimeout(() => {}, 0)
  createInterface({ input: child.stdout }).on('line', (line) => {
    clearTimeout(timer)
    if (!line.startsWith('start ')) {
      lines.push(line)
      started = undefined
      return
    }
    started = Number(line.slice(6))
    timer = setTimeout(() => child.kill('SIGKILL'), CHECK_MS_MAX)
  })
  await new Promise((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  return { lines, diedAt: started }
}

it(`${FLIPS} of them`, { timeout: 600_000 }, async () => {
  const harmless = `harmless ${head.size} ${toHex(head.root)}`
  let [found, unread, crashed] = [0, 0, 0]
  for (let flip = 0; flip < FLIPS; ) {
    const { lines, diedAt } = await runFlips(flip)
    for (const line of lines) {
      const [, , , ...what] = line.split(' ')
      if (what[0] === 'found') found += 1
      else expect(what.join(' '), `seed ${SEED}: ${line}`).toBe(harmless)
      if (what[0] === 'harmless') unread += 1
    }
    if (diedAt === undefined) {
      expect(lines, `seed ${SEED}`).toHaveLength(FLIPS - flip)
      break
    }
    crashed += 1
    flip = diedAt + 1
  }
  expect(found + unread + crashed).toBe(FLIPS)
  expect(found).toBeGreaterThan(0)
  expect(unread).toBeGreaterThan(0)
})
