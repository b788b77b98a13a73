/** What outlives a process, and what the leaves alone give back. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CODES, toHex, utf8 } from '../../src/base/index.ts'
import {
  createCheckedStore,
  createMemoryStore,
  type Ledger,
  openLedger,
  openLmdbStore,
  replayLeaves,
  type Store,
  statusAt,
  TABLES,
  type VerifiedBlock,
} from '../../src/ledger/index.ts'
import { formatCheckpoint } from '../../src/protocol/index.ts'
import {
  blockOf,
  GENESIS_TIME,
  genesisBytes,
  idOf,
  kernel,
  publicKeyOf,
  put,
  signEntry,
} from './support/consortium.ts'
import { probeRulesOf } from './support/probe-module.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'medseal-recovery-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const open = (store: Store): Promise<Ledger> =>
  openLedger({ store, genesisBytes, kernel, rulesOf: probeRulesOf, create: true })

const li = 'hospital:dr-li'
const refusal = signEntry(li, 'probe.refuse', { key: 'r' })
const strange = put('x', 1, {}, 'nobody')

/**
 * Blocks that show all there is: accepted, refused, dropped, deleted, an actor enrolled nowhere, more than a bundle.
 */
const blocks: VerifiedBlock[] = [
  blockOf([put('a'), refusal, put('old', 1, { expires: 1 }), put('b', 2), strange]),
  blockOf([refusal]),
  blockOf(
    Array.from({ length: 300 }, (_, i) => put(`many/${i}`, i)),
    GENESIS_TIME + 20,
  ),
  blockOf([signEntry(li, 'probe.delete', { key: 'a' }), put('c', 3)], GENESIS_TIME + 15),
]

async function commitAll(ledger: Ledger): Promise<Ledger> {
  for (const block of blocks) await ledger.commit(structuredClone(block))
  return ledger
}

const leavesOf = async (ledger: Ledger): Promise<Uint8Array[]> => {
  const { size } = await ledger.head()
  return (await Promise.all(Array.from({ length: size }, (_, i) => ledger.leaf(i)))) as Uint8Array[]
}

const leavesFrom = (leaves: readonly Uint8Array[]) => (index: number) => leaves.slice(index)

const checkpointOf = async (ledger: Ledger): Promise<string> => {
  const { size, root } = await ledger.head()
  return formatCheckpoint({ origin: ledger.origin, size, root })
}

/** All records of a store, as text. */
const dump = (store: Store, tables: readonly (typeof TABLES)[number][] = TABLES): string[] =>
  tables.flatMap((table) =>
    store
      .range(table, { start: Uint8Array.of(0), limit: 1e6 })
      .map(([key, value]) => `${table} ${toHex(key)} ${toHex(value)}`),
  )

describe('the same blocks', () => {
  it('give the same bytes on LMDB and in memory', async () => {
    const [memory, disk] = [createMemoryStore(), openLmdbStore(join(dir, 'same'))]
    const [first, second] = [await commitAll(await open(memory)), await commitAll(await open(disk))]
    expect(await checkpointOf(first)).toBe(await checkpointOf(second))
    expect(await leavesOf(first)).toEqual(await leavesOf(second))
    expect(dump(memory)).toEqual(dump(disk))
    await second.close()
  })
})

describe('a restart', () => {
  it('goes on where the ledger stopped, without reading the log', async () => {
    const path = join(dir, 'restart')
    const before = await commitAll(await open(openLmdbStore(path)))
    const [head, leaves] = [await before.head(), await leavesOf(before)]
    await before.close()
    await expect(before.head()).rejects.toMatchObject({ code: 'node.closing' })

    const disk = openLmdbStore(path)
    let bundlesRead = 0
    const after = await open({
      ...disk,
      get(table, key) {
        if (table === 'bundles') bundlesRead += 1
        return disk.get(table, key)
      },
    })
    expect(bundlesRead).toBeLessThanOrEqual(2)
    expect(await after.head()).toEqual(head)
    expect(await leavesOf(after)).toEqual(leaves)
    const { statuses } = await after.commit(blockOf([refusal, strange, put('d')]))
    expect(statusAt(statuses, 0)).toMatchObject({
      status: 'refused',
      code: CODES['read.range'].number,
      height: 1,
    })
    expect(statusAt(statuses, 1)).toMatchObject({
      status: 'refused',
      code: CODES['admission.key-unknown'].number,
    })
    expect(statusAt(statuses, 2)).toMatchObject({ status: 'accepted', index: head.size })
    expect((await after.header(4))?.header.previousHeaderHash).toEqual(head.headerHash)
    await after.close()
  })
})

