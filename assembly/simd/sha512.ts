/**
 * SHA-512, FIPS 180-4 section 6.4, over the unrolled compression function. One hash at a time: begin, update any
 * number of times, end. Messages are shorter than 2^61 bytes, so the upper half of the length is always zero.
 */
import { SHA512_BLOCK, SHA512_STATE } from '../memory-map'
import { INITIAL_512 } from './generated/constants'
import { compress512 } from './generated/sha512'

/** Bytes taken so far. */
let taken: u64 = 0

/** Starts a hash. */
export function sha512Begin(): void {
  memory.copy(SHA512_STATE, INITIAL_512, 64)
  taken = 0
}

/** Takes `length` bytes more. */
export function sha512Update(ptr: usize, length: usize): void {
  const end = ptr + length
  const filled = <usize>taken & 127
  taken += length
  if (filled != 0) {
    const missing: usize = 128 - filled
    if (length < missing) {
      memory.copy(SHA512_BLOCK + filled, ptr, length)
      return
    }
    memory.copy(SHA512_BLOCK + filled, ptr, missing)
    compress512(SHA512_STATE, SHA512_BLOCK)
    ptr += missing
  }
  for (; ptr + 128 <= end; ptr += 128) compress512(SHA512_STATE, ptr)
  memory.copy(SHA512_BLOCK, ptr, end - ptr)
}

/** Ends the hash (padding: section 5.1.2) and writes its 64 bytes at `outPtr`. */
export function sha512End(outPtr: usize): void {
  let filled = <usize>taken & 127
  store<u8>(SHA512_BLOCK + filled, 0x80)
  filled++
  if (filled > 112) {
    memory.fill(SHA512_BLOCK + filled, 0, 128 - filled)
    compress512(SHA512_STATE, SHA512_BLOCK)
    filled = 0
  }
  memory.fill(SHA512_BLOCK + filled, 0, 120 - filled)
  store<u64>(SHA512_BLOCK, bswap(taken << 3), 120)
  compress512(SHA512_STATE, SHA512_BLOCK)
  for (let i: usize = 0; i < 64; i += 8) store<u64>(outPtr + i, bswap(load<u64>(SHA512_STATE + i)))
}
