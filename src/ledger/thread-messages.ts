/** What the main thread and the ledger thread tell one another besides calls (`src/threads`). */
import type { Ledger } from './types.ts'

/** What can be called: every method of a ledger. */
export type LedgerMethods = Omit<Ledger, 'genesis' | 'ledgerId' | 'origin' | 'halted'>

/** What a ledger thread is started with. */
export interface ThreadData {
  readonly dir: string
  readonly genesisBytes: Uint8Array
  readonly create: boolean
  readonly kernelModule: WebAssembly.Module | undefined
}

/** What a ledger thread says once it is open. */
export type Opened = Pick<Ledger, 'genesis' | 'ledgerId' | 'origin'>
