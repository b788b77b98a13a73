/**
 * Tables of odd multiples, P, 3P, 5P, …, as affine addends: of A and of 2^128 A together, so that a 253-bit scalar
 * falls into two halves of 128 bits and sums need half the doublings. Also the odd multiples of points used once,
 * not worth an inversion.
 */
import {
  BASE_TABLE,
  BASE_TABLE_COUNT,
  ELEMENT_BYTES,
  HIGH_BASE_TABLE,
  INVERSE,
  MULTIPLE,
  POINT_BYTES,
  PREFIXES,
  SQUARE,
  STRAUS_TABLE_COUNT,
  TWICE,
  VALUE,
  Y,
} from './memory-map'
import { copyElement } from './field'
import { multiply } from './generated/field'
import { addAddend, double, makeAddend, setToAddend } from './generated/points'
import { invert } from './generated/roots'
import { copyPoint, decodePair, doubleTimes } from './points'

const LIMB_BYTES: usize = 16

/** The encoding of the base point (RFC 8032 5.1): y = 4/5. */
const BASE_ENCODING = memory.data<u64>([0x6666666666666658, 0x6666666666666666, 0x6666666666666666, 0x6666666666666666])

/** Writes P, 3P, … as points, `count` of them, P being in MULTIPLE; leaves the last in MULTIPLE. */
function writeOddMultiples(tablePtr: usize, count: u32): void {
  copyPoint(tablePtr, MULTIPLE)
  double(MULTIPLE)
  makeAddend(TWICE, MULTIPLE)
  copyPoint(MULTIPLE, tablePtr)
  for (let i: usize = 1; i < count; i++) {
    addAddend(MULTIPLE, TWICE, false)
    copyPoint(tablePtr + POINT_BYTES * i, MULTIPLE)
  }
}

/** out = (Z of the point at `firstPtr`, Z of the point at `secondPtr`). */
@inline
function pairZ(outPtr: usize, firstPtr: usize, secondPtr: usize): void {
  for (let i: usize = 0; i < ELEMENT_BYTES; i += LIMB_BYTES) {
    const first = v128.load(firstPtr + ELEMENT_BYTES + i)
    const second = v128.load(secondPtr + ELEMENT_BYTES + i)
    v128.store(outPtr + i, v128.shuffle<f64>(first, second, 1, 3))
  }
}

/** point = affine addend of it, given 1/Z in the lane at `inversePtr`. */
function makeAffine(pointPtr: usize, inversePtr: usize): void {
  for (let i: usize = 0; i < ELEMENT_BYTES; i += LIMB_BYTES) v128.store(Y + i, v128.load64_splat(inversePtr + i))
  multiply(TWICE, pointPtr, Y)
  multiply(TWICE + ELEMENT_BYTES, pointPtr + ELEMENT_BYTES, Y)
  makeAddend(pointPtr, TWICE)
}

/**
 * Turns `count` points at `firstPtr` and as many at `secondPtr` into affine addends, with one inversion: of the
 * product of all Z, from which each 1/Z is taken off in turn (Montgomery's trick). One table goes in each lane.
 */
function makeTablesAffine(firstPtr: usize, secondPtr: usize, count: u32): void {
  pairZ(PREFIXES, firstPtr, secondPtr)
  for (let i: usize = 1; i < count; i++) {
    pairZ(VALUE, firstPtr + POINT_BYTES * i, secondPtr + POINT_BYTES * i)
    multiply(PREFIXES + ELEMENT_BYTES * i, PREFIXES + ELEMENT_BYTES * (i - 1), VALUE)
  }
  copyElement(VALUE, PREFIXES + ELEMENT_BYTES * <usize>(count - 1))
  invert()
  for (let i: usize = count; i-- > 0; ) {
    const first = firstPtr + POINT_BYTES * i
    const second = secondPtr + POINT_BYTES * i
    copyElement(SQUARE, INVERSE)
    if (i > 0) {
      multiply(SQUARE, INVERSE, PREFIXES + ELEMENT_BYTES * (i - 1))
      pairZ(VALUE, first, second)
      multiply(INVERSE, INVERSE, VALUE)
    }
    makeAffine(first, SQUARE)
    makeAffine(second, SQUARE + 8)
  }
}

/** Tables of P and of 2^128 P, `count` odd multiples each, from the addend of P. */
export function makeTables(tablePtr: usize, highTablePtr: usize, count: u32, addendPtr: usize): void {
  setToAddend(MULTIPLE, addendPtr, false)
  copyPoint(tablePtr, MULTIPLE)
  doubleTimes(MULTIPLE, 128)
  writeOddMultiples(highTablePtr, count)
  copyPoint(MULTIPLE, tablePtr)
  writeOddMultiples(tablePtr, count)
  makeTablesAffine(tablePtr, highTablePtr, count)
}

/** The tables of B. Called once. */
export function makeBaseTables(): void {
  decodePair(BASE_TABLE, BASE_ENCODING, HIGH_BASE_TABLE, BASE_ENCODING)
  makeTables(BASE_TABLE, HIGH_BASE_TABLE, BASE_TABLE_COUNT, BASE_TABLE)
}

/** STRAUS_TABLE_COUNT odd multiples of P as addends that are not affine, from the addend of P. */
export function makeShortTable(tablePtr: usize, addendPtr: usize): void {
  setToAddend(MULTIPLE, addendPtr, false)
  writeOddMultiples(tablePtr, STRAUS_TABLE_COUNT)
  for (let i: usize = 0; i < STRAUS_TABLE_COUNT; i++) {
    const ptr = tablePtr + POINT_BYTES * i
    copyPoint(MULTIPLE, ptr)
    makeAddend(ptr, MULTIPLE)
  }
}
