/**
 * Ed25519 checks under ZIP-215: S < L, R and A decoded leniently, and the cofactored equation
 * [8]([k]A - [S]B + R) = 0, k = SHA-512(R ‖ A ‖ M) modulo L. Checks are gathered one by one and settled together by
 * a random linear combination of their equations; a failing one is halved down to the exact culprits. Both ways
 * decide by the same equation, so they answer alike on every input (but for a chance of 2^-128 a combination).
 *
 * A failed batch is never much dearer than checking one by one: a half's sum gives the other half's by subtraction,
 * small ranges are checked one by one, and so is all that is left when the bisection has used up its allowance.
 */
import { CHECKS_MAX, RANDOM, VERDICTS } from '../memory-map'
import {
  BISECTION_SUMS,
  CANDIDATE_CHECKS,
  CANDIDATE_K,
  CANDIDATE_KEYS,
  CANDIDATE_R,
  CANDIDATE_S,
  CHECK_SCRATCH,
  KEY_TERMS,
  POINT_BYTES,
  SCALAR_BYTES,
  STRAUS_TERMS_MAX,
  TERM_POINTERS,
  TERM_SCALARS,
} from './memory-map'
import {
  BASE_POINT,
  addPoint,
  copyPoint,
  decodePoint,
  encodePoint,
  isIdentity,
  isSmallOrder,
  makeAddend,
  subtractPoint,
} from './points'
import { findKey, keyPointPtr } from './key-cache'
import { sumByPippenger } from './pippenger'
import { L, isBelowL, multiplyAdd, negateScalar, reduceWide } from './scalar'
import { sumByStraus } from './straus'

const RANDOM_BYTES: usize = 16
/** Failing ranges this short are checked one by one: halving them further would cost as much. */
const ONE_BY_ONE_MAX: u32 = 4

const BASE_SCALAR = CHECK_SCRATCH
const RANDOMIZER = CHECK_SCRATCH + 32
const ENCODING = CHECK_SCRATCH + 64
const POINT = CHECK_SCRATCH + 128
const ADDEND = POINT + POINT_BYTES

let checkCount: u32 = 0
let candidateCount: u32 = 0
/** Counts evaluations, so that a key's term is known to be this evaluation's. */
let evaluation: u64 = 0
/**
 * Checks that bisection may still evaluate again. It starts at 1.5 for each check of the batch: one culprit takes 1,
 * two take up to 1.5. At 0.15 (large ranges) to 0.5 (small ones) of a single check each, a batch that is bad
 * throughout costs about 1.7 times as much as its checks one by one, and no batch twice.
 */
let allowance: u32 = 0

/** Starts a new batch. */
export function resetChecks(): void {
  checkCount = 0
  candidateCount = 0
}

/** The number of the check that is added next. */
export function nextCheck(): u32 {
  return checkCount
}

/** Adds a check that has already failed. */
export function addFailedCheck(): void {
  if (checkCount >= CHECKS_MAX) unreachable()
  store<u8>(VERDICTS + checkCount, 0)
  checkCount++
}

/** Adds a check: public key (32 bytes), signature R ‖ S (64), and the SHA-512 of R ‖ A ‖ M (64). */
export function addCheck(publicKeyPtr: usize, signaturePtr: usize, digestPtr: usize): void {
  const check = checkCount
  addFailedCheck()
  const candidate = <usize>candidateCount
  if (!isBelowL(signaturePtr + 32)) return
  const key = findKey(publicKeyPtr)
  if (key == 0) return
  if (!decodePoint(CANDIDATE_R + POINT_BYTES * candidate, signaturePtr)) return
  store<u32>(CANDIDATE_CHECKS + 4 * candidate, check)
  store<u32>(CANDIDATE_KEYS + 4 * candidate, key)
  memory.copy(CANDIDATE_S + SCALAR_BYTES * candidate, signaturePtr + 32, SCALAR_BYTES)
  reduceWide(CANDIDATE_K + SCALAR_BYTES * candidate, digestPtr)
  candidateCount++
}

/** Settles all checks added since `resetChecks`: VERDICTS. Uses up RANDOM, 16 bytes a check. */
export function verifyChecks(): void {
  allowance = candidateCount + candidateCount / 2
  if (candidateCount < 2 || !hasRandomizers()) {
    settleOneByOne(0, candidateCount)
  } else {
    evaluate(BISECTION_SUMS, 0, candidateCount)
    settle(BISECTION_SUMS, 0, candidateCount)
  }
  // A number used twice could be learnt and used against us.
  memory.fill(RANDOM, 0, RANDOM_BYTES * <usize>checkCount)
}

/** Whether each candidate has a randomizer other than zero: a zero would leave its equation out. */
function hasRandomizers(): bool {
  for (let i: usize = 0; i < candidateCount; i++) {
    const ptr = RANDOM + RANDOM_BYTES * i
    if ((load<u64>(ptr) | load<u64>(ptr, 8)) == 0) return false
  }
  return true
}

