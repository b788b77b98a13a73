/** The embedded order: sequence, how blocks are cut, bounds, and a clean end. Time passes only where a test says so. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Clock,
  type Packed,
  type Position,
  pack,
  packedCount,
  packedItem,
} from '../../src/base/index.ts'
import { createEmbeddedOrder, type EmbeddedOrderOptions } from '../../src/order/index.ts'
import { checkProperty } from '../support/property.ts'

/** A clock that a test moves by hand. */
function createManualClock() {
  let nowMs = 0
  let seconds = 1_000
  const sleepers = new Set<{ atMs: number; resolve: () => void }>()
  const clock: Clock = {
    nowSeconds: () => seconds,
    monotonicMs: () => nowMs,
    sleep: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { atMs: nowMs + delayMs, resolve }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        })
      }),
  }
  return {
    clock,
    sleepers,
    setSeconds: (value: number) => (seconds = value),
    /** Moves time on and lets everything that follows from it happen. */
    async advance(ms: number) {
      nowMs += ms
      for (const sleeper of sleepers) if (sleeper.atMs <= nowMs) sleeper.resolve()
      await settle()
    },
  }
}

/** Lets promises that can resolve now do so. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

const entry = (n: number, length = 4): Uint8Array => new Uint8Array(length).fill(n)
const entriesOf = (packed: Packed) =>
  Array.from({ length: packedCount(packed) }, (_, i) => packedItem(packed, i)[0])

const START: Position = { epoch: 3, height: 7 }

function start(options: Partial<EmbeddedOrderOptions> = {}) {
  const time = createManualClock()
  const order = createEmbeddedOrder({ clock: time.clock, ...options })
  const blocks = order.blocks(START)[Symbol.asyncIterator]()
  /** Asks for the next block; `done` tells whether it has come. */
  const next = () => {
    const asked = { done: false, block: blocks.next() }
    void asked.block.then(() => (asked.done = true))
    return asked
  }
  return { ...time, order, next }
}

/** The same while a first block is out and not committed: nothing is cut for an idle ledger. */
async function startBusy(options: Partial<EmbeddedOrderOptions> = {}) {
  const started = start(options)
  await started.order.propose(pack([entry(255)]))
  await started.next().block
  return started
}

describe('a block is cut', () => {
  it('at its age', async () => {
    const { order, advance, next, sleepers } = await startBusy({ blockAgeMsMax: 20 })
    const asked = next()
    await settle()
    await order.propose(pack([entry(1)]))
    await advance(15)
    await order.propose(pack([entry(2)]))
    expect(asked.done).toBe(false)
    await advance(4)
    expect(asked.done).toBe(false)
    expect(order.queuedCount).toBe(2)
    await advance(1)
    expect(asked.done).toBe(true)
    const { value } = await asked.block
    expect(entriesOf(value!.entries)).toEqual([1, 2])
    expect(value).toMatchObject({ kind: 'proposed', position: { epoch: 3, height: 9 }, time: 1_000 })
    expect(order.queuedCount).toBe(0)
    expect(sleepers.size).toBe(0)
  })

  it('at its count, in the order of proposals, across them', async () => {
    const { order, next } = await startBusy({ blockCountMax: 4 })
    const asked = next()
    await order.propose(pack([entry(1), entry(2), entry(3)]))
    await settle()
    expect(asked.done).toBe(false)
    await order.propose(pack([entry(4), entry(5), entry(6), entry(7), entry(8)]))
    expect(entriesOf((await asked.block).value!.entries)).toEqual([1, 2, 3, 4])
    expect(entriesOf((await next().block).value!.entries)).toEqual([5, 6, 7, 8])
    expect(order.queuedCount).toBe(0)
  })

  it('at its bytes, and never splits or refuses an entry for them', async () => {
    const { order, next, advance } = await startBusy({ blockBytesMax: 100 })
    await order.propose(pack([entry(1, 60), entry(2, 60), entry(3, 200), entry(4, 10)]))
    const blocks = []
    for (let i = 0; i < 3; i++) blocks.push(entriesOf((await next().block).value!.entries))
    expect(blocks).toEqual([[1], [2], [3]])
    const last = next()
    await advance(20)
    expect(entriesOf((await last.block).value!.entries)).toEqual([4])
  })

  it('at once where its entries have waited longer than its age for a busy consumer', async () => {
    const { order, next, advance } = await startBusy()
    await order.propose(pack([entry(1)]))
    await advance(1_000)
    await order.propose(pack([entry(2)]))
    expect(entriesOf((await next().block).value!.entries)).toEqual([1, 2])
  })

  it('at once while all blocks before it are committed', async () => {
    const { order, next, advance, sleepers } = start()
    const first = next()
    await settle()
    expect(first.done).toBe(false)
    await order.propose(pack([entry(1)]))
    const { value } = await first.block
    expect(entriesOf(value!.entries)).toEqual([1])
    const second = next()
    await order.propose(pack([entry(2)]))
    await settle()
    expect(second.done).toBe(false)
    order.committed(value!.position, 5)
    expect(entriesOf((await second.block).value!.entries)).toEqual([2])
    const third = next()
    await order.propose(pack([entry(3)]))
    await settle()
    expect(third.done).toBe(false)
    await advance(20)
    expect(entriesOf((await third.block).value!.entries)).toEqual([3])
    expect(sleepers.size).toBe(0)
  })

  it('at the position behind the one before it', async () => {
    const { order, next } = start()
    for (const height of [8, 9, 10]) {
      await order.propose(pack([entry(1)]))
      const { value } = await next().block
      expect(value!.position).toEqual({ epoch: 3, height })
      order.committed(value!.position, height)
    }
  })

  it('at the time of its block clock', async () => {
    const { order, next, advance, setSeconds } = await startBusy()
    const times: number[] = []
    for (const seconds of [1_000, 990, 1_001]) {
      setSeconds(seconds)
      await order.propose(pack([entry(1)]))
      await advance(20)
      times.push((await next().block).value!.time)
    }
    expect(times).toEqual([1_000, 990, 1_001])
  })
})

