/**
 * The kernel's interface (../README.md), SIMD build: the exports of ../serial/index.ts over vector arithmetic, several
 * messages, points and numbers at a time. Here the kernel forks: each file has its mirror image in ../serial, from
 * where this build also takes what comes one at a time (README.md).
 */
import { bodyFaultOffset, checkBody as checkBodyAt } from '../body'
import { expires } from '../envelope'
import { INPUT, OFFSETS, OUTPUT } from '../memory-map'
import { isConsistent, isIncluded } from '../serial/merkle'
import { addCheck, resetChecks, verifyChecks } from './checks'
import { isEnrollable } from './enrollable'
import { addEntries as addEntriesAt } from './entries'
import { seedKeyCache } from './key-cache'
import { isMapSound } from './memory-map'
import { hashLeaves as hashLeavesAt, hashNodes as hashNodesAt, treeRoot } from './merkle'
import { hashLater512, hashWaiting512 } from './sha512'
import { makeBaseTables } from './tables'

export {
  CHECKS_MAX,
  FAULTS,
  FAULT_OFFSETS,
  IDS,
  INPUT,
  INPUT_BYTES,
  ITEMS_MAX,
  LEAF_HASHES,
  LEDGER_ID,
  OFFSETS,
  OUTPUT,
  RANDOM,
  VERDICTS,
} from '../memory-map'
export { sha256Begin, sha256BeginWith, sha256End, sha256Update } from '../serial/sha256'
export { sha512Begin, sha512End, sha512Update } from '../serial/sha512'
export { resetChecks, seedKeyCache, verifyChecks }

/** 0 is the scalar build, 1 the SIMD build, 2 the same with multiplications and additions fused. */
export const BUILD: u32 = ASC_FEATURE_RELAXED_SIMD ? 2 : 1

const HASH: usize = 32
const PUBLIC_KEY_BYTES: usize = 32
const SIGNATURE_BYTES: usize = 64
const DIGEST_BYTES: usize = 64

if (!isMapSound()) unreachable()
seedKeyCache(0)
makeBaseTables()

@inline
function itemPtr(index: usize): usize {
  return INPUT + load<u32>(OFFSETS + 4 * index)
}

/** Leaf hashes of `count` items: OUTPUT. */
export function hashLeaves(count: u32): void {
  hashLeavesAt(INPUT, OFFSETS, count, OUTPUT)
}

/** Node hashes of `count` pairs of hashes in INPUT: OUTPUT. */
export function hashNodes(count: u32): void {
  hashNodesAt(INPUT, count, OUTPUT)
}

/** Root over `count` leaf hashes in INPUT, which it overwrites: OUTPUT. */
export function rootOfHashes(count: u32): void {
  treeRoot(INPUT, count, OUTPUT)
}

/** INPUT: leaf hash ‖ root ‖ path of `pathCount` hashes. */
export function verifyInclusion(index: u64, size: u64, pathCount: u32): bool {
  return isIncluded(index, size, INPUT, INPUT + HASH, INPUT + 2 * HASH, pathCount)
}

/** INPUT: first root ‖ second root ‖ path of `pathCount` hashes. `from` is at least 1. */
export function verifyConsistency(from: u64, to: u64, pathCount: u32): bool {
  return isConsistent(from, to, INPUT, INPUT + HASH, INPUT + 2 * HASH, pathCount)
}

/** Adds `count` items, each public key (32) ‖ signature (64) ‖ message. Overwrites INPUT. */
export function addChecks(count: u32): void {
  for (let i: usize = 0; i < count; i++) {
    const keyPtr = itemPtr(i)
    const signaturePtr = keyPtr + PUBLIC_KEY_BYTES
    const digestPtr = addCheck(keyPtr, signaturePtr)
    if (digestPtr == 0) continue
    // A ‖ R ‖ S ‖ M becomes A ‖ R ‖ A ‖ M: what is hashed lies in one piece.
    memory.copy(signaturePtr + 32, keyPtr, PUBLIC_KEY_BYTES)
    hashLater512(signaturePtr, itemPtr(i + 1) - signaturePtr, digestPtr)
  }
  hashWaiting512()
}

/** Adds one check whose message was hashed before. INPUT: public key (32) ‖ signature (64) ‖ SHA-512(R ‖ A ‖ M). */
export function addHashedCheck(): void {
  const digestPtr = addCheck(INPUT, INPUT + PUBLIC_KEY_BYTES)
  if (digestPtr != 0) memory.copy(digestPtr, INPUT + PUBLIC_KEY_BYTES + SIGNATURE_BYTES, DIGEST_BYTES)
}

/** Adds `count` items, each a transaction leaf of the ledger LEDGER_ID: IDS, LEAF_HASHES, FAULTS, FAULT_OFFSETS. */
export function addEntries(count: u32): void {
  addEntriesAt(INPUT, OFFSETS, count)
}

/** INPUT: a public key. */
export function isEnrollableKey(): bool {
  return isEnrollable(INPUT)
}

/** INPUT: a body. Returns a fault; OUTPUT: its offset (u32), `expires` (u32). */
export function checkBody(length: u32): u32 {
  const fault = checkBodyAt(INPUT, length)
  store<u32>(OUTPUT, fault == 0 ? 0 : bodyFaultOffset())
  store<u32>(OUTPUT, fault == 0 ? expires : 0, 4)
  return fault
}
