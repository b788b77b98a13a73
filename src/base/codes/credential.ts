/** Refusals by the rules of credential: numbers from 2100 to 2199. */
import { type CodeRow, row } from './row.ts'

export const CREDENTIAL_CODES = {
  'credential.role': row(2100, 403, 'Your role, or that of your member, may not do this.'),
} as const satisfies Record<string, CodeRow>
