/** Merkle trees and proofs against a reference that follows RFC 9162's recursive definitions, and others' vectors. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concatBytes, pack } from '../../src/base/index.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import { bytesOf, readVectors } from '../support/vectors.ts'
import { loadHashingKernels } from './support/kernels.ts'
import { randomBytes, randomInteger, seed } from './support/random.ts'

const sha256 = (...parts: readonly Uint8Array[]) =>
  new Uint8Array(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  )
const leafHash = (entry: Uint8Array) => sha256(Uint8Array.of(0), entry)
const nodeHash = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right)

/** The largest power of two below `count`. */
const splitOf = (count: number) => 2 ** (Math.ceil(Math.log2(count)) - 1)

/** RFC 9162 2.1.1. */
function referenceRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256()
  if (hashes.length === 1) return hashes[0]!
  const split = splitOf(hashes.length)
  return nodeHash(referenceRoot(hashes.slice(0, split)), referenceRoot(hashes.slice(split)))
}

/** RFC 9162 2.1.3.1. */
function referencePath(index: number, hashes: readonly Uint8Array[]): Uint8Array[] {
  if (hashes.length <= 1) return []
  const split = splitOf(hashes.length)
  const [left, right] = [hashes.slice(0, split), hashes.slice(split)]
  return index < split
    ? [...referencePath(index, left), referenceRoot(right)]
    : [...referencePath(index - split, right), referenceRoot(left)]
}

/** RFC 9162 2.1.4.1. */
function referenceConsistency(from: number, hashes: readonly Uint8Array[], isWhole = true): Uint8Array[] {
  if (from === hashes.length) return isWhole ? [] : [referenceRoot(hashes)]
  const split = splitOf(hashes.length)
  const [left, right] = [hashes.slice(0, split), hashes.slice(split)]
  return from <= split
    ? [...referenceConsistency(from, left, isWhole), referenceRoot(right)]
    : [...referenceConsistency(from - split, right, false), referenceRoot(left)]
}

const entries = Array.from({ length: 300 }, (_, i) => randomBytes(i % 71))
const hashes = entries.map(leafHash)

/** `proof` with one random bit turned over. */
function corrupt(proof: Uint8Array): Uint8Array {
  const copy = proof.slice()
  copy[randomInteger(copy.length)]! ^= 1 << randomInteger(8)
  return copy
}

let largeTree: { readonly many: Uint8Array; readonly root: Uint8Array } | undefined

/** More hashes than the arena holds, and their root; made once for all builds. */
function makeLargeTree(): NonNullable<typeof largeTree> {
  if (largeTree !== undefined) return largeTree
  const many = new Uint8Array(32 * (2 ** 18 + 2 ** 18 + 3))
  for (let i = 0; i < many.length; i += 32) new DataView(many.buffer).setUint32(i, i)
  let level = Array.from({ length: many.length / 32 }, (_, i) => many.subarray(32 * i, 32 * i + 32))
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) =>
      2 * i + 1 < level.length ? nodeHash(level[2 * i]!, level[2 * i + 1]!) : level[2 * i]!,
    )
  }
  largeTree = { many, root: level[0]! }
  return largeTree
}

function expectInclusion(kernel: Kernel, index: number, size: number): void {
  const root = referenceRoot(hashes.slice(0, size))
  const proof = concatBytes(...referencePath(index, hashes.slice(0, size)))
  const leaf = hashes[index]!
  const label = `leaf ${index} of ${size}`
  expect(kernel.verifyInclusion(index, size, leaf, proof, root), label).toBe(true)
  expect(kernel.verifyInclusion(index, size, corrupt(leaf), proof, root), label).toBe(false)
  expect(kernel.verifyInclusion(index, size, leaf, proof, corrupt(root)), label).toBe(false)
  expect(kernel.verifyInclusion(index, size, leaf, concatBytes(proof, root), root), label).toBe(false)
  if (size > 1) {
    expect(kernel.verifyInclusion((index + 1) % size, size, leaf, proof, root), label).toBe(false)
    expect(kernel.verifyInclusion(index, size, leaf, corrupt(proof), root), label).toBe(false)
    expect(kernel.verifyInclusion(index, size, leaf, proof.subarray(32), root), label).toBe(false)
  }
}

