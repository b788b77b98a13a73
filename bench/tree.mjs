/**
 * How many nodes a second does the kernel hash into an RFC 6962 tree, and leaves before that? Beside it, in turns in
 * the same run: node:crypto, as-sha256 (Wasm) and hashtree (native). Those two hash 64 bytes a node, without RFC
 * 6962's prefix byte, which makes the kernel's nodes a little dearer.
 */
import { strict as assert } from 'node:assert'
import { hash } from 'node:crypto'
import { hashInto as hashIntoWasm } from '@chainsafe/as-sha256'
import { hashInto as hashIntoNative } from '@chainsafe/hashtree'
import { pack } from '../dist/base/index.js'
import { loadKernel } from '../dist/kernel/index.js'
import { compare, isMain, readOptions, report } from './harness.mjs'

const HASH = 32
const ENTRY_BYTES = 300
const NODE_REFERENCE = 'node:crypto hash'

/** Bytes that differ from one another, the same in every run. */
const fill = (length) => new Uint8Array(length).map((_, i) => (i * 2_654_435_761) >>> 24)

/** SHA-256(prefix ‖ bytes) by node:crypto. */
function hashPrefixed(prefix, bytes) {
  const input = Buffer.allocUnsafe(1 + bytes.length)
  input[0] = prefix
  input.set(bytes, 1)
  return hash('sha256', input, 'buffer')
}

/** Hashes a tree of a power of two of leaves level by level; `hashLevel(hashes, out)` makes one level. */
function hashTree(leafHashes, hashLevel) {
  let hashes = leafHashes
  while (hashes.length > HASH) {
    const out = new Uint8Array(hashes.length / 2)
    hashLevel(hashes, out)
    hashes = out
  }
  return hashes
}

const hashLevelByNode = (hashes, out) => {
  for (let i = 0; i < hashes.length; i += 2 * HASH) {
    out.set(hashPrefixed(1, hashes.subarray(i, i + 2 * HASH)), i / 2)
  }
}

export default async function run(options) {
  const { smoke } = options
  const count = smoke ? 2 ** 12 : 2 ** 16
  const rounds = smoke ? 3 : 21
  const kernel = await loadKernel()
  const scalar = await loadKernel({ build: 'scalar' })
  const leafHashes = fill(HASH * count)
  const entries = Array.from({ length: smoke ? 1_024 : 8_192 }, (_, i) =>
    fill(ENTRY_BYTES).fill(i & 0xff, 0, 8),
  )
  const packed = pack(entries)
  const expected = new Uint8Array(hashTree(leafHashes, hashLevelByNode))
  for (const build of [kernel, scalar]) assert.deepEqual(build.merkleRootOfHashes(leafHashes), expected)
  assert.deepEqual(hashTree(leafHashes, hashIntoWasm), hashTree(leafHashes, hashIntoNative))
  assert.deepEqual(kernel.hashLeaves(packed).subarray(0, HASH), new Uint8Array(hashPrefixed(0, entries[0])))
  for (let i = 0; i < 4; i++) kernel.merkleRootOfHashes(leafHashes)

  const work = count - 1
  const nodes = await compare(
    [
      { name: `kernel (${kernel.build} build)`, work, run: () => kernel.merkleRootOfHashes(leafHashes) },
      { name: 'kernel (scalar build)', work, run: () => scalar.merkleRootOfHashes(leafHashes) },
      { name: NODE_REFERENCE, work, run: () => hashTree(leafHashes, hashLevelByNode) },
      { name: 'as-sha256, 64-byte nodes', work, run: () => hashTree(leafHashes, hashIntoWasm) },
      { name: 'hashtree, 64-byte nodes', work, run: () => hashTree(leafHashes, hashIntoNative) },
    ],
    rounds,
  )
  const leaves = await compare(
    [
      { name: `kernel (${kernel.build} build)`, work: entries.length, run: () => kernel.hashLeaves(packed) },
      { name: 'kernel (scalar build)', work: entries.length, run: () => scalar.hashLeaves(packed) },
      {
        name: NODE_REFERENCE,
        work: entries.length,
        run: () => entries.map((entry) => hashPrefixed(0, entry)),
      },
    ],
    rounds,
  )
  report(
    {
      name: 'tree',
      question: 'How many hashes of a Merkle tree does the kernel make on one thread?',
      parts: [
        {
          title: `Nodes of an RFC 6962 tree of ${count} leaves`,
          unit: 'nodes/s',
          reference: NODE_REFERENCE,
          rows: nodes,
        },
        {
          title: `Leaves of ${ENTRY_BYTES} bytes`,
          unit: 'leaves/s',
          reference: NODE_REFERENCE,
          rows: leaves,
        },
      ],
      notes: ['as-sha256 and hashtree hash 64 bytes a node, without the prefix byte of RFC 6962.'],
    },
    options,
  )
}

if (isMain(import.meta.url)) await run(readOptions())
