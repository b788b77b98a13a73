/**
 * The combined equation of a range of checks: -[Σ z·S]B + Σ [z]R + Σ [z·k]A, z being 128-bit randomizers, the terms
 * of one key taken together. Decides between the two methods of summing, and says which tables stand in for points.
 */
import {
  BASE_COLUMNS,
  BASE_TABLE,
  CANDIDATE_DIGESTS,
  CANDIDATE_KEYS,
  CANDIDATE_R,
  CANDIDATE_S,
  COLUMNS_BYTES,
  DIGEST_BYTES,
  HALF_BYTES,
  HIGH_BASE_TABLE,
  KEY_COLUMNS,
  KEY_SUMS,
  POINT_BYTES,
  SCALAR_BYTES,
  SOUND,
  SUM_KEYS,
  SUM_SCALARS,
  TABLE_BYTES,
} from './memory-map'
import { RANDOM } from '../memory-map'
import { addAddend } from './generated/points'
import { addProduct, addWideProduct, reduceColumns } from './generated/scalars'
import { keyAddendPtr, keyTablePtr } from './key-cache'
import { chooseWindowBits, setBucketTerm, sumByPippenger } from './pippenger'
import { addPointTerm, addTableTerm, beginStraus, sumByStraus } from './straus'

/**
 * Up to this many checks, Straus is the faster. Measured in µs a check (decoding included), Straus and Pippenger: by 32
 * signers, 16 checks 26.8 and 32.4; 32: 24.5 and 26.1; 40: 22.8 and 23.3; 48: 20.2 and 20.2; 64: 18.7 and 17.7. Keys
 * that have no tables make Straus dearer: 16 checks by as many 83.0 and 82.0, 40 checks 29.9 and 25.6.
 */
const STRAUS_CHECKS_MAX: u32 = 40
/** Width of digits for tables of 16 and of 64 odd multiples. */
const TABLE_WIDTH: u32 = 6
const BASE_TABLE_WIDTH: u32 = 8
const SHORT_BITS: u32 = 128
const LONG_BITS: u32 = 256

/** 1 as a randomizer. */
const UNIT = memory.data<u64>([1, 0])

/** Counts evaluations, so that a key's sum is known to be this evaluation's. */
let evaluation: u64 = 0

@inline
function candidateAt(index: u32): usize {
  return <usize>load<u32>(SOUND + 4 * <usize>index)
}

@inline
function scalarPtr(sum: u32): usize {
  return SUM_SCALARS + SCALAR_BYTES * <usize>sum
}

/** Sums z·k for each key and z·S over sound candidates [first, end); returns how many keys there are. */
function sumScalars(first: u32, end: u32): u32 {
  evaluation++
  let sums: u32 = 0
  memory.fill(BASE_COLUMNS, 0, COLUMNS_BYTES)
  for (let index = first; index < end; index++) {
    const i = candidateAt(index)
    const randomizer = RANDOM + HALF_BYTES * i
    const key = load<u32>(CANDIDATE_KEYS + 4 * i)
    const keySumPtr = KEY_SUMS + 16 * <usize>key
    if (load<u64>(keySumPtr) != evaluation) {
      store<u64>(keySumPtr, evaluation)
      store<u32>(keySumPtr, sums, 8)
      store<u32>(SUM_KEYS + 4 * <usize>sums, key)
      memory.fill(KEY_COLUMNS + COLUMNS_BYTES * <usize>sums, 0, COLUMNS_BYTES)
      sums++
    }
    const columnsPtr = KEY_COLUMNS + COLUMNS_BYTES * <usize>load<u32>(keySumPtr, 8)
    addWideProduct(columnsPtr, randomizer, CANDIDATE_DIGESTS + DIGEST_BYTES * i)
    addProduct(BASE_COLUMNS, randomizer, CANDIDATE_S + SCALAR_BYTES * i)
  }
  for (let sum: u32 = 0; sum < sums; sum++) {
    reduceColumns(scalarPtr(sum), KEY_COLUMNS + COLUMNS_BYTES * <usize>sum, false)
  }
  reduceColumns(scalarPtr(sums), BASE_COLUMNS, true)
  return sums
}

