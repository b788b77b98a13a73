/**
 * SHA-256 (FIPS 180-4) of four messages at once, one in each lane of a vector (lanes.ts); leaves and nodes of RFC 6962
 * with their prefix bytes.
 */
import { SCHEDULE, STATE } from './memory-map'
import { INITIAL_256, compress256 } from './generated/sha2'
import { beginLanes, blockPtr, laneBlocks, laneDigest, padLane } from './lanes'

const LANES: usize = 4
const BLOCK: usize = 64
const NODE_BITS = 8 * 65

@inline
function swapBytes(v: v128): v128 {
  return v128.shuffle<u8>(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
}

/** Transposes four vectors of four words, changes their bytes over, and stores them `step` bytes apart. */
@inline
function storeTransposed(ptr: usize, step: usize, m0: v128, m1: v128, m2: v128, m3: v128): void {
  const low01 = v128.shuffle<u32>(m0, m1, 0, 4, 1, 5)
  const low23 = v128.shuffle<u32>(m2, m3, 0, 4, 1, 5)
  const high01 = v128.shuffle<u32>(m0, m1, 2, 6, 3, 7)
  const high23 = v128.shuffle<u32>(m2, m3, 2, 6, 3, 7)
  v128.store(ptr, swapBytes(v128.shuffle<u64>(low01, low23, 0, 2)))
  v128.store(ptr + step, swapBytes(v128.shuffle<u64>(low01, low23, 1, 3)))
  v128.store(ptr + 2 * step, swapBytes(v128.shuffle<u64>(high01, high23, 0, 2)))
  v128.store(ptr + 3 * step, swapBytes(v128.shuffle<u64>(high01, high23, 1, 3)))
}

/** SCHEDULE = the words of four blocks. */
function loadBlocks(ptr0: usize, ptr1: usize, ptr2: usize, ptr3: usize): void {
  for (let i: usize = 0; i < BLOCK; i += 16) {
    const to = SCHEDULE + LANES * i
    storeTransposed(to, 16, v128.load(ptr0 + i), v128.load(ptr1 + i), v128.load(ptr2 + i), v128.load(ptr3 + i))
  }
}

/** Puts `prefix` in the place of the first byte of each block. */
@inline
function setPrefix(prefix: u32): void {
  const others = v128.and(v128.load(SCHEDULE), i32x4.splat(0xffffff))
  v128.store(SCHEDULE, v128.or(others, i32x4.splat(prefix << 24)))
}

/**
 * Node hashes (RFC 6962) of four pairs of hashes, 256 bytes at `ptr`: 128 bytes at `outPtr`, which may be `ptr`. Reads
 * the byte before `ptr` too; the prefix takes its place.
 */
export function hashFourNodes(ptr: usize, outPtr: usize): void {
  beginLanes(INITIAL_256)
  loadBlocks(ptr - 1, ptr + 63, ptr + 127, ptr + 191)
  setPrefix(1)
  compress256()
  // The second block: the last byte of 65, the padding bit and the length.
  let last = i32x4.splat(<i32>load<u8>(ptr, 63))
  last = i32x4.replace_lane(last, 1, <i32>load<u8>(ptr, 127))
  last = i32x4.replace_lane(last, 2, <i32>load<u8>(ptr, 191))
  last = i32x4.replace_lane(last, 3, <i32>load<u8>(ptr, 255))
  v128.store(SCHEDULE, v128.or(i32x4.shl(last, 24), i32x4.splat(0x800000)))
  for (let i: usize = 16; i < 15 * 16; i += 16) v128.store(SCHEDULE + i, i32x4.splat(0))
  v128.store(SCHEDULE, i32x4.splat(NODE_BITS), 15 * 16)
  compress256()
  for (let half: usize = 0; half < 2; half++) {
    const from = STATE + 64 * half
    const to = outPtr + 16 * half
    storeTransposed(to, 32, v128.load(from), v128.load(from, 16), v128.load(from, 32), v128.load(from, 48))
  }
}

/** Writes the digest of a lane that is through. */
function storeDigest(lane: usize): void {
  const ptr = laneDigest(lane)
  for (let i: usize = 0; i < 32; i += 4) store<u32>(ptr + i, bswap(load<u32>(STATE + 4 * i + 4 * lane)))
}

/** Hashes the messages of the four lanes; with `isLeaf`, behind the prefix byte 0 of an RFC 6962 leaf. */
export function hashLanes256(isLeaf: bool): void {
  const shift: usize = isLeaf ? 1 : 0
  for (let lane: usize = 0; lane < LANES; lane++) padLane(lane, shift, BLOCK)
  const longest = max(max(laneBlocks(0), laneBlocks(1)), max(laneBlocks(2), laneBlocks(3)))
  beginLanes(INITIAL_256)
  for (let index: usize = 0; index < longest; index++) {
    loadBlocks(
      blockPtr(0, index, shift, BLOCK),
      blockPtr(1, index, shift, BLOCK),
      blockPtr(2, index, shift, BLOCK),
      blockPtr(3, index, shift, BLOCK),
    )
    if (index == 0 && isLeaf) setPrefix(0)
    compress256()
    for (let lane: usize = 0; lane < LANES; lane++) if (laneBlocks(lane) == index + 1) storeDigest(lane)
  }
}
