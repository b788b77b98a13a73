/** Refusals by the rules of referral: numbers from 1700 to 1799. */
import { type CodeRow, row } from './row.ts'

export const REFERRAL_CODES = {
  'referral.role': row(1700, 403, 'Your role, or that of your member, may not do this.'),
} as const satisfies Record<string, CodeRow>
