/** SHA-256, SHA-512 and RFC 6962 hashes and proofs over the wasm: typed, of any size. */
import { type Packed, packedCount } from '../base/index.ts'
import { requireArray, requireBytes, requireIndex, requireMultiple, requirePacked } from './arguments.ts'
import { forEachFilling, InputArena, streamThrough } from './input-arena.ts'
import type { Kernel } from './types.ts'
import type { Wasm } from './wasm.ts'

const HASH_BYTES = 32
const LEAF_PREFIX = 0
/** RFC 9162 paths are no longer than the bits of a tree's size; a longer one proves nothing. */
const PATH_COUNT_MAX = 2 * 53

type Hashing = Pick<
  Kernel,
  | 'sha256'
  | 'sha512'
  | 'leafHash'
  | 'nodeHash'
  | 'hashLeaves'
  | 'hashNodes'
  | 'merkleRoot'
  | 'merkleRootOfHashes'
  | 'verifyInclusion'
  | 'verifyConsistency'
>

/** The hashing part of a kernel. */
export function createHashing(wasm: Wasm): Hashing {
  return {
    sha256(bytes) {
      requireBytes('bytes', bytes)
      wasm.exports.sha256Begin()
      return endSha256(wasm, bytes)
    },
    sha512(bytes) {
      requireBytes('bytes', bytes)
      wasm.exports.sha512Begin()
      streamThrough(wasm, bytes, wasm.exports.sha512Update)
      wasm.exports.sha512End(wasm.outputPtr)
      return wasm.arenas.output.slice(0, 64)
    },
    leafHash(entry) {
      requireBytes('entry', entry)
      return hashLeaf(wasm, entry)
    },
    nodeHash(left, right) {
      requireBytes('left', left, HASH_BYTES)
      requireBytes('right', right, HASH_BYTES)
      wasm.arenas.input.set(left)
      wasm.arenas.input.set(right, HASH_BYTES)
      wasm.exports.hashNodes(1)
      return wasm.arenas.output.slice(0, HASH_BYTES)
    },
    hashLeaves(entries) {
      requirePacked('entries', entries)
      return hashLeaves(wasm, entries)
    },
    hashNodes(pairs) {
      requireMultiple('pairs', pairs, 2 * HASH_BYTES)
      return hashNodes(wasm, pairs)
    },
    merkleRoot(entries) {
      requireArray('entries', entries)
      entries.forEach((entry, i) => {
        requireBytes(`entries[${i}]`, entry)
      })
      return rootOfHashes(wasm, hashEntries(wasm, entries))
    },
    merkleRootOfHashes(leafHashes) {
      requireMultiple('leafHashes', leafHashes, HASH_BYTES)
      return rootOfHashes(wasm, leafHashes)
    },
    ...createProofs(wasm),
  }
}

function createProofs(wasm: Wasm): Pick<Kernel, 'verifyInclusion' | 'verifyConsistency'> {
  const { exports } = wasm
  return {
    verifyInclusion(index, size, leafHash, proof, root) {
      requireIndex('index', index, 0)
      requireIndex('size', size, 0)
      requireBytes('leafHash', leafHash, HASH_BYTES)
      requireMultiple('proof', proof, HASH_BYTES)
      requireBytes('root', root, HASH_BYTES)
      const pathCount = setProof(wasm, leafHash, root, proof)
      return pathCount !== undefined && exports.verifyInclusion(BigInt(index), BigInt(size), pathCount) !== 0
    },
    verifyConsistency(from, to, fromRoot, toRoot, proof) {
      requireIndex('from', from, 1)
      requireIndex('to', to, 1)
      requireBytes('fromRoot', fromRoot, HASH_BYTES)
      requireBytes('toRoot', toRoot, HASH_BYTES)
      requireMultiple('proof', proof, HASH_BYTES)
      const pathCount = setProof(wasm, fromRoot, toRoot, proof)
      return pathCount !== undefined && exports.verifyConsistency(BigInt(from), BigInt(to), pathCount) !== 0
    },
  }
}

