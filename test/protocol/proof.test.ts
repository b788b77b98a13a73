import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TILE_WIDTH, utf8 } from '../../src/base/index.ts'
import * as protocol from '../../src/protocol/index.ts'
import { referenceRoot } from '../support/noble-kernel.ts'
import { checkProperty } from '../support/property.ts'
import { kernel } from './kernel.ts'

const LEAF_COUNT = 300
const leafHashes = Array.from({ length: LEAF_COUNT }, (_, i) => kernel.leafHash(utf8(`leaf ${i}`)))
const roots = Array.from({ length: LEAF_COUNT + 1 }, (_, size) => referenceRoot(leafHashes.slice(0, size)))
const nodes = new Map<string, Uint8Array>()

/** Complete subtrees of the 300 leaves, each hashed once; reading beyond `size` is an error. */
const nodeReader =
  (size: number): protocol.ReadNode =>
  (level, index) => {
    const width = 2 ** level
    if ((index + 1) * width > size) throw new Error(`node ${level}/${index} is not complete at size ${size}`)
    const name = `${level}/${index}`
    const hash = nodes.get(name) ?? referenceRoot(leafHashes.slice(index * width, (index + 1) * width))
    nodes.set(name, hash)
    return hash
  }

const sizesFrom = (first: number) => Array.from({ length: LEAF_COUNT + 1 - first }, (_, i) => first + i)

describe('proofs from nodes, for all sizes up to 300', () => {
  test('roots', () => {
    for (const size of sizesFrom(0))
      expect(protocol.rootAt(kernel, size, nodeReader(size))).toEqual(roots[size])
  })

  test('inclusion: verified by the kernel', () => {
    for (const size of sizesFrom(1)) {
      const readNode = nodeReader(size)
      for (let index = 0; index < size; index += size > 40 ? 7 : 1) {
        const proof = protocol.packHashes(protocol.inclusionProof(kernel, index, size, readNode))
        expect(kernel.verifyInclusion(index, size, leafHashes[index]!, proof, roots[size]!)).toBe(true)
      }
    }
  })

  test('consistency: verified by the kernel', () => {
    for (const to of sizesFrom(1)) {
      const readNode = nodeReader(to)
      for (let from = 1; from <= to; from += to > 40 ? 7 : 1) {
        const proof = protocol.packHashes(protocol.consistencyProof(kernel, from, to, readNode))
        expect(kernel.verifyConsistency(from, to, roots[from]!, roots[to]!, proof)).toBe(true)
      }
    }
  })

  test('outside the tree there are none', () => {
    for (const [index, size] of [
      [0, 0],
      [1, 1],
      [-1, 1],
      [0.5, 2],
      [0, 2 ** 53],
    ] as const) {
      expect(() => protocol.inclusionRanges(index, size)).toThrow(RangeError)
    }
    for (const [from, to] of [
      [0, 1],
      [2, 1],
      [1, 2 ** 53],
      [1, 1.5],
    ] as const) {
      expect(() => protocol.consistencyRanges(from, to)).toThrow(RangeError)
    }
    expect(() => protocol.treeNodes(-1)).toThrow(RangeError)
  })
})

describe('ranges, for sizes up to 2^53', () => {
  /** First leaf and the one after the last of a range, whose subtrees must lie side by side and shrink. */
  const span = (range: protocol.TreeRange): [bigint, bigint] => {
    const spans = range.map(({ level, index }) => [
      BigInt(index) << BigInt(level),
      BigInt(index + 1) << BigInt(level),
    ])
    for (let i = 1; i < spans.length; i++) {
      expect(spans[i]![0]).toBe(spans[i - 1]![1])
      expect(range[i]!.level).toBeLessThan(range[i - 1]!.level)
    }
    return [spans[0]![0]!, spans.at(-1)![1]!]
  }
  const byStart = (a: [bigint, bigint], b: [bigint, bigint]) => (a[0] < b[0] ? -1 : 1)

  test('inclusion ranges and the leaf cover the tree once', () => {
    checkProperty(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        fc.pre(a !== b)
        const [index, size] = [Math.min(a, b), Math.max(a, b)]
        const leaf: [bigint, bigint] = [BigInt(index), BigInt(index) + 1n]
        const spans = [...protocol.inclusionRanges(index, size).map(span), leaf].sort(byStart)
        expect(spans[0]![0]).toBe(0n)
        for (let i = 1; i < spans.length; i++) expect(spans[i]![0]).toBe(spans[i - 1]![1])
        expect(spans.at(-1)![1]).toBe(BigInt(size))
      }),
    )
  })

  test('consistency ranges meet at the earlier size and end at the later', () => {
    checkProperty(
      fc.property(fc.integer({ min: 1, max: 2 ** 53 - 1 }), fc.maxSafeNat(), (a, b) => {
        const [from, to] = [Math.min(a, b) || 1, Math.max(a, b)]
        const spans = protocol.consistencyRanges(from, to).map(span).sort(byStart)
        for (let i = 1; i < spans.length; i++) expect(spans[i]![0]).toBe(spans[i - 1]![1])
        if (from < to) expect(spans.at(-1)![1]).toBe(BigInt(to))
        expect(spans.every(([start, end]) => end <= BigInt(from) || start >= BigInt(from))).toBe(true)
      }),
    )
  })

  test('need at most 53 hashes', () => {
    expect(protocol.inclusionRanges(0, 2 ** 53 - 1)).toHaveLength(53)
    expect(protocol.treeNodes(2 ** 53 - 1)).toHaveLength(53)
  })
})

