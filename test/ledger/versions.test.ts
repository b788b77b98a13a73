/**
 * A ledger that goes over from one rules version to the next at a height: opened again at any height, on any store,
 * replayed from its leaves, checked, rebuilt; by a build that knows the version, and by one that does not.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/index.ts'
import { createVersions, RELEASED } from '../../src/domain/index.ts'
import {
  checkLedger,
  createMemoryStore,
  type LedgerHead,
  openLedger,
  openLedgerThread,
  openLmdbStore,
  rebuildLedger,
  type Store,
  TABLES,
} from '../../src/ledger/index.ts'
import { genesisBytes, kernel } from './support/consortium.ts'
import { makeSwitchBlocks, SWITCH_HEIGHT } from './support/golden-blocks.ts'
import { TEST_VERSION, testVersionAfter } from './support/test-version.mjs'

const { rulesOf } = createVersions([...RELEASED, testVersionAfter(RELEASED)])
const threadUrl = new URL('support/versions-thread.mjs', import.meta.url)
const heights = makeSwitchBlocks().map((_, i) => i + 1)
const unknown = {
  code: 'ledger.rules-unknown',
  details: { message: expect.stringContaining(String(TEST_VERSION)) },
}

let dir: string
let folderCount = 0
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'medseal-versions-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))
const newFolder = () => join(dir, String(++folderCount))

/** Without `rulesOf`: as a build that does not know the version opens it. */
const open = (store: Store, rules: { rulesOf?: typeof rulesOf } = { rulesOf }) =>
  openLedger({ store, genesisBytes, kernel, create: true, ...rules })

/** Executes the blocks above the ledger's height, up to `last`. */
async function execute(ledger: Awaited<ReturnType<typeof open>>, last = heights.length): Promise<LedgerHead> {
  const { height } = await ledger.head()
  for (const block of makeSwitchBlocks().slice(height, last)) await ledger.commit(block)
  return ledger.head()
}

async function makeStore(): Promise<{ store: Store; head: LedgerHead }> {
  const store = createMemoryStore()
  return { store, head: await execute(await open(store)) }
}

const dump = (store: Store) =>
  TABLES.map((table) =>
    store.range(table, { start: Uint8Array.of(0), limit: 1e6 }).map((row) => row.map(toHex)),
  )

describe('a ledger with two rules versions', async () => {
  const { store: whole, head: expected } = await makeStore()

  it('has the newer one from its height on', async () => {
    expect(expected.rulesVersion).toBe(TEST_VERSION)
    const ledger = await open(whole)
    const versions = await Promise.all(
      heights.map(async (height) => (await ledger.header(height))!.header.rulesVersion),
    )
    expect(versions).toEqual(heights.map((height) => (height < SWITCH_HEIGHT ? 1 : TEST_VERSION)))
    const { events } = await ledger.events(0, 1_000)
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['identity.link', 'record.stamp']))
  })

  it('says with each block which version comes next', async () => {
    const ledger = await open(createMemoryStore())
    const next: number[] = []
    for (const block of makeSwitchBlocks()) next.push((await ledger.commit(block)).nextRulesVersion)
    expect(next).toEqual(heights.map((height) => (height + 1 < SWITCH_HEIGHT ? 1 : TEST_VERSION)))
  })

  it.each(heights)('comes to the same head when it is opened again after height %i', async (height) => {
    const store = createMemoryStore()
    await execute(await open(store), height)
    expect(await execute(await open(store))).toEqual(expected)

    const lmdb = newFolder()
    const before = await open(openLmdbStore(lmdb))
    await execute(before, height)
    await before.close()
    const after = await open(openLmdbStore(lmdb))
    expect(await execute(after)).toEqual(expected)
    await after.close()
  })

  it('comes to the same head on a thread of its own', async () => {
    const folder = newFolder()
    const openThread = () => openLedgerThread({ dir: folder, genesisBytes, create: true, threadUrl })
    const before = await openThread()
    await execute(before, SWITCH_HEIGHT - 1)
    await before.close()
    const after = await openThread()
    expect(await execute(after)).toEqual(expected)
    await after.close()
    // The thread of this build itself has no such version.
    const released = openLedgerThread({ dir: folder, genesisBytes, create: false })
    await expect(released).rejects.toMatchObject(unknown)
  })

  it('is rebuilt from its leaves alone, and checks out', async () => {
    const into = createMemoryStore()
    expect(await rebuildLedger({ from: whole, into, kernel, rulesOf })).toEqual(expected)
    expect(dump(into).filter((_, i) => TABLES[i] !== 'ids')).toEqual(
      dump(whole).filter((_, i) => TABLES[i] !== 'ids'),
    )
    const report = await checkLedger({ store: whole, scratch: createMemoryStore(), kernel, rulesOf })
    expect(report).toMatchObject({ head: expected, replayed: true, problemCount: 0 })
  })

  it('is not called damaged by a build that does not know the version', async () => {
    const check = checkLedger({ store: whole, scratch: createMemoryStore(), kernel })
    await expect(check).rejects.toMatchObject(unknown)
    const rebuild = rebuildLedger({ from: whole, into: createMemoryStore(), kernel })
    await expect(rebuild).rejects.toMatchObject(unknown)
    await expect(open(whole, {})).rejects.toMatchObject(unknown)
  })

  it('stands still on an older build, which reads on, and goes on with a newer one', async () => {
    const store = createMemoryStore()
    const older = await open(store, {})
    await execute(older, SWITCH_HEIGHT - 1)
    const before = dump(store)
    await expect(execute(older)).rejects.toMatchObject(unknown)
    expect(dump(store)).toEqual(before)
    const again = await open(store, {})
    for (const ledger of [older, again]) {
      expect(ledger.halted).toBeUndefined()
      expect(await ledger.ask('governance.rules')).toEqual({ version: TEST_VERSION, upcoming: [] })
      expect((await ledger.events(0, 100)).events).toHaveLength(9)
    }
    const report = await checkLedger({ store, scratch: createMemoryStore(), kernel })
    expect(report).toMatchObject({ replayed: true, problemCount: 0 })
    expect(await execute(await open(store))).toEqual(expected)
  })
})
