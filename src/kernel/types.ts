/**
 * What the kernel offers, whichever build answers. Every call is synchronous, works in the module's static memory,
 * and returns arrays that the caller owns. A malformed argument throws a TypeError or RangeError; an invalid
 * signature or proof is an answer.
 */
import type { Packed } from '../base/index.ts'

/** One Ed25519 check: public key (32 bytes), message (any length), signature (64 bytes). */
export interface SignatureCheck {
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** What the kernel found of each of n entries (see `Kernel.verifyEntries`). */
export interface EntryVerdicts {
  /** Bit i (lowest bit of byte 0 first) is set where entry i is sound in form and signature. */
  readonly valid: Uint8Array
  /** n × 32: transaction ids. Zeros where the form is unsound. */
  readonly ids: Uint8Array
  /** n × 32: RFC 6962 leaf hashes. */
  readonly leafHashes: Uint8Array
  /** n: `FAULT` numbers, 0 where valid. */
  readonly faults: Uint8Array
  /** n: the byte of the body at which a form fault was seen, 0 elsewhere. */
  readonly faultOffsets: Uint32Array
}

/** What `checkBody` found: fault 0 is sound. */
export interface BodyVerdict {
  readonly fault: number
  readonly offset: number
  /** `expires` of a sound body, else 0. */
  readonly expires: number
}

/** The hot path: hashing, Merkle trees, Ed25519 under ZIP-215, and the canonical form of bodies. */
export interface Kernel {
  /**
   * Which wasm answers: the normative scalar build, the SIMD build, or that with multiplications and additions fused.
   */
  readonly build: 'scalar' | 'simd' | 'fused'

  /** SHA-256 (FIPS 180-4) of any length: 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array
  /** SHA-512 (FIPS 180-4) of any length: 64 bytes. */
  sha512(bytes: Uint8Array): Uint8Array

  /** RFC 6962 leaf hash, SHA-256(0x00 ‖ entry): 32 bytes. */
  leafHash(entry: Uint8Array): Uint8Array
  /** RFC 6962 node hash, SHA-256(0x01 ‖ left ‖ right): 32 bytes. */
  nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array
  /** Leaf hashes of packed entries: n × 32. */
  hashLeaves(entries: Packed): Uint8Array
  /** Node hashes of 2n hashes taken in pairs: n × 64 bytes in, n × 32 out. One level of a tree. */
  hashNodes(pairs: Uint8Array): Uint8Array
  /** Root of the RFC 6962 tree over `entries`; of none, SHA-256 of nothing. */
  merkleRoot(entries: readonly Uint8Array[]): Uint8Array
  /** Root of the tree whose leaf hashes are given, n × 32. */
  merkleRootOfHashes(leafHashes: Uint8Array): Uint8Array
  /** RFC 9162 2.1.3.2. `proof` is the path, k × 32. Numbers up to 2^53 - 1. */
  verifyInclusion(
    index: number,
    size: number,
    leafHash: Uint8Array,
    proof: Uint8Array,
    root: Uint8Array,
  ): boolean
  /** RFC 9162 2.1.4.2, `from` >= 1. */
  verifyConsistency(
    from: number,
    to: number,
    fromRoot: Uint8Array,
    toRoot: Uint8Array,
    proof: Uint8Array,
  ): boolean

  /** One Ed25519 check under ZIP-215. */
  verify(check: SignatureCheck): boolean
  /** Many at once by one random linear combination, bisected to the exact culprits. Same answers as `verify`. */
  verifyBatch(checks: readonly SignatureCheck[]): boolean[]
  /**
   * The same over packed checks: item i of `checks` is public key (32) ‖ signature (64) ‖ message.
   * Returns a bit set of n bits.
   */
  verifyPacked(checks: Packed): Uint8Array
  /** Whether `key` is the canonical encoding of a point of the prime-order subgroup other than the identity. */
  isEnrollableKey(key: Uint8Array): boolean

  /** Whether `body` is a sound transaction body: envelope, canonical form, limits. One pass, no recursion. */
  checkBody(body: Uint8Array): BodyVerdict
  /**
   * The ledger's way in. Each item is a transaction leaf, 0x01 ‖ public key (32) ‖ signature (64) ‖ body: its form
   * and signature (over `medseal/transaction/v1` LF ‖ ledger id ‖ public key ‖ body) are checked, its id and leaf
   * hash made.
   */
  verifyEntries(entries: Packed, ledgerId: Uint8Array): EntryVerdicts
}
