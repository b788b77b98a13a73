import { LedgerError } from '../../src/base/index.ts'

/** The code of the LedgerError that `act` throws, `none` where it throws nothing. Anything else thrown goes through. */
export function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
  return 'none'
}
