/**
 * The field GF(p), p = 2^255 - 19 (RFC 8032 5.1). An element is ten signed limbs of 26 and 25 bits in turn, each
 * stored as an i32: value = Σ limb[i] · 2^⌈25.5 i⌉, 40 bytes. Products of limbs are exact in an i64.
 *
 * Bounds. Let B be 2^25 for an even limb and 2^24 for an odd one. `multiply`, `square`, `carryLimbs`, `decode` and
 * what is made of them give *tight* elements: |limb| <= 1.01 B. `add`, `subtract` and `negate` do not carry: their
 * limbs are as large as the operands' together. `multiply` and `square` take *loose* elements: sums of up to seven
 * tight ones, |limb| <= 7.1 B. Then a column is at most (7.1 · 2^25)² · 124.5 < 2^62.7, where 124.5 counts an even
 * column's products: 1, 4 · 19 of two even limbs, and 5 · 19 · 2 / 4 of two odd ones. Other columns are smaller.
 *
 * Nothing here is constant time: only public values are computed on.
 */
import { FIELD_BYTES, FIELD_SCRATCH } from './memory-map'

const MASK_26: u32 = (1 << 26) - 1
const MASK_25: u32 = (1 << 25) - 1
const HALF_26: i64 = 1 << 25
const HALF_25: i64 = 1 << 24

/** d = -121665/121666, the curve's constant. */
export const D = memory.data<i32>([
  56195235, 13857412, 51736253, 6949390, 114729, 24766616, 60832955, 30306712, 48412415, 21499315,
])
/** 2d, as additions use it. */
export const D2 = memory.data<i32>([
  45281625, 27714825, 36363642, 13898781, 229458, 15978800, 54557047, 27058993, 29715967, 9444199,
])
/** The square root of -1 that is 2^((p-1)/4). */
export const SQRT_MINUS_ONE = memory.data<i32>([
  34513072, 25610706, 9377949, 3500415, 12389472, 33281959, 41962654, 31548777, 326685, 11406482,
])

@inline
function limb(ptr: usize, index: usize): i64 {
  return load<i32>(ptr + 4 * index)
}

@inline
function storeLimbs(
  outPtr: usize,
  h0: i64, h1: i64, h2: i64, h3: i64, h4: i64, h5: i64, h6: i64, h7: i64, h8: i64, h9: i64,
): void {
  let carry: i64
  // Two chains, from limb 0 and from limb 4, that do not wait for each other; then around the top.
  carry = (h0 + HALF_26) >> 26
  h1 += carry
  h0 -= carry << 26
  carry = (h4 + HALF_26) >> 26
  h5 += carry
  h4 -= carry << 26
  carry = (h1 + HALF_25) >> 25
  h2 += carry
  h1 -= carry << 25
  carry = (h5 + HALF_25) >> 25
  h6 += carry
  h5 -= carry << 25
  carry = (h2 + HALF_26) >> 26
  h3 += carry
  h2 -= carry << 26
  carry = (h6 + HALF_26) >> 26
  h7 += carry
  h6 -= carry << 26
  carry = (h3 + HALF_25) >> 25
  h4 += carry
  h3 -= carry << 25
  carry = (h7 + HALF_25) >> 25
  h8 += carry
  h7 -= carry << 25
  carry = (h4 + HALF_26) >> 26
  h5 += carry
  h4 -= carry << 26
  carry = (h8 + HALF_26) >> 26
  h9 += carry
  h8 -= carry << 26
  carry = (h9 + HALF_25) >> 25
  h0 += 19 * carry
  h9 -= carry << 25
  carry = (h0 + HALF_26) >> 26
  h1 += carry
  h0 -= carry << 26
  store<i32>(outPtr, <i32>h0)
  store<i32>(outPtr, <i32>h1, 4)
  store<i32>(outPtr, <i32>h2, 8)
  store<i32>(outPtr, <i32>h3, 12)
  store<i32>(outPtr, <i32>h4, 16)
  store<i32>(outPtr, <i32>h5, 20)
  store<i32>(outPtr, <i32>h6, 24)
  store<i32>(outPtr, <i32>h7, 28)
  store<i32>(outPtr, <i32>h8, 32)
  store<i32>(outPtr, <i32>h9, 36)
}

