/**
 * The log: leaves in 256-entry bundles and their tree in 256-hash tiles (C2SP tlog-tiles, RFC 6962 hashing), so that
 * what the ledger stores is what it serves, and a block costs a handful of puts however many leaves it has. The last,
 * partial bundle and tiles are rewritten as they grow; they are kept in memory as the log's edge.
 */
import { assert, concatBytes, LedgerError, type Packed, packedCount, TILE_WIDTH } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import {
  consistencyProof,
  decodeBundle,
  inclusionProof,
  MerkleFrontier,
  makeTileNodeReader,
  rootAt,
  tileWidth,
} from '../protocol/index.ts'
import { integerKey, type Store, tileKey, type Write } from './store.ts'

const HASH_BYTES = 32
const TILE_BYTES = TILE_WIDTH * HASH_BYTES
const NOTHING = new Uint8Array(0)
/** Tree levels that one tile spans: 2^8 = TILE_WIDTH. */
const LEVELS_PER_TILE = 8

/** The right edge of the log. Never changed: an append makes a new one, adopted after the commit. */
export interface LogEdge {
  readonly size: number
  /** The partial bundle, encoded; empty at a multiple of 256. */
  readonly bundle: Uint8Array
  /** The partial tile of each tile level, up to the highest that has a hash; empty where full. */
  readonly tiles: readonly Uint8Array[]
  readonly frontier: MerkleFrontier
}

/** Leaves ready to be committed: the writes, and the edge to adopt once they are durable. */
export interface PreparedAppend {
  readonly writes: Write[]
  readonly edge: LogEdge
  readonly root: Uint8Array
}

export interface Log {
  readonly size: number
  /** Root of the whole log. */
  root(): Uint8Array
  /** Prepares an append of leaves with their leaf hashes (n × 32). The log stays as it is until `adopt`. */
  prepare(leaves: Packed, leafHashes: Uint8Array): PreparedAppend
  adopt(edge: LogEdge): void
  /** See `Ledger` for these. */
  leaf(index: number): Uint8Array | undefined
  bundle(index: number, width: number): Uint8Array | undefined
  tile(level: number, index: number, width: number): Uint8Array | undefined
  rootAt(size: number): Uint8Array
  inclusionProof(index: number, size: number): Uint8Array[]
  consistencyProof(from: number, to: number): Uint8Array[]
}

/** Bundles that an append makes: full ones and, last, a partial one where the log does not end at a multiple of 256. */
function appendBundles(edge: LogEdge, leaves: Packed): { writes: Write[]; partial: Uint8Array } {
  const { bytes, offsets } = leaves
  const count = packedCount(leaves)
  const writes: Write[] = []
  let partial = edge.bundle
  for (let from = 0; from < count; ) {
    const size = edge.size + from
    const to = Math.min(count, from + TILE_WIDTH - (size % TILE_WIDTH))
    const bundle = new Uint8Array(partial.length + 2 * (to - from) + offsets[to]! - offsets[from]!)
    bundle.set(partial)
    let at = partial.length
    for (let i = from; i < to; i++) {
      const start = offsets[i]!
      const end = offsets[i + 1]!
      bundle[at] = (end - start) >>> 8
      bundle[at + 1] = end - start
      bundle.set(bytes.subarray(start, end), at + 2)
      at += 2 + end - start
    }
    writes.push({ table: 'bundles', key: integerKey(Math.floor(size / TILE_WIDTH)), value: bundle })
    partial = (edge.size + to) % TILE_WIDTH === 0 ? NOTHING : bundle
    from = to
  }
  return { writes, partial }
}

/** Tiles that new hashes of one tile level make; `first` is the index of the first of them at that level. */
function appendTiles(level: number, first: number, partial: Uint8Array, created: Uint8Array) {
  const writes: Write[] = []
  const hashes = concatBytes(partial, created)
  const firstTile = Math.floor(first / TILE_WIDTH)
  for (let at = 0; at < hashes.length; at += TILE_BYTES) {
    const key = tileKey(level, firstTile + at / TILE_BYTES)
    writes.push({ table: 'tiles', key, value: hashes.subarray(at, at + TILE_BYTES) })
  }
  return { writes, partial: hashes.slice(hashes.length - (hashes.length % TILE_BYTES)) }
}

const missing = (message: string): never => {
  throw new LedgerError('ledger.corrupt', { message })
}

function readBundle(store: Store, index: number): Uint8Array {
  return store.get('bundles', integerKey(index)) ?? missing(`Bundle ${index} is missing.`)
}

/** The first `width` hashes of a tile that the log has. */
function readTile(store: Store, level: number, index: number, width: number): Uint8Array {
  const tile = store.get('tiles', tileKey(level, index)) ?? missing(`Tile ${level}/${index} is missing.`)
  if (tile.length < width * HASH_BYTES) missing(`Tile ${level}/${index} is shorter than ${width} hashes.`)
  return tile.subarray(0, width * HASH_BYTES)
}

/** The right-most partial tile of each level of a tree of `size` leaves. */
function readEdgeTiles(store: Store, size: number): Uint8Array[] {
  const tiles: Uint8Array[] = []
  for (let level = 0, hashes = size; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const width = hashes % TILE_WIDTH
    const index = Math.floor(hashes / TILE_WIDTH)
    tiles.push(width === 0 ? NOTHING : readTile(store, level, index, width))
  }
  return tiles
}

