/**
 * Σ [s]P by Pippenger's bucket method, for large batches. Scalars are cut into windows of c bits with signed digits;
 * in each window, from the top, a point goes into the bucket of its digit, and the buckets are summed with their
 * weights. Terms with long scalars come first, so that the upper windows pass over the others.
 */
import {
  ADDEND,
  BUCKETS,
  BUCKETS_MAX,
  BUCKET_TOTAL,
  BUCKET_USES,
  POINT_BYTES,
  SCALAR_BYTES,
  SHIFTED_BYTES,
  SHIFTED_SCALARS,
  TERM_POINTERS,
} from './memory-map'
import { addAddend, addAffinePair, makeAddend, setToAddend } from './generated/points'
import { copyPoint, doubleTimes, setIdentity } from './points'

/** Bits of short scalars (randomizers and halves), and of those below 2^253, with one for what signedness carries. */
const SHORT_BITS: u32 = 129
const LONG_BITS: u32 = 254

let windowBits: u32 = 0
/** The addition that waits for a second one to be made with: bucket, addend, sign. */
let waitingBucket: usize = 0
let waitingAddend: usize = 0
let waitingNegative = false

/**
 * Bits of a window: wider windows mean fewer additions of terms and more of buckets. Measured in µs a check (32
 * signers, 66 terms more than checks): 48 checks 20.2 with 5 bits, 20.3 with 6; 64: 17.8, 17.7; 128 checks with 6 bits
 * 14.6, with 7 14.7; 256: 12.3, 11.9; 512 with 7 bits 10.9, with 8 11.0; 1,024: 10.5, 10.3 and, with 9, 10.4; 1,536
 * with 8 bits 9.9, with 9 9.8; 4,096 with 9 bits 17.5, with 10 17.7 (the processor being shared then).
 */
export function chooseWindowBits(termCount: u32): void {
  if (termCount < 120) windowBits = 5
  else if (termCount < 230) windowBits = 6
  else if (termCount < 600) windowBits = 7
  else if (termCount < 1200) windowBits = 8
  else if (termCount < 5000) windowBits = 9
  else windowBits = 10
}

@inline
function windowsOf(bits: u32): u32 {
  return (bits + windowBits - 1) / windowBits
}

/**
 * Sets a term: its affine addend and the `bytes` little-endian bytes of its scalar. Kept is the scalar +
 * Σ 2^(c-1) · 2^(c·i) over all windows: each window of it, less 2^(c-1), is a digit in [-2^(c-1), 2^(c-1)), and these
 * digits make up the scalar.
 */
export function setBucketTerm(term: u32, addendPtr: usize, scalarPtr: usize, bytes: usize): void {
  store<u32>(TERM_POINTERS + 4 * <usize>term, <u32>addendPtr)
  const shiftedPtr = SHIFTED_SCALARS + SHIFTED_BYTES * <usize>term
  const windows = windowsOf(bytes == SCALAR_BYTES ? LONG_BITS : SHORT_BITS)
  memory.fill(shiftedPtr, 0, SHIFTED_BYTES)
  for (let i: u32 = 0; i < windows; i++) {
    const position = windowBits * (i + 1) - 1
    const bytePtr = shiftedPtr + <usize>(position >> 3)
    store<u8>(bytePtr, load<u8>(bytePtr) | (<u8>1 << <u8>(position & 7)))
  }
  let carry: u64 = 0
  for (let i: usize = 0; i < SHIFTED_BYTES; i += 4) {
    carry += load<u32>(shiftedPtr + i)
    if (i < bytes) carry += load<u32>(scalarPtr + i)
    store<u32>(shiftedPtr + i, <u32>carry)
    carry >>= 32
  }
}

/** Digit `window` of a term. */
@inline
function digitOf(term: u32, window: u32): i32 {
  const position = window * windowBits
  const word = load<u32>(SHIFTED_SCALARS + SHIFTED_BYTES * <usize>term + <usize>(position >> 3)) >> (position & 7)
  return <i32>(word & ((1 << windowBits) - 1)) - (1 << (windowBits - 1))
}

/** Adds a term to the bucket of its digit, or lets it wait for the next, to be added with it. */
@inline
function fillBucket(term: u32, digit: i32): void {
  const bucket = <usize>(abs(digit) - 1)
  const bucketPtr = BUCKETS + POINT_BYTES * bucket
  const addendPtr = <usize>load<u32>(TERM_POINTERS + 4 * <usize>term)
  if (load<u8>(BUCKET_USES + bucket) == 0) {
    store<u8>(BUCKET_USES + bucket, 1)
    setToAddend(bucketPtr, addendPtr, digit < 0)
  } else if (waitingBucket == 0) {
    waitingBucket = bucketPtr
    waitingAddend = addendPtr
    waitingNegative = digit < 0
  } else if (waitingBucket == bucketPtr) {
    addAddend(bucketPtr, addendPtr, digit < 0)
  } else {
    addAffinePair(waitingBucket, waitingAddend, waitingNegative, bucketPtr, addendPtr, digit < 0)
    waitingBucket = 0
  }
}

/**
 * out += Σ (i + 1) · bucket i: from the last bucket down, the sum of all buckets so far is added to a total at each
 * step. That sum is kept in the bucket itself, and its addend serves both additions.
 */
function addBuckets(outPtr: usize): void {
  let isStarted = false
  for (let i: usize = 1 << (windowBits - 1); i > 0; i--) {
    const bucketPtr = BUCKETS + POINT_BYTES * (i - 1)
    const isUsed = load<u8>(BUCKET_USES + i - 1) != 0
    if (!isStarted) {
      if (!isUsed) continue
      isStarted = true
      makeAddend(ADDEND, bucketPtr)
      copyPoint(BUCKET_TOTAL, bucketPtr)
      continue
    }
    if (isUsed) {
      addAddend(bucketPtr, ADDEND, false)
      makeAddend(ADDEND, bucketPtr)
    }
    addAddend(BUCKET_TOTAL, ADDEND, false)
  }
  if (!isStarted) return
  makeAddend(ADDEND, BUCKET_TOTAL)
  addAddend(outPtr, ADDEND, false)
}

/** out = Σ of the terms [0, count), of which the first `longCount` have scalars of 32 bytes, the others of 16. */
export function sumByPippenger(outPtr: usize, count: u32, longCount: u32): void {
  const shortWindows = windowsOf(SHORT_BITS)
  setIdentity(outPtr)
  for (let window = longCount > 0 ? windowsOf(LONG_BITS) : shortWindows; window-- > 0; ) {
    doubleTimes(outPtr, windowBits)
    memory.fill(BUCKET_USES, 0, BUCKETS_MAX)
    waitingBucket = 0
    const end = window < shortWindows ? count : longCount
    for (let term: u32 = 0; term < end; term++) {
      const digit = digitOf(term, window)
      if (digit != 0) fillBucket(term, digit)
    }
    if (waitingBucket != 0) addAddend(waitingBucket, waitingAddend, waitingNegative)
    addBuckets(outPtr)
  }
}
