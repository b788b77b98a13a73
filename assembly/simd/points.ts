/**
 * Points of edwards25519 in the SIMD build; forms and formulas stand in generate/points.mjs. Here: decoding two
 * points at once, one a lane, and what is asked of sums.
 */
import {
  ELEMENT_BYTES,
  INVERSE,
  POINT_BYTES,
  POWER,
  PRODUCTS_AB,
  PRODUCTS_CD,
  ROOT_FACTOR,
  ROOT_MINUS,
  ROOT_PLUS,
  VALUE,
  Y,
} from './memory-map'
import { ONE, ROOT_OF_MINUS_ONE } from './generated/constants'
import { copyElement, isOddLane, isZeroLane } from './field'
import { decodeLane, multiply } from './generated/field'
import { double, makeAddend } from './generated/points'
import { findRootCandidates, fixRoots, invert, makeAffineAddends } from './generated/roots'

const LANE_BYTES: usize = 8
const LIMB_BYTES: usize = 16

/** What `decodePair` says of its two points. */
export const FIRST_IS_POINT: u32 = 1
export const SECOND_IS_POINT: u32 = 2

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

/**
 * Decodes two encodings as ZIP-215 does into affine addends. Returns which of them are points; what is written for
 * the other is meaningless.
 */
export function decodePair(firstOut: usize, firstPtr: usize, secondOut: usize, secondPtr: usize): u32 {
  decodeLane(Y, firstPtr)
  decodeLane(Y + LANE_BYTES, secondPtr)
  findRootCandidates()
  const found = (chooseRoot(0) ? FIRST_IS_POINT : 0) | (chooseRoot(LANE_BYTES) ? SECOND_IS_POINT : 0)
  fixRoots()
  makeAffineAddends(firstOut, secondOut, signToFlip(0, firstPtr), signToFlip(LANE_BYTES, secondPtr))
  return found
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
