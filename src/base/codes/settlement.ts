/** Refusals by the rules of settlement: numbers from 1600 to 1699. */
import { type CodeRow, row } from './row.ts'

export const SETTLEMENT_CODES = {
  'settlement.role': row(1600, 403, 'Your role, or that of your member, may not do this.'),
} as const satisfies Record<string, CodeRow>
