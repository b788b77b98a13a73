/** Refusals by the rules of prescription: numbers from 1800 to 1899. */
import { type CodeRow, row } from './row.ts'

export const PRESCRIPTION_CODES = {
  'prescription.role': row(1800, 403, 'Your role, or that of your member, may not do this.'),
} as const satisfies Record<string, CodeRow>
