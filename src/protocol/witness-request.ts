/**
 * The body of `add-checkpoint` (C2SP tlog-witness): `old <size>`, the hashes of a consistency proof in base64, an empty
 * line, a signed checkpoint. Each line ends in a newline.
 */
import { LedgerError, PROOF_HASHES_MAX, WITNESS_REQUEST_BYTES_MAX } from '../base/index.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { parseDecimal } from './checkpoint.ts'

export interface WitnessRequest {
  /** Size that the witness cosigned last, as the client believes; 0 for none. */
  readonly oldSize: number
  /** Consistency proof from there to the checkpoint; 32 bytes each. */
  readonly proof: readonly Uint8Array[]
  /** The signed checkpoint, a note, verbatim. */
  readonly note: string
}

const malformed = (message: string): never => {
  throw new LedgerError('witness.form', { message })
}

/** Text of a request. */
export function formatWitnessRequest({ oldSize, proof, note }: WitnessRequest): string {
  return `${[`old ${oldSize}`, ...proof.map(encodeBase64)].join('\n')}\n\n${note}`
}

/** Reads a request; the note is not looked at. LedgerError `witness.form` says which line is wrong. */
export function parseWitnessRequest(text: string): WitnessRequest {
  if (text.length > WITNESS_REQUEST_BYTES_MAX)
    malformed('The request is longer than a note and a proof can be.')
  const split = text.indexOf('\n\n')
  if (split < 0) malformed('No empty line stands between proof and checkpoint.')
  const [first, ...lines] = text.slice(0, split).split('\n')
  const oldSize = first?.startsWith('old ') ? parseDecimal(first.slice(4)) : undefined
  if (oldSize === undefined) return malformed('The first line is not "old" and a size.')
  if (lines.length > PROOF_HASHES_MAX) malformed(`The proof has over ${PROOF_HASHES_MAX} lines.`)
  const proof = lines.map(
    (line, i) => decodeBase64(line, 32) ?? malformed(`Line ${i + 2} is not a hash of 32 bytes in base64.`),
  )
  return { oldSize, proof, note: text.slice(split + 2) }
}
