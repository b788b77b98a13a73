/**
 * A log under one signed checkpoint, read from a source that is not believed. The partial tiles at its right edge must
 * give the checkpoint's root; a full tile must hash to its entry in the tile above it, and so on up to the edge; a
 * bundle's leaves must hash to the tile of level 0. What does not is refused with `source.unsound`, and nothing of it
 * is used.
 */
import { LedgerError, pack, TILE_WIDTH, VERIFIED_TILES_MAX } from '../../base/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import {
  type Checkpoint,
  decodeBundle,
  entriesPath,
  foldHashes,
  type TreeNode,
  tilePath,
  tileSliceOf,
  tileWidth,
  treeNodes,
} from '../../protocol/index.ts'
import type { LogSource } from './source.ts'

export interface VerifiedTree {
  readonly checkpoint: Checkpoint
  /** Root of the tree's first `size` leaves, 1 to the checkpoint's size. */
  rootAt(size: number): Promise<Uint8Array>
  /** Leaves from `index` on, to the checkpoint's size. */
  leavesFrom(index: number): AsyncGenerator<Uint8Array, void>
}

const unsound = (message: string): never => {
  throw new LedgerError('source.unsound', { message })
}

const equals = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/**
 * The log of `checkpoint`, its right edge verified. LedgerError `source.unsound`, `source.unreachable`,
 * `source.answer`.
 */
export async function openVerifiedTree(
  kernel: Kernel,
  source: LogSource,
  checkpoint: Checkpoint,
  signal: AbortSignal,
): Promise<VerifiedTree> {
  const { size, root } = checkpoint
  /** Full tiles that were verified, the latest last; edge tiles stay for as long as the tree. */
  const full = new Map<string, Uint8Array>()
  const edge = new Map<string, Uint8Array>()

  /** A file of a width, or the start of the full one where the source has grown since. */
  async function fetchFile(pathOf: (width: number) => string, width: number): Promise<Uint8Array> {
    for (const path of [pathOf(width), pathOf(TILE_WIDTH)]) {
      const bytes = await source.file(path, signal)
      if (bytes !== undefined) return bytes
    }
    throw new LedgerError('source.answer', { message: `${source.name} has no ${pathOf(width)}.` })
  }

  async function fetchTile(level: number, index: number, width: number): Promise<Uint8Array> {
    const bytes = await fetchFile((wide) => tilePath(level, index, wide), width)
    if (bytes.length % 32 !== 0 || bytes.length < 32 * width)
      unsound(`${tilePath(level, index, width)} is cut.`)
    return bytes.subarray(0, 32 * width)
  }

  async function verifiedTile(level: number, index: number): Promise<Uint8Array> {
    const key = `${level}/${index}`
    const known = edge.get(key) ?? full.get(key)
    if (known !== undefined) return known
    const tile = await fetchTile(level, index, TILE_WIDTH)
    const above = await verifiedTile(level + 1, Math.floor(index / TILE_WIDTH))
    const at = 32 * (index % TILE_WIDTH)
    if (!equals(kernel.merkleRootOfHashes(tile), above.subarray(at, at + 32))) {
      unsound(`${tilePath(level, index)} does not hash to its place in the tree of ${size} leaves.`)
    }
    if (full.size >= VERIFIED_TILES_MAX) full.delete(full.keys().next().value!)
    full.set(key, tile)
    return tile
  }

  async function verifiedNode(node: TreeNode): Promise<Uint8Array> {
    const slice = tileSliceOf(node)
    const tile = await verifiedTile(slice.level, slice.index)
    const hashes = tile.slice(32 * slice.start, 32 * (slice.start + slice.count))
    return slice.count === 1 ? hashes : kernel.merkleRootOfHashes(hashes)
  }

  async function rootAt(atSize: number): Promise<Uint8Array> {
    const hashes: Uint8Array[] = []
    for (const node of treeNodes(atSize)) hashes.push(await verifiedNode(node))
    return foldHashes(kernel, hashes)
  }

  async function verifiedLeaves(index: number): Promise<Uint8Array[]> {
    const width = tileWidth(0, index, size)
    const name = entriesPath(index, width)
    const leaves = decodeBundle(await fetchFile((wide) => entriesPath(index, wide), width)).slice(0, width)
    const hashes = kernel.hashLeaves(pack(leaves))
    const isSound =
      width < TILE_WIDTH
        ? equals(hashes, await verifiedTile(0, index))
        : leaves.length === width &&
          equals(kernel.merkleRootOfHashes(hashes), await verifiedNode({ level: 8, index }))
    if (!isSound) unsound(`The entries of ${name} are not those of the tree of ${size} leaves.`)
    return leaves
  }

  if (size < 1) unsound('The checkpoint is of an empty log.')
  for (let level = 0; 256 ** level <= size; level++) {
    const index = Math.floor(size / TILE_WIDTH ** (level + 1))
    const width = tileWidth(level, index, size)
    if (width > 0) edge.set(`${level}/${index}`, await fetchTile(level, index, width))
  }
  if (!equals(await rootAt(size), root)) {
    unsound(`The tiles of ${source.name} do not give the root of its checkpoint of size ${size}.`)
  }

  return {
    checkpoint,
    rootAt,
    async *leavesFrom(from) {
      for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < size; index++) {
        yield* (await verifiedLeaves(index)).slice(Math.max(0, from - index * TILE_WIDTH))
      }
    },
  }
}
