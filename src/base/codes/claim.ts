/** Refusals by the rules of claim: numbers from 1900 to 1999. */
import { type CodeRow, row } from './row.ts'

export const CLAIM_CODES = {
  'claim.role': row(1900, 403, 'Your role, or that of your member, may not do this.'),
} as const satisfies Record<string, CodeRow>
