/** Refusals by the rules of waste: numbers from 2300 to 2399. */
import { type CodeRow, row } from './row.ts'

export const WASTE_CODES = {
  'waste.role': row(2300, 403, 'Your role, or that of your member, may not do this.'),
} as const satisfies Record<string, CodeRow>