function expectConsistency(kernel: Kernel, from: number, to: number): void {
  const fromRoot = referenceRoot(hashes.slice(0, from))
  const toRoot = referenceRoot(hashes.slice(0, to))
  const proof = concatBytes(...referenceConsistency(from, hashes.slice(0, to)))
  const label = `from ${from} to ${to}`
  expect(kernel.verifyConsistency(from, to, fromRoot, toRoot, proof), label).toBe(true)
  expect(kernel.verifyConsistency(from, to, corrupt(fromRoot), toRoot, proof), label).toBe(false)
  expect(kernel.verifyConsistency(from, to, fromRoot, corrupt(toRoot), proof), label).toBe(false)
  expect(kernel.verifyConsistency(from, to, fromRoot, toRoot, concatBytes(proof, toRoot)), label).toBe(false)
  if (from < to) {
    expect(kernel.verifyConsistency(to, from, toRoot, fromRoot, proof), label).toBe(false)
    expect(kernel.verifyConsistency(from, to, fromRoot, toRoot, corrupt(proof)), label).toBe(false)
    expect(kernel.verifyConsistency(from, to, fromRoot, toRoot, proof.subarray(32)), label).toBe(false)
  }
}

const vectorHashes = new Map(
  readVectors('merkle-hashes', 'name', 'bytes').map(({ name, bytes }) => [name, bytesOf(bytes)]),
)
const inclusionVectors = readVectors(
  'merkle-inclusion',
  'case',
  'index',
  'size',
  'leaf',
  'root',
  'proof',
  'verdict',
)
const consistencyVectors = readVectors(
  'merkle-consistency',
  'case',
  'size1',
  'size2',
  'root1',
  'root2',
  'proof',
  'verdict',
)

/** A hash of the vectors by its name; of no bytes where it has none. */
const hashOf = (name: string): Uint8Array => vectorHashes.get(name) ?? new Uint8Array(0)

/** A root as the kernel takes it. Where any root will do the vectors hold a short text: its hash stands in. */
function rootOf(name: string): Uint8Array {
  const bytes = hashOf(name)
  return bytes.length === 32 ? bytes : sha256(bytes)
}

/** The path of a vector; a RangeError, as of the kernel, where a hash of it has another length. */
function pathOf(names: string): Uint8Array {
  const path = names === '' ? [] : names.split(',').map(hashOf)
  if (path.some((hash) => hash.length !== 32)) throw new RangeError('not a hash')
  return concatBytes(...path)
}

/**
 * Some vectors have hashes of wrong lengths, numbers out of range or trees of no leaves: argument errors here, and no
 * proof either.
 */
