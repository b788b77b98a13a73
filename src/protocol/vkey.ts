/**
 * Verifier keys of C2SP signed-note: `<name>+<key id, 8 hex digits>+<base64 of type byte ‖ public key>`. Two types are
 * used: 0x01, Ed25519 over the note text (logs), and 0x04, timestamped Ed25519 cosignatures (cosigners, witnesses).
 */
import { concatBytes, LedgerError, utf8 } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'

/** Signature types of signed-note that medseal signs and verifies. */
export const KEY_TYPE = { log: 0x01, cosigner: 0x04 } as const
export type KeyType = (typeof KEY_TYPE)[keyof typeof KEY_TYPE]

/** A key that signs notes, as its verifiers hold it. Name and key id together say which key a signature claims. */
export interface Vkey {
  readonly name: string
  /** First four bytes of SHA-256(name LF ‖ type ‖ public key), big-endian. */
  readonly keyId: number
  readonly type: KeyType
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
}

/** What a key name may not hold: Unicode spaces, `+`, control characters, halves of surrogate pairs. */
const NAME_FAULT = /[\p{White_Space}\p{Control}\p{Surrogate}+]/u

/** Whether `name` can stand on a signature line. */
export const isKeyName = (name: string): boolean => name.length > 0 && !NAME_FAULT.test(name)

/** The verifier key of `publicKey` (32 bytes) under `name`. RangeError for a name or key of the wrong form. */
export function makeVkey(kernel: Kernel, name: string, type: KeyType, publicKey: Uint8Array): Vkey {
  if (!isKeyName(name)) throw new RangeError(`"${name}" can not be the name of a key`)
  if (publicKey.length !== 32) throw new RangeError(`the key is ${publicKey.length} bytes long, not 32`)
  const digest = kernel.sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(type), publicKey))
  return { name, keyId: new DataView(digest.buffer, digest.byteOffset).getUint32(0), type, publicKey }
}

/** Text of a verifier key. */
export function formatVkey(vkey: Vkey): string {
  const key = encodeBase64(concatBytes(Uint8Array.of(vkey.type), vkey.publicKey))
  return `${vkey.name}+${vkey.keyId.toString(16).padStart(8, '0')}+${key}`
}

/** Reads a verifier key. LedgerError `form.note` where form, type or key id is wrong. */
export function parseVkey(kernel: Kernel, text: string): Vkey {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text)
  const bytes = match === null ? undefined : decodeBase64(match[3]!, 33)
  const type = bytes?.[0]
  if (match === null || bytes === undefined || !isKeyName(match[1]!)) {
    throw new LedgerError('form.note', { message: 'The verifier key is not name+key id+base64.' })
  }
  if (type !== KEY_TYPE.log && type !== KEY_TYPE.cosigner) {
    throw new LedgerError('form.note', { message: `Verifier keys of type ${type} are not supported.` })
  }
  const vkey = makeVkey(kernel, match[1]!, type, bytes.subarray(1))
  if (vkey.keyId !== Number.parseInt(match[2]!, 16)) {
    throw new LedgerError('form.note', { message: 'The key id of the verifier key is not that of its key.' })
  }
  return vkey
}
