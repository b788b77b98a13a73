/**
 * Points of edwards25519 in the SIMD build; forms and formulas stand in generate/points.mjs. Here: decoding two
 * points at once, one a lane, or four, and what is asked of sums.
 */
import {
  ELEMENT_BYTES,
  POINT_BYTES,
  POWER,
  ROOTS,
  ROOTS_BYTES,
  ROOT_FACTOR,
  ROOT_MINUS,
  ROOT_PLUS,
  SECOND_ROOTS,
  VALUE,
  Y,
} from './memory-map'
import { ONE, ROOT_OF_MINUS_ONE } from './generated/constants'
import { isOddLane, isZeroLane } from './field'
import { decodeLane } from './generated/field'
import { double } from './generated/points'
import {
  findRootCandidates,
  fixRoots,
  makeAffineAddends,
  prepareRoots,
  raiseBothToRootExponent,
  raiseToRootExponent,
} from './generated/roots'

const LANE_BYTES: usize = 8
const LIMB_BYTES: usize = 16

/** What `decodePair` says of its two points. */
export const FIRST_IS_POINT: u32 = 1
const SECOND_IS_POINT: u32 = 2

/** Copies a lane of a constant. */
@inline
function copyLane(outPtr: usize, ptr: usize): void {
  for (let i: usize = 0; i < ELEMENT_BYTES; i += LIMB_BYTES) store<f64>(outPtr + i, load<f64>(ptr + i))
}

/** Chooses between 1 and √-1 as the factor that makes the root; false where there is none. */
function chooseRoot(lane: usize): bool {
  const isRoot = isZeroLane(ROOT_MINUS + lane)
  copyLane(ROOT_FACTOR + lane, isRoot ? ONE : ROOT_OF_MINUS_ONE)
  return isRoot || isZeroLane(ROOT_PLUS + lane)
}

/** The sign bit to flip where the root at `lane` is not the one that the encoding at `ptr` names. */
@inline
function signToFlip(lane: usize, ptr: usize): u64 {
  return <u64>(isOddLane(POWER + lane) != <bool>(load<u8>(ptr, 31) >> 7)) << 63
}

/** ROOTS, from two encodings. */
@inline
function beginDecoding(firstPtr: usize, secondPtr: usize): void {
  decodeLane(Y, firstPtr)
  decodeLane(Y + LANE_BYTES, secondPtr)
  prepareRoots()
}

/** The affine addends of two encodings, from ROOTS, the power being raised; says which of them are points. */
function endDecoding(firstOut: usize, firstPtr: usize, secondOut: usize, secondPtr: usize): u32 {
  findRootCandidates()
  const found = (chooseRoot(0) ? FIRST_IS_POINT : 0) | (chooseRoot(LANE_BYTES) ? SECOND_IS_POINT : 0)
  fixRoots()
  makeAffineAddends(firstOut, secondOut, signToFlip(0, firstPtr), signToFlip(LANE_BYTES, secondPtr))
  return found
}

/**
 * Decodes two encodings as ZIP-215 does into affine addends. Returns which of them are points; what is written for
 * the other is meaningless.
 */
export function decodePair(firstOut: usize, firstPtr: usize, secondOut: usize, secondPtr: usize): u32 {
  beginDecoding(firstPtr, secondPtr)
  raiseToRootExponent()
  return endDecoding(firstOut, firstPtr, secondOut, secondPtr)
}

/** Of a list of what to decode, u32 × 2 each: encoding number `index`. */
@inline
function encodingOf(decodings: usize, index: usize): usize {
  return load<u32>(decodings + 8 * index)
}

/** And where its addend goes. */
@inline
function addendOf(decodings: usize, index: usize): usize {
  return load<u32>(decodings + 8 * index, 4)
}

/** Decodes the first two of a list; bit i of the answer says whether number i is a point. */
export function decodeTwo(decodings: usize): u32 {
  return decodePair(
    addendOf(decodings, 0),
    encodingOf(decodings, 0),
    addendOf(decodings, 1),
    encodingOf(decodings, 1),
  )
}

/** Decodes the first four of a list in the same way; the powers of the two pairs are raised in turns. */
export function decodeFour(decodings: usize): u32 {
  beginDecoding(encodingOf(decodings, 0), encodingOf(decodings, 1))
  memory.copy(SECOND_ROOTS, ROOTS, ROOTS_BYTES)
  beginDecoding(encodingOf(decodings, 2), encodingOf(decodings, 3))
  raiseBothToRootExponent()
  const last = endDecoding(
    addendOf(decodings, 2),
    encodingOf(decodings, 2),
    addendOf(decodings, 3),
    encodingOf(decodings, 3),
  )
  memory.copy(ROOTS, SECOND_ROOTS, ROOTS_BYTES)
  const first = endDecoding(
    addendOf(decodings, 0),
    encodingOf(decodings, 0),
    addendOf(decodings, 1),
    encodingOf(decodings, 1),
  )
  return first | (last << 2)
}

/** p = the identity. */
export function setIdentity(pointPtr: usize): void {
  memory.fill(pointPtr, 0, POINT_BYTES)
  store<f64>(pointPtr, 1, LANE_BYTES)
  store<f64>(pointPtr + ELEMENT_BYTES, 1, LANE_BYTES)
}

export function copyPoint(outPtr: usize, pointPtr: usize): void {
  memory.copy(outPtr, pointPtr, POINT_BYTES)
}

export function doubleTimes(pointPtr: usize, times: u32): void {
  for (let i: u32 = 0; i < times; i++) double(pointPtr)
}

/** Whether p is the identity: X = 0 and Y = Z. */
export function isIdentity(pointPtr: usize): bool {
  for (let i: usize = 0; i < ELEMENT_BYTES; i += LIMB_BYTES) {
    store<f64>(VALUE + i, load<f64>(pointPtr + i, LANE_BYTES) - load<f64>(pointPtr + ELEMENT_BYTES + i, LANE_BYTES))
  }
  return isZeroLane(pointPtr) && isZeroLane(VALUE)
}

/** Whether [8]p is the identity, which is what the cofactored equation asks. Overwrites p. */
export function isSmallOrder(pointPtr: usize): bool {
  doubleTimes(pointPtr, 3)
  return isIdentity(pointPtr)
}