function isProven(check: () => boolean): boolean {
  try {
    return check()
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

describe.each(await loadHashingKernels())(`Merkle trees, %s build (seed ${seed})`, (_, kernel) => {
  it('hashes leaves and nodes as RFC 6962 does', () => {
    expect(kernel.leafHash(entries[7]!)).toEqual(hashes[7])
    expect(kernel.hashLeaves(pack(entries))).toEqual(concatBytes(...hashes))
    expect(kernel.nodeHash(hashes[0]!, hashes[1]!)).toEqual(nodeHash(hashes[0]!, hashes[1]!))
    const pairs = Array.from({ length: 150 }, (_, i) => nodeHash(hashes[2 * i]!, hashes[2 * i + 1]!))
    expect(kernel.hashNodes(concatBytes(...hashes))).toEqual(concatBytes(...pairs))
    expect(kernel.hashNodes(new Uint8Array(0))).toEqual(new Uint8Array(0))
  })

  it('gives the root of every tree of 0 to 300 leaves', () => {
    for (let size = 0; size <= entries.length; size++) {
      const root = referenceRoot(hashes.slice(0, size))
      expect(kernel.merkleRoot(entries.slice(0, size)), `size ${size}`).toEqual(root)
      expect(kernel.merkleRootOfHashes(concatBytes(...hashes.slice(0, size))), `size ${size}`).toEqual(root)
    }
  })

  it('cuts trees and entries that are larger than the arena', () => {
    const { many, root } = makeLargeTree()
    expect(kernel.merkleRootOfHashes(many)).toEqual(root)
    const large = [
      new Uint8Array(9 * 2 ** 20),
      entries[1]!,
      new Uint8Array(5 * 2 ** 20),
      new Uint8Array(6 * 2 ** 20),
    ]
    expect(kernel.hashLeaves(pack(large))).toEqual(concatBytes(...large.map(leafHash)))
    expect(kernel.merkleRoot(large)).toEqual(referenceRoot(large.map(leafHash)))
    const empty = Array.from({ length: 65_537 }, () => new Uint8Array(0))
    expect(kernel.merkleRoot(empty)).toEqual(kernel.merkleRootOfHashes(kernel.hashLeaves(pack(empty))))
  })

  it('verifies inclusion, and nothing that was altered', () => {
    for (let size = 1; size <= 33; size++) {
      for (let index = 0; index < size; index++) expectInclusion(kernel, index, size)
    }
    for (let i = 0; i < 200; i++) {
      const size = 34 + randomInteger(266)
      expectInclusion(kernel, randomInteger(size), size)
    }
  })

  it('verifies consistency, and nothing that was altered', () => {
    for (let to = 1; to <= 33; to++) {
      for (let from = 1; from <= to; from++) expectConsistency(kernel, from, to)
    }
    for (let i = 0; i < 200; i++) {
      const to = 34 + randomInteger(266)
      expectConsistency(kernel, 1 + randomInteger(to), to)
    }
  })

  it('takes indices up to 2^53 - 1', () => {
    const size = 2 ** 53 - 1
    // The last leaf of 2^53 - 1 has a left sibling on each of its 52 upper levels.
    const path = Array.from({ length: 52 }, (_, i) => hashes[i]!)
    const root = path.reduce((hash, sibling) => nodeHash(sibling, hash), hashes[60]!)
    const proof = concatBytes(...path)
    expect(kernel.verifyInclusion(size - 1, size, hashes[60]!, proof, root)).toBe(true)
    expect(kernel.verifyInclusion(size - 2, size, hashes[60]!, proof, root)).toBe(false)
    expect(kernel.verifyInclusion(size, size, hashes[60]!, proof, root)).toBe(false)
    expect(kernel.verifyInclusion(0, size, hashes[60]!, new Uint8Array(32 * 1_000_000), root)).toBe(false)
  })

  it.each(inclusionVectors)('finds the inclusion $case of transparency-dev $verdict', (vector) => {
    const { index, size, leaf, root, proof, verdict } = vector
    const verify = () =>
      kernel.verifyInclusion(Number(index), Number(size), hashOf(leaf), pathOf(proof), rootOf(root))
    expect(isProven(verify)).toBe(verdict === 'proven')
  })

  it.each(consistencyVectors)('finds the consistency $case of transparency-dev $verdict', (vector) => {
    const { size1, size2, root1, root2, proof, verdict } = vector
    const verify = () =>
      kernel.verifyConsistency(Number(size1), Number(size2), rootOf(root1), rootOf(root2), pathOf(proof))
    expect(isProven(verify)).toBe(verdict === 'proven')
  })
})

it('has every vector of transparency-dev, good and bad', () => {
  expect([inclusionVectors.length, consistencyVectors.length]).toEqual([98, 98])
  const proven = [...inclusionVectors, ...consistencyVectors].filter(({ verdict }) => verdict === 'proven')
  expect(proven).toHaveLength(12)
})
