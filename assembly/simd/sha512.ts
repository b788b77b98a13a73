/** SHA-512 (FIPS 180-4) of two messages at once, one in each lane of a vector (lanes.ts). */
import { DIGEST } from '../memory-map'
import { SCHEDULE, STATE } from './memory-map'
import { INITIAL_512, compress512 } from './generated/sha2'
import { beginLanes, blockPtr, laneBlocks, laneDigest, padLane, setLane } from './lanes'

const BLOCK: usize = 128

/** Whether a message waits in the first lane. */
let isWaiting = false

@inline
function swapBytes(v: v128): v128 {
  return v128.shuffle<u8>(v, v, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)
}

/** SCHEDULE = the words of two blocks. */
@inline
function loadBlocks(ptr0: usize, ptr1: usize): void {
  for (let i: usize = 0; i < BLOCK; i += 16) {
    const m0 = v128.load(ptr0 + i)
    const m1 = v128.load(ptr1 + i)
    v128.store(SCHEDULE + 2 * i, swapBytes(v128.shuffle<u64>(m0, m1, 0, 2)))
    v128.store(SCHEDULE + 2 * i, swapBytes(v128.shuffle<u64>(m0, m1, 1, 3)), 16)
  }
}

/** Writes the digest of a lane that is through. */
function storeDigest(lane: usize): void {
  const ptr = laneDigest(lane)
  for (let i: usize = 0; i < 64; i += 8) store<u64>(ptr + i, bswap(load<u64>(STATE + 2 * i + 8 * lane)))
}

/** Hashes the messages of the two lanes. */
function hashLanes(): void {
  padLane(0, 0, BLOCK)
  padLane(1, 0, BLOCK)
  const longest = max(laneBlocks(0), laneBlocks(1))
  beginLanes(INITIAL_512)
  for (let index: usize = 0; index < longest; index++) {
    loadBlocks(blockPtr(0, index, 0, BLOCK), blockPtr(1, index, 0, BLOCK))
    compress512()
    if (laneBlocks(0) == index + 1) storeDigest(0)
    if (laneBlocks(1) == index + 1) storeDigest(1)
  }
}

/** Hashes a message with the one that comes next, or at `hashWaiting512`: the message must stay until then. */
export function hashLater512(messagePtr: usize, length: usize, digestPtr: usize): void {
  setLane(isWaiting ? 1 : 0, messagePtr, length, digestPtr)
  if (isWaiting) hashLanes()
  isWaiting = !isWaiting
}

/** Hashes the message that waits, if there is one. */
export function hashWaiting512(): void {
  if (isWaiting) hashLater512(DIGEST, 0, DIGEST)
}