@inline
function setVerdict(candidate: u32, verdict: bool): void {
  store<u8>(VERDICTS + load<u32>(CANDIDATE_CHECKS + 4 * <usize>candidate), <u8>verdict)
}

/** Settles candidates [first, end), whose combined equation has the sum at `sumPtr`. */
function settle(sumPtr: usize, first: u32, end: u32): void {
  copyPoint(POINT, sumPtr)
  if (isSmallOrder(POINT)) {
    for (let i = first; i < end; i++) setVerdict(i, true)
    return
  }
  const middle = (first + end) >> 1
  const half = middle - first
  if (end - first <= ONE_BY_ONE_MAX || half > allowance) return settleOneByOne(first, end)
  allowance -= half
  // The level below works on the two slots behind this one's; this slot is free again once the halves' sums stand.
  const leftPtr = sumPtr + 2 * POINT_BYTES
  const rightPtr = sumPtr + POINT_BYTES
  evaluate(leftPtr, first, middle)
  makeAddend(ADDEND, leftPtr)
  subtractPoint(rightPtr, sumPtr, ADDEND)
  settle(leftPtr, first, middle)
  copyPoint(leftPtr, rightPtr)
  settle(leftPtr, middle, end)
}

function settleOneByOne(first: u32, end: u32): void {
  for (let i = first; i < end; i++) setVerdict(i, isCandidateValid(i))
}

/** [8]([k]A - [S]B + R) = 0. */
function isCandidateValid(candidate: u32): bool {
  const i = <usize>candidate
  setTerm(0, keyPointPtr(load<u32>(CANDIDATE_KEYS + 4 * i)), CANDIDATE_K + SCALAR_BYTES * i)
  negateScalar(BASE_SCALAR, CANDIDATE_S + SCALAR_BYTES * i)
  sumByStraus(POINT, 1, BASE_SCALAR)
  makeAddend(ADDEND, CANDIDATE_R + POINT_BYTES * i)
  addPoint(POINT, POINT, ADDEND)
  return isSmallOrder(POINT)
}

@inline
function setTerm(term: u32, pointPtr: usize, scalarPtr: usize): void {
  store<u32>(TERM_POINTERS + 4 * <usize>term, <u32>pointPtr)
  memory.copy(TERM_SCALARS + SCALAR_BYTES * <usize>term, scalarPtr, SCALAR_BYTES)
}

/** out = -[Σ z·S]B + Σ [z]R + Σ [z·k]A over candidates [first, end), the terms of one key taken together. */
function evaluate(outPtr: usize, first: u32, end: u32): void {
  evaluation++
  let terms: u32 = 0
  memory.fill(BASE_SCALAR, 0, SCALAR_BYTES)
  memory.fill(RANDOMIZER, 0, SCALAR_BYTES)
  for (let i = <usize>first; i < <usize>end; i++) {
    memory.copy(RANDOMIZER, RANDOM + RANDOM_BYTES * i, RANDOM_BYTES)
    multiplyAdd(BASE_SCALAR, RANDOMIZER, CANDIDATE_S + SCALAR_BYTES * i, BASE_SCALAR)
    setTerm(terms++, CANDIDATE_R + POINT_BYTES * i, RANDOMIZER)
    const key = load<u32>(CANDIDATE_KEYS + 4 * i)
    const keyTermPtr = KEY_TERMS + 16 * <usize>key
    if (load<u64>(keyTermPtr) != evaluation) {
      store<u64>(keyTermPtr, evaluation)
      store<u32>(keyTermPtr, terms, 8)
      store<u32>(TERM_POINTERS + 4 * <usize>terms, <u32>keyPointPtr(key))
      memory.fill(TERM_SCALARS + SCALAR_BYTES * <usize>terms, 0, SCALAR_BYTES)
      terms++
    }
    const sumPtr = TERM_SCALARS + SCALAR_BYTES * <usize>load<u32>(keyTermPtr, 8)
    multiplyAdd(sumPtr, RANDOMIZER, CANDIDATE_K + SCALAR_BYTES * i, sumPtr)
  }
  negateScalar(BASE_SCALAR, BASE_SCALAR)
  if (terms <= STRAUS_TERMS_MAX) return sumByStraus(outPtr, terms, BASE_SCALAR)
  setTerm(terms++, BASE_POINT, BASE_SCALAR)
  sumByPippenger(outPtr, terms)
}

/**
 * Whether 32 bytes are the canonical encoding of a point of the subgroup of order L other than the identity: what
 * enrolment asks of a key. A point whose encoding comes out different was not encoded canonically.
 */
export function isEnrollable(publicKeyPtr: usize): bool {
  if (!decodePoint(POINT, publicKeyPtr) || isIdentity(POINT)) return false
  encodePoint(ENCODING, POINT)
  if (memory.compare(ENCODING, publicKeyPtr, 32) != 0) return false
  setTerm(0, POINT, L)
  memory.fill(BASE_SCALAR, 0, SCALAR_BYTES)
  sumByStraus(ADDEND, 1, BASE_SCALAR)
  return isIdentity(ADDEND)
}
