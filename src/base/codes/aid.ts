/** Refusals by the rules of aid: numbers from 2500 to 2599. */
import { type CodeRow, row } from './row.ts'

export const AID_CODES = {
  'aid.role': row(2500, 403, 'Your role, or that of your member, may not do this.'),
} as const satisfies Record<string, CodeRow>
