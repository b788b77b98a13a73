/** The pipeline: look-ahead, dropped entries, halting, finality, closing. */
import { describe, expect, it } from 'vitest'
import { fromHex, LedgerError, pack, packedItem } from '../../src/base/index.ts'
import { createInlineEngine, type Engine } from '../../src/engine/index.ts'
import { createMemorySignedRecord, type SignedRecord } from '../../src/finality/index.ts'
import { createMemoryStore, type Ledger, STATUS } from '../../src/ledger/index.ts'
import type { Order, ProposedBlock } from '../../src/order/index.ts'
import { openCheckpoint, trustOf } from '../../src/protocol/index.ts'
import { createTestClock, createWorld, GENESIS_TIME, kernel, type World } from './support/world.ts'

const write = (world: World, options?: Parameters<World['sign']>[3]) =>
  world.sign('hospital:dr-li', 'note.write', { to: 'hospital:dr-wang' }, options)

/** A promise that a test resolves by hand. */
function makeGate(): { readonly passed: Promise<void>; open(): void } {
  let open = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open: () => open() }
}

/** A ledger whose commits wait for `gate`; `steps` notes what began and ended. */
const holdCommits =
  (gate: Promise<void>, steps: string[]) =>
  (ledger: Ledger): Ledger => ({
    ...ledger,
    async commit(block) {
      steps.push('commit')
      await gate
      const committed = await ledger.commit(block)
      steps.push('committed')
      return committed
    },
  })

