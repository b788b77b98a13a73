/**
 * kill -9 in the middle of work, and a disk that takes no more: nothing acknowledged is lost, nothing is applied twice,
 * the log stays one log.
 */
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
import { triesOf } from '../support/tries.ts'
import { genesis, kernel, publicKeyOf, secretOf } from './support/consortium.ts'

const KILLS = triesOf(1, 8, 'TEST_KILLS')

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

/** Starts the committer on a data folder, under a shell that first runs `limits`. */
function startCommitter(data: string, limits = ':') {
  const pkcs8 = concatBytes(fromHex('302e020100300506032b657004220420')!, secretOf('hospital'))
  const args = [COMMITTER, join(dir, data), join(dir, 'genesis.json'), toHex(pkcs8), publicKeyOf('hospital')]
  const command = `${limits}; exec "$0" "$@"`
  const child = spawn('sh', ['-c', command, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  const ended = new Promise((resolve) => child.once('close', resolve))
  return { child, lines, reader, ended }
}

/** Runs the committer until it has acknowledged `blocks` blocks and `delayMs` have passed; returns its lines. */
async function commitUntilKilled(blocks: number, delayMs: number): Promise<string[]> {
  const { child, lines, reader, ended } = startCommitter('data')
  reader.on('line', () => {
    if (lines.length === blocks) setTimeout(() => child.kill('SIGKILL'), delayMs)
  })
  await ended
  return lines
}

/** Opens the ledger of a data folder: every line of the committer must be true of it. Returns its size. */
async function expectAcknowledged(data: string, lines: readonly string[], hint: string): Promise<number> {
  const store = openLmdbStore(join(dir, data))
  const ledger = await openLedger({ store, genesisBytes, kernel, create: false })
  for (const line of lines) {
    const [size, root, ids] = line.split(' ') as [string, string, string]
    expect(toHex(await ledger.rootAt(Number(size))), hint).toBe(root)
    const { kinds } = await ledger.statuses(fromHex(ids)!)
    expect(kinds, hint).not.toContain(STATUS.unknown)
  }
  const { size } = await ledger.head()
  await ledger.close()
  return size
}

/** Replays a data folder's leaves: they must come to its head, and hold no transaction twice. */
async function expectOneLog(data: string): Promise<void> {
  const store = openLmdbStore(join(dir, data))
  const ledger = await openLedger({ store, genesisBytes, kernel, create: false })
  const head = await ledger.head()
  const leaves = [...iterateLeaves(createCheckedStore(store), 0, head.size)]
  const entries = leaves.filter((leaf) => decodeLeaf(leaf).kind === 'transaction').map(toHex)
  expect(new Set(entries).size).toBe(entries.length)
  const replayed = await replayLeaves({
    leavesFrom: (index) => leaves.slice(index),
    kernel,
    store: createCheckedStore(createMemoryStore()),
  })
  expect(replayed).toEqual(head)
  await ledger.close()
}

it(`survives ${KILLS} kills`, { timeout: 60_000 * KILLS }, async () => {
  const seed = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 1e6))
  const acknowledged: string[] = []
  let sizeBefore = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const lines = await commitUntilKilled(1 + ((seed + kill) % 7), (seed * (kill + 1)) % 23)
    expect(lines.length, `seed ${seed}`).toBeGreaterThan(0)
    acknowledged.push(...lines)
    const size = await expectAcknowledged('data', acknowledged, `seed ${seed}`)
    expect(size).toBeGreaterThan(sizeBefore)
    sizeBefore = size
  }
  await expectOneLog('data')
})

it('stops with a code when the disk takes no more, and goes on when it does again', async () => {
  // The file may grow to 600 blocks of 512 bytes; a write beyond fails as one on a full disk does.
  const { lines, ended } = startCommitter('full', "trap '' XFSZ; ulimit -f 600")
  await ended
  expect(lines.pop()).toMatch(/^ledger\.halted The ledger stopped itself: /)
  expect(lines.length).toBeGreaterThan(0)
  const size = await expectAcknowledged('full', lines, '')
  await expectOneLog('full')

  const again = startCommitter('full')
  again.reader.once('line', () => again.child.kill('SIGKILL'))
  await again.ended
  expect(await expectAcknowledged('full', [...lines, ...again.lines], '')).toBeGreaterThan(size)
})
