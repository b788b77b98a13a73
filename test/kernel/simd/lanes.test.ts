/** Four hashes at once: every length beside others, and every number of them. */
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { pack } from '../../../src/base/index.ts'
import { type Kernel, loadKernel } from '../../../src/kernel/index.ts'

const leaf = (entry: Uint8Array) => createHash('sha256').update(Uint8Array.of(0)).update(entry).digest()
const node = (pair: Uint8Array) => createHash('sha256').update(Uint8Array.of(1)).update(pair).digest()

/** Bytes that differ from item to item. */
const bytes = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7) & 0xff)

let kernel: Kernel

describe.each(['simd', 'fused'] as const)('hashes of four messages at once, %s build', (build) => {
  beforeAll(async () => {
    kernel = await loadKernel({ build })
  })

  it('are those of leaves of every length from 0 to 300, whatever lies beside them', () => {
    for (let length = 0; length <= 300; length++) {
      const entries = [length, (length * 7) % 301, 300 - length, 0].map((size, i) => bytes(size, length + i))
      const hashes = kernel.hashLeaves(pack(entries))
      expect(hashes).toEqual(new Uint8Array(Buffer.concat(entries.map(leaf))))
    }
  })

  it('are those of any number of leaves and nodes', () => {
    for (let count = 0; count <= 13; count++) {
      const entries = Array.from({ length: count }, (_, i) => bytes(50 + 40 * i, i))
      expect(kernel.hashLeaves(pack(entries))).toEqual(new Uint8Array(Buffer.concat(entries.map(leaf))))
      const pairs = Array.from({ length: count }, (_, i) => bytes(64, i))
      expect(kernel.hashNodes(new Uint8Array(Buffer.concat(pairs)))).toEqual(
        new Uint8Array(Buffer.concat(pairs.map(node))),
      )
    }
  })
})
