/**
 * Ed25519 signing (RFC 8032) by @noble/curves, synchronous in Node and browsers. Signing only: whether a signature is
 * valid is decided by the kernel, nowhere else.
 */
import { ed25519 } from '@noble/curves/ed25519.js'

/** A key that can sign. Other implementations may stand in, such as one over a platform's key store. */
export interface SigningKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** Ed25519 signature of `message`, 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}

/** The signing key of a 32-byte secret (RFC 8032's private key), which is copied. RangeError for another length. */
export function makeSigningKey(secret: Uint8Array): SigningKey {
  if (secret.length !== 32) throw new RangeError(`the secret is ${secret.length} bytes long, not 32`)
  const ownSecret = Uint8Array.from(secret)
  return {
    publicKey: ed25519.getPublicKey(ownSecret),
    sign: (message) => ed25519.sign(message, ownSecret),
  }
}
