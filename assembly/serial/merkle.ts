/**
 * Merkle trees of RFC 6962 and the two proof checks of RFC 9162 (sections 2.1.3.2 and 2.1.4.2). Hashes are 32 bytes.
 * Does not build proofs: those are read out of stored tiles by the layers above.
 */
import { DIGEST } from '../memory-map'
import { sha256Begin, sha256BeginWith, sha256End, sha256Update } from './sha256'

const HASH: usize = 32

/** SHA-256(0x00 ‖ entry). */
export function hashLeaf(entryPtr: usize, length: usize, outPtr: usize): void {
  sha256BeginWith(0)
  sha256Update(entryPtr, length)
  sha256End(outPtr)
}

/** SHA-256(0x01 ‖ left ‖ right); `outPtr` may be one of the two. */
export function hashNode(leftPtr: usize, rightPtr: usize, outPtr: usize): void {
  sha256BeginWith(1)
  sha256Update(leftPtr, HASH)
  sha256Update(rightPtr, HASH)
  sha256End(outPtr)
}

/**
 * Root of the tree over `count` leaf hashes at `hashesPtr`, which it overwrites, written at `outPtr`. Level by level;
 * a last node without a sibling moves up unchanged, which is RFC 6962's split at the largest power of two.
 */
export function treeRoot(hashesPtr: usize, count: usize, outPtr: usize): void {
  if (count == 0) {
    sha256Begin()
    sha256End(outPtr)
    return
  }
  while (count > 1) {
    const pairs = count >> 1
    for (let i: usize = 0; i < pairs; i++) {
      const leftPtr = hashesPtr + 2 * HASH * i
      hashNode(leftPtr, leftPtr + HASH, hashesPtr + HASH * i)
    }
    if (count & 1) memory.copy(hashesPtr + HASH * pairs, hashesPtr + HASH * (count - 1), HASH)
    count = pairs + (count & 1)
  }
  memory.copy(outPtr, hashesPtr, HASH)
}

@inline
function isEqualHash(aPtr: usize, bPtr: usize): bool {
  return memory.compare(aPtr, bPtr, HASH) == 0
}

/** RFC 9162 2.1.3.2: whether `leafPtr` is leaf `index` of the tree of `size` leaves with the root at `rootPtr`. */
export function isIncluded(
  index: u64,
  size: u64,
  leafPtr: usize,
  rootPtr: usize,
  pathPtr: usize,
  pathCount: usize,
): bool {
  if (index >= size) return false
  let node = index
  let last = size - 1
  memory.copy(DIGEST, leafPtr, HASH)
  for (let i: usize = 0; i < pathCount; i++) {
    if (last == 0) return false
    const siblingPtr = pathPtr + HASH * i
    if (node & 1 || node == last) {
      hashNode(siblingPtr, DIGEST, DIGEST)
      while (!(node & 1) && node != 0) {
        node >>= 1
        last >>= 1
      }
    } else {
      hashNode(DIGEST, siblingPtr, DIGEST)
    }
    node >>= 1
    last >>= 1
  }
  return last == 0 && isEqualHash(DIGEST, rootPtr)
}

/** RFC 9162 2.1.4.2: whether the tree of `from` leaves is a prefix of the tree of `to` leaves; `from` is not 0. */
export function isConsistent(
  from: u64,
  to: u64,
  fromRootPtr: usize,
  toRootPtr: usize,
  pathPtr: usize,
  pathCount: usize,
): bool {
  if (from == to) return pathCount == 0 && isEqualHash(fromRootPtr, toRootPtr)
  if (from > to || pathCount == 0) return false
  let node = from - 1
  let last = to - 1
  while (node & 1) {
    node >>= 1
    last >>= 1
  }
  // A complete first tree is itself the first node of the path.
  const isPowerOfTwo = popcnt(from) == 1
  const fromHashPtr = DIGEST
  const toHashPtr = DIGEST + HASH
  memory.copy(fromHashPtr, isPowerOfTwo ? fromRootPtr : pathPtr, HASH)
  memory.copy(toHashPtr, fromHashPtr, HASH)
  for (let i: usize = isPowerOfTwo ? 0 : 1; i < pathCount; i++) {
    if (last == 0) return false
    const siblingPtr = pathPtr + HASH * i
    if (node & 1 || node == last) {
      hashNode(siblingPtr, fromHashPtr, fromHashPtr)
      hashNode(siblingPtr, toHashPtr, toHashPtr)
      while (!(node & 1) && node != 0) {
        node >>= 1
        last >>= 1
      }
    } else {
      hashNode(toHashPtr, siblingPtr, toHashPtr)
    }
    node >>= 1
    last >>= 1
  }
  return last == 0 && isEqualHash(fromHashPtr, fromRootPtr) && isEqualHash(toHashPtr, toRootPtr)
}
