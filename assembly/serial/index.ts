/**
 * The kernel's interface (../README.md), scalar build: what `src/kernel` calls, one message, one point, one number at a
 * time. Here the kernel forks: ../simd/index.ts exports the same names with the same meaning over vector arithmetic,
 * and each file here has its mirror image there. This build is normative, and simple before it is fast.
 */
import { bodyFaultOffset, checkBody as checkBodyAt } from '../body'
import {
  addCheck,
  isEnrollable,
  resetChecks,
  verifyChecks as settleChecks,
} from './checks'
import { seedKeyCache } from './key-cache'
import { makeBaseTable } from './straus'
import { addEntry } from './entries'
import { expires } from '../envelope'
import { DIGEST, INPUT, OFFSETS, OUTPUT } from '../memory-map'
import { isMapSound } from './memory-map'
import { hashLeaf, hashNode, isConsistent, isIncluded, treeRoot } from './merkle'
import { sha512Begin, sha512End, sha512Update } from './sha512'

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
export { sha256Begin, sha256BeginWith, sha256End, sha256Update } from './sha256'
export { sha512Begin, sha512End, sha512Update } from './sha512'
export { resetChecks, seedKeyCache }

/** 0 is the scalar build, 1 the SIMD build. */
export const BUILD: u32 = 0

const HASH: usize = 32
const PUBLIC_KEY_BYTES: usize = 32
const SIGNATURE_BYTES: usize = 64

if (!isMapSound()) unreachable()
seedKeyCache(0)
makeBaseTable()

@inline
function itemPtr(index: usize): usize {
  return INPUT + load<u32>(OFFSETS + 4 * index)
}

/** Leaf hashes of `count` items: OUTPUT. */
export function hashLeaves(count: u32): void {
  for (let i: usize = 0; i < count; i++) hashLeaf(itemPtr(i), itemPtr(i + 1) - itemPtr(i), OUTPUT + HASH * i)
}

/** Node hashes of `count` pairs of hashes in INPUT: OUTPUT. */
export function hashNodes(count: u32): void {
  for (let i: usize = 0; i < count; i++) {
    const leftPtr = INPUT + 2 * HASH * i
    hashNode(leftPtr, leftPtr + HASH, OUTPUT + HASH * i)
  }
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

/** Adds `count` items, each public key (32) ‖ signature (64) ‖ message. */
export function addChecks(count: u32): void {
  for (let i: usize = 0; i < count; i++) {
    const keyPtr = itemPtr(i)
    const signaturePtr = keyPtr + PUBLIC_KEY_BYTES
    const messagePtr = signaturePtr + SIGNATURE_BYTES
    sha512Begin()
    sha512Update(signaturePtr, 32)
    sha512Update(keyPtr, PUBLIC_KEY_BYTES)
    sha512Update(messagePtr, itemPtr(i + 1) - messagePtr)
    sha512End(DIGEST)
    addCheck(keyPtr, signaturePtr, DIGEST)
  }
}

/** Adds one check whose message was hashed before. INPUT: public key (32) ‖ signature (64) ‖ SHA-512(R ‖ A ‖ M). */
export function addHashedCheck(): void {
  addCheck(INPUT, INPUT + PUBLIC_KEY_BYTES, INPUT + PUBLIC_KEY_BYTES + SIGNATURE_BYTES)
}

/** Adds `count` items, each a transaction leaf of the ledger LEDGER_ID: IDS, LEAF_HASHES, FAULTS, FAULT_OFFSETS. */
export function addEntries(count: u32): void {
  for (let i: usize = 0; i < count; i++) addEntry(itemPtr(i), itemPtr(i + 1) - itemPtr(i))
}

/** Settles what was added since `resetChecks`: VERDICTS. RANDOM holds 16 bytes a check and is cleared. */
export function verifyChecks(): void {
  settleChecks()
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
