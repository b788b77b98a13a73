/**
 * Ed25519 checks under ZIP-215: S < L, R and A decoded leniently, and the cofactored equation
 * [8]([k]A - [S]B + R) = 0, k = SHA-512(R ‖ A ‖ M) modulo L. Checks are gathered one by one; then their points are
 * decoded four at a time and their equations settled together by a random linear combination; a failing one is halved
 * down to the exact culprits. Both ways decide by the same equation, so they answer alike on every input (but for a
 * chance of 2^-128 a combination).
 *
 * A failed batch is never much dearer than checking one by one: a half's sum gives the other half's by subtraction,
 * small ranges are checked one by one, and so is all that is left when the bisection has used up its allowance.
 */
import { CHECKS_MAX, RANDOM, VERDICTS } from '../memory-map'
import {
  BISECTION_SUMS,
  CANDIDATE_CHECKS,
  CANDIDATE_DIGESTS,
  CANDIDATE_ENCODINGS,
  CANDIDATE_KEYS,
  CANDIDATE_R,
  CANDIDATE_S,
  CHECK_ADDEND,
  CHECK_POINT,
  DECODED,
  DECODINGS,
  DIGEST_BYTES,
  HALF_BYTES,
  NEW_KEYS,
  POINT_BYTES,
  SCALAR_BYTES,
  SOUND,
} from './memory-map'
import { isBelowL } from '../serial/scalar'
import { evaluate, evaluateOne } from './evaluation'
import { addAddend, makeAddend } from './generated/points'
import {
  STATE_NEW,
  STATE_NO_POINT,
  STATE_POINT,
  beginTables,
  findKey,
  keyAddendPtr,
  keyEncodingPtr,
  keyState,
  setKeyState,
} from './key-cache'
import { copyPoint, decodeFour, decodeTwo, isSmallOrder } from './points'

/** Ranges this short are checked one by one: their combination costs about as much (bench/kernel.ts). */
const ONE_BY_ONE_MAX: u32 = 3
/** Checks that bisection may evaluate again, for each check of the batch. At 0.1-0.3 of a single check each. */
const BISECTION_ALLOWANCE: u32 = 2

let checkCount: u32 = 0
let candidateCount: u32 = 0
let decodingCount: u32 = 0
/** Candidates whose points are points. */
let soundCount: u32 = 0
let allowance: u32 = 0

