/** Refusals by the rules of care: numbers from 2000 to 2099. */
import { type CodeRow, row } from './row.ts'

export const CARE_CODES = {
  'care.role': row(2000, 403, 'Your role, or that of your member, may not do this.'),
} as const satisfies Record<string, CodeRow>
