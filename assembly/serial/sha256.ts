/**
 * SHA-256, FIPS 180-4 section 6.2. One hash is computed at a time: begin, update any number of times, end.
 * Does not offer several hashes in parallel.
 */
import { SHA256_BLOCK, SHA256_SCHEDULE, SHA256_STATE } from '../memory-map'

/** Section 4.2.2. */
const ROUND_CONSTANTS = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
])
/** Section 5.3.3. */
const INITIAL = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
])

/** Bytes taken so far. */
let taken: u64 = 0

@inline
function smallSigma0(x: u32): u32 {
  return rotr(x, 7) ^ rotr(x, 18) ^ (x >> 3)
}

@inline
function smallSigma1(x: u32): u32 {
  return rotr(x, 17) ^ rotr(x, 19) ^ (x >> 10)
}

@inline
function bigSigma0(x: u32): u32 {
  return rotr(x, 2) ^ rotr(x, 13) ^ rotr(x, 22)
}

@inline
function bigSigma1(x: u32): u32 {
  return rotr(x, 6) ^ rotr(x, 11) ^ rotr(x, 25)
}

/** Section 6.2.2, for the 64 bytes at `blockPtr`. */
function compress(blockPtr: usize): void {
  for (let i: usize = 0; i < 64; i += 4) {
    store<u32>(SHA256_SCHEDULE + i, bswap(load<u32>(blockPtr + i)))
  }
  for (let i: usize = 64; i < 256; i += 4) {
    const w = SHA256_SCHEDULE + i
    const sigmas = smallSigma1(load<u32>(w - 8)) + smallSigma0(load<u32>(w - 60))
    store<u32>(w, sigmas + load<u32>(w - 28) + load<u32>(w - 64))
  }
  let a = load<u32>(SHA256_STATE)
  let b = load<u32>(SHA256_STATE, 4)
  let c = load<u32>(SHA256_STATE, 8)
  let d = load<u32>(SHA256_STATE, 12)
  let e = load<u32>(SHA256_STATE, 16)
  let f = load<u32>(SHA256_STATE, 20)
  let g = load<u32>(SHA256_STATE, 24)
  let h = load<u32>(SHA256_STATE, 28)
  for (let i: usize = 0; i < 256; i += 4) {
    const t1 =
      h + bigSigma1(e) + ((e & f) ^ (~e & g)) + load<u32>(ROUND_CONSTANTS + i) + load<u32>(SHA256_SCHEDULE + i)
    const t2 = bigSigma0(a) + ((a & b) ^ (a & c) ^ (b & c))
    h = g
    g = f
    f = e
    e = d + t1
    d = c
    c = b
    b = a
    a = t1 + t2
  }
  store<u32>(SHA256_STATE, load<u32>(SHA256_STATE) + a)
  store<u32>(SHA256_STATE, load<u32>(SHA256_STATE, 4) + b, 4)
  store<u32>(SHA256_STATE, load<u32>(SHA256_STATE, 8) + c, 8)
  store<u32>(SHA256_STATE, load<u32>(SHA256_STATE, 12) + d, 12)
  store<u32>(SHA256_STATE, load<u32>(SHA256_STATE, 16) + e, 16)
  store<u32>(SHA256_STATE, load<u32>(SHA256_STATE, 20) + f, 20)
  store<u32>(SHA256_STATE, load<u32>(SHA256_STATE, 24) + g, 24)
  store<u32>(SHA256_STATE, load<u32>(SHA256_STATE, 28) + h, 28)
}

/** Starts a hash. */
export function sha256Begin(): void {
  memory.copy(SHA256_STATE, INITIAL, 32)
  taken = 0
}

/** Starts a hash whose first byte is `prefix` (RFC 6962 tells leaves from nodes by it). */
export function sha256BeginWith(prefix: u8): void {
  sha256Begin()
  store<u8>(SHA256_BLOCK, prefix)
  taken = 1
}

/** Takes `length` bytes more. */
export function sha256Update(ptr: usize, length: usize): void {
  const end = ptr + length
  const filled = <usize>taken & 63
  taken += length
  if (filled != 0) {
    const missing: usize = 64 - filled
    if (length < missing) {
      memory.copy(SHA256_BLOCK + filled, ptr, length)
      return
    }
    memory.copy(SHA256_BLOCK + filled, ptr, missing)
    compress(SHA256_BLOCK)
    ptr += missing
  }
  for (; ptr + 64 <= end; ptr += 64) compress(ptr)
  memory.copy(SHA256_BLOCK, ptr, end - ptr)
}

/** Ends the hash (padding: section 5.1.1) and writes its 32 bytes at `outPtr`. */
export function sha256End(outPtr: usize): void {
  let filled = <usize>taken & 63
  store<u8>(SHA256_BLOCK + filled, 0x80)
  filled++
  if (filled > 56) {
    memory.fill(SHA256_BLOCK + filled, 0, 64 - filled)
    compress(SHA256_BLOCK)
    filled = 0
  }
  memory.fill(SHA256_BLOCK + filled, 0, 56 - filled)
  store<u64>(SHA256_BLOCK, bswap(taken << 3), 56)
  compress(SHA256_BLOCK)
  for (let i: usize = 0; i < 32; i += 4) store<u32>(outPtr + i, bswap(load<u32>(SHA256_STATE + i)))
}
