/**
 * Checkpoints, as C2SP tlog-checkpoint fixes them: the text of a signed note with three lines, origin, size and root.
 * Extension lines are not written, and accepted only where a witness reads another kind of log.
 */
import { LedgerError } from '../base/index.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'

/** The state of a log at one size. */
export interface Checkpoint {
  readonly origin: string
  /** Leaves in the log. */
  readonly size: number
  /** RFC 6962 root over them, 32 bytes. */
  readonly root: Uint8Array
}

/** A decimal without leading zeros, as sizes and indexes are written. */
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/

/** The number that `text` writes in its one right form; undefined for any other text or over 2^53-1. */
export function parseDecimal(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : undefined
}

/** Note text of a checkpoint, three lines. RangeError for a size or root out of range. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  if (origin === '' || origin.includes('\n')) throw new RangeError('the origin is not one non-empty line')
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`size ${size} is out of range`)
  if (root.length !== 32) throw new RangeError(`the root is ${root.length} bytes long, not 32`)
  return `${origin}\n${size}\n${encodeBase64(root)}\n`
}

/**
 * Reads the text of a checkpoint. LedgerError `form.note` where it is not origin, size and root, followed by nothing
 * or, where `extensions` says so, by lines that are not empty.
 */
export function parseCheckpoint(text: string, { extensions = false } = {}): Checkpoint {
  const lines = extensions ? withoutExtensions(text) : text
  const [origin, sizeText, rootText, rest, ...more] = lines.split('\n')
  const size = parseDecimal(sizeText ?? '')
  const root = decodeBase64(rootText ?? '', 32)
  if (!origin || size === undefined || root === undefined || rest !== '' || more.length > 0) {
    throw new LedgerError('form.note', { message: 'The checkpoint is not origin, size and root.' })
  }
  return { origin, size, root }
}

/** The first three lines of a text whose further lines are not empty. */
function withoutExtensions(text: string): string {
  const [, head, extensions] = /^([^\n]*\n[^\n]*\n[^\n]*\n)((?:[^\n]+\n)*)$/.exec(text) ?? []
  return extensions === undefined ? text : head!
}
