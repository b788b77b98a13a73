/**
 * Σ [s]P by Pippenger's bucket method, for large batches. Scalars are cut into windows of c bits with signed digits;
 * in each window, from the top, a point goes into the bucket of its digit, and the buckets are summed with their
 * weights by two running sums.
 */
import {
  BUCKETS,
  BUCKETS_MAX,
  BUCKET_USES,
  POINT_BYTES,
  SCALAR_BYTES,
  SHIFTED_BYTES,
  SHIFTED_SCALARS,
  TABLE_SCRATCH,
  TERM_ADDENDS,
  TERM_POINTERS,
  TERM_SCALARS,
} from './memory-map'
import { addPoint, copyPoint, doubleTimes, makeAddend, negatePoint, setIdentity, subtractPoint } from './points'

/** Scalars are below 2^253; the top digit needs room for what its signedness carries. */
const SCALAR_BITS: u32 = 255
const RUNNING = TABLE_SCRATCH
const SUM = TABLE_SCRATCH + POINT_BYTES
const ADDEND = TABLE_SCRATCH + 2 * POINT_BYTES

/**
 * Bits of a window: wider ones mean fewer additions of terms and more of buckets. By counting the multiplications of
 * both over random scalars, for one key a check and for 32 keys in all.
 */
function windowBits(count: u32): u32 {
  if (count < 400) return 6
  if (count < 800) return 7
  if (count < 1600) return 8
  return count < 3200 ? 9 : 10
}

/**
 * s + Σ 2^(c-1) · 2^(c·i) over all windows: each window of it, less 2^(c-1), is a digit in [-2^(c-1), 2^(c-1)), and
 * these digits make up s.
 */
function shiftScalar(outPtr: usize, scalarPtr: usize, bits: u32, windows: u32): void {
  memory.fill(outPtr, 0, SHIFTED_BYTES)
  for (let i: u32 = 0; i < windows; i++) {
    const position = bits * i + bits - 1
    const bytePtr = outPtr + <usize>(position >> 3)
    store<u8>(bytePtr, load<u8>(bytePtr) | (<u8>1 << <u8>(position & 7)))
  }
  let carry: u64 = 0
  for (let i: usize = 0; i < SHIFTED_BYTES; i += 4) {
    carry += load<u32>(outPtr + i)
    if (i < SCALAR_BYTES) carry += load<u32>(scalarPtr + i)
    store<u32>(outPtr + i, <u32>carry)
    carry >>= 32
  }
}

/** Digit `window` of a shifted scalar. */
@inline
function digitOf(shiftedPtr: usize, window: u32, bits: u32): i32 {
  const position = window * bits
  const word = load<u32>(shiftedPtr + <usize>(position >> 3)) >> (position & 7)
  return <i32>(word & ((1 << bits) - 1)) - (1 << (bits - 1))
}

/** Puts term `term` into the bucket of its digit. */
@inline
function fillBucket(term: u32, digit: i32): void {
  const bucket = <usize>(abs(digit) - 1)
  const bucketPtr = BUCKETS + POINT_BYTES * bucket
  if (load<u8>(BUCKET_USES + bucket) == 0) {
    store<u8>(BUCKET_USES + bucket, 1)
    copyPoint(bucketPtr, load<u32>(TERM_POINTERS + 4 * <usize>term))
    if (digit < 0) negatePoint(bucketPtr)
    return
  }
  const addendPtr = TERM_ADDENDS + POINT_BYTES * <usize>term
  if (digit > 0) addPoint(bucketPtr, bucketPtr, addendPtr)
  else subtractPoint(bucketPtr, bucketPtr, addendPtr)
}

/** out += Σ (i + 1) · bucket i: from the last bucket down, a running sum is added to the sum at each step. */
function addBuckets(outPtr: usize, buckets: usize): void {
  let isStarted = false
  for (let i = buckets; i > 0; i--) {
    const bucketPtr = BUCKETS + POINT_BYTES * (i - 1)
    const isUsed = load<u8>(BUCKET_USES + i - 1) != 0
    if (!isStarted) {
      if (!isUsed) continue
      isStarted = true
      copyPoint(RUNNING, bucketPtr)
      copyPoint(SUM, bucketPtr)
      continue
    }
    if (isUsed) {
      makeAddend(ADDEND, bucketPtr)
      addPoint(RUNNING, RUNNING, ADDEND)
    }
    makeAddend(ADDEND, RUNNING)
    addPoint(SUM, SUM, ADDEND)
  }
  if (!isStarted) return
  makeAddend(ADDEND, SUM)
  addPoint(outPtr, outPtr, ADDEND)
}

/** out = Σ of the first `count` terms, at most TERMS_MAX. */
export function sumByPippenger(outPtr: usize, count: u32): void {
  const bits = windowBits(count)
  const windows = (SCALAR_BITS + bits - 1) / bits
  for (let i: usize = 0; i < count; i++) {
    makeAddend(TERM_ADDENDS + POINT_BYTES * i, load<u32>(TERM_POINTERS + 4 * i))
    shiftScalar(SHIFTED_SCALARS + SHIFTED_BYTES * i, TERM_SCALARS + SCALAR_BYTES * i, bits, windows)
  }
  setIdentity(outPtr)
  for (let window = windows; window > 0; window--) {
    doubleTimes(outPtr, bits)
    memory.fill(BUCKET_USES, 0, BUCKETS_MAX)
    for (let i: u32 = 0; i < count; i++) {
      const digit = digitOf(SHIFTED_SCALARS + SHIFTED_BYTES * <usize>i, window - 1, bits)
      if (digit != 0) fillBucket(i, digit)
    }
    addBuckets(outPtr, 1 << (bits - 1))
  }
}
