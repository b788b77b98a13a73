/** What stops a ledger, what that leaves on the disk, and what a reader gets in the meantime. */
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/index.ts'
import { registry } from '../../src/domain/index.ts'
import {
  createCheckedStore,
  createMemoryStore,
  type Guard,
  type Ledger,
  openLedger,
  replayLeaves,
  STATUS,
  type Store,
  TABLES,
  type Write,
} from '../../src/ledger/index.ts'
import { blockOf, genesisBytes, idOf, kernel, put, signEntry } from './support/consortium.ts'
import { probeRulesOf } from './support/probe-module.ts'

const open = (store: Store, rulesOf = probeRulesOf): Promise<Ledger> =>
  openLedger({ store, genesisBytes, kernel, rulesOf, create: true })

const dump = (store: Store): string[] =>
  TABLES.flatMap((table) =>
    store
      .range(table, { start: Uint8Array.of(0), limit: 1e6 })
      .map(([key, value]) => `${table} ${toHex(key)} ${toHex(value)}`),
  )

async function expectHalted(ledger: Ledger): Promise<void> {
  const halted = { code: 'ledger.halted' }
  expect(ledger.halted).toMatchObject(halted)
  await expect(ledger.head()).rejects.toMatchObject(halted)
  await expect(ledger.commit(blockOf([put('late')]))).rejects.toMatchObject(halted)
  await expect(ledger.inclusionProof(0, 2)).rejects.toMatchObject(halted)
}

describe('a rule that breaks', () => {
  it('halts the ledger with evidence before anything is written', async () => {
    const store = createMemoryStore()
    const ledger = await open(store)
    await ledger.commit(blockOf([put('before')]))
    const before = dump(store)
    const bad = signEntry('hospital:dr-li', 'probe.break', { key: 'k' })
    await expect(ledger.commit(blockOf([put('same-block'), bad]))).rejects.toMatchObject({
      code: 'ledger.halted',
      details: {
        message: expect.stringContaining('the probe broke'),
        evidence: { height: 2, id: toHex(idOf(bad)), type: 'probe.break' },
      },
    })
    expect(dump(store)).toEqual(before)
    await expectHalted(ledger)
    const again = await open(store)
    expect(await again.head()).toMatchObject({ height: 1 })
    expect([...(await again.statuses(idOf(bad))).kinds]).toEqual([STATUS.unknown])
  })
})

describe('an invariant that a block breaks', () => {
  const add = (value: number) => signEntry('hospital', 'probe.add', { key: 'at-most-one', value })

  it('halts the ledger with evidence before anything is written', async () => {
    const store = createMemoryStore()
    const ledger = await open(store)
    await ledger.commit(blockOf([add(1)]))
    await ledger.commit(blockOf([add(1)]))
    const before = dump(store)
    await expect(ledger.commit(blockOf([add(2), put('same-block'), add(0)]))).rejects.toMatchObject({
      code: 'ledger.halted',
      details: {
        message: expect.stringContaining('the probe grew by 2'),
        evidence: { height: 3, module: 'probe' },
      },
    })
    expect(dump(store)).toEqual(before)
    await expectHalted(ledger)
  })

  it('is looked at after the whole block, and only where one was accepted', async () => {
    const ledger = await open(createMemoryStore())
    const { head } = await ledger.commit(blockOf([add(2), add(-1)]))
    expect(head).toMatchObject({ height: 1 })
    const refused = signEntry('hospital', 'probe.refuse', { key: 'at-most-one' })
    expect(await ledger.commit(blockOf([refused]))).toMatchObject({ accepted: 0, refused: 1 })
  })
})

