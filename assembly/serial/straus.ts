/**
 * Σ [s]P by Straus's method: all terms share the doublings, each adds odd multiples of its point where its signed
 * digits (width-w non-adjacent form) are not zero. For a single check and for small batches; B has a wider table,
 * made once.
 */
import {
  BASE_TABLE,
  BASE_TABLE_COUNT,
  DIGITS_BYTES,
  POINT_BYTES,
  SCALAR_BYTES,
  SCALAR_SCRATCH,
  STRAUS_DIGITS,
  STRAUS_TABLES,
  STRAUS_TABLE_COUNT,
  STRAUS_TERMS_MAX,
  TABLE_SCRATCH,
  TERM_POINTERS,
  TERM_SCALARS,
} from './memory-map'
import { BASE_POINT, addPoint, doublePoint, doubleTimes, makeAddend, setIdentity, subtractPoint } from './points'

/** Eight odd multiples are 1, 3, … 15: digits of width 5. Sixty-four are 1, 3, … 127: width 8. */
const WINDOW_BITS: u32 = 5
const BASE_WINDOW_BITS: u32 = 8
const DIGITS: u32 = 257
const BASE_DIGITS = STRAUS_DIGITS + DIGITS_BYTES * <usize>STRAUS_TERMS_MAX
const PADDED_SCALAR = SCALAR_SCRATCH + 256
const MULTIPLE = TABLE_SCRATCH
const TWICE = TABLE_SCRATCH + POINT_BYTES

/** table = P, 3P, 5P, …: `count` addends. */
function makeOddMultiples(tablePtr: usize, count: u32, pointPtr: usize): void {
  doublePoint(MULTIPLE, pointPtr)
  makeAddend(TWICE, MULTIPLE)
  memory.copy(MULTIPLE, pointPtr, POINT_BYTES)
  makeAddend(tablePtr, MULTIPLE)
  for (let i: u32 = 1; i < count; i++) {
    addPoint(MULTIPLE, MULTIPLE, TWICE)
    makeAddend(tablePtr + POINT_BYTES * <usize>i, MULTIPLE)
  }
}

/** Makes the table of B. Called once, before anything else here. */
export function makeBaseTable(): void {
  makeOddMultiples(BASE_TABLE, BASE_TABLE_COUNT, BASE_POINT)
}

/**
 * Digits of a scalar below 2^255: 257 bytes, digit i of weight 2^i, zero or odd and below 2^(width-1) in size, any
 * two that are not zero at least `width` apart.
 */
function makeDigits(digitsPtr: usize, scalarPtr: usize, width: u32): void {
  memory.fill(digitsPtr, 0, DIGITS_BYTES)
  memory.copy(PADDED_SCALAR, scalarPtr, SCALAR_BYTES)
  store<u64>(PADDED_SCALAR + SCALAR_BYTES, 0)
  const modulus: u32 = 1 << width
  let carry: u32 = 0
  let position: u32 = 0
  while (position < DIGITS) {
    const bits = load<u32>(PADDED_SCALAR + <usize>(position >> 3)) >> (position & 7)
    const window = (bits & (modulus - 1)) + carry
    if (!(window & 1)) {
      position++
      continue
    }
    carry = <u32>(window > modulus / 2)
    store<i8>(digitsPtr + position, <i8>(window - (carry << width)))
    position += width
  }
}

@inline
function addMultiple(outPtr: usize, tablePtr: usize, digit: i32): void {
  if (digit > 0) addPoint(outPtr, outPtr, tablePtr + POINT_BYTES * <usize>(digit >> 1))
  else subtractPoint(outPtr, outPtr, tablePtr + POINT_BYTES * <usize>(-digit >> 1))
}

/** out = Σ of the first `count` terms, at most STRAUS_TERMS_MAX, + [base scalar]B. */
export function sumByStraus(outPtr: usize, count: u32, baseScalarPtr: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    makeDigits(STRAUS_DIGITS + DIGITS_BYTES * <usize>i, TERM_SCALARS + SCALAR_BYTES * <usize>i, WINDOW_BITS)
    makeOddMultiples(
      STRAUS_TABLES + POINT_BYTES * <usize>(STRAUS_TABLE_COUNT * i),
      STRAUS_TABLE_COUNT,
      load<u32>(TERM_POINTERS + 4 * <usize>i),
    )
  }
  makeDigits(BASE_DIGITS, baseScalarPtr, BASE_WINDOW_BITS)
  setIdentity(outPtr)
  // Doublings wait until a digit needs them, so that only the last of a run makes T.
  let doublings: u32 = 0
  for (let position: i32 = DIGITS - 1; position >= 0; position--) {
    doublings++
    for (let i: u32 = 0; i < count; i++) {
      const digit = load<i8>(STRAUS_DIGITS + DIGITS_BYTES * <usize>i + position)
      if (digit == 0) continue
      doubleTimes(outPtr, doublings)
      doublings = 0
      addMultiple(outPtr, STRAUS_TABLES + POINT_BYTES * <usize>(STRAUS_TABLE_COUNT * i), digit)
    }
    const digit = load<i8>(BASE_DIGITS + position)
    if (digit == 0) continue
    doubleTimes(outPtr, doublings)
    doublings = 0
    addMultiple(outPtr, BASE_TABLE, digit)
  }
  doubleTimes(outPtr, doublings)
}
