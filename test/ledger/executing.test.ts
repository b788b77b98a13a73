/** Blocks that are executed first and committed later, or never: the same bytes as at once, and nothing before. */
import { describe, expect, it } from 'vitest'
import { EXECUTED_BLOCKS_MAX, toHex } from '../../src/base/index.ts'
import { createMemoryStore, type Ledger, openLedger, type Store, TABLES } from '../../src/ledger/index.ts'
import { blockOf, genesisBytes, kernel, put, signEntry } from './support/consortium.ts'
import { makeGoldenBlocks } from './support/golden-blocks.ts'
import { probeRulesOf } from './support/probe-module.ts'

const open = (store: Store, rulesOf?: typeof probeRulesOf): Promise<Ledger> =>
  openLedger({ store, genesisBytes, kernel, create: true, ...(rulesOf && { rulesOf }) })

const dump = (store: Store): string[] =>
  TABLES.flatMap((table) =>
    store
      .range(table, { start: Uint8Array.of(0), limit: 1e6 })
      .map(([key, value]) => `${table} ${toHex(key)} ${toHex(value)}`),
  )

describe('an executed block', () => {
  it('comes to the bytes of one that is committed at once, and writes none before', async () => {
    const [atOnce, later] = [createMemoryStore(), createMemoryStore()]
    const [first, second] = [await open(atOnce), await open(later)]
    for (const [i, block] of makeGoldenBlocks().entries()) {
      const expected = await first.commit(block)
      const before = dump(later)
      const executed = await second.execute(makeGoldenBlocks()[i]!)
      expect(executed).toMatchObject({
        head: expected.head,
        accepted: expected.accepted,
        refused: expected.refused,
      })
      expect(dump(later)).toEqual(before)
      const { timings: _, ...committed } = await second.commitExecuted(executed!.ticket)
      const { timings: __, ...same } = expected
      expect(committed).toEqual(same)
      expect(dump(later)).toEqual(dump(atOnce))
    }
  })

  it('is one of several on one head: which one is committed decides, the others are gone', async () => {
    const ledger = await open(createMemoryStore(), probeRulesOf)
    const tickets: number[] = []
    for (const value of [1, 2, 3]) {
      const executed = await ledger.execute(blockOf([put('k', value)]))
      tickets.push(executed!.ticket)
      expect(executed!.head.height).toBe(1)
    }
    expect((await ledger.head()).height).toBe(0)
    const { head } = await ledger.commitExecuted(tickets[1]!)
    expect(head.height).toBe(1)
    for (const ticket of tickets) await expect(ledger.commitExecuted(ticket)).rejects.toThrow('ticket')
    expect(ledger.halted).toBeUndefined()
    expect(await ledger.execute(blockOf([put('k', 9)]))).toMatchObject({ head: { height: 2 } })
  })

  it('is gone with a block that was committed at once, and with as many later ones as are kept', async () => {
    const ledger = await open(createMemoryStore(), probeRulesOf)
    const gone = (await ledger.execute(blockOf([put('a')])))!.ticket
    await ledger.commit(blockOf([]))
    await expect(ledger.commitExecuted(gone)).rejects.toThrow('ticket')
    const tickets: number[] = []
    for (let i = 0; i <= EXECUTED_BLOCKS_MAX; i++) {
      tickets.push((await ledger.execute(blockOf([put(`key${i}`)])))!.ticket)
    }
    await expect(ledger.commitExecuted(tickets[0]!)).rejects.toThrow('ticket')
    expect((await ledger.commitExecuted(tickets[1]!)).accepted).toBe(1)
  })

  it('on which a rule breaks is none: the ledger is as it was and goes on', async () => {
    const store = createMemoryStore()
    const ledger = await open(store, probeRulesOf)
    const before = dump(store)
    const bad = signEntry('hospital:dr-li', 'probe.break', { key: 'k' })
    expect(await ledger.execute(blockOf([put('with'), bad]))).toBeUndefined()
    expect(ledger.halted).toBeUndefined()
    expect(dump(store)).toEqual(before)
    expect((await ledger.commit(blockOf([put('with')]))).accepted).toBe(1)
  })

  it('keeps its position and what the order says beside it, also where it leaves no leaf', async () => {
    const store = createMemoryStore()
    const ledger = await open(store)
    expect(await ledger.memo()).toBeUndefined()
    const memo = { told: ['a', 'b'] }
    const position = { epoch: 2, height: 7 }
    const executed = await ledger.execute({ ...blockOf([]), position, memo })
    await ledger.commitExecuted(executed!.ticket)
    const again = await open(store)
    expect([await again.position(), await again.memo(), (await again.head()).height]).toEqual([
      position,
      memo,
      0,
    ])
  })
})
