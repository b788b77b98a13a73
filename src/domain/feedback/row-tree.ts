/**
 * The RFC 6962 tree over the rows of a data set. A row's leaf says what the ledger knows of a submission and not whose
 * it is, so that a buyer who is given the contents can recompute every leaf and the root. Only SHA-256 is needed; it
 * comes from the context.
 */
import { concatBytes, fromHex, utf8 } from '../../base/index.ts'
import { canonicalJson } from '../../protocol/index.ts'
import type { RuleCrypto } from '../contract.ts'
import { Fields, pick, type RowOf } from '../schema.ts'
import { SubmissionRow } from './state.ts'

/** Rows under one stored tile: a proof then reads at most a tile's rows and one hash for each other tile. */
export const TILE_ROWS = 256

type Hasher = Pick<RuleCrypto, 'sha256Hex'>

/** What a leaf says, as JSON: its RFC 8785 bytes are the leaf. */
export const RowLeaf = Fields(
  pick(SubmissionRow, 'contentHash', 'periodFrom', 'periodTo', 'serious', 'vaultHash'),
)
export type RowLeaf = RowOf<typeof RowLeaf>

export const leafOf = ({ contentHash, periodFrom, periodTo, serious, vaultHash }: SubmissionRow) => ({
  contentHash,
  periodFrom,
  periodTo,
  serious,
  vaultHash,
})

/** SHA-256(0x00 ‖ leaf), hex. */
export const rowHash = ({ sha256Hex }: Hasher, leaf: RowLeaf): string =>
  sha256Hex(concatBytes(Uint8Array.of(0), utf8(canonicalJson({ ...leaf }))))

/** SHA-256(0x01 ‖ left ‖ right), hex. */
const nodeHash = ({ sha256Hex }: Hasher, left: string, right: string): string =>
  sha256Hex(concatBytes(Uint8Array.of(1), fromHex(left)!, fromHex(right)!))

/**
 * The complete subtrees of a tree that grew by a row, and the root of the tile that the row filled, if it filled one.
 */
export interface Grown {
  readonly subtrees: readonly string[]
  readonly tile: string | undefined
}

/** Appends a row to a tree of `size` rows, given by the roots of its complete subtrees, the largest first. */
export function appendRow(hasher: Hasher, subtrees: readonly string[], size: number, hash: string): Grown {
  const roots = [...subtrees]
  let [root, width, tile] = [hash, 1, undefined as string | undefined]
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
    root = nodeHash(hasher, roots.pop()!, root)
    width *= 2
    if (width === TILE_ROWS) tile = root
  }
  return { subtrees: [...roots, root], tile }
}

/** Root of a tree of at least one row from its complete subtrees. */
export const rootOf = (hasher: Hasher, subtrees: readonly string[]): string =>
  subtrees.reduceRight((right, left) => nodeHash(hasher, left, right))

/** Where a proof finds the tree: hashes of rows, and of tiles that are full. */
export interface RowTree {
  readonly size: number
  rowHash(index: number): string
  tileRoot(index: number): string
}

/** The largest power of two below `size`, which is more than 1: where RFC 6962 splits. */
function splitOf(size: number): number {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}

function rangeRoot(hasher: Hasher, tree: RowTree, from: number, to: number): string {
  if (to - from === 1) return tree.rowHash(from)
  if (to - from === TILE_ROWS && from % TILE_ROWS === 0) return tree.tileRoot(from / TILE_ROWS)
  const middle = from + splitOf(to - from)
  return nodeHash(hasher, rangeRoot(hasher, tree, from, middle), rangeRoot(hasher, tree, middle, to))
}

/** The inclusion proof of a row (RFC 9162 2.1.3.1), the row's sibling first. */
export function proveRow(hasher: Hasher, tree: RowTree, index: number): readonly string[] {
  const hashes: string[] = []
  let [from, to] = [0, tree.size]
  while (to - from > 1) {
    const middle = from + splitOf(to - from)
    const isLeft = index < middle
    const [siblingFrom, siblingTo] = isLeft ? [middle, to] : [from, middle]
    hashes.push(rangeRoot(hasher, tree, siblingFrom, siblingTo))
    if (isLeft) to = middle
    else from = middle
  }
  return hashes.reverse()
}
