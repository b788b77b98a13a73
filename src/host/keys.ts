/**
 * Keys in files: PKCS#8 PEM (RFC 8410) that openssl reads and writes, mode 0600. Signing is the platform's; it decides
 * nothing: what is valid, the kernel says.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '../base/index.ts'
import type { SigningKey } from '../protocol/index.ts'

/** The keys that a node itself signs with, each for one job. */
export interface NodeKeys {
  /** Signs checkpoints as the log. */
  readonly log: SigningKey
  /** Cosigns them: *I executed this*. */
  readonly cosigner: SigningKey
  /** Pairs that were made later, oldest first: of all, the one signs that governance names. */
  readonly later?: readonly Pick<NodeKeys, 'log' | 'cosigner'>[]
}

export type KeyKind = 'ed25519' | 'x25519'

/** A new private key: its PEM text and its public key. */
export interface NewKey {
  readonly pem: string
  readonly publicKey: Uint8Array
}

/** Where the key of an actor, `log` or `cosigner` is kept: `<data>/keys/<name, ':' as '_'>.pem`. */
export const keyPath = (dataFolder: string, name: string): string =>
  join(dataFolder, 'keys', `${name.replaceAll(':', '_')}.pem`)

/** The file beside it with the actor's X25519 key. */
export const encryptionKeyPath = (dataFolder: string, actorId: string): string =>
  keyPath(dataFolder, `${actorId}.encryption`)

/**
 * SPKI ends in the 32 raw bytes (RFC 8410). JWK would say them too, but on Node 20 its export can hang in a collection.
 */
function publicKeyOf(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32))
}

/** Makes a key from the platform's random numbers. */
export function generateKey(kind: KeyKind): NewKey {
  const { privateKey } = kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519')
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKey: publicKeyOf(privateKey),
  }
}

/** The signing key in a PEM text; undefined where it is not an unencrypted Ed25519 key. */
export function signingKeyFromPem(pem: string): SigningKey | undefined {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    return undefined
  }
  if (key.asymmetricKeyType !== 'ed25519') return undefined
  return { publicKey: publicKeyOf(key), sign: (message) => sign(null, message, key) }
}

/**
 * The seed (RFC 8032 private key, 32 bytes) of a signing key, for a program that reads it otherwise. Errors as above.
 */
export function readSigningSeed(path: string): Uint8Array {
  readSigningKey(path)
  const der = createPrivateKey(readFileSync(path, 'utf8')).export({ type: 'pkcs8', format: 'der' })
  // PKCS#8 ends in the 32 raw bytes (RFC 8410).
  return new Uint8Array(der.subarray(-32))
}

/** The public key (32 bytes) of an X25519 key file. */
export const readEncryptionPublicKey = (path: string): Uint8Array =>
  publicKeyOf(createPrivateKey(readFileSync(path, 'utf8')))

/** Reads a signing key. LedgerError `data.key` says which file and what is wrong with it, never what it holds. */
export function readSigningKey(path: string): SigningKey {
  let pem: string
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new LedgerError('data.key', { message: `${path} is open to others: chmod 600 it.` })
    }
    pem = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof LedgerError) throw error
    throw new LedgerError('data.key', { message: `${path} can not be read.` }, error)
  }
  const key = signingKeyFromPem(pem)
  if (key === undefined) {
    throw new LedgerError('data.key', { message: `${path} is not an Ed25519 key in PKCS#8 PEM.` })
  }
  return key
}
