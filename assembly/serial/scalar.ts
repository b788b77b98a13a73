/**
 * Scalars modulo L = 2^252 + 27742317777372353535851937790883648493, the order of the base point (RFC 8032 5.1): 32
 * little-endian bytes, worked on as eight 32-bit limbs. Since 2^252 = -C modulo L, C being L - 2^252, a wide number
 * is reduced by folding what stands above bit 252 down three times. Not constant time.
 */
import { SCALAR_BYTES, SCALAR_SCRATCH } from './memory-map'

export const L = memory.data<u32>([0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0, 0, 0, 0x10000000])
/** L - 2^252 is the four low limbs of L. */
const C = L
const C_LIMBS: usize = 4

const WIDE = SCALAR_SCRATCH
const FOLD_1 = SCALAR_SCRATCH + 64
const FOLD_2 = SCALAR_SCRATCH + 128
const FOLD_3 = SCALAR_SCRATCH + 192

@inline
function limb(ptr: usize, index: usize): u64 {
  return load<u32>(ptr + 4 * index)
}

/** Limb `index` of the 252 low bits of the number at `ptr`. */
@inline
function lowLimb(ptr: usize, index: usize): i64 {
  return <i64>(index < 7 ? load<u32>(ptr + 4 * index) : load<u32>(ptr, 28) & 0x0fffffff)
}

/** out[0 .. bLimbs] = out[0 .. bLimbs) + a · b[0 .. bLimbs): a is one limb, and the sum's top limb is overwritten. */
@inline
function multiplyAddLimb(outPtr: usize, a: u64, bPtr: usize, bLimbs: usize): void {
  let carry: u64 = 0
  for (let j: usize = 0; j < bLimbs; j++) {
    // At most (2^32-1)² + 2 (2^32-1) = 2^64 - 1.
    carry += a * limb(bPtr, j) + limb(outPtr, j)
    store<u32>(outPtr + 4 * j, <u32>carry)
    carry >>= 32
  }
  store<u32>(outPtr + 4 * bLimbs, <u32>carry)
}

/** out = ⌊a / 2^252⌋ · C, `limbs` - 3 limbs of it; a has `limbs` limbs. */
function foldTop(outPtr: usize, aPtr: usize, limbs: usize): void {
  const topLimbs = limbs - 7
  memory.fill(outPtr, 0, 4 * (topLimbs + C_LIMBS))
  for (let i: usize = 0; i < topLimbs; i++) {
    const above = i + 1 < topLimbs ? <u32>limb(aPtr, i + 8) << 4 : 0
    const top = (<u32>limb(aPtr, i + 7) >>> 28) | above
    multiplyAddLimb(outPtr + 4 * i, top, C, C_LIMBS)
  }
}

/** Whether the number at `ptr` is below L: the S < L of RFC 8032 5.1.7. */
export function isBelowL(ptr: usize): bool {
  for (let i: usize = 8; i > 0; i--) {
    const a = limb(ptr, i - 1)
    const b = limb(L, i - 1)
    if (a != b) return a < b
  }
  return false
}

/** out = a - b, which is not negative. */
function subtractOnce(outPtr: usize, aPtr: usize, bPtr: usize): void {
  let carry: i64 = 0
  for (let i: usize = 0; i < 8; i++) {
    carry += <i64>limb(aPtr, i) - <i64>limb(bPtr, i)
    store<u32>(outPtr + 4 * i, <u32>carry)
    carry >>= 32
  }
}

/** out = the 64 little-endian bytes at `widePtr` modulo L. */
export function reduceWide(outPtr: usize, widePtr: usize): void {
  // a = lo - fold1, fold1 = lo1 - fold2, fold2 = lo2 - fold3, so a = lo - lo1 + lo2 - fold3 modulo L. They are
  // 385, 258 and 131 bits wide; 2L keeps the sum positive and below 6L.
  foldTop(FOLD_1, widePtr, 16)
  foldTop(FOLD_2, FOLD_1, 13)
  foldTop(FOLD_3, FOLD_2, 10)
  let carry: i64 = 0
  for (let i: usize = 0; i < 8; i++) {
    carry += lowLimb(widePtr, i) - lowLimb(FOLD_1, i) + lowLimb(FOLD_2, i) + <i64>(2 * limb(L, i))
    if (i < 7) carry -= <i64>limb(FOLD_3, i)
    store<u32>(outPtr + 4 * i, <u32>carry)
    carry >>= 32
  }
  while (!isBelowL(outPtr)) subtractOnce(outPtr, outPtr, L)
}

/** out = (a · b + c) modulo L, of any three 256-bit numbers. `out` may be an operand. */
export function multiplyAdd(outPtr: usize, aPtr: usize, bPtr: usize, cPtr: usize): void {
  memory.copy(WIDE, cPtr, SCALAR_BYTES)
  memory.fill(WIDE + SCALAR_BYTES, 0, SCALAR_BYTES)
  for (let i: usize = 0; i < 8; i++) {
    const a = limb(aPtr, i)
    // The top limb of each row's sum is one that no row before it has reached.
    if (a != 0) multiplyAddLimb(WIDE + 4 * i, a, bPtr, 8)
  }
  reduceWide(outPtr, WIDE)
}

/** out = -a modulo L, of a below L. */
export function negateScalar(outPtr: usize, aPtr: usize): void {
  subtractOnce(outPtr, L, aPtr)
  if (!isBelowL(outPtr)) memory.fill(outPtr, 0, SCALAR_BYTES)
}
