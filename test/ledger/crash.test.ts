/** kill -9 in the middle of work: nothing acknowledged is lost, nothing is applied twice, the log stays one log. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex, utf8 } from '../../src/base/index.ts'
import {
  createCheckedStore,
  createMemoryStore,
  iterateLeaves,
  openLedger,
  openLmdbStore,
  replayLeaves,
  STATUS,
} from '../../src/ledger/index.ts'
import { decodeLeaf } from '../../src/protocol/index.ts'
import { genesis, kernel, publicKeyOf, secretOf } from './support/consortium.ts'

const KILLS = Number(process.env['TEST_KILLS'] ?? 5)

const patient = {
  id: 'hospital:patient',
  member: 'hospital',
  role: 'patient' as const,
  key: publicKeyOf('hospital:patient'),
  encryptionKey: toHex(kernel.sha256(utf8('encryption key'))),
}
const genesisBytes = utf8(JSON.stringify({ ...genesis, actors: [...genesis.actors, patient] }))
const COMMITTER = fileURLToPath(new URL('./support/committer.mjs', import.meta.url))

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'medseal-crash-'))
  await writeFile(join(dir, 'genesis.json'), genesisBytes)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

/** Runs the committer until it has acknowledged `blocks` blocks and `delayMs` have passed; returns its lines. */
async function commitUntilKilled(blocks: number, delayMs: number): Promise<string[]> {
  const pkcs8 = concatBytes(fromHex('302e020100300506032b657004220420')!, secretOf('hospital'))
  const args = [join(dir, 'data'), join(dir, 'genesis.json'), toHex(pkcs8), publicKeyOf('hospital')]
  const child = spawn(process.execPath, [COMMITTER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => {
    lines.push(line)
    if (lines.length === blocks) setTimeout(() => child.kill('SIGKILL'), delayMs)
  })
  await exited
  return lines
}

it(`survives ${KILLS} kills`, { timeout: 60_000 * KILLS }, async () => {
  const seed = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e6))
  const acknowledged: string[] = []
  let sizeBefore = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const lines = await commitUntilKilled(1 + ((seed + kill) % 7), (seed * (kill + 1)) % 23)
    expect(lines.length, `seed ${seed}`).toBeGreaterThan(0)
    acknowledged.push(...lines)

    const store = openLmdbStore(join(dir, 'data'))
    const ledger = await openLedger({ store, genesisBytes, kernel, create: false })
    const { size } = await ledger.head()
    expect(size).toBeGreaterThan(sizeBefore)
    sizeBefore = size
    for (const line of acknowledged) {
      const [sizeText, root, ids] = line.split(' ') as [string, string, string]
      expect(toHex(await ledger.rootAt(Number(sizeText))), `seed ${seed}`).toBe(root)
      const { kinds } = await ledger.statuses(fromHex(ids)!)
      expect(kinds).not.toContain(STATUS.unknown)
    }
    await ledger.close()
  }

  const store = openLmdbStore(join(dir, 'data'))
  const ledger = await openLedger({ store, genesisBytes, kernel, create: false })
  const head = await ledger.head()
  const leaves = [...iterateLeaves(createCheckedStore(store), 0, head.size)]
  const entries = leaves.filter((leaf) => decodeLeaf(leaf).kind === 'transaction').map(toHex)
  expect(new Set(entries).size).toBe(entries.length)
  const replayed = await replayLeaves({ leaves, kernel, store: createCheckedStore(createMemoryStore()) })
  expect(replayed).toEqual(head)
  await ledger.close()
})
