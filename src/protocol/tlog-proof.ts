/**
 * Inclusion proofs that can be checked offline, as C2SP tlog-proof fixes them: a heading, the leaf's index, the hashes
 * of its inclusion proof, an empty line, the signed checkpoint. The optional `extra` line is neither written nor
 * accepted.
 */
import { LedgerError, NOTE_BYTES_MAX, PROOF_HASHES_MAX } from '../base/index.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { parseDecimal } from './checkpoint.ts'

export interface TlogProof {
  /** Index of the leaf. */
  readonly index: number
  /** Inclusion proof, the leaf's sibling first; 32 bytes each. */
  readonly hashes: readonly Uint8Array[]
  /** Signed checkpoint, a note, verbatim. */
  readonly checkpoint: string
}

const HEADING = 'c2sp.org/tlog-proof@v1'
/** A line of a hash is 44 letters and a newline; heading and index are short. */
const PROOF_LENGTH_MAX = 64 + 45 * PROOF_HASHES_MAX + NOTE_BYTES_MAX

const malformed = (message: string): never => {
  throw new LedgerError('form.note', { message })
}

/** Text of a proof. */
export function formatTlogProof({ index, hashes, checkpoint }: TlogProof): string {
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError(`index ${index} is out of range`)
  const lines = [HEADING, `index ${index}`, ...hashes.map(encodeBase64)]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

/**
 * Reads a proof; nothing is verified, the checkpoint not even looked at. LedgerError `form.note` where it is malformed.
 */
export function parseTlogProof(text: string): TlogProof {
  if (text.length > PROOF_LENGTH_MAX) malformed(`The proof is longer than ${PROOF_LENGTH_MAX} bytes.`)
  const split = text.indexOf('\n\n')
  if (split < 0) malformed('The proof has no checkpoint.')
  const [heading, indexLine, ...hashLines] = text.slice(0, split).split('\n')
  if (heading !== HEADING) malformed(`The proof does not begin with ${HEADING}.`)
  const index = indexLine?.startsWith('index ') ? parseDecimal(indexLine.slice(6)) : undefined
  if (index === undefined) return malformed('The second line of the proof is not index and a number.')
  if (hashLines.length > PROOF_HASHES_MAX) malformed(`The proof has over ${PROOF_HASHES_MAX} hashes.`)
  const hashes = hashLines.map(
    (line) => decodeBase64(line, 32) ?? malformed('A hash of the proof is not 32 bytes in base64.'),
  )
  return { index, hashes, checkpoint: text.slice(split + 2) }
}
