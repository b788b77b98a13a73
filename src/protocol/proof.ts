/**
 * Roots and proofs of an RFC 6962 log, made from stored nodes or tiles (RFC 9162 section 2.1). Which nodes are needed
 * is told by tree.ts; checking proofs is the kernel's (`verifyInclusion`, `verifyConsistency`).
 */
import { concatBytes, TILE_WIDTH } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { tileWidth } from './tile.ts'
import { consistencyRanges, inclusionRanges, type TreeNode, type TreeRange, treeNodes } from './tree.ts'

/** Hash (32 bytes) of a complete subtree. */
export type ReadNode = (level: number, index: number) => Uint8Array

/** Hashes (n × 32) of a tile, at least `width` of them. */
export type ReadTile = (level: number, index: number, width: number) => Uint8Array

/** Tree levels that one tile spans: 2^8 = TILE_WIDTH. */
const LEVELS_PER_TILE = 8

/** The tile that holds a node's hash, or the `count` hashes from `start` on that hash up to it. */
export interface TileSlice {
  readonly level: number
  readonly index: number
  readonly start: number
  readonly count: number
}

/** Where a complete subtree is found among the tiles. */
export function tileSliceOf({ level, index }: TreeNode): TileSlice {
  const count = 2 ** (level % LEVELS_PER_TILE)
  const first = index * count
  return {
    level: Math.floor(level / LEVELS_PER_TILE),
    index: Math.floor(first / TILE_WIDTH),
    start: first % TILE_WIDTH,
    count,
  }
}

/** Reads nodes from tiles of a tree of at least `size` leaves. Tiles are asked for at their width in that tree. */
export function makeTileNodeReader(kernel: Kernel, size: number, readTile: ReadTile): ReadNode {
  return (level, index) => {
    const slice = tileSliceOf({ level, index })
    const tile = readTile(slice.level, slice.index, tileWidth(slice.level, slice.index, size))
    const hashes = tile.slice(32 * slice.start, 32 * (slice.start + slice.count))
    return slice.count === 1 ? hashes : kernel.merkleRootOfHashes(hashes)
  }
}

/** The one hash that a range's nodes make. */
function hashRange(kernel: Kernel, range: TreeRange, readNode: ReadNode): Uint8Array {
  return foldHashes(
    kernel,
    range.map(({ level, index }) => readNode(level, index)),
  )
}

/** Hashes of a range's subtrees, left to right, hashed together from the right. At least one. */
export function foldHashes(kernel: Kernel, hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.reduceRight((right, left) => kernel.nodeHash(left, right))
}

/** RFC 9162 inclusion proof of leaf `index` in the tree of `size` leaves. RangeError unless 0 <= index < size. */
export function inclusionProof(
  kernel: Kernel,
  index: number,
  size: number,
  readNode: ReadNode,
): Uint8Array[] {
  return inclusionRanges(index, size).map((range) => hashRange(kernel, range, readNode))
}

/** RFC 9162 consistency proof between two sizes. RangeError unless 1 <= from <= to. */
export function consistencyProof(kernel: Kernel, from: number, to: number, readNode: ReadNode): Uint8Array[] {
  return consistencyRanges(from, to).map((range) => hashRange(kernel, range, readNode))
}

/** Root of the tree of `size` leaves; of none, SHA-256 of nothing. */
export function rootAt(kernel: Kernel, size: number, readNode: ReadNode): Uint8Array {
  return size === 0 ? kernel.sha256(new Uint8Array(0)) : hashRange(kernel, treeNodes(size), readNode)
}

/** Proof hashes as the kernel takes them: k × 32. */
export const packHashes = (hashes: readonly Uint8Array[]): Uint8Array => concatBytes(...hashes)
