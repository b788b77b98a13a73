/**
 * Points of edwards25519, -x² + y² = 1 + d x² y² (RFC 8032 5.1), in two forms of four field elements (160 bytes):
 * - *extended* (X, Y, Z, T): x = X/Z, y = Y/Z, xy = T/Z. All tight.
 * - *addend* (Y+X, Y-X, 2Z, 2dT): what a point is turned into before it is added. 2 tight, 2 tight, 2 tight, tight.
 *
 * Formulas: Hisil, Wong, Carter, Dawson 2008, sections 3.1 and 3.3, complete on this curve for all inputs, points of
 * small order included. Decoding is ZIP-215's: any 255-bit y, and x = 0 with either sign.
 */
import { FIELD_BYTES, POINT_BYTES, POINT_SCRATCH } from './memory-map'
import {
  D,
  D2,
  SQRT_MINUS_ONE,
  add,
  copyField,
  decode,
  encode,
  isEqual,
  isOdd,
  isZero,
  multiply,
  negate,
  setSmall,
  square,
  subtract,
} from './field'
import { invert, raiseForRoot } from './powers'

const X: usize = 0
const Y: usize = FIELD_BYTES
const Z: usize = 2 * FIELD_BYTES
const T: usize = 3 * FIELD_BYTES

// Scratch, named as in the formulas.
const A = POINT_SCRATCH
const B = A + FIELD_BYTES
const C = B + FIELD_BYTES
const E = C + FIELD_BYTES
const F = E + FIELD_BYTES
const G = F + FIELD_BYTES
const H = G + FIELD_BYTES
const U = H + FIELD_BYTES
const V = U + FIELD_BYTES
const ONE = V + FIELD_BYTES

/** The base point (RFC 8032 5.1), extended. */
export const BASE_POINT = memory.data<i32>([
  52811034, 25909283, 16144682, 17082669, 27570973, 30858332, 40966398, 8378388, 20764389, 8758491, // X
  40265304, 26843545, 13421772, 20132659, 26843545, 6710886, 53687091, 13421772, 40265318, 26843545, // Y
  1, 0, 0, 0, 0, 0, 0, 0, 0, 0, // Z
  28827043, 27438313, 39759291, 244362, 8635006, 11264893, 19351346, 13413597, 16611511, 27139452, // T
])

/** out = the identity, extended. */
export function setIdentity(outPtr: usize): void {
  setSmall(outPtr + X, 0)
  setSmall(outPtr + Y, 1)
  setSmall(outPtr + Z, 1)
  setSmall(outPtr + T, 0)
}

/** out = p. */
export function copyPoint(outPtr: usize, pPtr: usize): void {
  memory.copy(outPtr, pPtr, POINT_BYTES)
}

/** p = -p, extended. */
export function negatePoint(pPtr: usize): void {
  negate(pPtr + X, pPtr + X)
  negate(pPtr + T, pPtr + T)
}

/** The addend form of an extended point. */
export function makeAddend(outPtr: usize, pPtr: usize): void {
  add(outPtr, pPtr + Y, pPtr + X)
  subtract(outPtr + FIELD_BYTES, pPtr + Y, pPtr + X)
  add(outPtr + 2 * FIELD_BYTES, pPtr + Z, pPtr + Z)
  multiply(outPtr + 3 * FIELD_BYTES, pPtr + T, D2)
}

/** out = p + q, or p - q: q is an addend, p and out extended. `out` may be p. 8 multiplications. */
@inline
function addOrSubtract(outPtr: usize, pPtr: usize, qPtr: usize, isSubtraction: bool): void {
  // -q is q with the first two elements changed over and 2dT negated, which changes F and G over.
  const sumPtr = isSubtraction ? qPtr + FIELD_BYTES : qPtr
  const differencePtr = isSubtraction ? qPtr : qPtr + FIELD_BYTES
  subtract(E, pPtr + Y, pPtr + X)
  add(H, pPtr + Y, pPtr + X)
  multiply(A, E, differencePtr)
  multiply(B, H, sumPtr)
  multiply(C, pPtr + T, qPtr + 3 * FIELD_BYTES)
  multiply(G, pPtr + Z, qPtr + 2 * FIELD_BYTES)
  subtract(E, B, A)
  add(H, B, A)
  if (isSubtraction) {
    add(F, G, C)
    subtract(G, G, C)
  } else {
    subtract(F, G, C)
    add(G, G, C)
  }
  multiply(outPtr + X, E, F)
  multiply(outPtr + Y, G, H)
  multiply(outPtr + Z, F, G)
  multiply(outPtr + T, E, H)
}