/** Bytes that the first `width` entries of a bundle take. */
function bundlePrefixBytes(bundle: Uint8Array, width: number): number {
  let at = 0
  for (let i = 0; i < width; i++) {
    if (at + 2 > bundle.length) missing(`A bundle holds fewer than ${width} entries.`)
    at += 2 + bundle[at]! * 256 + bundle[at + 1]!
  }
  return at
}

/** Reads the edge of a log of `size` leaves from the store: a read a level, however long the log is. */
function readEdge(store: Store, kernel: Kernel, size: number): LogEdge {
  const width = size % TILE_WIDTH
  const bundle = width === 0 ? NOTHING : readBundle(store, Math.floor(size / TILE_WIDTH))
  if (bundlePrefixBytes(bundle, width) !== bundle.length)
    missing('The last bundle does not end with the log.')
  const readNode = makeTileNodeReader(kernel, size, (...tile) => readTile(store, ...tile))
  const frontier = MerkleFrontier.fromNodes(kernel, size, readNode)
  return { size, bundle, tiles: readEdgeTiles(store, size), frontier }
}

/** The log of `size` leaves in `store`. LedgerError `ledger.corrupt` where its edge can not be read. */
export function openLog(store: Store, kernel: Kernel, size: number): Log {
  let edge = readEdge(store, kernel, size)
  const nodeReader = (at: number) => makeTileNodeReader(kernel, at, (...tile) => readTile(store, ...tile))

  const requireRange = (condition: boolean, message: string) => {
    if (!condition) throw new LedgerError('read.range', { message })
  }
  const isIndex = (value: number) => Number.isSafeInteger(value) && value >= 0
  const has = (level: number, index: number, width: number) =>
    isIndex(index) &&
    Number.isInteger(width) &&
    width >= 1 &&
    width <= TILE_WIDTH &&
    tileWidth(level, index, edge.size) >= width

  return {
    get size() {
      return edge.size
    },
    root: () => edge.frontier.root(),
    prepare(leaves, leafHashes) {
      const count = packedCount(leaves)
      assert(leafHashes.length === count * HASH_BYTES, 'each leaf has its hash')
      const { writes, partial } = appendBundles(edge, leaves)
      const frontier = edge.frontier.clone()
      const tiles = [...edge.tiles]
      for (const { level, firstIndex, hashes } of frontier.append(leafHashes)) {
        if (level % LEVELS_PER_TILE !== 0) continue
        const tileLevel = level / LEVELS_PER_TILE
        const appended = appendTiles(tileLevel, firstIndex, tiles[tileLevel] ?? NOTHING, hashes)
        writes.push(...appended.writes)
        tiles[tileLevel] = appended.partial
      }
      const next = { size: edge.size + count, bundle: partial, tiles, frontier }
      return { writes, edge: next, root: frontier.root() }
    },
    adopt(next) {
      edge = next
    },
    leaf(index) {
      if (!isIndex(index) || index >= edge.size) return undefined
      const bundle = readBundle(store, Math.floor(index / TILE_WIDTH))
      const start = bundlePrefixBytes(bundle, index % TILE_WIDTH)
      return bundle.slice(start + 2, start + bundlePrefixBytes(bundle.subarray(start), 1))
    },
    bundle(index, width) {
      if (!has(0, index, width)) return undefined
      const bundle = readBundle(store, index)
      return bundle.slice(0, bundlePrefixBytes(bundle, width))
    },
    tile: (level, index, width) =>
      isIndex(level) && has(level, index, width) ? readTile(store, level, index, width).slice() : undefined,
    rootAt(at) {
      requireRange(isIndex(at) && at >= 1 && at <= edge.size, `The log has sizes 1 to ${edge.size}.`)
      return rootAt(kernel, at, nodeReader(at))
    },
    inclusionProof(index, at) {
      requireRange(
        isIndex(at) && isIndex(index) && index < at && at <= edge.size,
        `A proof needs index < size <= ${edge.size}.`,
      )
      return inclusionProof(kernel, index, at, nodeReader(at))
    },
    consistencyProof(from, to) {
      requireRange(
        isIndex(from) && isIndex(to) && from >= 1 && from <= to && to <= edge.size,
        `A proof needs 1 <= from <= to <= ${edge.size}.`,
      )
      return consistencyProof(kernel, from, to, nodeReader(to))
    },
  }
}

/**
 * Reads leaves of the log by index; those of one bundle, asked for one after another, cost one read of it. LedgerError
 * `ledger.corrupt` where the bundle is missing or too short.
 */
export function createLeafReader(store: Store): (index: number) => Uint8Array {
  let kept = -1
  let leaves: readonly Uint8Array[] = []
  return (index) => {
    const bundle = Math.floor(index / TILE_WIDTH)
    if (bundle !== kept) {
      leaves = decodeBundle(readBundle(store, bundle))
      kept = bundle
    }
    return leaves[index % TILE_WIDTH] ?? missing(`Bundle ${bundle} is shorter than the log.`)
  }
}

/** Leaves `from` (inclusive) to `to` (exclusive). LedgerError `ledger.corrupt` where one is missing. */
export function* iterateLeaves(store: Store, from: number, to: number): Generator<Uint8Array> {
  const leafAt = createLeafReader(store)
  for (let index = from; index < to; index++) yield leafAt(index)
}
