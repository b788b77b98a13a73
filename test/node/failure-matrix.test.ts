/**
 * Every durable write on the way of a transaction, crossed with every way in which it can fail: the private parts, the
 * block, the record of the signature; failed, failed but persisted, disk full, I/O error; at each of its first calls;
 * once or for good. The node goes on or stops with a code. Opened again, it has everything that was acknowledged, once,
 * and its checkpoints fit.
 */
import { afterAll, describe, expect, it } from 'vitest'
import { CODES, LedgerError, toHex } from '../../src/base/index.ts'
import { createMemorySignedRecord, type SignedRecord } from '../../src/finality/index.ts'
import { createMemoryStore, type Store } from '../../src/ledger/index.ts'
import { decodeLeaf, openCheckpoint, packHashes, parseGenesis, trustOf } from '../../src/protocol/index.ts'
import { createMemoryPartStore, type PartStore } from '../../src/vault/index.ts'
import { createWorld, kernel, type Signed, type World } from './support/world.ts'

/** What lies on the disk and outlives a process. */
interface Disk {
  readonly store: Store
  readonly parts: PartStore
  readonly signed: SignedRecord
}

const TARGETS = ['private parts', 'block', 'signature record'] as const
type Target = (typeof TARGETS)[number]

const failWith = (code: string, text: string) => () => Object.assign(new Error(`${code}: ${text}`), { code })
const ERRORS = {
  'an unknown error': () => new Error('the write failed'),
  ENOSPC: failWith('ENOSPC', 'no space left on device, write'),
  EIO: failWith('EIO', 'i/o error, fdatasync'),
} as const

interface Failure {
  readonly target: Target
  readonly error: keyof typeof ERRORS
  /** Whether the write is on the disk all the same. */
  readonly persists: boolean
  /** The number of the call that fails, from 0: the first of blocks and records is made when the node is opened. */
  readonly at: number
  /** Whether all later calls fail too. */
  readonly lasts: boolean
}

const FAILURES: Failure[] = TARGETS.flatMap((target) =>
  (Object.keys(ERRORS) as (keyof typeof ERRORS)[]).flatMap((error) =>
    [false, true].flatMap((persists) =>
      [0, 1, 2, 4].flatMap((at) => [false, true].map((lasts) => ({ target, error, persists, at, lasts }))),
    ),
  ),
)

const describeFailure = ({ target, error, persists, at, lasts }: Failure): string =>
  `${target} ${at}: ${error}, ${persists ? 'persisted' : 'lost'}, ${lasts ? 'for good' : 'once'}`

/** `disk` as a process sees it on which writes fail as `failure` says. */
function failing(disk: Disk, failure: Failure): { disk: Disk; failedCount: () => number } {
  let calls = 0
  let failedCount = 0
  const fails = (target: Target): boolean => {
    if (target !== failure.target) return false
    const call = calls++
    const fails = failure.lasts ? call >= failure.at : call === failure.at
    if (fails) failedCount += 1
    return fails
  }
  const error = ERRORS[failure.error]
  return {
    failedCount: () => failedCount,
    disk: {
      store: {
        ...disk.store,
        commit(writes, guard) {
          const broken = fails('block')
          if (!broken || failure.persists) disk.store.commit(writes, guard)
          if (broken) throw error()
        },
      },
      parts: {
        ...disk.parts,
        async keep(kept) {
          const broken = fails('private parts')
          if (!broken || failure.persists) await disk.parts.keep(kept)
          if (broken) throw new LedgerError('vault.write', {}, error())
        },
      },
      signed: {
        standing: 'sound',
        get last() {
          return disk.signed.last
        },
        async write(checkpoint) {
          const broken = fails('signature record')
          if (!broken || failure.persists) await disk.signed.write(checkpoint)
          if (broken) throw new LedgerError('node.unrecorded', {}, error())
        },
        close: async () => {},
      },
    },
  }
}

const makeDisk = (): Disk => ({
  store: createMemoryStore(),
  parts: createMemoryPartStore(),
  signed: createMemorySignedRecord(),
})

/** Each batch has one with a private part, one without, and one that a rule refuses. */
const batchesOf = (world: World): Signed[][] =>
  Array.from({ length: 6 }, (_, i) => [
    world.sign('hospital:dr-li', 'note.write', { to: 'hospital' }, { private: { batch: i } }),
    world.sign('hospital', 'note.write', { to: 'insurer' }),
    world.sign('hospital', 'note.write', { to: 'nobody' }),
  ])

/** Signs for a world that can not be opened. */
const signer = await createWorld()
afterAll(() => signer.node.close())

interface Told {
  /** What was acknowledged as final, by id. */
  readonly results: Map<string, unknown>
  readonly checkpoints: string[]
  readonly codes: Set<string>
}

const codeOf = (error: unknown): string => {
  expect(error, 'a coded error').toBeInstanceOf(LedgerError)
  return (error as LedgerError).code
}