describe('a version of the rules', () => {
  /** Blocks in which both members decide that version 2 holds from height 3 on. */
  const decide = () => [
    blockOf([
      signEntry('hospital', 'governance.propose', {
        proposalId: 'p-1',
        change: { rulesVersion: { version: 2, height: 3 } },
      }),
      signEntry('hospital', 'governance.signal-rules', { version: 2 }),
      signEntry('insurer', 'governance.approve', { proposal: 'hospital:p-1' }),
    ]),
    blockOf([put('old-rules')]),
  ]
  /** Version 2 knows no probe. */
  const bothOf = (version: number) => (version === 2 ? registry : probeRulesOf(version))

  it('that governance activates executes the blocks from its height on, and replays so', async () => {
    const ledger = await open(createMemoryStore(), bothOf)
    for (const block of decide()) expect((await ledger.commit(block)).refused).toBe(0)
    const { statuses, head } = await ledger.commit(
      blockOf([put('gone'), signEntry('hospital', 'identity.suspend', { actor: 'hospital:dr-li' })]),
    )
    expect([...statuses.kinds]).toEqual([STATUS.unknown, STATUS.accepted])
    const versions = await Promise.all(
      [0, 1, 2, 3].map(async (height) => (await ledger.header(height))?.header.rulesVersion),
    )
    expect(versions).toEqual([1, 1, 1, 2])
    expect(head.rulesVersion).toBe(2)
    const leaves = await Promise.all(Array.from({ length: head.size }, (_, i) => ledger.leaf(i)))
    const store = createCheckedStore(createMemoryStore())
    expect(
      await replayLeaves({
        leavesFrom: (index) => (leaves as Uint8Array[]).slice(index),
        kernel,
        store,
        rulesOf: bothOf,
      }),
    ).toEqual(head)
  })

  it('that has a type no more leaves the transactions of that type readable', async () => {
    const ledger = await open(createMemoryStore(), bothOf)
    const entry = put('old-rules')
    for (const block of [decide()[0]!, blockOf([entry])]) await ledger.commit(block)
    await ledger.commit(blockOf([signEntry('hospital', 'identity.suspend', { actor: 'hospital:dr-li' })]))
    const parties = [{ actor: 'hospital:old-rules' }]
    expect(await ledger.transaction(idOf(entry))).toMatchObject({ type: 'probe.put', parties })
    const { events } = await ledger.events(0, 100)
    expect(events.map(({ type }) => type)).toContain('probe.put')
  })

  it('that this build does not know is not guessed: no block of it is touched, and reads go on', async () => {
    const store = createMemoryStore()
    const ledger = await open(store)
    for (const block of decide()) await ledger.commit(block)
    const before = dump(store)
    const again = await open(store)
    for (const one of [ledger, again, ledger]) {
      const unknown = {
        code: 'ledger.rules-unknown',
        details: { message: expect.stringContaining('version 2') },
      }
      await expect(one.commit(blockOf([put('a')]))).rejects.toMatchObject(unknown)
      expect(one.halted).toBeUndefined()
      expect(await one.head()).toMatchObject({ height: 2, rulesVersion: 1 })
      expect((await one.ask('governance.trust')).quorum).toBe(1)
      expect(await one.ask('governance.rules')).toEqual({ version: 2, upcoming: [] })
      expect((await one.events(0, 100)).events.at(-1)).toMatchObject({ type: 'probe.put' })
    }
    expect(dump(store)).toEqual(before)
  })

  it('that the last block ran under, unknown to this build, opens no ledger', async () => {
    const store = createMemoryStore()
    const ledger = await open(store, bothOf)
    for (const block of [
      ...decide(),
      blockOf([signEntry('hospital', 'identity.suspend', { actor: 'hospital:dr-li' })]),
    ])
      await ledger.commit(block)
    await expect(open(store)).rejects.toMatchObject({ code: 'ledger.rules-unknown' })
  })
})

/** A store whose next commit fails once `arm` was called, with or without its writes on the disk. */
function createFailingStore(persists: boolean) {
  const store = createMemoryStore()
  let armed = false
  const failing: Store = {
    ...store,
    commit(writes: readonly Write[], guard?: Guard) {
      if (!armed || persists) store.commit(writes, guard)
      if (armed) throw new Error('EIO: i/o error')
    },
  }
  return { store, failing, arm: () => (armed = true) }
}

