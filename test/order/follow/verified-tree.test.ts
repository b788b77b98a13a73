/** A log is believed as far as its signed checkpoint goes, and no file of it that does not belong there. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Ledger } from '../../../src/ledger/index.ts'
import { openVerifiedTree } from '../../../src/order/follow/index.ts'
import { parseTilePath } from '../../../src/protocol/index.ts'
import { blockOf, GENESIS_TIME, kernel, put } from '../../ledger/support/consortium.ts'
import { commitAll, type FakeSource, openMemoryLedger, sourceOf } from './support/logs.ts'

const signal = new AbortController().signal
const sizes: number[] = []
let ledger: Ledger

beforeAll(async () => {
  ledger = await openMemoryLedger()
  // Sizes around a tile's edge: 2, 203, 256, 258, 515, 771.
  for (const [i, count] of [200, 52, 1, 256, 255].entries()) {
    sizes.push((await ledger.head()).size)
    const entries = Array.from({ length: count }, (_, j) => put(`probe/k/${i}-${j}`))
    await commitAll(ledger, [blockOf(entries, GENESIS_TIME + i)])
  }
  sizes.push((await ledger.head()).size)
})

const treeAt = async (source: FakeSource, size: number) =>
  openVerifiedTree(kernel, source, { origin: ledger.origin, size, root: await ledger.rootAt(size) }, signal)

async function collect(leaves: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const leaf of leaves) all.push(leaf)
  return all
}

describe('a sound source', () => {
  it('gives every leaf and every earlier root, at every size that a checkpoint had', async () => {
    expect(sizes).toEqual([2, 203, 256, 258, 515, 771])
    for (const size of sizes) {
      const tree = await treeAt(sourceOf(ledger), size)
      for (const earlier of sizes.filter((other) => other <= size)) {
        expect(await tree.rootAt(earlier)).toEqual(await ledger.rootAt(earlier))
        const leaves = await collect(tree.leavesFrom(earlier))
        expect(leaves).toHaveLength(size - earlier)
        expect(leaves[0]).toEqual(await (earlier < size ? ledger.leaf(earlier) : undefined))
      }
    }
  })

  it('may have grown: where it no longer offers a partial file, the full one serves', async () => {
    // The ledger has 771 leaves by now: bundles and tiles 0 to 2 are full, the partial ones of smaller sizes may go.
    const source = sourceOf(ledger)
    source.alter = (path, bytes) => (/\/(0|entries)\/00[012]\.p\//.test(path) ? undefined : bytes)
    expect(await collect((await treeAt(source, 258)).leavesFrom(0))).toHaveLength(258)
    expect(await collect((await treeAt(source, 203)).leavesFrom(0))).toHaveLength(203)
  })
})

describe('a lying or damaged source', () => {
  it('is found out by any altered bit, cut or missing file of those that were needed', async () => {
    const size = sizes.at(-1)!
    const honest = sourceOf(ledger)
    await collect((await treeAt(honest, size)).leavesFrom(0))
    const needed = [...new Set(honest.asked)]
    expect(needed).toContain('tile/entries/002')
    expect(needed.length).toBeGreaterThan(5)
    const lies: readonly [name: string, (bytes: Uint8Array) => Uint8Array | undefined][] = [
      ['first bit', (bytes) => bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte))],
      ['last bit', (bytes) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 0x80 : byte))],
      ['cut', (bytes) => bytes.slice(0, -32)],
      ['one byte cut', (bytes) => bytes.slice(0, -1)],
      ['empty', () => new Uint8Array()],
      ['missing', () => undefined],
    ]
    for (const path of needed) {
      for (const [name, lie] of lies) {
        const source = sourceOf(ledger)
        source.alter = (asked, bytes) => (asked === path && bytes !== undefined ? lie(bytes) : bytes)
        const found = await treeAt(source, size)
          .then((tree) => collect(tree.leavesFrom(0)))
          .then(() => 'believed')
          .catch((error) => error.code)
        // A missing partial file is asked for at its full width, which the honest ledger does not have.
        expect(['source.unsound', 'source.answer', 'form.leaf'], `${path}: ${name}: ${found}`).toContain(
          found,
        )
      }
    }
  })

  it('is not believed about another root than the signed one, nor about entries in another order', async () => {
    const checkpoint = { origin: ledger.origin, size: 258, root: await ledger.rootAt(256) }
    await expect(openVerifiedTree(kernel, sourceOf(ledger), checkpoint, signal)).rejects.toMatchObject({
      code: 'source.unsound',
    })
    const source = sourceOf(ledger)
    source.file = async (path) => {
      const parsed = parseTilePath(path)!
      const index = parsed.kind === 'entries' && parsed.index < 2 ? 1 - parsed.index : parsed.index
      return parsed.kind === 'tile'
        ? ledger.tile(parsed.level, index, parsed.width)
        : ledger.bundle(index, parsed.width)
    }
    const tree = await treeAt(source, 515)
    await expect(collect(tree.leavesFrom(0))).rejects.toMatchObject({ code: 'source.unsound' })
  })
})
