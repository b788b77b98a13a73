/**
 * Signed notes, as C2SP signed-note fixes them: a text, an empty line, signature lines. This file reads and writes
 * them; who signed is found out by `openNote` (open-note.ts).
 */
import { concatBytes, LedgerError, NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX } from '../base/index.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { isKeyName } from './vkey.ts'

/** One signature line: `— name base64(key id ‖ signature)`. */
export interface NoteSignature {
  readonly name: string
  /** u32. */
  readonly keyId: number
  /** What follows the key id; its form depends on the key's type. */
  readonly signature: Uint8Array
}

export interface Note {
  /** Signed text, with its final newline. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

const SIGNATURE_LINE = /^— ([^ ]+) ([A-Za-z0-9+/=]+)$/
/** Control characters other than newline, and lone surrogates, which UTF-8 can not hold. */
const TEXT_FAULT = /[^\P{Control}\n\u007f-\u009f]|\p{Surrogate}/u

const malformed = (message: string): never => {
  throw new LedgerError('form.note', { message })
}

function parseSignatureLine(line: string): NoteSignature {
  const match = SIGNATURE_LINE.exec(line)
  const bytes = match === null ? undefined : decodeBase64(match[2]!)
  if (match === null || bytes === undefined || bytes.length < 5 || !isKeyName(match[1]!)) {
    return malformed('A signature line of the note is malformed.')
  }
  const keyId = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  return { name: match[1]!, keyId, signature: bytes.subarray(4) }
}

/** Reads a signed note; nothing is verified. LedgerError `form.note` where it is malformed or over the limits. */
export function parseNote(note: string): Note {
  if (note.length > NOTE_BYTES_MAX) malformed(`The note is longer than ${NOTE_BYTES_MAX} bytes.`)
  if (TEXT_FAULT.test(note)) malformed('The note holds a control character or is not valid UTF-8.')
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n') || split + 2 === note.length) malformed('The note has no signatures.')
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > NOTE_SIGNATURES_MAX) malformed(`The note has over ${NOTE_SIGNATURES_MAX} signatures.`)
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) }
}

/** One signature line with its newline. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  const id = new Uint8Array(4)
  new DataView(id.buffer).setUint32(0, keyId)
  return `— ${name} ${encodeBase64(concatBytes(id, signature))}\n`
}

/** The signed note of `text`, which ends in a newline, and at least one signature. */
export function formatNote(text: string, signatures: readonly NoteSignature[]): string {
  if (!text.endsWith('\n') || TEXT_FAULT.test(text) || signatures.length === 0) {
    throw new RangeError('a note is text that ends in a newline, and at least one signature')
  }
  return `${text}\n${signatures.map(formatSignature).join('')}`
}
