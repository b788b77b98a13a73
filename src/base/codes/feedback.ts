/** Refusals by the rules of feedback: numbers from 2200 to 2299. */
import { type CodeRow, row } from './row.ts'

export const FEEDBACK_CODES = {
  'feedback.role': row(2200, 403, 'Your role, or that of your member, may not do this.'),
} as const satisfies Record<string, CodeRow>
