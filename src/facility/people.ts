/** Keys of a facility's people, in its data folder: made when they are first needed. */
import { statSync, writeFileSync } from 'node:fs'
import { toHex } from '../base/index.ts'
import {
  encryptionKeyPath,
  generateKey,
  keyPath,
  readEncryptionPublicKey,
  readSigningKey,
  signingKeyFromPem,
} from '../host/index.ts'
import type { SigningKey } from '../protocol/index.ts'

/** A person with both keys. */
export interface Person {
  /** `<member>:<local>` */
  readonly id: string
  readonly key: SigningKey
  /** X25519, 64 hex digits. */
  readonly encryptionKey: string
}

/** A person's keys from the data folder; made and written there before anything is signed with them. */
export function openPerson(data: string, id: string): Person {
  const [path, encryptionPath] = [keyPath(data, id), encryptionKeyPath(data, id)]
  // An empty file is what a crash between opening and writing leaves.
  if (statSync(path, { throwIfNoEntry: false })?.size) {
    return { id, key: readSigningKey(path), encryptionKey: toHex(readEncryptionPublicKey(encryptionPath)) }
  }
  const [key, encryptionKey] = [generateKey('ed25519'), generateKey('x25519')]
  // The signing key is written last: where it is, both are.
  writeFileSync(encryptionPath, encryptionKey.pem, { mode: 0o600 })
  writeFileSync(path, key.pem, { mode: 0o600 })
  return { id, key: signingKeyFromPem(key.pem)!, encryptionKey: toHex(encryptionKey.publicKey) }
}
