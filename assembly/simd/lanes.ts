/**
 * Messages that are hashed side by side, one in each lane of a vector: what SHA-256 and SHA-512 have in common. They
 * may differ in length: a lane that is through runs on idle. Compression functions: generate/sha2.mjs.
 */
import { LANE_BLOCKS, LANE_BYTES, LANE_DIGESTS, LANE_MESSAGES, STATE, TAIL_BLOCKS } from './memory-map'

/** STATE: eight words in all lanes. */
const STATE_BYTES: usize = 128
/** Bytes of a tail: two of the larger blocks. */
const TAIL_BYTES: usize = 256

@inline
function laneOf(arrayPtr: usize, lane: usize): usize {
  return <usize>load<u32>(arrayPtr + 4 * lane)
}

/** Begins hashes from the initial state at `initialPtr`, which has it in all lanes. */
@inline
export function beginLanes(initialPtr: usize): void {
  for (let i: usize = 0; i < STATE_BYTES; i += 16) v128.store(STATE + i, v128.load(initialPtr + i))
}

/** Sets the message of a lane, and where its digest goes. */
export function setLane(lane: usize, messagePtr: usize, length: usize, digestPtr: usize): void {
  store<u32>(LANE_MESSAGES + 4 * lane, <u32>messagePtr)
  store<u32>(LANE_BYTES + 4 * lane, <u32>length)
  store<u32>(LANE_DIGESTS + 4 * lane, <u32>digestPtr)
}

@inline
export function laneDigest(lane: usize): usize {
  return laneOf(LANE_DIGESTS, lane)
}

/** How many blocks a lane has, its padding included. */
@inline
export function laneBlocks(lane: usize): usize {
  return laneOf(LANE_BLOCKS, lane)
}

/**
 * Copies what follows the last whole block of a message, blocks being of `block` bytes, to TAIL_BLOCKS, pads it there
 * to one or two blocks, and counts the blocks. `shift` is 1 where a prefix byte comes first: the message then begins
 * one byte before its pointer.
 */
export function padLane(lane: usize, shift: usize, block: usize): void {
  const length = laneOf(LANE_BYTES, lane) + shift
  const whole = length / block
  const filled = length % block
  const tailPtr = TAIL_BLOCKS + TAIL_BYTES * lane
  // The length takes two words, an eighth of a block; what is above 2^64 of it is zero.
  const tails: usize = filled < block - block / 8 ? 1 : 2
  memory.fill(tailPtr, 0, tails * block)
  memory.copy(tailPtr, laneOf(LANE_MESSAGES, lane) - shift + block * whole, filled)
  store<u8>(tailPtr + filled, 0x80)
  store<u64>(tailPtr + block * tails - 8, bswap(<u64>length << 3))
  store<u32>(LANE_BLOCKS + 4 * lane, <u32>(whole + tails))
}

/** Block `index` of a lane; once the lane is through, any block. */
@inline
export function blockPtr(lane: usize, index: usize, shift: usize, block: usize): usize {
  const whole = (laneOf(LANE_BYTES, lane) + shift) / block
  if (index < whole) return laneOf(LANE_MESSAGES, lane) - shift + block * index
  return TAIL_BLOCKS + TAIL_BYTES * lane + block * ((index - whole) & 1)
}