describe('leaves alone', () => {
  it('rebuild state, tiles, indexes and id memory', async () => {
    const [original, rebuilt] = [createMemoryStore(), createMemoryStore()]
    const ledger = await commitAll(await open(original))
    const heights: number[] = []
    const head = await replayLeaves({
      leavesFrom: leavesFrom(await leavesOf(ledger)),
      store: createCheckedStore(rebuilt),
      kernel,
      rulesOf: probeRulesOf,
      onBlock: ({ height }) => heights.push(height),
    })
    expect(head).toEqual(await ledger.head())
    expect(heights).toEqual([0, 1, 2, 3])
    // Blocks that left nothing have a position and no leaf: only the order knows of them.
    const tables = TABLES.filter((table) => table !== 'ids' && table !== 'meta')
    expect(dump(rebuilt, tables)).toEqual(dump(original, tables))

    const again = await open(rebuilt)
    const { statuses } = await again.commit(blockOf([refusal, put('e')]))
    const { details: _, ...known } = statusAt(await ledger.statuses(idOf(refusal)), 0) as {
      details?: unknown
    }
    expect(statusAt(statuses, 0)).toEqual(known)
    expect(statusAt(statuses, 1)).toMatchObject({ status: 'accepted' })
  })

  it('keep to themselves who signed a refused transaction', async () => {
    const store = createMemoryStore()
    const ledger = await commitAll(await open(createMemoryStore()))
    await replayLeaves({
      leavesFrom: leavesFrom(await leavesOf(ledger)),
      store: createCheckedStore(store),
      kernel,
      rulesOf: probeRulesOf,
    })
    const rebuilt = await open(store)
    const status = { status: 'refused', code: CODES['read.range'].number, index: 4, height: 1 }
    const details = { field: '/payload/key', message: 'No.' }
    expect(await ledger.transaction(idOf(refusal))).toEqual({
      status: { ...status, details },
      signerKey: publicKeyOf(li),
      signer: li,
      parties: [],
    })
    expect(await rebuilt.transaction(idOf(refusal))).toEqual({ status, parties: [] })
    expect(await ledger.transaction(idOf(strange))).toEqual({
      status: { ...status, code: CODES['admission.key-unknown'].number },
      signerKey: publicKeyOf('nobody'),
      parties: [],
    })
  })

  it('are refused where anything in them was changed', async () => {
    const leaves = await leavesOf(await commitAll(await open(createMemoryStore())))
    const replay = (changed: readonly Uint8Array[]) =>
      replayLeaves({
        leavesFrom: leavesFrom(changed),
        store: createCheckedStore(createMemoryStore()),
        kernel,
        rulesOf: probeRulesOf,
      })
    const flip = (index: number, at: number) =>
      leaves.map((leaf, i) => (i === index ? leaf.map((byte, j) => (j === at ? byte ^ 1 : byte)) : leaf))
    const bad: readonly (readonly [string, readonly Uint8Array[]])[] = [
      ['a signature', flip(2, 40)],
      ['a body', flip(3, leaves[3]!.length - 4)],
      ['a refused id', flip(4, 5)],
      ['a refusal code', flip(4, 34)],
      ['the digest of genesis', flip(1, 70)],
      ['a digest', flip(5, 70)],
      ['the time of a block', flip(5, 16)],
      ['a transaction left out', leaves.filter((_, i) => i !== 3)],
      ['a transaction twice', [...leaves.slice(0, 3), leaves[2]!, ...leaves.slice(3)]],
      ['two exchanged', [...leaves.slice(0, 2), leaves[3]!, leaves[2]!, ...leaves.slice(4)]],
      ['a refusal before its time', [...leaves.slice(0, 3), leaves[4]!, leaves[3]!, ...leaves.slice(5)]],
      ['the last header missing', leaves.slice(0, -1)],
      ['genesis missing', leaves.slice(1)],
      ['genesis twice', [...leaves.slice(0, 2), leaves[0]!, ...leaves.slice(2)]],
    ]
    for (const [what, changed] of bad) {
      // Leaves of block 1 changed without its header: the header commits to state and counts, the log's root to the
      // rest. Order and codes stand in no header, so only the root tells them.
      if (what === 'two exchanged' || what === 'a refused id' || what === 'a refusal code') {
        const head = await replay(changed)
        expect(head.root, what).not.toEqual(kernel.merkleRoot(leaves))
        continue
      }
      await expect(replay(changed), what).rejects.toMatchObject({ code: 'ledger.diverged' })
    }
    await expect(replay([...leaves, utf8('?')])).rejects.toMatchObject({ code: 'form.leaf' })
    expect((await replay(leaves)).root).toEqual(kernel.merkleRoot(leaves))
  })
})
