/**
 * A kernel for tests made of @noble and the text of the RFCs: slow, plain, independent of the wasm. It holds what tests
 * of the layers above need; entries are checked by their signature and by `canonicalize`.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import canonicalize from 'canonicalize'
import {
  concatBytes,
  decodeUtf8,
  equalBytes,
  type Packed,
  packedCount,
  packedItem,
  setBit,
  utf8,
} from '../../src/base/index.ts'
import type { EntryVerdicts, Kernel, SignatureCheck } from '../../src/kernel/types.ts'

const leafHash = (entry: Uint8Array) => sha256(concatBytes(Uint8Array.of(0), entry))
const nodeHash = (left: Uint8Array, right: Uint8Array) => sha256(concatBytes(Uint8Array.of(1), left, right))

/** RFC 9162 section 2.1.1, as it is written. */
export function referenceRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return sha256(new Uint8Array(0))
  if (hashes.length === 1) return hashes[0]!
  let split = 1
  while (split * 2 < hashes.length) split *= 2
  return nodeHash(referenceRoot(hashes.slice(0, split)), referenceRoot(hashes.slice(split)))
}

const split32 = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / 32 }, (_, i) => bytes.slice(32 * i, 32 * i + 32))

const isOdd = (n: number) => n % 2 === 1
const half = (n: number) => Math.floor(n / 2)

/** RFC 9162 section 2.1.3.2. */
function verifyInclusion(
  index: number,
  size: number,
  hash: Uint8Array,
  proof: Uint8Array,
  root: Uint8Array,
): boolean {
  if (index >= size) return false
  let [fn, sn] = [index, size - 1]
  let r = hash
  for (const p of split32(proof)) {
    if (sn === 0) return false
    if (isOdd(fn) || fn === sn) {
      r = nodeHash(p, r)
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else r = nodeHash(r, p)
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 && equalBytes(r, root)
}

/** RFC 9162 section 2.1.4.2. */
function verifyConsistency(
  from: number,
  to: number,
  fromRoot: Uint8Array,
  toRoot: Uint8Array,
  proof: Uint8Array,
): boolean {
  if (from < 1 || from > to) return false
  if (from === to) return proof.length === 0 && equalBytes(fromRoot, toRoot)
  if (proof.length === 0) return false
  const path: Uint8Array[] = split32(proof)
  if (Number.isInteger(Math.log2(from))) path.unshift(fromRoot)
  let [fn, sn] = [from - 1, to - 1]
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)]
  let fr: Uint8Array = path[0]!
  let sr: Uint8Array = path[0]!
  for (const c of path.slice(1)) {
    if (sn === 0) return false
    if (isOdd(fn) || fn === sn) {
      ;[fr, sr] = [nodeHash(c, fr), nodeHash(c, sr)]
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else sr = nodeHash(sr, c)
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 && equalBytes(fr, fromRoot) && equalBytes(sr, toRoot)
}

function verify({ publicKey, message, signature }: SignatureCheck): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: true })
  } catch {
    return false
  }
}

function checkBody(body: Uint8Array) {
  try {
    const text = decodeUtf8(body)
    const value = JSON.parse(text)
    if (canonicalize(value) === text) return { fault: 0, offset: 0, expires: value.expires as number }
  } catch {
    // Not JSON: the same answer as JSON that is not canonical.
  }
  return { fault: 3, offset: 0, expires: 0 }
}

function verifyEntries(entries: Packed, ledgerId: Uint8Array): EntryVerdicts {
  const count = packedCount(entries)
  const verdicts = {
    valid: new Uint8Array(Math.ceil(count / 8)),
    ids: new Uint8Array(32 * count),
    leafHashes: new Uint8Array(32 * count),
    faults: new Uint8Array(count),
    faultOffsets: new Uint32Array(count),
  }
  for (let i = 0; i < count; i++) {
    const entry = packedItem(entries, i)
    const [publicKey, signature, body] = [entry.subarray(1, 33), entry.subarray(33, 97), entry.subarray(97)]
    const message = concatBytes(utf8('medseal/transaction/v1\n'), ledgerId, publicKey, body)
    const { fault, expires } = entry[0] === 1 ? checkBody(body) : { fault: 1, expires: 0 }
    verdicts.leafHashes.set(leafHash(entry), 32 * i)
    verdicts.faults[i] = fault || (verify({ publicKey, message, signature }) ? 0 : 13)
    if (fault === 0) {
      new DataView(verdicts.ids.buffer).setUint32(32 * i, expires)
      verdicts.ids.set(sha256(message).subarray(0, 28), 32 * i + 4)
    }
    if (verdicts.faults[i] === 0) setBit(verdicts.valid, i)
  }
  return verdicts
}

const notMade = () => {
  throw new Error('the test kernel does not offer this')
}

export const nobleKernel: Kernel = {
  build: 'scalar',
  sha256: (bytes) => sha256(bytes),
  sha512: (bytes) => sha512(bytes),
  leafHash,
  nodeHash,
  hashLeaves: notMade,
  hashNodes: (pairs) =>
    concatBytes(...split32(pairs).flatMap((left, i, all) => (isOdd(i) ? [] : [nodeHash(left, all[i + 1]!)]))),
  merkleRoot: (entries) => referenceRoot(entries.map(leafHash)),
  merkleRootOfHashes: (hashes) => referenceRoot(split32(hashes)),
  verifyInclusion,
  verifyConsistency,
  verify,
  verifyBatch: (checks) => checks.map(verify),
  verifyPacked: notMade,
  isEnrollableKey(key) {
    try {
      const point = ed25519.Point.fromBytes(key)
      return equalBytes(point.toBytes(), key) && point.isTorsionFree() && !point.is0()
    } catch {
      return false
    }
  },
  checkBody,
  verifyEntries,
}