/** out = p + q; q is an addend, p and out are extended. `out` may be p. */
export function addPoint(outPtr: usize, pPtr: usize, qPtr: usize): void {
  addOrSubtract(outPtr, pPtr, qPtr, false)
}

/** out = p - q; q is an addend, p and out are extended. `out` may be p. */
export function subtractPoint(outPtr: usize, pPtr: usize, qPtr: usize): void {
  addOrSubtract(outPtr, pPtr, qPtr, true)
}

/** E, F, G, H of 2p (signs all changed, which the products undo). F is a sum of four tight elements, E of three. */
@inline
function prepareDouble(pPtr: usize): void {
  square(A, pPtr + X)
  square(B, pPtr + Y)
  square(C, pPtr + Z)
  add(H, A, B)
  add(E, pPtr + X, pPtr + Y)
  square(E, E)
  subtract(E, H, E)
  subtract(G, A, B)
  add(F, C, C)
  add(F, F, G)
}

/** out = 2p, both extended. `out` may be p. 4 squarings, 4 multiplications. */
export function doublePoint(outPtr: usize, pPtr: usize): void {
  prepareDouble(pPtr)
  multiply(outPtr + X, E, F)
  multiply(outPtr + Y, G, H)
  multiply(outPtr + Z, F, G)
  multiply(outPtr + T, E, H)
}

/** p = 2^times · p. T, which doubling does not read, is made only at the end. */
export function doubleTimes(pPtr: usize, times: u32): void {
  for (let i: u32 = 1; i < times; i++) {
    prepareDouble(pPtr)
    multiply(pPtr + X, E, F)
    multiply(pPtr + Y, G, H)
    multiply(pPtr + Z, F, G)
  }
  if (times > 0) doublePoint(pPtr, pPtr)
}

/** Whether p is the identity: x = 0 and y = 1. */
export function isIdentity(pPtr: usize): bool {
  return isZero(pPtr + X) && isEqual(pPtr + Y, pPtr + Z)
}

/** Whether [8]p is the identity, which is what the cofactored equation asks. Overwrites p. */
export function isSmallOrder(pPtr: usize): bool {
  doubleTimes(pPtr, 3)
  return isIdentity(pPtr)
}

/**
 * out = the point that 32 bytes encode, extended with Z = 1; false where they encode none. As ZIP-215 has it: y is
 * taken modulo p, and the sign bit may be set where x is 0.
 */
export function decodePoint(outPtr: usize, ptr: usize): bool {
  const yPtr = outPtr + Y
  const xPtr = outPtr + X
  setSmall(ONE, 1)
  decode(yPtr, ptr)
  // x² = u/v, u = y² - 1, v = d y² + 1. The candidate root is u v³ (u v⁷)^((p-5)/8) (RFC 8032 5.1.3).
  square(U, yPtr)
  multiply(V, U, D)
  subtract(U, U, ONE)
  add(V, V, ONE)
  square(A, V)
  multiply(A, A, V) // v³
  square(B, A)
  multiply(B, B, V) // v⁷
  multiply(B, B, U)
  raiseForRoot(C, B)
  multiply(C, C, A)
  multiply(xPtr, C, U)
  // v x² is u, or -u where the root is √-1 times the candidate, or there is none.
  square(A, xPtr)
  multiply(A, A, V)
  subtract(B, A, U)
  if (!isZero(B)) {
    add(B, A, U)
    if (!isZero(B)) return false
    multiply(xPtr, xPtr, SQRT_MINUS_ONE)
  }
  if (isOdd(xPtr) != <bool>(load<u8>(ptr, 31) >> 7)) negate(xPtr, xPtr)
  copyField(outPtr + Z, ONE)
  multiply(outPtr + T, xPtr, yPtr)
  return true
}

/** The one canonical encoding of an extended point (RFC 8032 5.1.2). */
export function encodePoint(outPtr: usize, pPtr: usize): void {
  invert(A, pPtr + Z)
  multiply(B, pPtr + X, A)
  multiply(A, pPtr + Y, A)
  const sign = isOdd(B)
  encode(outPtr, A)
  store<u8>(outPtr, load<u8>(outPtr, 31) | (<u8>sign << 7), 31)
}
