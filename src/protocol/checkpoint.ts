/**
 * Checkpoints, as C2SP tlog-checkpoint fixes them: the text of a signed note with three lines, origin, size and root.
 * One extension line is written, where the last block has changed whom verifiers trust: the digest of what holds from
 * there on (trust-chain.ts). Others are accepted only where a witness reads another kind of log.
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
  /** Digest of the keys and quorum of the sizes after this one, 32 bytes, where its last block has changed them. */
  readonly nextTrust?: Uint8Array
}

/** The extension line of a checkpoint that names the trust after it. */
const TRUST_LINE = 'trust '

/** A decimal without leading zeros, as sizes and indexes are written. */
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/

/** The number that `text` writes in its one right form; undefined for any other text or over 2^53-1. */
export function parseDecimal(text: string): number | undefined {
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : undefined
}

/** Note text of a checkpoint, three lines or four. RangeError for a size, root or digest out of range. */
export function formatCheckpoint({ origin, size, root, nextTrust }: Checkpoint): string {
  if (origin === '' || origin.includes('\n')) throw new RangeError('the origin is not one non-empty line')
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`size ${size} is out of range`)
  if (root.length !== 32) throw new RangeError(`the root is ${root.length} bytes long, not 32`)
  if (nextTrust !== undefined && nextTrust.length !== 32)
    throw new RangeError('the digest is not 32 bytes long')
  const trustLine = nextTrust === undefined ? '' : `${TRUST_LINE}${encodeBase64(nextTrust)}\n`
  return `${origin}\n${size}\n${encodeBase64(root)}\n${trustLine}`
}

/**
 * Reads the text of a checkpoint. LedgerError `form.note` where it is not origin, size and root, followed by nothing,
 * by the line that names the next trust or, where `extensions` says so, by lines that are not empty.
 */
export function parseCheckpoint(text: string, { extensions = false } = {}): Checkpoint {
  const [origin, sizeText, rootText, ...rest] = text.split('\n')
  const size = parseDecimal(sizeText ?? '')
  const root = decodeBase64(rootText ?? '', 32)
  const lines = rest.slice(0, -1)
  const isEnded = rest.length > 0 && rest.at(-1) === ''
  const nextTrust = lines.length === 1 ? parseTrustLine(lines[0]!) : undefined
  const isKnown = lines.length === 0 || nextTrust !== undefined || (extensions && !lines.includes(''))
  if (!origin || size === undefined || root === undefined || !isEnded || !isKnown) {
    throw new LedgerError('form.note', { message: 'The checkpoint is not origin, size and root.' })
  }
  return { origin, size, root, ...(nextTrust !== undefined && { nextTrust }) }
}

const parseTrustLine = (line: string): Uint8Array | undefined =>
  line.startsWith(TRUST_LINE) ? decodeBase64(line.slice(TRUST_LINE.length), 32) : undefined
