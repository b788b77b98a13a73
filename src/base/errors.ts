/** The one error class, and assertions of our own invariants. */
import { CODES, type Code } from './codes.ts'

/** What an error says besides its code: the field at fault, what was found, what would be right. No patient data. */
export interface ErrorDetails {
  /** JSON pointer of the field at fault, such as `/payload/recordId`. */
  readonly field?: string
  /** One sentence for the reader. */
  readonly message?: string
  /** Position in a batch. */
  readonly item?: number
  /** Seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number
  readonly [name: string]: unknown
}

/** The one error class of medseal. `code` is stable and stands in the table of `codes.ts`. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  readonly code: Code
  readonly details: ErrorDetails

  constructor(code: Code, details: ErrorDetails = {}, cause?: unknown) {
    super(details.message ?? CODES[code].meaning, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }
}

/** A broken invariant of our own: never the sender's fault, never answered with its text. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${message}`)
}
