/**
 * Merkle trees of RFC 6962, four hashes at once: leaves, nodes, and a whole tree level by level. Checks of single
 * proofs stay with ../serial/merkle.ts, whose one path gives nothing to do in parallel.
 */
import { hashLeaf, hashNode } from '../serial/merkle'
import { sha256Begin, sha256End } from '../serial/sha256'
import { setLane } from './lanes'
import { hashFourNodes, hashLanes256 } from './sha256'

const HASH: usize = 32
const LANES: usize = 4

/** Leaf hashes of `count` items, item i being [itemsPtr + offsets[i], itemsPtr + offsets[i + 1]). */
export function hashLeaves(itemsPtr: usize, offsetsPtr: usize, count: usize, outPtr: usize): void {
  let done: usize = 0
  for (; done + LANES <= count; done += LANES) {
    for (let lane: usize = 0; lane < LANES; lane++) {
      const ptr = offsetsPtr + 4 * (done + lane)
      const from = load<u32>(ptr)
      setLane(lane, itemsPtr + from, load<u32>(ptr, 4) - from, outPtr + HASH * (done + lane))
    }
    hashLanes256(true)
  }
  for (; done < count; done++) {
    const from = load<u32>(offsetsPtr + 4 * done)
    hashLeaf(itemsPtr + from, load<u32>(offsetsPtr + 4 * done, 4) - from, outPtr + HASH * done)
  }
}

/** Node hashes of `count` pairs of hashes; `outPtr` may be `pairsPtr`. */
export function hashNodes(pairsPtr: usize, count: usize, outPtr: usize): void {
  let done: usize = 0
  for (; done + LANES <= count; done += LANES) hashFourNodes(pairsPtr + 2 * HASH * done, outPtr + HASH * done)
  for (; done < count; done++) {
    const leftPtr = pairsPtr + 2 * HASH * done
    hashNode(leftPtr, leftPtr + HASH, outPtr + HASH * done)
  }
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
    hashNodes(hashesPtr, pairs, hashesPtr)
    if (count & 1) memory.copy(hashesPtr + HASH * pairs, hashesPtr + HASH * (count - 1), HASH)
    count = pairs + (count & 1)
  }
  memory.copy(outPtr, hashesPtr, HASH)
}