/** Puts two hashes and a path into the arena; the path's count, or undefined where it is too long to prove anything. */
function setProof(wasm: Wasm, first: Uint8Array, second: Uint8Array, path: Uint8Array): number | undefined {
  const pathCount = path.length / HASH_BYTES
  if (pathCount > PATH_COUNT_MAX) return undefined
  wasm.arenas.input.set(first)
  wasm.arenas.input.set(second, HASH_BYTES)
  wasm.arenas.input.set(path, 2 * HASH_BYTES)
  return pathCount
}

function endSha256(wasm: Wasm, bytes: Uint8Array): Uint8Array {
  streamThrough(wasm, bytes, wasm.exports.sha256Update)
  wasm.exports.sha256End(wasm.outputPtr)
  return wasm.arenas.output.slice(0, HASH_BYTES)
}

/** Leaf hash of an entry of any size. */
export function hashLeaf(wasm: Wasm, entry: Uint8Array): Uint8Array {
  wasm.exports.sha256BeginWith(LEAF_PREFIX)
  return endSha256(wasm, entry)
}

function hashLeaves(wasm: Wasm, entries: Packed): Uint8Array {
  const count = packedCount(entries)
  const hashes = new Uint8Array(HASH_BYTES * count)
  const arena = new InputArena(wasm)
  const takeArena = (first: number) => {
    wasm.exports.hashLeaves(arena.count)
    hashes.set(wasm.arenas.output.subarray(0, HASH_BYTES * arena.count), HASH_BYTES * first)
  }
  forEachFilling(arena, entries, 0, count, takeArena, (entry, index) => {
    hashes.set(hashLeaf(wasm, entry), HASH_BYTES * index)
  })
  return hashes
}

/** The same of entries that are not packed. */
function hashEntries(wasm: Wasm, entries: readonly Uint8Array[]): Uint8Array {
  const hashes = new Uint8Array(HASH_BYTES * entries.length)
  const arena = new InputArena(wasm)
  for (let first = 0; first < entries.length; ) {
    arena.clear()
    while (first + arena.count < entries.length && arena.add(entries[first + arena.count]!));
    if (arena.count === 0) {
      hashes.set(hashLeaf(wasm, entries[first]!), HASH_BYTES * first)
      first++
      continue
    }
    wasm.exports.hashLeaves(arena.count)
    hashes.set(wasm.arenas.output.subarray(0, HASH_BYTES * arena.count), HASH_BYTES * first)
    first += arena.count
  }
  return hashes
}

function hashNodes(wasm: Wasm, pairs: Uint8Array): Uint8Array {
  const nodes = new Uint8Array(pairs.length / 2)
  const { input, output } = wasm.arenas
  const pieceBytes = Math.min(input.length, 2 * output.length)
  for (let at = 0; at < pairs.length; at += pieceBytes) {
    const piece = pairs.subarray(at, at + pieceBytes)
    input.set(piece)
    wasm.exports.hashNodes(piece.length / (2 * HASH_BYTES))
    nodes.set(output.subarray(0, piece.length / 2), at / 2)
  }
  return nodes
}

/**
 * A tree too large for the arena is cut into complete subtrees that fit (the last may be smaller); their roots are
 * the leaves of the tree above them.
 */
function rootOfHashes(wasm: Wasm, hashes: Uint8Array): Uint8Array {
  const { input, output } = wasm.arenas
  // A power of two, so that each piece is a complete subtree.
  const pieceBytes = 2 ** Math.floor(Math.log2(input.length))
  let level = hashes
  while (level.length > pieceBytes) {
    const roots = new Uint8Array(HASH_BYTES * Math.ceil(level.length / pieceBytes))
    for (let at = 0; at < level.length; at += pieceBytes) {
      roots.set(rootOfHashes(wasm, level.subarray(at, at + pieceBytes)), (HASH_BYTES * at) / pieceBytes)
    }
    level = roots
  }
  input.set(level)
  wasm.exports.rootOfHashes(level.length / HASH_BYTES)
  return output.slice(0, HASH_BYTES)
}
