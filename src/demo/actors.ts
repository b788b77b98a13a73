/** The demo holds everyone's keys: those of members, and those of people, made when they are first needed. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { toHex } from '../base/index.ts'
import { encryptionKeyFromPem } from '../client/index.ts'
import { encryptionKeyPath, generateKey, keyPath, readSigningKey, signingKeyFromPem } from '../node/index.ts'
import type { SigningKey } from '../protocol/index.ts'

/** A person with both keys. */
export interface DemoPerson {
  /** `<member>:<local>` */
  readonly id: string
  readonly key: SigningKey
  /** X25519, 64 hex digits. */
  readonly encryptionKey: string
}

/** A person's keys from the data folder; made and written there before anything is signed with them. */
export function openPerson(data: string, id: string): DemoPerson {
  const [path, encryptionPath] = [keyPath(data, id), encryptionKeyPath(data, id)]
  // An empty file is what a crash between opening and writing leaves.
  if (statSync(path, { throwIfNoEntry: false })?.size) {
    const { publicKey } = encryptionKeyFromPem(readFileSync(encryptionPath, 'utf8'))
    return { id, key: readSigningKey(path), encryptionKey: toHex(publicKey) }
  }
  const [key, encryptionKey] = [generateKey('ed25519'), generateKey('x25519')]
  // The signing key is written last: where it is, both are.
  writeFileSync(encryptionPath, encryptionKey.pem, { mode: 0o600 })
  writeFileSync(path, key.pem, { mode: 0o600 })
  return { id, key: signingKeyFromPem(key.pem)!, encryptionKey: toHex(encryptionKey.publicKey) }
}

/** A member's own key. */
export const openMember = (data: string, member: string): SigningKey => readSigningKey(keyPath(data, member))
