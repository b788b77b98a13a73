/** Refusals by the rules of supply: numbers from 2400 to 2499. */
import { type CodeRow, row } from './row.ts'

export const SUPPLY_CODES = {
  'supply.role': row(2400, 403, 'Your role, or that of your member, may not do this.'),
} as const satisfies Record<string, CodeRow>
