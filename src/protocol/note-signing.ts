/**
 * Signing notes and finding out who signed them: C2SP signed-note (Ed25519, type 0x01) for logs, tlog-cosignature v1
 * (timestamped Ed25519, type 0x04) for cosigners and witnesses. Which key counts for what is told by checkpoint
 * policy (trust.ts), not here.
 */
import { concatBytes, LedgerError, utf8 } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type Note, type NoteSignature, parseNote } from './note.ts'
import type { SigningKey } from './signing-key.ts'
import { KEY_TYPE, makeVkey, type Vkey } from './vkey.ts'

/** A key that signs notes as a log. */
export interface LogSigner {
  readonly vkey: Vkey
  /** Signs a note text. */
  sign(text: string): NoteSignature
}

/** A key that cosigns checkpoints. */
export interface Cosigner {
  readonly vkey: Vkey
  /** Cosigns a checkpoint text as of `timeSeconds` (unix). */
  cosign(text: string, timeSeconds: number): NoteSignature
}

/** One signature of a known key that verified. `time` is when it was made, unix seconds; logs do not say. */
export interface VerifiedSignature {
  readonly vkey: Vkey
  readonly time?: number
}

export interface OpenedNote {
  readonly text: string
  /** At least one; each key once. */
  readonly verified: readonly VerifiedSignature[]
}

const TIMESTAMP_BYTES = 8
const ED25519_BYTES = 64

/** The message that a cosignature signs: two lines, then the checkpoint text. */
export const cosignatureMessage = (text: string, timeSeconds: number): Uint8Array =>
  utf8(`cosignature/v1\ntime ${timeSeconds}\n${text}`)

/** A log's signer; the vkey's name is the origin. */
export function makeLogSigner(kernel: Kernel, origin: string, key: SigningKey): LogSigner {
  const vkey = makeVkey(kernel, origin, KEY_TYPE.log, key.publicKey)
  return {
    vkey,
    sign: (text) => ({ name: vkey.name, keyId: vkey.keyId, signature: key.sign(utf8(text)) }),
  }
}

/** A cosigner's or witness's signer. A member's name is `<origin>/<member id>`. */
export function makeCosigner(kernel: Kernel, name: string, key: SigningKey): Cosigner {
  const vkey = makeVkey(kernel, name, KEY_TYPE.cosigner, key.publicKey)
  return {
    vkey,
    cosign(text, timeSeconds) {
      if (!Number.isSafeInteger(timeSeconds) || timeSeconds < 0) {
        throw new RangeError(`time ${timeSeconds} is out of range`)
      }
      const timestamp = new Uint8Array(TIMESTAMP_BYTES)
      new DataView(timestamp.buffer).setBigUint64(0, BigInt(timeSeconds))
      const signature = concatBytes(timestamp, key.sign(cosignatureMessage(text, timeSeconds)))
      return { name: vkey.name, keyId: vkey.keyId, signature }
    },
  }
}

/** Checks one signature against one key; undefined where it does not verify. */
function verifySignature(
  kernel: Kernel,
  text: string,
  signature: Uint8Array,
  vkey: Vkey,
): VerifiedSignature | undefined {
  if (vkey.type === KEY_TYPE.log) {
    if (signature.length !== ED25519_BYTES) return undefined
    return kernel.verify({ publicKey: vkey.publicKey, message: utf8(text), signature }) ? { vkey } : undefined
  }
  if (signature.length !== TIMESTAMP_BYTES + ED25519_BYTES) return undefined
  const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0))
  if (!Number.isSafeInteger(time)) return undefined
  const message = cosignatureMessage(text, time)
  const check = { publicKey: vkey.publicKey, message, signature: signature.subarray(TIMESTAMP_BYTES) }
  return kernel.verify(check) ? { vkey, time } : undefined
}

/**
 * Finds which of `vkeys` signed a note. Signatures of unknown keys are ignored, as signed-note asks; one that claims a
 * known key and does not verify condemns the note. LedgerError: `form.note` for malformed text, `signature.invalid` for
 * a false signature or none of a known key.
 */
export function openNote(kernel: Kernel, note: string | Note, vkeys: readonly Vkey[]): OpenedNote {
  const { text, signatures } = typeof note === 'string' ? parseNote(note) : note
  const verified = new Map<Vkey, VerifiedSignature>()
  for (const { name, keyId, signature } of signatures) {
    // Two keys may share a name (logs do) and, by accident or malice, a key id: any of them may have signed.
    const claimed = vkeys.filter((vkey) => vkey.name === name && vkey.keyId === keyId)
    if (claimed.length === 0) continue
    const found = claimed
      .map((vkey) => verifySignature(kernel, text, signature, vkey))
      .find((result) => result !== undefined)
    if (found === undefined) {
      throw new LedgerError('signature.invalid', { message: `The signature of ${name} does not verify.` })
    }
    if (!verified.has(found.vkey)) verified.set(found.vkey, found)
  }
  if (verified.size === 0) {
    throw new LedgerError('signature.invalid', { message: 'No known key signed the note.' })
  }
  return { text, verified: [...verified.values()] }
}