/** out = value, a small integer. */
export function setSmall(outPtr: usize, value: i32): void {
  memory.fill(outPtr, 0, FIELD_BYTES)
  store<i32>(outPtr, value)
}

/** out = a. */
export function copyField(outPtr: usize, aPtr: usize): void {
  memory.copy(outPtr, aPtr, FIELD_BYTES)
}

/** out = a with tight limbs. */
export function carryLimbs(outPtr: usize, aPtr: usize): void {
  storeLimbs(
    outPtr,
    limb(aPtr, 0), limb(aPtr, 1), limb(aPtr, 2), limb(aPtr, 3), limb(aPtr, 4),
    limb(aPtr, 5), limb(aPtr, 6), limb(aPtr, 7), limb(aPtr, 8), limb(aPtr, 9),
  )
}

/** out = a + b, without carrying. */
export function add(outPtr: usize, aPtr: usize, bPtr: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) store<i32>(outPtr + i, load<i32>(aPtr + i) + load<i32>(bPtr + i))
}

/** out = a - b, without carrying. */
export function subtract(outPtr: usize, aPtr: usize, bPtr: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) store<i32>(outPtr + i, load<i32>(aPtr + i) - load<i32>(bPtr + i))
}

/** out = -a. */
export function negate(outPtr: usize, aPtr: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 4) store<i32>(outPtr + i, -load<i32>(aPtr + i))
}

/** out = a · b. `out` may be an operand. */
export function multiply(outPtr: usize, aPtr: usize, bPtr: usize): void {
  const a0 = limb(aPtr, 0), a1 = limb(aPtr, 1), a2 = limb(aPtr, 2), a3 = limb(aPtr, 3), a4 = limb(aPtr, 4)
  const a5 = limb(aPtr, 5), a6 = limb(aPtr, 6), a7 = limb(aPtr, 7), a8 = limb(aPtr, 8), a9 = limb(aPtr, 9)
  const b0 = limb(bPtr, 0), b1 = limb(bPtr, 1), b2 = limb(bPtr, 2), b3 = limb(bPtr, 3), b4 = limb(bPtr, 4)
  const b5 = limb(bPtr, 5), b6 = limb(bPtr, 6), b7 = limb(bPtr, 7), b8 = limb(bPtr, 8), b9 = limb(bPtr, 9)
  const b1x19 = 19 * b1, b2x19 = 19 * b2, b3x19 = 19 * b3, b4x19 = 19 * b4, b5x19 = 19 * b5
  const b6x19 = 19 * b6, b7x19 = 19 * b7, b8x19 = 19 * b8, b9x19 = 19 * b9
  const a1x2 = 2 * a1, a3x2 = 2 * a3, a5x2 = 2 * a5, a7x2 = 2 * a7, a9x2 = 2 * a9
  const h0 =
    a0 * b0 + a1x2 * b9x19 + a2 * b8x19 + a3x2 * b7x19 + a4 * b6x19 +
    a5x2 * b5x19 + a6 * b4x19 + a7x2 * b3x19 + a8 * b2x19 + a9x2 * b1x19
  const h1 =
    a0 * b1 + a1 * b0 + a2 * b9x19 + a3 * b8x19 + a4 * b7x19 +
    a5 * b6x19 + a6 * b5x19 + a7 * b4x19 + a8 * b3x19 + a9 * b2x19
  const h2 =
    a0 * b2 + a1x2 * b1 + a2 * b0 + a3x2 * b9x19 + a4 * b8x19 +
    a5x2 * b7x19 + a6 * b6x19 + a7x2 * b5x19 + a8 * b4x19 + a9x2 * b3x19
  const h3 =
    a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + a4 * b9x19 +
    a5 * b8x19 + a6 * b7x19 + a7 * b6x19 + a8 * b5x19 + a9 * b4x19
  const h4 =
    a0 * b4 + a1x2 * b3 + a2 * b2 + a3x2 * b1 + a4 * b0 +
    a5x2 * b9x19 + a6 * b8x19 + a7x2 * b7x19 + a8 * b6x19 + a9x2 * b5x19
  const h5 =
    a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 +
    a5 * b0 + a6 * b9x19 + a7 * b8x19 + a8 * b7x19 + a9 * b6x19
  const h6 =
    a0 * b6 + a1x2 * b5 + a2 * b4 + a3x2 * b3 + a4 * b2 +
    a5x2 * b1 + a6 * b0 + a7x2 * b9x19 + a8 * b8x19 + a9x2 * b7x19
  const h7 =
    a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 +
    a5 * b2 + a6 * b1 + a7 * b0 + a8 * b9x19 + a9 * b8x19
  const h8 =
    a0 * b8 + a1x2 * b7 + a2 * b6 + a3x2 * b5 + a4 * b4 +
    a5x2 * b3 + a6 * b2 + a7x2 * b1 + a8 * b0 + a9x2 * b9x19
  const h9 =
    a0 * b9 + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 +
    a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + a9 * b0
  storeLimbs(outPtr, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9)
}

