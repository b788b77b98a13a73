/**
 * Keys of actors: Ed25519 to sign (RFC 8032) and X25519 to open contents that others wrap (RFC 7748), both made from
 * one 32-byte seed where the caller wishes. Signing is all that happens here: whether a signature is valid is
 * decided by the kernel alone (ZIP-215).
 */
import { x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8 } from '../base/index.ts'
import { makeSigningKey, type SigningKey } from '../protocol/index.ts'

/** Whoever signs: a key in memory, or one that a browser, a card or a service holds and never gives away. */
export interface Signer {
  /** Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array
  /** Ed25519 signature of `message`, 64 bytes. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** A signing key held in memory, with the RFC 8032 private key (32 bytes) that a PEM file holds. */
export interface SeededKey extends SigningKey {
  readonly seed: Uint8Array
}

/** A key that opens wrapped contents. */
export interface EncryptionKey {
  readonly publicKey: Uint8Array
  readonly secretKey: Uint8Array
}

const KEY_BYTES = 32

function requireKeyBytes(bytes: Uint8Array, name: string): void {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array`)
  if (bytes.length !== KEY_BYTES)
    throw new RangeError(`${name} must be ${KEY_BYTES} bytes, not ${bytes.length}`)
}

/** `length` bytes from the platform's generator (Web Crypto), which Node and browsers share. */
export const randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))

/** The signing key of a seed. The seed is copied. */
export function signingKeyFromSeed(seed: Uint8Array): SeededKey {
  requireKeyBytes(seed, 'seed')
  return { ...makeSigningKey(seed), seed: seed.slice() }
}

/** A new signing key. */
export const generateSigningKey = (): SeededKey => signingKeyFromSeed(randomBytes(KEY_BYTES))

/** The encryption key of a 32-byte secret, as an X25519 PEM file holds it. The secret is copied. */
export function encryptionKeyFromSecret(secretKey: Uint8Array): EncryptionKey {
  requireKeyBytes(secretKey, 'secretKey')
  return { publicKey: x25519.getPublicKey(secretKey), secretKey: secretKey.slice() }
}

/** A new encryption key. */
export const generateEncryptionKey = (): EncryptionKey => encryptionKeyFromSecret(randomBytes(KEY_BYTES))

/** 32 bytes by HKDF-SHA-256 (RFC 5869) from `seed`, without salt, for one purpose. */
const derive = (seed: Uint8Array, purpose: string): Uint8Array =>
  hkdf(sha256, seed, undefined, utf8(purpose), KEY_BYTES)

/**
 * A patient's seed at one facility. From one seed a patient has another, unlinkable key at each facility, so that
 * nobody joins its records by its key; only the patient's own `identity.link` does.
 */
export function deriveFacilitySeed(seed: Uint8Array, facility: string): Uint8Array {
  requireKeyBytes(seed, 'seed')
  return derive(seed, `medseal/facility-seed/v1\n${facility}`)
}

/** The encryption key that belongs to a signing seed, where one file shall hold both. */
export function deriveEncryptionKey(seed: Uint8Array): EncryptionKey {
  requireKeyBytes(seed, 'seed')
  return encryptionKeyFromSecret(derive(seed, 'medseal/encryption-key/v1'))
}