/** Submits all batches; whatever is told to a client is written down. */
async function submitAll(disk: Disk, batches: readonly Signed[][]): Promise<Told> {
  const told: Told = { results: new Map(), checkpoints: [], codes: new Set() }
  let world: World
  try {
    world = await createWorld(disk)
  } catch (error) {
    told.codes.add(codeOf(error))
    return told
  }
  told.checkpoints.push(await world.node.checkpoint())
  for (const batch of batches) {
    try {
      for (const result of await world.node.submit(batch, 'final')) told.results.set(result.id!, result)
      told.checkpoints.push(await world.node.checkpoint())
    } catch (error) {
      told.codes.add(codeOf(error))
      const { reasons } = await world.node.ready()
      if (reasons.includes('halted')) {
        await expect(world.node.submit(batch, 'none')).rejects.toMatchObject({ code: 'ledger.halted' })
      }
    }
  }
  await world.node.close()
  return told
}

/** Everything that was told is true of the log as it is after a restart, in which all is submitted again. */
async function expectWhole(disk: Disk, told: Told, batches: readonly Signed[][]): Promise<void> {
  const world = await createWorld(disk)
  const { node, ledger } = world
  const atStart = await ledger.head()
  for (const [id, result] of told.results) {
    const { status, index, height } = result as { status: string; index: number; height: number }
    const { statuses } = { statuses: await ledger.transaction(Buffer.from(id, 'hex')) }
    expect(statuses?.status).toMatchObject({ status, index, height })
  }
  const again = new Map<string, unknown>()
  for (const batch of batches) {
    for (const result of await node.submit(batch, 'final')) again.set(result.id!, result)
  }
  for (const [id, result] of told.results) expect(again.get(id)).toEqual(result)
  for (const [signed, refused] of batches.flatMap(([first, , third]) => [
    [first!, false] as const,
    [third!, true] as const,
  ])) {
    expect(again.get(signed.id)).toMatchObject({ status: refused ? 'refused' : 'accepted' })
    if (!refused) expect(await world.parts.get(Buffer.from(signed.id, 'hex'))).toEqual(signed.privatePart)
  }
  const head = await ledger.head()
  const leaves = (await Promise.all(
    Array.from({ length: head.size }, (_, i) => ledger.leaf(i)),
  )) as Uint8Array[]
  expect(head.root).toEqual(kernel.merkleRoot(leaves))
  const entries = leaves.filter((leaf) => decodeLeaf(leaf).kind === 'transaction').map(toHex)
  expect(new Set(entries).size).toBe(entries.length)
  expect(entries.length).toBe(2 * batches.length)
  const trust = trustOf(kernel, parseGenesis(kernel, world.genesisBytes), world.ledgerId)
  for (const note of told.checkpoints) {
    const { checkpoint, final } = openCheckpoint(kernel, note, trust)
    expect(final).toBe(true)
    expect(checkpoint.size).toBeLessThanOrEqual(atStart.size)
    const proof = packHashes(await ledger.consistencyProof(checkpoint.size, head.size))
    expect(kernel.verifyConsistency(checkpoint.size, head.size, checkpoint.root, head.root, proof)).toBe(true)
  }
  // What is recorded as signed is of this very log.
  expect(disk.signed.last).toMatchObject({ size: head.size, root: toHex(head.root) })
  await node.close()
}

const outcomes = new Map<string, number>()

describe.each(TARGETS)('a write of the %s that fails', (target) => {
  const failures = FAILURES.filter((failure) => failure.target === target)

  it.each(failures.map((failure) => [describeFailure(failure), failure] as const))(
    '%s',
    async (_, failure) => {
      const disk = makeDisk()
      const batches = batchesOf(signer)
      const { disk: broken, failedCount } = failing(disk, failure)
      const told = await submitAll(broken, batches)
      expect(failedCount(), 'the failure took place').toBeGreaterThan(0)
      // A lost private part is one batch refused; a lost block or record stops the node.
      const expected = target === 'private parts' ? ['vault.write'] : ['ledger.halted', 'node.unrecorded']
      expect(told.codes.size).toBeGreaterThan(0)
      for (const code of told.codes) expect(expected).toContain(code)
      const goesOn = target === 'private parts' && !failure.lasts
      if (goesOn) expect(told.results.size).toBe(3 * (batches.length - 1))
      await expectWhole(disk, told, batches)
      const key = `${target}: ${[...told.codes].map((code) => `${code} (${CODES[code as 'ledger.halted'].status})`).join(', ')}`
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
    },
  )
})

afterAll(() => {
  console.info(
    [
      `${FAILURES.length} combinations of write, failure, moment and length tried:`,
      ...[...outcomes].map(([key, count]) => `  ${count} × ${key}`),
    ].join('\n'),
  )
})
