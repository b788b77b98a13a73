/**
 * The tree of a data set against the kernel's: roots of every size, proofs of every row, tiles included; shares to the
 * fen.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../../src/base/index.ts'
import { appendRow, proveRow, rootOf, rowHash, TILE_ROWS } from '../../../src/domain/feedback/row-tree.ts'
import { kernel } from '../../protocol/kernel.ts'
import { checkProperty } from '../../support/property.ts'
import { hashOf } from '../support/keys.ts'

const hasher = { sha256Hex: (bytes: Uint8Array) => toHex(kernel.sha256(bytes)) }
const HASHES = Array.from({ length: 3 * TILE_ROWS + 40 }, (_, i) =>
  rowHash(hasher, {
    contentHash: hashOf(`content ${i}`),
    periodFrom: i,
    periodTo: i + 1,
    serious: false,
    vaultHash: hashOf('vault'),
  }),
)
const bytesOf = (hashes: readonly string[]) => concatBytes(...hashes.map((hash) => fromHex(hash)!))

describe('the tree of rows', () => {
  const tiles: string[] = []
  const roots: string[] = []
  let subtrees: readonly string[] = []
  for (const [size, hash] of HASHES.entries()) {
    const grown = appendRow(hasher, subtrees, size, hash)
    subtrees = grown.subtrees
    if (grown.tile !== undefined) tiles.push(grown.tile)
    roots.push(rootOf(hasher, subtrees))
  }

  it('has the root of RFC 6962 at every size', () => {
    for (const [i, root] of roots.entries()) {
      expect(root, String(i + 1)).toBe(toHex(kernel.merkleRootOfHashes(bytesOf(HASHES.slice(0, i + 1)))))
    }
  })

  it('keeps one hash for each 256 rows', () => {
    const tileAt = (i: number) =>
      toHex(kernel.merkleRootOfHashes(bytesOf(HASHES.slice(i * TILE_ROWS, (i + 1) * TILE_ROWS))))
    expect(tiles).toEqual([0, 1, 2].map(tileAt))
  })

  it('proves each row of every size, reading no full tile but its own', () => {
    checkProperty(
      fc.property(fc.integer({ min: 1, max: HASHES.length }), fc.nat(), (size, seed) => {
        const index = seed % size
        const read = new Set<number>()
        const tree = {
          size,
          rowHash(at: number) {
            read.add(Math.floor(at / TILE_ROWS))
            return HASHES[at]!
          },
          tileRoot: (at: number) => tiles[at]!,
        }
        const proof = bytesOf(proveRow(hasher, tree, index))
        const root = fromHex(roots[size - 1]!)!
        expect(kernel.verifyInclusion(index, size, fromHex(HASHES[index]!)!, proof, root)).toBe(true)
        const allowed = [Math.floor(index / TILE_ROWS), Math.floor(size / TILE_ROWS)]
        expect([...read].filter((tile) => !allowed.includes(tile))).toEqual([])
      }),
      300,
    )
  })
})
