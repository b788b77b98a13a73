/**
 * The golden ledger: leaves written once and kept, which every later build must replay to the same headers and the same
 * checkpoint, byte for byte, for ever. Only before a rules version is released may its file be made anew:
 * `TEST_GOLDEN=make npx vitest run test/ledger/golden.test.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { codeOfNumber, fromHex, toHex } from '../../src/base/index.ts'
import {
  createCheckedStore,
  createMemoryStore,
  type LedgerHead,
  openLedger,
  replayLeaves,
} from '../../src/ledger/index.ts'
import { decodeLeaf, formatCheckpoint, originOf } from '../../src/protocol/index.ts'
import { genesis, genesisBytes, kernel, ledgerId } from './support/consortium.ts'
import { makeGoldenBlocks } from './support/golden-blocks.ts'

const PATH = fileURLToPath(new URL('./golden/version-1.txt', import.meta.url))
const origin = originOf(genesis.name, ledgerId)

const checkpointOf = ({ size, root }: LedgerHead) => formatCheckpoint({ origin, size, root })

/** Executes the blocks and gives the leaves with the checkpoint that they come to. */
async function execute() {
  const ledger = await openLedger({ store: createMemoryStore(), genesisBytes, kernel, create: true })
  for (const block of makeGoldenBlocks()) await ledger.commit(block)
  const head = await ledger.head()
  const leaves = await Promise.all(Array.from({ length: head.size }, (_, i) => ledger.leaf(i)))
  return { leaves: leaves.map((leaf) => toHex(leaf!)), checkpoint: checkpointOf(head) }
}

/** The file: a line of hex a leaf, an empty line, the checkpoint. */
async function readGolden() {
  if (process.env['TEST_GOLDEN'] === 'make') {
    const { leaves, checkpoint } = await execute()
    writeFileSync(PATH, `${leaves.join('\n')}\n\n${checkpoint}`)
  }
  const [leaves, checkpoint] = readFileSync(PATH, 'utf8').split('\n\n') as [string, string]
  return { leaves: leaves.split('\n'), checkpoint }
}

describe('the golden ledger', async () => {
  const golden = await readGolden()

  it('replays to the same headers and the same checkpoint', async () => {
    const heads: LedgerHead[] = []
    await replayLeaves({
      leavesFrom: (index) => golden.leaves.slice(index).map((leaf) => fromHex(leaf)!),
      store: createCheckedStore(createMemoryStore()),
      kernel,
      onBlock: (head) => heads.push(head),
    })
    expect(heads.map(({ height }) => height)).toEqual([0, 1, 2, 3, 4])
    for (const { size, headerHash } of heads) {
      expect(toHex(kernel.leafHash(fromHex(golden.leaves[size - 1]!)!))).toBe(toHex(headerHash))
    }
    expect(checkpointOf(heads.at(-1)!)).toBe(golden.checkpoint)
  })

  it('comes out of the same blocks', async () => {
    const { leaves, checkpoint } = await execute()
    const first = leaves.findIndex((leaf, i) => leaf !== golden.leaves[i])
    expect(first, `leaf ${first} differs`).toBe(-1)
    expect(checkpoint).toBe(golden.checkpoint)
  })

  it('shows accepted, refused and dropped transactions', () => {
    const leaves = golden.leaves.map((leaf) => decodeLeaf(fromHex(leaf)!))
    const headers = leaves.flatMap((leaf) => (leaf.kind === 'header' ? [leaf.header] : []))
    expect(headers.map(({ accepted, refused }) => [accepted, refused])).toEqual([
      [0, 0],
      [3, 4],
      [3, 4],
      [7, 4],
      [260, 0],
    ])
    const codes = leaves.flatMap((leaf) => (leaf.kind === 'refusals' ? leaf.refusals : []))
    expect(codes.map(({ code }) => codeOfNumber(code))).toEqual([
      'identity.actor-exists',
      'identity.statement-invalid',
      'identity.foreign-member',
      'admission.key-unknown',
      'record.exists',
      'record.not-facility',
      'record.in-future',
      'record.not-yours',
      'record.not-latest',
      'admission.key-inactive',
      'admission.key-inactive',
      'admission.key-inactive',
    ])
  })
})
