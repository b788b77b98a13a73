/**
 * Σ [s]P by Straus's method: all terms share the doublings, and each adds odd multiples of its point where its signed
 * digits (width-w non-adjacent form) are not zero. For single checks and small batches.
 */
import { POINT_BYTES, STRAUS_DIGITS, STRAUS_ROWS, STRAUS_TABLES, STRAUS_TABLE_COUNT, TERM_POINTERS } from './memory-map'
import { addAddend, double } from './generated/points'
import { setIdentity } from './points'
import { makeShortTable } from './tables'

/** Digits for a table of eight odd multiples: below 16 in size. */
const SHORT_TABLE_WIDTH: u32 = 4

let termCount: u32 = 0
/** Bytes of a row: room for the terms announced, in eights. */
let rowBytes: usize = 0
/** One more than the highest row with a digit. */
let rowCount: u32 = 0

/** Starts a sum of at most `termsMax` terms, which is at most STRAUS_TERMS_MAX. */
export function beginStraus(termsMax: u32): void {
  termCount = 0
  rowCount = 0
  rowBytes = (<usize>termsMax + 7) & ~7
  memory.fill(STRAUS_DIGITS, 0, rowBytes * <usize>STRAUS_ROWS)
}

/**
 * Adds a term: a table of 2^(width-2) odd multiples, and the `bits` bits of a scalar at `scalarPtr`, a multiple of 64.
 */
export function addTableTerm(tablePtr: usize, width: u32, scalarPtr: usize, bits: u32): void {
  store<u32>(TERM_POINTERS + 4 * <usize>termCount, <u32>tablePtr)
  const digitsPtr = STRAUS_DIGITS + <usize>termCount
  const modulus: u32 = 1 << width
  let carry: u32 = 0
  let position: u32 = 0
  while (position <= bits) {
    const window = (bitsAt(scalarPtr, bits, position) & (modulus - 1)) + carry
    if (!(window & 1)) {
      position++
      continue
    }
    carry = <u32>(window > modulus / 2)
    store<i8>(digitsPtr + rowBytes * <usize>position, <i8>(window - (carry << width)))
    rowCount = max(rowCount, position + 1)
    position += width
  }
  termCount++
}

/** The bits of the scalar from `position` up, at least ten of them; zeros past its end. */
@inline
function bitsAt(scalarPtr: usize, bits: u32, position: u32): u32 {
  if (position >= bits) return 0
  const word = position >> 6
  const shift = position & 63
  let window = load<u64>(scalarPtr + 8 * <usize>word) >> shift
  if (shift > 48 && ((word + 1) << 6) < bits) window |= load<u64>(scalarPtr + 8 * <usize>word, 8) << (64 - shift)
  return <u32>window
}

/** Adds a term for the addend of a point without a table. */
export function addPointTerm(addendPtr: usize, scalarPtr: usize, bits: u32): void {
  const tablePtr = STRAUS_TABLES + POINT_BYTES * <usize>(STRAUS_TABLE_COUNT * termCount)
  makeShortTable(tablePtr, addendPtr)
  addTableTerm(tablePtr, SHORT_TABLE_WIDTH, scalarPtr, bits)
}

@inline
function addDigit(outPtr: usize, term: usize, digit: i32): void {
  const tablePtr = <usize>load<u32>(TERM_POINTERS + 4 * term)
  addAddend(outPtr, tablePtr + POINT_BYTES * <usize>(abs(digit) >> 1), digit < 0)
}

/** out = Σ of the terms added since `beginStraus`. */
export function sumByStraus(outPtr: usize): void {
  setIdentity(outPtr)
  for (let row = rowCount; row-- > 0; ) {
    double(outPtr)
    const rowPtr = STRAUS_DIGITS + rowBytes * <usize>row
    for (let term: usize = 0; term < termCount; term += 8) {
      if (load<u64>(rowPtr + term) == 0) continue
      for (let i = term; i < term + 8; i++) {
        const digit = load<i8>(rowPtr + i)
        if (digit != 0) addDigit(outPtr, i, digit)
      }
    }
  }
}
