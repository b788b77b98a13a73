/**
 * Receipts checked offline: everything is recomputed from the genesis file and the receipt, with no node to believe.
 */
import type { Kernel } from '../kernel/index.ts'
import {
  ledgerIdOf,
  parseGenesis,
  type ReceiptVerdict,
  type Trust,
  trustOf,
  verifyReceipt,
} from '../protocol/index.ts'

/** What a genesis file's exact bytes make trustworthy. LedgerError `genesis.invalid` names what is wrong with them. */
export function trustGenesis(kernel: Kernel, genesis: Uint8Array): Trust {
  return trustOf(kernel, parseGenesis(kernel, genesis), ledgerIdOf(kernel, genesis))
}

/**
 * What a receipt (any JSON value) proves about the ledger of a genesis file. Give the transaction's id to be sure that
 * it is that one's. A receipt that proves nothing is `{ok: false, code, reason}`; only an unsound genesis throws.
 */
export function checkReceipt(
  kernel: Kernel,
  receipt: unknown,
  genesis: Uint8Array,
  expectedId?: string,
): ReceiptVerdict {
  return verifyReceipt(kernel, receipt, trustGenesis(kernel, genesis), expectedId)
}