/** out = a². `out` may be `a`. */
export function square(outPtr: usize, aPtr: usize): void {
  const a0 = limb(aPtr, 0), a1 = limb(aPtr, 1), a2 = limb(aPtr, 2), a3 = limb(aPtr, 3), a4 = limb(aPtr, 4)
  const a5 = limb(aPtr, 5), a6 = limb(aPtr, 6), a7 = limb(aPtr, 7), a8 = limb(aPtr, 8), a9 = limb(aPtr, 9)
  const a0x2 = 2 * a0, a1x2 = 2 * a1, a2x2 = 2 * a2, a3x2 = 2 * a3, a4x2 = 2 * a4
  const a5x2 = 2 * a5, a6x2 = 2 * a6, a7x2 = 2 * a7, a8x2 = 2 * a8, a9x2 = 2 * a9
  const a1x4 = 4 * a1, a3x4 = 4 * a3, a5x4 = 4 * a5, a7x4 = 4 * a7
  const a5x19 = 19 * a5, a6x19 = 19 * a6, a7x19 = 19 * a7, a8x19 = 19 * a8, a9x19 = 19 * a9
  const h0 =
    a0 * a0 + a1x4 * a9x19 + a2x2 * a8x19 + a3x4 * a7x19 + a4x2 * a6x19 + a5x2 * a5x19
  const h1 =
    a0x2 * a1 + a2x2 * a9x19 + a3x2 * a8x19 + a4x2 * a7x19 + a5x2 * a6x19
  const h2 =
    a0x2 * a2 + a1x2 * a1 + a3x4 * a9x19 + a4x2 * a8x19 + a5x4 * a7x19 + a6 * a6x19
  const h3 =
    a0x2 * a3 + a1x2 * a2 + a4x2 * a9x19 + a5x2 * a8x19 + a6x2 * a7x19
  const h4 =
    a0x2 * a4 + a1x4 * a3 + a2 * a2 + a5x4 * a9x19 + a6x2 * a8x19 + a7x2 * a7x19
  const h5 =
    a0x2 * a5 + a1x2 * a4 + a2x2 * a3 + a6x2 * a9x19 + a7x2 * a8x19
  const h6 =
    a0x2 * a6 + a1x4 * a5 + a2x2 * a4 + a3x2 * a3 + a7x4 * a9x19 + a8 * a8x19
  const h7 =
    a0x2 * a7 + a1x2 * a6 + a2x2 * a5 + a3x2 * a4 + a8x2 * a9x19
  const h8 =
    a0x2 * a8 + a1x4 * a7 + a2x2 * a6 + a3x4 * a5 + a4 * a4 + a9x2 * a9x19
  const h9 =
    a0x2 * a9 + a1x2 * a8 + a2x2 * a7 + a3x2 * a6 + a4x2 * a5
  storeLimbs(outPtr, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9)
}

