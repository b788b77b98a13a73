/** The stores: LMDB and memory give the same answers, and damage to a record is found when it is read. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createCheckedStore,
  createMemoryStore,
  integerKey,
  openLmdbStore,
  type Store,
  StoreConflict,
  TABLES,
  type Write,
} from '../../src/ledger/index.ts'
import { checkProperty } from '../support/property.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'medseal-store-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

let count = 0
const stores: [string, () => Store][] = [
  ['memory', createMemoryStore],
  ['LMDB', () => openLmdbStore(join(dir, String(count++)))],
  ['checked memory', () => createCheckedStore(createMemoryStore())],
  ['checked LMDB', () => createCheckedStore(openLmdbStore(join(dir, String(count++))))],
]

const bytes = (...values: number[]) => Uint8Array.from(values)
const put = (key: Uint8Array, value: Uint8Array | undefined): Write => ({ table: 'state', key, value })

describe.each(stores)('%s', (_, open) => {
  it('gives back what was committed, as arrays of the caller', async () => {
    const store = open()
    const value = bytes(1, 2, 3)
    store.commit([put(bytes(1), value), { table: 'ids', key: bytes(1), value: bytes() }])
    value[0] = 9
    const found = store.get('state', bytes(1))!
    expect(found).toEqual(bytes(1, 2, 3))
    expect(found.constructor).toBe(Uint8Array)
    found.fill(7)
    expect(store.get('state', bytes(1))).toEqual(bytes(1, 2, 3))
    expect(store.get('ids', bytes(1))).toEqual(bytes())
    expect(store.get('state', bytes(2))).toBeUndefined()
    store.commit([put(bytes(1), undefined), put(bytes(2), undefined)])
    expect(store.get('state', bytes(1))).toBeUndefined()
    await store.close()
  })

  it('lists ranges in byte order', async () => {
    const store = open()
    const keys = [bytes(0), bytes(0, 0), bytes(1), bytes(1, 255), bytes(2), bytes(128), bytes(255)]
    store.commit([...keys].reverse().map((key) => put(key, key)))
    const range = (start: Uint8Array, limit: number, end?: Uint8Array) =>
      store.range('state', { start, end, limit }).map(([key, value]) => {
        expect(value).toEqual(key)
        return [...key]
      })
    expect(range(bytes(0), 100)).toEqual(keys.map((key) => [...key]))
    expect(range(bytes(0, 0), 2)).toEqual([[0, 0], [1]])
    expect(range(bytes(1), 100, bytes(2))).toEqual([[1], [1, 255]])
    expect(range(bytes(129), 100)).toEqual([[255]])
    expect(range(bytes(3), 0)).toEqual([])
    await store.close()
  })

  it('commits nothing where its guard does not hold', async () => {
    const store = open()
    const guard = (value?: Uint8Array) => put(bytes(7), value)
    store.commit([put(bytes(7), bytes(1))], guard())
    expect(() => store.commit([put(bytes(8), bytes(1))], guard())).toThrow(StoreConflict)
    expect(() => store.commit([put(bytes(8), bytes(1))], guard(bytes(2)))).toThrow(StoreConflict)
    expect(store.get('state', bytes(8))).toBeUndefined()
    store.commit([put(bytes(8), bytes(1))], guard(bytes(1)))
    expect(store.get('state', bytes(8))).toEqual(bytes(1))
    await store.close()
  })

  it('commits nothing where any one of its writes fails', async () => {
    const store = open()
    store.commit([put(bytes(0), bytes(1)), put(bytes(3), bytes(1))])
    const before = store.range('state', { start: bytes(0), limit: 100 })
    const writes = [0, 1, 2, 3, 4].map((key) => put(bytes(key), key === 3 ? undefined : bytes(9)))
    for (let failing = 0; failing < writes.length; failing++) {
      const broken = writes.map((write, i) => {
        if (i !== failing) return write
        return {
          ...write,
          get value(): Uint8Array {
            throw new Error('EIO')
          },
        }
      })
      expect(() => store.commit(broken)).toThrow('EIO')
      expect(store.range('state', { start: bytes(0), limit: 100 })).toEqual(before)
    }
    store.commit(writes)
    expect(store.range('state', { start: bytes(0), limit: 100 })).toHaveLength(4)
    await store.close()
  })

  it('holds values of a full bundle', async () => {
    const store = open()
    const bundle = new Uint8Array(256 * 65_537).fill(5)
    store.commit([{ table: 'bundles', key: integerKey(2 ** 40), value: bundle }])
    expect(store.get('bundles', integerKey(2 ** 40))?.length).toBe(bundle.length)
    await store.close()
  })
})

it('LMDB and memory agree on any sequence of commits', async () => {
  const key = fc.uint8Array({ minLength: 1, maxLength: 3 })
  const value = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined })
  const commit = fc.array(fc.record({ table: fc.constantFrom(...TABLES), key, value }), { maxLength: 20 })
  const range = fc.record({ start: key, end: fc.option(key, { nil: undefined }), limit: fc.nat(20) })
  checkProperty(
    fc.property(fc.array(commit, { maxLength: 4 }), fc.array(range, { maxLength: 5 }), (commits, ranges) => {
      const disk = openLmdbStore(join(dir, String(count++)))
      const memory = createMemoryStore()
      for (const writes of commits) for (const store of [disk, memory]) store.commit(writes)
      for (const table of TABLES) {
        for (const options of ranges) expect(disk.range(table, options)).toEqual(memory.range(table, options))
        for (const { key } of commits.flat()) expect(disk.get(table, key)).toEqual(memory.get(table, key))
      }
      void disk.close()
    }),
    20,
  )
})

it('orders integers as keys', () => {
  const numbers = [0, 1, 255, 256, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER]
  const texts = numbers.map((number) => Buffer.from(integerKey(number)).toString('hex'))
  expect([...texts].sort()).toEqual(texts)
  expect(texts.at(-1)).toBe('001fffffffffffff')
})

describe('checksums', () => {
  const key = bytes(1, 2)
  const value = bytes(...Array.from({ length: 100 }, (_, i) => i))
  const sealed = () => {
    const raw = createMemoryStore()
    const store = createCheckedStore(raw)
    store.commit([put(key, value)])
    return { raw, store, record: raw.get('state', key)! }
  }

  it('find every flipped bit and every torn end', () => {
    const { raw, store, record } = sealed()
    const broken = [
      ...Array.from({ length: 8 * record.length }, (_, bit) => {
        const flipped = record.slice()
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        return flipped
      }),
      ...Array.from({ length: record.length }, (_, length) => record.slice(0, length)),
    ]
    for (const bytes of broken) {
      raw.commit([put(key, bytes)])
      expect(() => store.get('state', key)).toThrow(expect.objectContaining({ code: 'ledger.corrupt' }))
      expect(() => store.range('state', { start: key, limit: 1 })).toThrow('does not match its checksum')
    }
  })

  it('find a record that stands under another key or in another table, and name it', () => {
    const { raw, store, record } = sealed()
    raw.commit([
      { table: 'state', key: bytes(104, 105), value: record },
      { table: 'ids', key, value: record },
    ])
    expect(() => store.get('state', bytes(104, 105))).toThrow('The record hi of table state')
    expect(() => store.get('ids', key)).toThrow('The record 0102 of table ids')
  })
})