describe.each([
  ['lost', false],
  ['persisted all the same', true],
])('a commit that fails and is %s', (_, persists) => {
  it('halts the ledger; opened again it tells what became of the block', async () => {
    const { store, failing, arm } = createFailingStore(persists)
    const ledger = await open(failing)
    const first = await ledger.commit(blockOf([put('a')]))
    arm()
    const entry = put('b')
    await expect(ledger.commit(blockOf([entry]))).rejects.toMatchObject({ code: 'ledger.halted' })
    await expectHalted(ledger)

    const again = await open(store)
    expect((await again.head()).height).toBe(persists ? 2 : 1)
    if (!persists) expect(await again.head()).toEqual(first.head)
    expect([...(await again.statuses(idOf(entry))).kinds]).toEqual([
      persists ? STATUS.accepted : STATUS.unknown,
    ])
    const { statuses } = await again.commit(blockOf([entry, put('c')]))
    expect([...statuses.kinds]).toEqual([STATUS.accepted, STATUS.accepted])
    expect((await again.head()).height).toBe(persists ? 3 : 2)
    const leaves = await Promise.all(
      Array.from({ length: (await again.head()).size }, (_, i) => again.leaf(i)),
    )
    expect(leaves.filter((leaf) => toHex(leaf!) === toHex(entry))).toHaveLength(1)
    expect((await again.head()).root).toEqual(kernel.merkleRoot(leaves as Uint8Array[]))
  })
})

describe('two ledgers on one store', () => {
  it('do not overwrite one another: the second to write halts', async () => {
    const store = createMemoryStore()
    const [first, second] = [await open(store), await open(store)]
    await first.commit(blockOf([put('a')]))
    const before = dump(store)
    await expect(second.commit(blockOf([put('b')]))).rejects.toMatchObject({ code: 'ledger.halted' })
    expect(dump(store)).toEqual(before)
    await expectHalted(second)
    await first.commit(blockOf([put('c')]))
  })
})

describe('stored bytes that were torn or flipped', () => {
  /** Changes one stored value of each table in turn and says what the ledger answers. */
  const damage = (
    store: Store,
    table: (typeof TABLES)[number],
    change: (value: Uint8Array) => Uint8Array,
  ) => {
    const rows = store.range(table, { start: Uint8Array.of(0), limit: 1e6 })
    store.commit(rows.map(([key, value]) => ({ table, key, value: change(value) })))
  }
  const flip = (value: Uint8Array) => value.map((byte, i) => (i === value.length >> 1 ? byte ^ 4 : byte))
  const tear = (value: Uint8Array) => value.slice(0, value.length >> 1)
  const corrupt = { code: 'ledger.corrupt' }

  it.each([
    ['flipped', flip],
    ['torn', tear],
  ])('are named and not served: %s', async (_, change) => {
    const entry = put('a')
    for (const table of ['meta', 'bundles', 'tiles'] as const) {
      const store = createMemoryStore()
      await (await open(store)).commit(blockOf([entry]))
      damage(store, table, change)
      await expect(open(store), table).rejects.toMatchObject(corrupt)
    }
    const store = createMemoryStore()
    const ledger = await open(store)
    await ledger.commit(blockOf([entry]))
    damage(store, 'ids', change)
    await expect(ledger.statuses(idOf(entry))).rejects.toMatchObject(corrupt)
    damage(store, 'headers', change)
    await expect(ledger.header(1)).rejects.toMatchObject(corrupt)
    damage(store, 'bundles', change)
    await expect(ledger.leaf(0)).rejects.toMatchObject(corrupt)
    await expect(ledger.bundle(0, 1)).rejects.toMatchObject(corrupt)
    damage(store, 'tiles', change)
    await expect(ledger.tile(0, 0, 1)).rejects.toMatchObject(corrupt)
    await expect(ledger.inclusionProof(0, 4)).rejects.toMatchObject(corrupt)

    const stateStore = createMemoryStore()
    await (await open(stateStore)).commit(blockOf([entry]))
    const damaged = await open(stateStore)
    damage(stateStore, 'state', change)
    await expect(open(stateStore)).rejects.toMatchObject(corrupt)
    await expect(damaged.commit(blockOf([put('b')]))).rejects.toMatchObject({
      code: 'ledger.halted',
      details: { reason: 'ledger.corrupt' },
    })
    await expectHalted(damaged)
  })
})
