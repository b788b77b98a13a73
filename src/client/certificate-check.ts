/**
 * Checking a health certificate offline: from the genesis file, which the checker trusts, and the certificate's file.
 * What the page behind a certificate's link does with keys that its node names, this does with keys that the checker
 * has.
 */
import { LedgerError } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type CertificateVerdict, checkCertificate, parseCertificateFile } from '../w3c/index.ts'
import { trustGenesis } from './receipts.ts'

/**
 * What a certificate's file (any JSON value) is worth at `now`, unix seconds. Never throws for what the file holds;
 * LedgerError `genesis.invalid` for an unsound genesis.
 */
export async function checkCertificateFile(
  kernel: Kernel,
  file: unknown,
  genesis: Uint8Array,
  now: number,
): Promise<CertificateVerdict> {
  const trust = trustGenesis(kernel, genesis)
  try {
    return await checkCertificate(kernel, parseCertificateFile(file), trust, now)
  } catch (error) {
    if (error instanceof LedgerError) return { state: 'INVALID', reason: error.message }
    throw error
  }
}
