/**
 * The check finds whatever was damaged, altered, taken away or slipped in; the rebuild makes it good from the leaves.
 */
import { describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../../src/base/index.ts'
import {
  type CheckProgress,
  checkLedger,
  createCheckedStore,
  createMemoryStore,
  openLedger,
  rebuildLedger,
  type Store,
  TABLES,
  type Table,
} from '../../src/ledger/index.ts'
import { blockOf, genesisBytes, kernel, put, signEntry } from './support/consortium.ts'
import { probeRulesOf } from './support/probe-module.ts'

const rules = { kernel, rulesOf: probeRulesOf }

const blocks = [
  blockOf([put('a'), signEntry('hospital:dr-li', 'probe.refuse', { key: 'r' }), put('b', 2)]),
  blockOf(Array.from({ length: 600 }, (_, i) => put(`many/${i}`, i))),
  blockOf([signEntry('hospital:dr-li', 'probe.delete', { key: 'a' })]),
]

async function makeStore(): Promise<Store> {
  const store = createMemoryStore()
  const ledger = await openLedger({ store, genesisBytes, ...rules, create: true })
  for (const block of blocks) await ledger.commit(structuredClone(block))
  return store
}

const rowsOf = (store: Store, table: Table) => store.range(table, { start: Uint8Array.of(0), limit: 1e6 })
const check = (store: Store, scratch = createMemoryStore()) => checkLedger({ store, scratch, ...rules })
const dump = (store: Store) => TABLES.map((table) => rowsOf(store, table).map((row) => row.map(toHex)))

describe('a sound ledger', () => {
  it('checks out, every record and leaf of it', async () => {
    const store = await makeStore()
    const seen: CheckProgress[] = []
    const before = dump(store)
    const report = await checkLedger({
      store,
      scratch: createMemoryStore(),
      ...rules,
      onProgress: (progress) => seen.push(progress),
    })
    expect(report).toMatchObject({ head: { height: 3 }, replayed: true, problems: [], problemCount: 0 })
    expect(report.recordCount).toBe(dump(store).flat().length)
    expect(dump(store)).toEqual(before)
    expect(seen.filter(({ phase }) => phase === 'replay').at(-1)).toEqual({
      phase: 'replay',
      done: report.head?.size,
      total: report.head?.size,
    })
    expect(new Set(seen.map(({ phase }) => phase))).toEqual(new Set(['records', 'replay', 'compare']))
  })

  it('goes on with what an interrupted check has replayed', async () => {
    const [store, scratch] = [await makeStore(), createMemoryStore()]
    const first = checkLedger({
      store,
      scratch,
      ...rules,
      onProgress({ phase, done }) {
        if (phase === 'replay' && done > 100) throw new Error('interrupted')
      },
    })
    await expect(first).rejects.toThrow('interrupted')
    const replayed: number[] = []
    const report = await checkLedger({
      store,
      scratch,
      ...rules,
      onProgress: ({ phase, done }) => void (phase === 'replay' && replayed.push(done)),
    })
    expect(report).toMatchObject({ replayed: true, problemCount: 0 })
    expect(replayed[0]).toBeGreaterThan(100)
  })
})

describe('damage', () => {
  it.each(TABLES)('of a record of table %s is named; the leaves make it good', async (table) => {
    const sound = await makeStore()
    const rows = rowsOf(sound, table)
    for (const position of new Set([0, rows.length >> 1, rows.length - 1])) {
      const store = await makeStore()
      const [key, value] = rows[position]!
      store.commit([
        { table, key, value: value.map((byte, i) => (i === position % value.length ? byte ^ 64 : byte)) },
      ])
      const report = await check(store)
      const name = table === 'meta' || table === 'state' ? Buffer.from(key).toString() : toHex(key)
      expect(report.problems[0]).toEqual({
        table,
        key: name,
        message: 'The record does not match its checksum.',
      })

      const into = createMemoryStore()
      const rebuilt = rebuildLedger({ from: store, into, ...rules })
      if (table === 'bundles') {
        await expect(rebuilt).rejects.toMatchObject({ code: 'ledger.corrupt' })
        continue
      }
      await rebuilt
      expect((await check(into)).problems).toEqual([])
      expect(dump(into).filter((_, i) => TABLES[i] !== 'ids')).toEqual(
        dump(sound).filter((_, i) => TABLES[i] !== 'ids'),
      )
    }
  })

  it('that carries right checksums is found all the same', async () => {
    for (const table of ['state', 'ids', 'headers', 'tiles'] as const) {
      const store = await makeStore()
      const checked = createCheckedStore(store)
      const [[key, value]] = rowsOf(checked, table) as [[Uint8Array, Uint8Array]]
      const cases = [
        [
          [{ table, key, value: value.map((byte, i) => (i === 1 ? byte ^ 1 : byte)) }],
          'not what the leaves come to',
        ],
        [[{ table, key, value: undefined }], 'is missing'],
        [
          [
            { table, key, value },
            { table, key: Uint8Array.of(...key, 33), value },
          ],
          'does not follow from the leaves',
        ],
      ] as const
      for (const [writes, message] of cases) {
        checked.commit(writes)
        const report = await check(store)
        expect(report).toMatchObject({ replayed: false, problemCount: 1 })
        expect(report.problems[0]).toMatchObject({ table, message: expect.stringContaining(message) })
      }
    }
  })

  it('of leaves shows when they are executed again', async () => {
    const store = await makeStore()
    const checked = createCheckedStore(store)
    const [[key, value]] = rowsOf(checked, 'bundles') as [[Uint8Array, Uint8Array]]
    const at = Buffer.from(value).indexOf('"key":"b"') + 7
    checked.commit([{ table: 'bundles', key, value: value.map((byte, i) => (i === at ? 99 : byte)) }])
    const report = await check(store)
    expect(report).toMatchObject({ replayed: false, problems: [{ table: 'bundles' }] })
    expect(report.problems[0]?.message).toContain('is not accepted when it is executed again')
    const rebuilt = rebuildLedger({ from: store, into: createMemoryStore(), ...rules })
    await expect(rebuilt).rejects.toMatchObject({ code: 'ledger.diverged' })
  })

  it('of the head is found, and the bundles tell where the log ends', async () => {
    const store = await makeStore()
    const { head } = await check(store)
    store.commit([{ table: 'meta', key: utf8('head'), value: undefined }])
    expect(await check(store)).toMatchObject({
      head: undefined,
      replayed: false,
      problems: [{ table: 'meta', key: 'head', message: 'The head of the log is missing.' }],
    })
    expect(await rebuildLedger({ from: store, into: createMemoryStore(), ...rules })).toEqual(head)
  })

  it('that leaves the log shorter than its head is not taken for a rebuild', async () => {
    const store = await makeStore()
    const bundles = rowsOf(store, 'bundles')
    expect(bundles).toHaveLength(3)
    store.commit([{ table: 'bundles', key: bundles[2]![0], value: undefined }])
    expect((await check(store)).problems).toMatchObject([{ message: 'Bundle 2 is missing.' }])
    const rebuilt = rebuildLedger({ from: store, into: createMemoryStore(), ...rules })
    await expect(rebuilt).rejects.toMatchObject({ code: 'ledger.diverged' })
  })
})
