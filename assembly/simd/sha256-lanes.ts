/**
 * SHA-256 (FIPS 180-4) of four messages at once, one in each lane of a vector. They may differ in length: a lane that
 * is through gives its digest, and runs on idle. The compression function: generate/sha256.mjs.
 */
import {
  LANE_BLOCKS,
  LANE_BYTES,
  LANE_DIGESTS,
  LANE_MESSAGES,
  SCHEDULE,
  STATE,
  TAIL_BLOCKS,
} from './memory-map'
import { INITIAL_256, compress } from './generated/sha256'

const LANES: usize = 4
const BLOCK: usize = 64
const STATE_BYTES: usize = 128
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

/** Begins four hashes. */
@inline
function initialize(): void {
  for (let i: usize = 0; i < STATE_BYTES; i += 16) v128.store(STATE + i, v128.load(INITIAL_256 + i))
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
  initialize()
  loadBlocks(ptr - 1, ptr + 63, ptr + 127, ptr + 191)
  setPrefix(1)
  compress()
  // The second block: the last byte of 65, the padding bit and the length.
  let last = i32x4.splat(<i32>load<u8>(ptr, 63))
  last = i32x4.replace_lane(last, 1, <i32>load<u8>(ptr, 127))
  last = i32x4.replace_lane(last, 2, <i32>load<u8>(ptr, 191))
  last = i32x4.replace_lane(last, 3, <i32>load<u8>(ptr, 255))
  v128.store(SCHEDULE, v128.or(i32x4.shl(last, 24), i32x4.splat(0x800000)))
  for (let i: usize = 16; i < 15 * 16; i += 16) v128.store(SCHEDULE + i, i32x4.splat(0))
  v128.store(SCHEDULE, i32x4.splat(NODE_BITS), 15 * 16)
  compress()
  for (let half: usize = 0; half < 2; half++) {
    const from = STATE + 64 * half
    const to = outPtr + 16 * half
    storeTransposed(to, 32, v128.load(from), v128.load(from, 16), v128.load(from, 32), v128.load(from, 48))
  }
}

@inline
function laneOf(arrayPtr: usize, lane: usize): usize {
  return <usize>load<u32>(arrayPtr + 4 * lane)
}

/** Sets the message of a lane, and where its digest goes. */
export function setLane(lane: usize, messagePtr: usize, length: usize, digestPtr: usize): void {
  store<u32>(LANE_MESSAGES + 4 * lane, <u32>messagePtr)
  store<u32>(LANE_BYTES + 4 * lane, <u32>length)
  store<u32>(LANE_DIGESTS + 4 * lane, <u32>digestPtr)
}

/**
 * Copies what follows the last whole block of a message to TAIL_BLOCKS, pads it there to one or two blocks, and counts
 * the blocks. `shift` is 1 where a prefix byte comes first: the message then begins one byte before its pointer.
 */
function padLane(lane: usize, shift: usize): void {
  const length = laneOf(LANE_BYTES, lane) + shift
  const whole = length / BLOCK
  const filled = length % BLOCK
  const tailPtr = TAIL_BLOCKS + 2 * BLOCK * lane
  const tails: usize = filled < BLOCK - 8 ? 1 : 2
  memory.fill(tailPtr, 0, 2 * BLOCK)
  memory.copy(tailPtr, laneOf(LANE_MESSAGES, lane) - shift + BLOCK * whole, filled)
  store<u8>(tailPtr + filled, 0x80)
  store<u64>(tailPtr + BLOCK * tails - 8, bswap(<u64>length << 3))
  store<u32>(LANE_BLOCKS + 4 * lane, <u32>(whole + tails))
}

/** Block `index` of a lane; once the lane is through, any block. */
@inline
function blockPtr(lane: usize, index: usize, shift: usize): usize {
  const whole = (laneOf(LANE_BYTES, lane) + shift) / BLOCK
  if (index < whole) return laneOf(LANE_MESSAGES, lane) - shift + BLOCK * index
  return TAIL_BLOCKS + BLOCK * (2 * lane + (index - whole & 1))
}

/** Writes the digest of a lane that is through. */
function storeDigest(lane: usize): void {
  const ptr = laneOf(LANE_DIGESTS, lane)
  for (let i: usize = 0; i < 32; i += 4) store<u32>(ptr + i, bswap(load<u32>(STATE + 4 * i + 4 * lane)))
}

/** Hashes the messages of the four lanes; with `isLeaf`, behind the prefix byte 0 of an RFC 6962 leaf. */
export function hashLanes(isLeaf: bool): void {
  const shift: usize = isLeaf ? 1 : 0
  for (let lane: usize = 0; lane < LANES; lane++) padLane(lane, shift)
  const longest = max(
    max(laneOf(LANE_BLOCKS, 0), laneOf(LANE_BLOCKS, 1)),
    max(laneOf(LANE_BLOCKS, 2), laneOf(LANE_BLOCKS, 3)),
  )
  initialize()
  for (let index: usize = 0; index < longest; index++) {
    loadBlocks(blockPtr(0, index, shift), blockPtr(1, index, shift), blockPtr(2, index, shift), blockPtr(3, index, shift))
    if (index == 0 && isLeaf) setPrefix(0)
    compress()
    for (let lane: usize = 0; lane < LANES; lane++) if (laneOf(LANE_BLOCKS, lane) == index + 1) storeDigest(lane)
  }
}