/** out = the sum over sound candidates [first, end). */
export function evaluate(outPtr: usize, first: u32, end: u32): void {
  const sums = sumScalars(first, end)
  if (end - first <= STRAUS_CHECKS_MAX) evaluateByStraus(outPtr, first, end, sums)
  else evaluateByPippenger(outPtr, first, end, sums)
}

/** The terms of a key in Straus: two halves where it has tables, else one. */
function addKeyTerm(key: u32, scalar: usize): void {
  const tablePtr = keyTablePtr(key)
  if (tablePtr == 0) return addPointTerm(keyAddendPtr(key), scalar, LONG_BITS)
  addTableTerm(tablePtr, TABLE_WIDTH, scalar, SHORT_BITS)
  addTableTerm(tablePtr + TABLE_BYTES / 2, TABLE_WIDTH, scalar + HALF_BYTES, SHORT_BITS)
}

/** The terms of B in Straus. */
function addBaseTerm(scalar: usize): void {
  addTableTerm(BASE_TABLE, BASE_TABLE_WIDTH, scalar, SHORT_BITS)
  addTableTerm(HIGH_BASE_TABLE, BASE_TABLE_WIDTH, scalar + HALF_BYTES, SHORT_BITS)
}

/** out = R + [k]A - [S]B of a candidate: the equation of one check. */
export function evaluateOne(outPtr: usize, candidate: usize): void {
  memory.fill(KEY_COLUMNS, 0, COLUMNS_BYTES)
  memory.fill(BASE_COLUMNS, 0, COLUMNS_BYTES)
  addWideProduct(KEY_COLUMNS, UNIT, CANDIDATE_DIGESTS + DIGEST_BYTES * candidate)
  addProduct(BASE_COLUMNS, UNIT, CANDIDATE_S + SCALAR_BYTES * candidate)
  reduceColumns(scalarPtr(0), KEY_COLUMNS, false)
  reduceColumns(scalarPtr(1), BASE_COLUMNS, true)
  beginStraus(4)
  addKeyTerm(load<u32>(CANDIDATE_KEYS + 4 * candidate), scalarPtr(0))
  addBaseTerm(scalarPtr(1))
  sumByStraus(outPtr)
  addAddend(outPtr, CANDIDATE_R + POINT_BYTES * candidate, false)
}

function evaluateByStraus(outPtr: usize, first: u32, end: u32, sums: u32): void {
  beginStraus(2 * sums + 2 + end - first)
  for (let sum: u32 = 0; sum < sums; sum++) addKeyTerm(load<u32>(SUM_KEYS + 4 * <usize>sum), scalarPtr(sum))
  addBaseTerm(scalarPtr(sums))
  for (let index = first; index < end; index++) {
    const i = candidateAt(index)
    addPointTerm(CANDIDATE_R + POINT_BYTES * i, RANDOM + HALF_BYTES * i, SHORT_BITS)
  }
  sumByStraus(outPtr)
}

function evaluateByPippenger(outPtr: usize, first: u32, end: u32, sums: u32): void {
  let terms: u32 = 0
  chooseWindowBits(end - first + 2 * sums)
  for (let sum: u32 = 0; sum < sums; sum++) {
    const key = load<u32>(SUM_KEYS + 4 * <usize>sum)
    if (keyTablePtr(key) == 0) setBucketTerm(terms++, keyAddendPtr(key), scalarPtr(sum), SCALAR_BYTES)
  }
  const longTerms = terms
  for (let sum: u32 = 0; sum < sums; sum++) {
    const tablePtr = keyTablePtr(load<u32>(SUM_KEYS + 4 * <usize>sum))
    if (tablePtr == 0) continue
    setBucketTerm(terms++, tablePtr, scalarPtr(sum), HALF_BYTES)
    setBucketTerm(terms++, tablePtr + TABLE_BYTES / 2, scalarPtr(sum) + HALF_BYTES, HALF_BYTES)
  }
  setBucketTerm(terms++, BASE_TABLE, scalarPtr(sums), HALF_BYTES)
  setBucketTerm(terms++, HIGH_BASE_TABLE, scalarPtr(sums) + HALF_BYTES, HALF_BYTES)
  for (let index = first; index < end; index++) {
    const i = candidateAt(index)
    setBucketTerm(terms++, CANDIDATE_R + POINT_BYTES * i, RANDOM + HALF_BYTES * i, HALF_BYTES)
  }
  sumByPippenger(outPtr, terms, longTerms)
}
