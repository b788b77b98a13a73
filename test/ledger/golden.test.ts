/**
 * The golden ledgers: leaves written once and kept, which every later build must replay to the same headers and the
 * same checkpoint, byte for byte, for ever. One a rules version, and one that goes over from version 1 to the version
 * of the tests. Only before a rules version is released may its file be made anew: `TEST_GOLDEN=make npx vitest run
 * test/ledger/golden.test.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { codeOfNumber, fromHex, toHex } from '../../src/base/index.ts'
import { createVersions, RELEASED, VERSIONS, type Versions } from '../../src/domain/index.ts'
import {
  createCheckedStore,
  createMemoryStore,
  type LedgerHead,
  openLedger,
  replayLeaves,
  type VerifiedBlock,
} from '../../src/ledger/index.ts'
import { decodeLeaf, formatCheckpoint, originOf } from '../../src/protocol/index.ts'
import { genesis, genesisBytes, kernel, ledgerId } from './support/consortium.ts'
import { makeGoldenBlocks, makeSwitchBlocks } from './support/golden-blocks.ts'
import { TEST_VERSION, testVersionAfter } from './support/test-version.mjs'

interface GoldenLedger {
  readonly version: number
  readonly versions: Versions
  readonly makeBlocks: () => VerifiedBlock[]
}

interface Golden {
  /** Hex. */
  readonly leaves: readonly string[]
  readonly checkpoint: string
}

const withTestVersion = createVersions([...RELEASED, testVersionAfter(RELEASED)])
const first: GoldenLedger = { version: 1, versions: VERSIONS, makeBlocks: makeGoldenBlocks }
const switching: GoldenLedger = {
  version: TEST_VERSION,
  versions: withTestVersion,
  makeBlocks: makeSwitchBlocks,
}

const origin = originOf(genesis.name, ledgerId)
const checkpointOf = ({ size, root }: LedgerHead) => formatCheckpoint({ origin, size, root })
const pathOf = (version: number) => fileURLToPath(new URL(`./golden/version-${version}.txt`, import.meta.url))

/** Executes the blocks and gives the leaves with the checkpoint that they come to. */
async function execute({ versions: { rulesOf }, makeBlocks }: GoldenLedger): Promise<Golden> {
  const store = createMemoryStore()
  const ledger = await openLedger({ store, genesisBytes, kernel, rulesOf, create: true })
  for (const block of makeBlocks()) await ledger.commit(block)
  const head = await ledger.head()
  const leaves = await Promise.all(Array.from({ length: head.size }, (_, i) => ledger.leaf(i)))
  return { leaves: leaves.map((leaf) => toHex(leaf!)), checkpoint: checkpointOf(head) }
}

/** The file: a line of hex a leaf, an empty line, the checkpoint. */
async function readGolden(ledger: GoldenLedger): Promise<Golden> {
  const path = pathOf(ledger.version)
  if (process.env['TEST_GOLDEN'] === 'make') {
    const { leaves, checkpoint } = await execute(ledger)
    writeFileSync(path, `${leaves.join('\n')}\n\n${checkpoint}`)
  }
  const [leaves, checkpoint] = readFileSync(path, 'utf8').split('\n\n') as [string, string]
  return { leaves: leaves.split('\n'), checkpoint }
}

/** Counts of the blocks of a file, and the codes of its refusals in order. */
function readOutcomes({ leaves: lines }: Golden) {
  const leaves = lines.map((leaf) => decodeLeaf(fromHex(leaf)!))
  const headers = leaves.flatMap((leaf) => (leaf.kind === 'header' ? [leaf.header] : []))
  const refusals = leaves.flatMap((leaf) => (leaf.kind === 'refusals' ? leaf.refusals : []))
  return { headers, codes: refusals.map(({ code }) => codeOfNumber(code)) }
}

describe.each([first, switching])('the golden ledger of version $version', async (ledger) => {
  const golden = await readGolden(ledger)

  it('replays to the same headers and the same checkpoint', async () => {
    const heads: LedgerHead[] = []
    await replayLeaves({
      leavesFrom: (index) => golden.leaves.slice(index).map((leaf) => fromHex(leaf)!),
      store: createCheckedStore(createMemoryStore()),
      kernel,
      rulesOf: ledger.versions.rulesOf,
      onBlock: (head) => heads.push(head),
    })
    expect(heads.map(({ height }) => height)).toEqual(readOutcomes(golden).headers.map((_, i) => i))
    for (const { size, headerHash } of heads) {
      expect(toHex(kernel.leafHash(fromHex(golden.leaves[size - 1]!)!))).toBe(toHex(headerHash))
    }
    expect(checkpointOf(heads.at(-1)!)).toBe(golden.checkpoint)
  })

  it('comes out of the same blocks', async () => {
    const { leaves, checkpoint } = await execute(ledger)
    const different = leaves.findIndex((leaf, i) => leaf !== golden.leaves[i])
    expect(different, `leaf ${different} differs`).toBe(-1)
    expect(checkpoint).toBe(golden.checkpoint)
  })
})

describe('what a golden ledger shows', () => {
  it('of version 1: accepted, refused and dropped transactions', async () => {
    const { headers, codes } = readOutcomes(await readGolden(first))
    expect(headers.map(({ accepted, refused }) => [accepted, refused])).toEqual([
      [0, 0],
      [3, 4],
      [3, 4],
      [7, 4],
      [260, 0],
    ])
    expect(codes).toEqual([
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

  it('of a switch: the same transactions come out by the rules of their own height', async () => {
    const { headers, codes } = readOutcomes(await readGolden(switching))
    expect(headers.map(({ rulesVersion, accepted, refused }) => [rulesVersion, accepted, refused])).toEqual([
      [1, 0, 0],
      [1, 6, 0],
      // Both records and the link; the stamp is dropped, the parameter unheard of.
      [1, 3, 1],
      // The fresh record, the stamp and the proposal; the link is dropped.
      [TEST_VERSION, 3, 1],
      [TEST_VERSION, 1, 0],
      [TEST_VERSION, 0, 1],
    ])
    expect(codes).toEqual(['governance.parameter-unknown', 'record.in-future', 'record.in-future'])
  })

  it('of a switch is no ledger that a build without the version goes on with', async () => {
    const { leaves } = await readGolden(switching)
    const store = createCheckedStore(createMemoryStore())
    const leavesFrom = (index: number) => leaves.slice(index).map((leaf) => fromHex(leaf)!)
    await expect(replayLeaves({ leavesFrom, store, kernel })).rejects.toMatchObject({
      code: 'ledger.rules-unknown',
    })
  })
})
