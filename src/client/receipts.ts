/**
 * Receipts checked offline: everything is recomputed from the genesis file and the receipt, with no node to believe.
 */
import type { Kernel } from '../kernel/index.ts'
import {
  followTrust,
  ledgerIdOf,
  parseGenesis,
  parseTrustChain,
  type ReceiptVerdict,
  type Trust,
  trustOf,
  verifyReceipt,
} from '../protocol/index.ts'

/**
 * What a genesis file's exact bytes make trustworthy and, with a chain of trust (any JSON value, as `/trust.json` has
 * it), what governance has made of that since. LedgerError `genesis.invalid` names what is wrong with the bytes;
 * `trust.form`, `trust.chain`, `signature.invalid`, `form.note` what is wrong with the chain, of which nothing is
 * believed.
 */
export function trustGenesis(kernel: Kernel, genesis: Uint8Array, chain?: unknown): Trust {
  const trust = trustOf(kernel, parseGenesis(kernel, genesis), ledgerIdOf(kernel, genesis))
  return chain === undefined ? trust : followTrust(kernel, trust, parseTrustChain(chain))
}

/**
 * What a receipt (any JSON value) proves about the ledger of a genesis file. Give the transaction's id to be sure that
 * it is that one's, and the chain of trust where governance has changed keys or quorum since genesis. A receipt that
 * proves nothing is `{ok: false, code, reason}`; only an unsound genesis or chain throws.
 */
export function checkReceipt(
  kernel: Kernel,
  receipt: unknown,
  genesis: Uint8Array,
  expectedId?: string,
  chain?: unknown,
): ReceiptVerdict {
  return verifyReceipt(kernel, receipt, trustGenesis(kernel, genesis, chain), expectedId)
}
