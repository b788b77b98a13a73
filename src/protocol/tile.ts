/**
 * Paths of tiles and entry bundles, and the bytes of a bundle, as C2SP tlog-tiles fixes them. A tile holds up to 256
 * hashes of the tree level 8 × its level; a bundle up to 256 entries, each behind its length as u16. Paths are
 * relative: no slash in front.
 */
import { LEAF_BYTES_MAX, LedgerError, TILE_WIDTH } from '../base/index.ts'

/** What a path names. `width` is TILE_WIDTH where the tile or bundle is full. */
export type TilePath =
  | { readonly kind: 'tile'; readonly level: number; readonly index: number; readonly width: number }
  | { readonly kind: 'entries'; readonly index: number; readonly width: number }

/** Highest level a path may name (tlog-tiles). Trees of up to 2^53 leaves use levels 0 to 6. */
export const TILE_LEVEL_MAX = 63

function formatIndexAndWidth(index: number, width: number): string {
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError(`tile index ${index} is out of range`)
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) {
    throw new RangeError(`tile width ${width} is not 1 to ${TILE_WIDTH}`)
  }
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g)!
  const last = groups.pop()!
  const path = [...groups.map((group) => `x${group}`), last].join('/')
  return width === TILE_WIDTH ? path : `${path}.p/${width}`
}

/** Path of a tile, such as `tile/0/x001/x234/067.p/8`. RangeError for numbers out of range. */
export function tilePath(level: number, index: number, width: number = TILE_WIDTH): string {
  if (!Number.isInteger(level) || level < 0 || level > TILE_LEVEL_MAX) {
    throw new RangeError(`tile level ${level} is not 0 to ${TILE_LEVEL_MAX}`)
  }
  return `tile/${level}/${formatIndexAndWidth(index, width)}`
}

/** Path of an entry bundle, such as `tile/entries/x001/x234/067`. RangeError for numbers out of range. */
export function entriesPath(index: number, width: number = TILE_WIDTH): string {
  return `tile/entries/${formatIndexAndWidth(index, width)}`
}

/** Up to six groups of digits: more would pass 2^53. */
const PATH = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/

/** What `path` names; undefined where it is not a path in its one right form (no needless zeros, widths 1 to 255). */
export function parseTilePath(path: string): TilePath | undefined {
  const match = PATH.exec(path)
  if (match === null) return undefined
  const [, level, groups, partial] = match
  const index = Number(groups!.replaceAll(/[x/]/g, ''))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  if (!Number.isSafeInteger(index) || width > TILE_WIDTH) return undefined
  if (level === 'entries') {
    return entriesPath(index, width) === path ? { kind: 'entries', index, width } : undefined
  }
  if (Number(level) > TILE_LEVEL_MAX) return undefined
  return tilePath(Number(level), index, width) === path
    ? { kind: 'tile', level: Number(level), index, width }
    : undefined
}

/** How many hashes the tile (or, at level 0, entries the bundle) has in a tree of `size` leaves: 0 to TILE_WIDTH. */
export function tileWidth(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level)
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH))
}

/**
 * Bytes of a bundle: each entry behind its length as u16. RangeError for an entry over LEAF_BYTES_MAX or over 256
 * entries.
 */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length > TILE_WIDTH) throw new RangeError(`a bundle holds at most ${TILE_WIDTH} entries`)
  const bundle = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0))
  let at = 0
  for (const entry of entries) {
    if (entry.length > LEAF_BYTES_MAX)
      throw new RangeError(`an entry is at most ${LEAF_BYTES_MAX} bytes long`)
    bundle[at] = entry.length >> 8
    bundle[at + 1] = entry.length & 0xff
    bundle.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bundle
}

/**
 * Entries of a bundle, as views. LedgerError `form.leaf` where the bytes end inside an entry or hold more than 256.
 */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bundle.length) {
    const end =
      at + 2 <= bundle.length ? at + 2 + bundle[at]! * 256 + bundle[at + 1]! : Number.POSITIVE_INFINITY
    if (end > bundle.length || entries.length === TILE_WIDTH) {
      throw new LedgerError('form.leaf', { message: `The bundle is unsound at entry ${entries.length}.` })
    }
    entries.push(bundle.subarray(at + 2, end))
    at = end
  }
  return entries
}
