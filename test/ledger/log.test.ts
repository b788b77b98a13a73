/**
 * The log: tiles, bundles, roots and proofs of every size against the text of the RFC, and against the kernel's checks.
 */
import { describe, expect, it } from 'vitest'
import { concatBytes, equalBytes, pack, utf8 } from '../../src/base/index.ts'
import { createMemoryStore } from '../../src/ledger/index.ts'
import { iterateLeaves, openLog } from '../../src/ledger/log.ts'
import { encodeBundle } from '../../src/protocol/index.ts'
import { referenceRoot } from '../support/noble-kernel.ts'
import { kernel } from './support/consortium.ts'

const leafOf = (i: number) => utf8(`leaf ${i} ${'.'.repeat(i % 50)}`)

/** A log grown in the given steps, each adopted after its writes were committed. */
function grow(steps: readonly number[]) {
  const store = createMemoryStore()
  let log = openLog(store, kernel, 0)
  const leaves: Uint8Array[] = []
  for (const step of steps) {
    const added = Array.from({ length: step }, (_, i) => leafOf(leaves.length + i))
    const packed = pack(added)
    const prepared = log.prepare(packed, kernel.hashLeaves(packed))
    expect(log.size).toBe(leaves.length)
    store.commit(prepared.writes)
    log.adopt(prepared.edge)
    leaves.push(...added)
    expect(log.size).toBe(leaves.length)
    expect(log.root()).toEqual(prepared.root)
    // What is read back from the store is what was kept in memory.
    const reopened = openLog(store, kernel, log.size)
    expect(reopened.root()).toEqual(prepared.root)
    if (leaves.length % 3 === 0) log = reopened
  }
  return { store, log, leaves, hashes: leaves.map((leaf) => kernel.leafHash(leaf)) }
}

describe('the log', () => {
  it('has the roots and proofs of RFC 9162 at every size up to 300', () => {
    const { log, leaves, hashes } = grow(Array.from({ length: 24 }, (_, i) => i + 1))
    expect(leaves).toHaveLength(300)
    const roots = [undefined, ...leaves.map((_, i) => referenceRoot(hashes.slice(0, i + 1)))]
    for (let size = 1; size <= 300; size++) {
      expect(log.rootAt(size)).toEqual(roots[size])
      for (const index of new Set([0, size >> 1, (size * 7) % size, size - 1, Math.min(size - 1, 255)])) {
        const proof = concatBytes(...log.inclusionProof(index, size))
        expect(kernel.verifyInclusion(index, size, hashes[index]!, proof, roots[size]!)).toBe(true)
      }
      for (const from of new Set([1, (size >> 1) + 1, Math.min(size, 256), size])) {
        const proof = concatBytes(...log.consistencyProof(from, size))
        expect(kernel.verifyConsistency(from, size, roots[from]!, roots[size]!, proof)).toBe(true)
      }
    }
  })

  it('grows across tiles of three levels in steps of any size', () => {
    const { log, leaves, hashes } = grow([1, 255, 1, 255, 256, 257, 3, 4_096, 65_536 - 5_124, 1, 300])
    expect(leaves).toHaveLength(65_837)
    for (const size of [1, 256, 257, 512, 65_535, 65_536, 65_537, 65_837]) {
      expect(log.rootAt(size)).toEqual(kernel.merkleRootOfHashes(concatBytes(...hashes.slice(0, size))))
    }
    expect(log.tile(2, 0, 1)).toEqual(log.rootAt(65_536))
    expect(log.tile(2, 0, 2)).toBeUndefined()
    expect(log.tile(1, 0, 256)).toHaveLength(8_192)
    expect(log.tile(1, 1, 1)).toEqual(kernel.merkleRootOfHashes(log.tile(0, 256, 256)!))
  })

  it('cuts partial tiles and bundles from what it has, at any width', () => {
    const { store, log, leaves, hashes } = grow([100, 200])
    for (const [index, available] of [
      [0, 256],
      [1, 44],
    ] as const) {
      for (let width = 1; width <= 256; width++) {
        const [tile, bundle] = [log.tile(0, index, width), log.bundle(index, width)]
        if (width > available) {
          expect([tile, bundle]).toEqual([undefined, undefined])
          continue
        }
        const start = 256 * index
        expect(equalBytes(tile!, concatBytes(...hashes.slice(start, start + width)))).toBe(true)
        expect(equalBytes(bundle!, encodeBundle(leaves.slice(start, start + width)))).toBe(true)
      }
    }
    for (const width of [0, -1, 257, 1.5, Number.NaN]) expect(log.tile(0, 0, width)).toBeUndefined()
    for (const index of [-1, 2, 0.5, 2 ** 53]) expect(log.bundle(index, 1)).toBeUndefined()
    expect(log.tile(-1, 0, 1)).toBeUndefined()
    expect(log.tile(63, 0, 1)).toBeUndefined()
    expect([...iterateLeaves(store, 250, 260)]).toEqual(leaves.slice(250, 260))
  })

  it('gives single leaves, up to its end', () => {
    const { log, leaves } = grow([300])
    for (const index of [0, 1, 255, 256, 299]) expect(log.leaf(index)).toEqual(leaves[index])
    for (const index of [-1, 300, 1.5, Number.NaN]) expect(log.leaf(index)).toBeUndefined()
  })

  it('takes leaves of every length', () => {
    const store = createMemoryStore()
    const log = openLog(store, kernel, 0)
    const leaves = [0, 1, 255, 256, 65_535].map((length) => new Uint8Array(length).fill(3))
    const prepared = log.prepare(pack(leaves), kernel.hashLeaves(pack(leaves)))
    store.commit(prepared.writes)
    log.adopt(prepared.edge)
    expect(leaves.map((_, i) => log.leaf(i))).toEqual(leaves)
  })

  it('refuses ranges outside itself', () => {
    const { log } = grow([10])
    const refused = expect.objectContaining({ code: 'read.range' })
    for (const [index, size] of [
      [0, 0],
      [5, 5],
      [0, 11],
      [-1, 5],
      [0.5, 5],
    ] as const) {
      expect(() => log.inclusionProof(index, size)).toThrow(refused)
    }
    for (const [from, to] of [
      [0, 5],
      [6, 5],
      [1, 11],
    ] as const) {
      expect(() => log.consistencyProof(from, to)).toThrow(refused)
    }
    for (const size of [0, 11, 1.5]) expect(() => log.rootAt(size)).toThrow(refused)
  })

  it('says so where a tile or bundle is missing or too short', () => {
    const { store, log } = grow([300])
    const corrupt = expect.objectContaining({ code: 'ledger.corrupt' })
    const [[key, tile]] = store.range('tiles', { start: new Uint8Array(1), limit: 1 }) as [
      [Uint8Array, Uint8Array],
    ]
    store.commit([{ table: 'tiles', key, value: tile.slice(0, 320) }])
    expect(() => log.inclusionProof(5, 300)).toThrow(corrupt)
    store.commit([
      { table: 'tiles', key, value: undefined },
      { table: 'bundles', key: key.slice(1), value: undefined },
    ])
    expect(() => log.inclusionProof(5, 300)).toThrow(corrupt)
    expect(() => log.leaf(5)).toThrow(corrupt)
    expect(() => [...iterateLeaves(store, 0, 300)]).toThrow(corrupt)
  })
})