/** out = the 255 low bits of 32 little-endian bytes, modulo p: any y is taken, also p..2^255-1 (ZIP-215). */
export function decode(outPtr: usize, ptr: usize): void {
  const h0 = <i64>((load<u32>(ptr, 0) >>> 0) & MASK_26)
  const h1 = <i64>((load<u32>(ptr, 3) >>> 2) & MASK_25)
  const h2 = <i64>((load<u32>(ptr, 6) >>> 3) & MASK_26)
  const h3 = <i64>((load<u32>(ptr, 9) >>> 5) & MASK_25)
  const h4 = <i64>((load<u32>(ptr, 12) >>> 6) & MASK_26)
  const h5 = <i64>((load<u32>(ptr, 16) >>> 0) & MASK_25)
  const h6 = <i64>((load<u32>(ptr, 19) >>> 1) & MASK_26)
  const h7 = <i64>((load<u32>(ptr, 22) >>> 3) & MASK_25)
  const h8 = <i64>((load<u32>(ptr, 25) >>> 4) & MASK_26)
  const h9 = <i64>((load<u32>(ptr, 28) >>> 6) & MASK_25)
  storeLimbs(outPtr, h0, h1, h2, h3, h4, h5, h6, h7, h8, h9)
}

/** The one encoding of `a` below p, 32 little-endian bytes. `a` is tight. */
export function encode(outPtr: usize, aPtr: usize): void {
  // q = ⌊a/p⌋ is -1, 0 or 1: the carry that comes out at the top of a + 19·2^-255·a, rounded.
  let q = (19 * limb(aPtr, 9) + HALF_25) >> 25
  for (let i: usize = 0; i < 10; i++) q = (limb(aPtr, i) + q) >> (26 - (i & 1))
  // a - q·p = a + 19q - q·2^255: add 19q, carry to limbs in [0, 2^26) and [0, 2^25), drop what leaves the top.
  let carry: i64 = 19 * q
  let accumulator: u64 = 0
  let bits: u64 = 0
  let byte: usize = 0
  for (let i: usize = 0; i < 10; i++) {
    const width: u64 = 26 - (i & 1)
    const value = limb(aPtr, i) + carry
    carry = value >> width
    accumulator |= <u64>(value - (carry << width)) << bits
    bits += width
    while (bits >= 8) {
      store<u8>(outPtr + byte, <u8>accumulator)
      byte++
      accumulator >>= 8
      bits -= 8
    }
  }
  store<u8>(outPtr + byte, <u8>accumulator)
}

const ENCODED = FIELD_SCRATCH
const DIFFERENCE = ENCODED + 32

/** Whether a = 0 modulo p. `a` is loose. */
export function isZero(aPtr: usize): bool {
  carryLimbs(DIFFERENCE, aPtr)
  encode(ENCODED, DIFFERENCE)
  return (load<u64>(ENCODED) | load<u64>(ENCODED, 8) | load<u64>(ENCODED, 16) | load<u64>(ENCODED, 24)) == 0
}

/** Whether a = b modulo p. Both are tight. */
export function isEqual(aPtr: usize, bPtr: usize): bool {
  subtract(DIFFERENCE, aPtr, bPtr)
  return isZero(DIFFERENCE)
}

/** Whether a, reduced, is odd: the sign of RFC 8032. `a` is tight. */
export function isOdd(aPtr: usize): bool {
  encode(ENCODED, aPtr)
  return <bool>(load<u8>(ENCODED) & 1)
}