describe('the queue', () => {
  it('is bounded in count and bytes; what does not fit is refused whole', async () => {
    const { order, next, advance } = await startBusy({ queueCountMax: 4, queueBytesMax: 40 })
    const full = { code: 'overload.queue-full', details: { retryAfterSeconds: 1 } }
    await order.propose(pack([entry(1), entry(2), entry(3)]))
    await expect(order.propose(pack([entry(4), entry(5)]))).rejects.toMatchObject(full)
    expect(order.queuedCount).toBe(3)
    await expect(order.propose(pack([entry(6, 29)]))).rejects.toMatchObject(full)
    await order.propose(pack([entry(7, 28)]))
    await expect(order.propose(pack([entry(8, 0)]))).rejects.toMatchObject(full)
    await advance(20)
    expect(entriesOf((await next().block).value!.entries)).toEqual([1, 2, 3, 7])
    await order.propose(pack([entry(9), entry(10)]))
    expect(order.queuedCount).toBe(2)
  })

  it('takes nothing for nothing', async () => {
    const { order, next, advance } = start()
    const asked = next()
    await order.propose(pack([]))
    await advance(100)
    expect(asked.done).toBe(false)
    expect(order.queuedCount).toBe(0)
  })

  it('hands out every entry once, in order, whatever the batches and bounds', async () => {
    const batches = fc.array(fc.array(fc.nat(30), { maxLength: 8 }), { maxLength: 12 })
    await checkAsync(batches, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 60 }))
  })
})

async function checkAsync(
  batches: fc.Arbitrary<number[][]>,
  counts: fc.Arbitrary<number>,
  bytes: fc.Arbitrary<number>,
): Promise<void> {
  const runs: [number[][], number, number][] = []
  checkProperty(
    fc.property(batches, counts, bytes, (...run) => void runs.push(run)),
    100,
  )
  for (const [lengths, blockCountMax, blockBytesMax] of runs) {
    const { order, next } = start({ blockCountMax, blockBytesMax })
    let n = 0
    const given: Uint8Array[] = []
    for (const batch of lengths) {
      const items = batch.map((length) => entry(n++ % 256, length + 1))
      given.push(...items)
      await order.propose(pack(items))
    }
    await order.close()
    const taken: Uint8Array[] = []
    for (;;) {
      const { value } = await next().block
      if (value === undefined) break
      const count = packedCount(value.entries)
      expect(count).toBeGreaterThan(0)
      expect(count).toBeLessThanOrEqual(blockCountMax)
      if (count > 1) expect(value.entries.bytes.length).toBeLessThanOrEqual(blockBytesMax)
      for (let i = 0; i < count; i++) taken.push(packedItem(value.entries, i))
    }
    expect(taken).toEqual(given)
  }
}

describe('closing', () => {
  it('refuses proposals, hands out what was accepted, then ends', async () => {
    const { order, next } = start()
    const asked = next()
    await order.propose(pack([entry(1)]))
    await order.close()
    await expect(order.propose(pack([entry(2)]))).rejects.toMatchObject({ code: 'node.closing' })
    expect(entriesOf((await asked.block).value!.entries)).toEqual([1])
    expect(await next().block).toEqual({ done: true, value: undefined })
  })

  it('ends a consumer that waits', async () => {
    const { order, next } = start()
    const asked = next()
    await settle()
    await order.close()
    expect(await asked.block).toEqual({ done: true, value: undefined })
  })
})

it('has one consumer at a time', async () => {
  const { order, next } = start()
  void next()
  await expect(order.blocks(START)[Symbol.asyncIterator]().next()).rejects.toThrow('one consumer')
})
