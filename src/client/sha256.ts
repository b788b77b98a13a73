/**
 * SHA-256 (FIPS 180-4) of a stream. Web Crypto hashes whole buffers only; Node has a streaming hash that is some ten
 * times as fast as JavaScript, so it is used where it is there. Both give the same digest.
 */
import { sha256 } from '@noble/hashes/sha2.js'

/** A hash under way. */
export interface StreamingHash {
  update(bytes: Uint8Array): unknown
  /** 32 bytes. Called once, at the end. */
  digest(): Uint8Array
}

interface Platform {
  readonly process?: {
    getBuiltinModule?(name: 'node:crypto'): { createHash(algorithm: 'sha256'): StreamingHash } | undefined
  }
}

// Looked up at run time, so that bundles for browsers need no stand-in for a module of Node's.
const nodeCrypto = (globalThis as Platform).process?.getBuiltinModule?.('node:crypto')

/** A new hash. */
export const createSha256 = (): StreamingHash => nodeCrypto?.createHash('sha256') ?? sha256.create()