/** An engine that notes the verification of ordered blocks. */
function watchEngine(steps: string[]): Engine {
  const engine = createInlineEngine(kernel)
  return {
    verifyEntries: (packed, offsets, ledgerId, confirm) => {
      if (confirm === 'ordered') steps.push('verify')
      return engine.verifyEntries(packed, offsets, ledgerId, confirm)
    },
    verifySignatures: (checks) => engine.verifySignatures(checks),
    verifyPacked: (checks) => engine.verifyPacked(checks),
    hashLeaves: (entries) => engine.hashLeaves(entries),
    merkleRoot: (entries) => engine.merkleRoot(entries),
    stats: () => engine.stats(),
    close: () => engine.close(),
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('look-ahead', () => {
  it('hands block n+1 over while block n executes, and no block beyond', async () => {
    const steps: string[] = []
    const gate = makeGate()
    const world = await createWorld({
      engine: watchEngine(steps),
      wrapLedger: holdCommits(gate.passed, steps),
    })
    await world.node.submit([write(world)], 'none')
    await until(() => steps.includes('commit'))
    await world.node.submit([write(world)], 'none')
    await until(() => steps.length === 2)
    const third = write(world)
    await world.node.submit([third], 'none')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(steps).toEqual(['commit', 'commit'])
    gate.open()
    expect((await world.submit(third))[0]).toMatchObject({ status: 'accepted', height: 3 })
    expect(steps.filter((step) => step === 'committed')).toHaveLength(3)
  })
})

/** A order whose blocks come out of `change`. */
const changeBlocks =
  (change: (block: ProposedBlock) => ProposedBlock) =>
  (order: Order): Order => ({
    ...order,
    get queuedCount() {
      return order.queuedCount
    },
    async *blocks(after) {
      for await (const block of order.blocks(after)) yield change(block as ProposedBlock)
    },
  })

describe('a block is verified', () => {
  const withFirst = (change: (entry: Uint8Array) => Uint8Array) => (block: ProposedBlock) => ({
    ...block,
    entries: pack([change(packedItem(block.entries, 0).slice())]),
  })

  it('once, where it brings what was admitted here, byte for byte', async () => {
    const steps: string[] = []
    const world = await createWorld({
      engine: watchEngine(steps),
      wrapOrder: changeBlocks(withFirst((entry) => entry)),
    })
    expect(await world.submit(write(world))).toMatchObject([{ status: 'accepted', height: 1 }])
    expect(steps).toEqual([])
  })

  it('again, where the order changed a bit, and what it changed leaves no leaf', async () => {
    const steps: string[] = []
    let bit = 1
    const world = await createWorld({
      engine: watchEngine(steps),
      wrapOrder: changeBlocks(
        withFirst((entry) => {
          entry[50]! ^= bit
          return entry
        }),
      ),
    })
    void world.submit(write(world))
    await until(() => steps.length === 1)
    bit = 0
    expect(await world.submit(write(world))).toMatchObject([{ status: 'accepted', height: 1 }])
    expect(steps).toEqual(['verify'])
    expect((await world.node.metrics()).dropped).toBe(1)
  })

  it('again, where it brings what another node admitted', async () => {
    const steps: string[] = []
    let other: Uint8Array | undefined
    const world = await createWorld({
      engine: watchEngine(steps),
      wrapOrder: changeBlocks((block) =>
        other === undefined ? block : { ...block, entries: pack([other, packedItem(block.entries, 0)]) },
      ),
    })
    const foreign = write(world)
    other = foreign.entry
    const own = write(world)
    expect(await world.submit(own)).toMatchObject([{ status: 'accepted', height: 1 }])
    expect(steps).toEqual(['verify'])
    expect((await world.ledger.statuses(fromHex(foreign.id)!)).kinds).toEqual(Uint8Array.of(STATUS.accepted))
  })

  it('again, once the builds of the kernel have disagreed', async () => {
    const steps: string[] = []
    const engine = watchEngine(steps)
    const world = await createWorld({
      engine: { ...engine, stats: () => ({ ...engine.stats(), disagreements: 1 }) },
    })
    expect(await world.submit(write(world))).toMatchObject([{ status: 'accepted' }])
    expect(steps).toEqual(['verify'])
  })
})

describe('dropped entries', () => {
  it('that expired before their block are rejected and may be sent again under a new expiry', async () => {
    const gate = makeGate()
    const steps: string[] = []
    const world = await createWorld({
      wrapOrder: (order) => ({
        ...order,
        get queuedCount() {
          return order.queuedCount
        },
        async *blocks(after) {
          for await (const block of order.blocks(after)) {
            await gate.passed
            yield { ...block, time: world.clock.now }
          }
        },
      }),
    })
    const signed = write(world, { expires: world.clock.now + 5 })
    const waiting = world.submit(signed)
    while ((await world.node.metrics()).pending === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    world.clock.now += 10
    gate.open()
    expect(await waiting).toMatchObject([{ id: signed.id, status: 'rejected', code: 'admission.expired' }])
    expect((await world.ledger.head()).height).toBe(0)
    expect((await world.node.metrics()).dropped).toBe(1)
    expect(steps).toEqual([])
  })
})

describe('a commit that fails', async () => {
  let fail = false
  const world = await createWorld({
    wrapLedger: (ledger) => ({
      ...ledger,
      async commit(block) {
        if (fail) throw new LedgerError('ledger.halted', {}, new Error('EIO: i/o error, write'))
        return ledger.commit(block)
      },
    }),
  })
  const before = write(world)
  await world.submit(before)

  it('halts the node: who waits and who comes after gets ledger.halted', async () => {
    fail = true
    await expect(world.submit(write(world))).rejects.toMatchObject({ code: 'ledger.halted' })
    await expect(world.submit(write(world))).rejects.toMatchObject({ code: 'ledger.halted' })
    expect(await world.node.ready()).toEqual({ ready: false, reasons: ['halted'], warnings: [] })
    expect(world.logLines.some((line) => line.includes('the node has halted'))).toBe(true)
  })

  it('leaves reads of what was committed', async () => {
    const reader = await world.reader('hospital:dr-li')
    expect(await world.node.transaction(before.id, reader)).toMatchObject({ status: 'accepted' })
    expect((await world.node.receipt(before.id, reader)).proof).toContain('tlog-proof')
  })

  it('closes all the same', async () => {
    await expect(world.node.close()).resolves.toBeUndefined()
  })
})

describe('an order that fails', async () => {
  const gate = makeGate()
  const world = await createWorld({
    wrapOrder: (order) => ({
      ...order,
      get queuedCount() {
        return order.queuedCount
      },
      async *blocks(after) {
        for await (const block of order.blocks(after)) {
          yield block
          await gate.passed
          throw new Error('the engine is gone')
        }
      },
    }),
  })

  it('leaves the node without order: who waits and who comes is told, reads go on, nothing has halted', async () => {
    const before = write(world)
    expect((await world.submit(before))[0]).toMatchObject({ status: 'accepted' })
    const waiting = world.submit(write(world))
    gate.open()
    await expect(waiting).rejects.toMatchObject({ code: 'node.no-order' })
    await expect(world.submit(write(world))).rejects.toMatchObject({ code: 'node.no-order' })
    expect(await world.node.ready()).toEqual({ ready: false, reasons: ['without order'], warnings: [] })
    expect(world.ledger.halted).toBeUndefined()
    expect(world.logLines.some((line) => line.includes('ALARM: the order gives no more blocks'))).toBe(true)
    const reader = await world.reader('hospital:dr-li')
    expect(await world.node.receipt(before.id, reader)).toBeDefined()
    await world.node.close()
  })
})

describe('what is pending', () => {
  it('ends when block time has passed its expiry, though the order lost it', async () => {
    const isLost = { yet: true }
    const world = await createWorld({
      wrapOrder: (order) => ({
        ...order,
        get queuedCount() {
          return order.queuedCount
        },
        propose: async (entries) => {
          if (isLost.yet) isLost.yet = false
          else await order.propose(entries)
        },
      }),
    })
    const lost = write(world, { expires: world.clock.now + 5 })
    await world.node.submit([lost], 'none')
    const waiting = world.submit(lost)
    await world.submit(write(world))
    expect((await world.node.metrics()).pending).toBe(1)
    world.clock.now += 100
    await world.submit(write(world))
    expect(await waiting).toMatchObject([{ id: lost.id, status: 'rejected', code: 'admission.expired' }])
    expect((await world.node.metrics()).pending).toBe(0)
    await world.node.close()
  })
})

describe('the position', () => {
  it('is committed with each block, one that leaves nothing too, and gone on from after a restart', async () => {
    const store = createMemoryStore()
    const handed: ProposedBlock[] = []
    const wrapOrder = changeBlocks((block) => {
      handed.push(block)
      // The second block comes when what it brings has expired: all of it is dropped.
      return handed.length === 2 ? { ...block, time: block.time + 50 } : block
    })
    const clock = createTestClock()
    const first = await createWorld({ store, clock, wrapOrder })
    await first.submit(write(first))
    expect(await first.ledger.position()).toEqual({ epoch: 0, height: 1 })
    const dropped = await first.submit(write(first, { expires: clock.now + 10 }))
    expect(dropped).toMatchObject([{ status: 'rejected', code: 'admission.expired' }])
    expect(await first.ledger.position()).toEqual({ epoch: 0, height: 2 })
    expect((await first.ledger.head()).height).toBe(1)
    await first.node.close()
    const again = await createWorld({ store, clock, wrapOrder })
    expect(await again.ledger.position()).toEqual({ epoch: 0, height: 2 })
    await again.submit(write(again))
    expect(handed.map(({ position }) => position.height)).toEqual([1, 2, 3])
    await again.node.close()
  })
})

describe('reads', () => {
  it('sign nothing, whatever is asked', async () => {
    const record = createMemorySignedRecord()
    let writes = 0
    const signed: SignedRecord = {
      standing: 'sound',
      get last() {
        return record.last
      },
      write: async (checkpoint) => {
        writes += 1
        await record.write(checkpoint)
      },
      close: () => record.close(),
    }
    const world = await createWorld({ signed })
    const sent = [write(world), write(world)]
    for (const one of sent) await world.submit(one)
    const before = writes
    const reader = await world.reader('hospital:dr-li')
    for (const { id } of sent) await world.node.receipt(id, reader)
    const { size } = await world.ledger.head()
    for (let at = 2; at <= size; at++) await world.node.inclusionProofText(0, at).catch(() => {})
    await world.node.checkpoint()
    await world.node.info()
    expect(before).toBe(3)
    expect(writes).toBe(before)
    await world.node.close()
  })
})

/** An order whose clock is ahead. */
const aheadBy = (seconds: number, order: Order): Order =>
  Object.create(order, {
    blocks: {
      async *value(...args: Parameters<Order['blocks']>) {
        for await (const block of order.blocks(...args)) yield { ...block, time: block.time + seconds }
      },
    },
  })

describe('a block ahead of the clock', () => {
  it('is held, with an alarm, until the clock comes near; and let go of when the node closes', async () => {
    const clock = createTestClock()
    const world = await createWorld({ clock, wrapOrder: (order) => aheadBy(500, order) })
    clock.speed = 100
    let isSettled = false
    const waiting = world.submit(write(world)).then(([result]) => {
      isSettled = true
      return result
    })
    await until(() => world.logLines.some((line) => line.includes('is held')))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(isSettled).toBe(false)
    clock.now += 440
    expect(await waiting).toMatchObject({ status: 'accepted' })
    clock.now -= 440
    const dropped = world.node.submit([write(world)], 'none')
    expect((await dropped)[0]).toMatchObject({ status: 'pending' })
    await world.node.close()
  })

  it('is none of the node itself, whose clock went back: its block has the time of the one before', async () => {
    const clock = createTestClock()
    const world = await createWorld({ clock })
    clock.now += 400
    await world.submit(write(world))
    clock.now -= 300
    expect((await world.submit(write(world)))[0]).toMatchObject({ status: 'accepted', height: 2 })
    expect((await world.ledger.head()).time).toBe(GENESIS_TIME + 400)
  })
})

describe('finality', () => {
  it('follows at once where one cosignature is the quorum', async () => {
    const world = await createWorld()
    expect((await world.submit(write(world), 'final'))[0]).toMatchObject({ settled: 'final' })
  })

  it('is not reached alone where two are; the wait ends with what was reached', async () => {
    const clock = createTestClock()
    const world = await createWorld({ quorum: 2, clock })
    const signed = write(world)
    expect((await world.submit(signed))[0]).toMatchObject({ status: 'accepted', settled: 'committed' })
    clock.speed = 1000
    expect((await world.submit(signed, 'final'))[0]).toMatchObject({
      status: 'accepted',
      settled: 'committed',
    })
  })

  it('follows the quorum that governance sets, from the block that adopts it', async () => {
    const world = await createWorld()
    const earlier = (await world.submit(write(world), 'final'))[0]!
    expect(earlier).toMatchObject({ settled: 'final' })
    const change = { quorum: { quorum: 2 } }
    await world.submit(world.sign('hospital', 'governance.propose', { proposalId: 'two', change }))
    for (const member of ['insurer', 'auditor']) {
      const approval = world.sign(member, 'governance.approve', { proposal: 'hospital:two' })
      expect((await world.submit(approval))[0]).toMatchObject({ status: 'accepted' })
    }
    expect(await world.node.info()).toMatchObject({ quorum: 2 })
    world.clock.speed = 1000
    expect((await world.submit(write(world), 'final'))[0]).toMatchObject({ settled: 'committed' })
  })

  it('ends the wait of a client that went away', async () => {
    const world = await createWorld({ quorum: 2 })
    const controller = new AbortController()
    const waiting = world.node.submit([write(world)], 'final', controller.signal)
    setTimeout(() => controller.abort(), 20)
    expect((await waiting)[0]!.id).toHaveLength(64)
  })
})

describe('checkpoints', () => {
  it('are signed and cosigned, never before their block', async () => {
    const world = await createWorld()
    world.clock.now += 100
    await world.submit(write(world))
    // A clock that went back: the cosignature still carries the block's time at least.
    world.clock.now -= 50
    await world.submit(write(world))
    const trust = trustOf(kernel, world.ledger.genesis, world.ledgerId)
    const opened = openCheckpoint(kernel, await world.node.checkpoint(), trust)
    expect(opened).toMatchObject({ cosignedBy: ['hospital'], final: true })
    expect(opened.checkpoint.size).toBe((await world.ledger.head()).size)
    expect((await world.node.info()).size).toBe(opened.checkpoint.size)
  })
})

describe('closing', () => {
  it('commits and answers what was admitted, then takes nothing', async () => {
    const world = await createWorld()
    const waiting = Promise.all(Array.from({ length: 20 }, () => world.submit(write(world))))
    await new Promise((resolve) => setTimeout(resolve, 1))
    await Promise.all([world.node.close(), world.node.close()])
    const results = (await waiting.catch((error: LedgerError) => error.code)) as unknown
    if (Array.isArray(results)) for (const [result] of results) expect(result.status).toBe('accepted')
    await expect(world.submit(write(world))).rejects.toMatchObject({ code: 'node.closing' })
    expect(await world.node.ready()).toMatchObject({ ready: false, reasons: ['closing'] })
  })
})