/** Starts a new batch. */
export function resetChecks(): void {
  checkCount = 0
  candidateCount = 0
  decodingCount = 0
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

/**
 * Adds a check: public key (32 bytes) and signature R ‖ S (64), both of which are copied. Returns where the SHA-512 of
 * R ‖ A ‖ M is to be written before `verifyChecks`, or 0 where the check has failed already.
 */
export function addCheck(publicKeyPtr: usize, signaturePtr: usize): usize {
  const check = checkCount
  addFailedCheck()
  if (!isBelowL(signaturePtr + 32)) return 0
  const i = <usize>candidateCount
  const key = findKey(publicKeyPtr)
  if (keyState(key) == STATE_NO_POINT) return 0
  store<u32>(CANDIDATE_CHECKS + 4 * i, check)
  store<u32>(CANDIDATE_KEYS + 4 * i, key)
  memory.copy(CANDIDATE_S + SCALAR_BYTES * i, signaturePtr + 32, SCALAR_BYTES)
  memory.copy(CANDIDATE_ENCODINGS + 32 * i, signaturePtr, 32)
  addDecoding(CANDIDATE_ENCODINGS + 32 * i, CANDIDATE_R + POINT_BYTES * i)
  candidateCount++
  return CANDIDATE_DIGESTS + DIGEST_BYTES * i
}

@inline
function addDecoding(encodingPtr: usize, addendPtr: usize): void {
  const ptr = DECODINGS + 8 * <usize>decodingCount
  store<u32>(ptr, <u32>encodingPtr)
  store<u32>(ptr, <u32>addendPtr, 4)
  decodingCount++
}

/** Settles all checks added since `resetChecks`: VERDICTS. Uses up RANDOM, 16 bytes a check. */
export function verifyChecks(): void {
  decodeCandidates()
  beginTables()
  allowance = BISECTION_ALLOWANCE * soundCount
  if (soundCount <= ONE_BY_ONE_MAX || !hasRandomizers()) {
    settleOneByOne(0, soundCount)
  } else {
    evaluate(BISECTION_SUMS, 0, soundCount)
    settle(BISECTION_SUMS, 0, soundCount)
  }
  // A number used twice could be learnt and used against us.
  memory.fill(RANDOM, 0, HALF_BYTES * <usize>checkCount)
}

/** Decodes every R and every new key, and lists the candidates of which both are points. */
function decodeCandidates(): void {
  for (let i: usize = 0; i < candidateCount; i++) {
    const key = load<u32>(CANDIDATE_KEYS + 4 * i)
    if (keyState(key) != STATE_NEW) continue
    // The verdict of decoding number `decodingCount` becomes the key's state below.
    setKeyState(key, STATE_POINT)
    store<u32>(NEW_KEYS + 4 * <usize>(decodingCount - candidateCount), key)
    addDecoding(keyEncodingPtr(key), keyAddendPtr(key))
  }
  decodeAll()
  for (let i = candidateCount; i < decodingCount; i++) {
    if (load<u8>(DECODED + <usize>i)) continue
    setKeyState(load<u32>(NEW_KEYS + 4 * <usize>(i - candidateCount)), STATE_NO_POINT)
  }
  soundCount = 0
  for (let i: u32 = 0; i < candidateCount; i++) {
    if (!load<u8>(DECODED + <usize>i)) continue
    if (keyState(load<u32>(CANDIDATE_KEYS + 4 * <usize>i)) != STATE_POINT) continue
    store<u32>(SOUND + 4 * <usize>soundCount, i)
    soundCount++
  }
}

/** Decodes DECODINGS by fours, and what is left by two: DECODED. */
function decodeAll(): void {
  for (let i: u32 = 0, count: u32 = 4; i < decodingCount; i += count) {
    const ptr = DECODINGS + 8 * <usize>i
    if (decodingCount - i <= 2) count = 2
    // Places left over at the end are filled with copies of the last.
    for (let k = decodingCount; k < i + count; k++) {
      store<u64>(DECODINGS + 8 * <usize>k, load<u64>(DECODINGS + 8 * <usize>(decodingCount - 1)))
    }
    const found = count == 2 ? decodeTwo(ptr) : decodeFour(ptr)
    for (let k: u32 = 0; k < count; k++) store<u8>(DECODED + <usize>(i + k), <u8>((found >> k) & 1))
  }
}

/** Whether each candidate has a randomizer other than zero: a zero would leave its equation out. */
function hasRandomizers(): bool {
  for (let i: usize = 0; i < candidateCount; i++) {
    const ptr = RANDOM + HALF_BYTES * i
    if ((load<u64>(ptr) | load<u64>(ptr, 8)) == 0) return false
  }
  return true
}

@inline
function setVerdict(index: u32, verdict: bool): void {
  const candidate = <usize>load<u32>(SOUND + 4 * <usize>index)
  store<u8>(VERDICTS + load<u32>(CANDIDATE_CHECKS + 4 * candidate), <u8>verdict)
}

/** Settles sound candidates [first, end), whose combined equation has the sum at `sumPtr`. */
function settle(sumPtr: usize, first: u32, end: u32): void {
  copyPoint(CHECK_POINT, sumPtr)
  if (isSmallOrder(CHECK_POINT)) {
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
  makeAddend(CHECK_ADDEND, leftPtr)
  copyPoint(rightPtr, sumPtr)
  addAddend(rightPtr, CHECK_ADDEND, true)
  settle(leftPtr, first, middle)
  copyPoint(leftPtr, rightPtr)
  settle(leftPtr, middle, end)
}

function settleOneByOne(first: u32, end: u32): void {
  for (let i = first; i < end; i++) {
    evaluateOne(CHECK_POINT, <usize>load<u32>(SOUND + 4 * <usize>i))
    setVerdict(i, isSmallOrder(CHECK_POINT))
  }
}