describe('nodes from tiles', () => {
  /** Tiles of the tree of 300 leaves, and of a tree of 70,000 whose hashes are only numbered. */
  test('of 300 leaves give the same proofs', () => {
    const read: string[] = []
    const readTile: protocol.ReadTile = (level, index, width) => {
      read.push(protocol.tilePath(level, index, width))
      const at = (i: number) => nodeReader(LEAF_COUNT)(8 * level, index * TILE_WIDTH + i)
      return protocol.packHashes(Array.from({ length: width }, (_, i) => at(i)))
    }
    const readNode = protocol.makeTileNodeReader(kernel, LEAF_COUNT, readTile)
    for (const index of [0, 255, 256, 299]) {
      expect(protocol.inclusionProof(kernel, index, LEAF_COUNT, readNode)).toEqual(
        protocol.inclusionProof(kernel, index, LEAF_COUNT, nodeReader(LEAF_COUNT)),
      )
    }
    expect(protocol.rootAt(kernel, LEAF_COUNT, readNode)).toEqual(roots[LEAF_COUNT])
    expect(new Set(read)).toEqual(new Set(['tile/0/000', 'tile/0/001.p/44', 'tile/1/000.p/1']))
  })

  test('lie where tlog-tiles puts them', () => {
    expect(protocol.tileSliceOf({ level: 0, index: 257 })).toEqual({ level: 0, index: 1, start: 1, count: 1 })
    expect(protocol.tileSliceOf({ level: 7, index: 3 })).toEqual({
      level: 0,
      index: 1,
      start: 128,
      count: 128,
    })
    expect(protocol.tileSliceOf({ level: 8, index: 3 })).toEqual({ level: 1, index: 0, start: 3, count: 1 })
    expect(protocol.tileSliceOf({ level: 17, index: 129 })).toEqual({
      level: 2,
      index: 1,
      start: 2,
      count: 2,
    })
  })
})

describe('the frontier', () => {
  test('has the root of every size, leaves appended one at a time', () => {
    const frontier = protocol.MerkleFrontier.empty(kernel)
    expect(frontier.root()).toEqual(roots[0])
    for (let i = 0; i < LEAF_COUNT; i++) {
      frontier.append(leafHashes[i]!)
      expect(frontier.size).toBe(i + 1)
      expect(frontier.root()).toEqual(roots[i + 1])
    }
  })

  test('has the same roots and makes the same nodes, however leaves are cut into appends', () => {
    checkProperty(
      fc.property(fc.array(fc.nat({ max: 70 }), { maxLength: 8 }), (counts) => {
        const frontier = protocol.MerkleFrontier.empty(kernel)
        const made = new Set<string>()
        for (const count of counts) {
          const { size } = frontier
          const end = Math.min(LEAF_COUNT, size + count)
          for (const { level, firstIndex, hashes } of frontier.append(
            protocol.packHashes(leafHashes.slice(size, end)),
          )) {
            for (let i = 0; i < hashes.length / 32; i++) {
              expect(hashes.slice(32 * i, 32 * i + 32)).toEqual(nodeReader(end)(level, firstIndex + i))
              made.add(`${level}/${firstIndex + i}`)
            }
          }
          expect(frontier.root()).toEqual(roots[frontier.size])
        }
        let expected = 0
        for (let width = 1; width <= frontier.size; width *= 2) expected += Math.floor(frontier.size / width)
        expect(made.size).toBe(expected)
      }),
      50,
    )
  })

  test('goes on from stored nodes', () => {
    for (const size of [0, 1, 255, 256, 257]) {
      const frontier = protocol.MerkleFrontier.fromNodes(kernel, size, nodeReader(size))
      frontier.append(protocol.packHashes(leafHashes.slice(size)))
      expect(frontier.root()).toEqual(roots[LEAF_COUNT])
    }
  })

  test('is left alone by its clones', () => {
    const frontier = protocol.MerkleFrontier.fromNodes(kernel, 5, nodeReader(5))
    const clone = frontier.clone()
    clone.append(leafHashes[5]!)
    expect([frontier.root(), clone.root()]).toEqual([roots[5], roots[6]])
  })

  test('does not take half a hash', () => {
    expect(() => protocol.MerkleFrontier.empty(kernel).append(new Uint8Array(33))).toThrow('broken invariant')
  })
})
