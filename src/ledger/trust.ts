/** Whom a ledger's checkpoints are signed by, as its own rules have it: what a node signs and verifies under. */
import type { Kernel } from '../kernel/index.ts'
import { makeTrust, succeedTrust, type Trust, trustDigest } from '../protocol/index.ts'
import type { Ledger } from './types.ts'

/**
 * The trust after the head. Where the head's block has changed it, `before` holds what the head itself is signed
 * under: a decision of a block holds from the next one on.
 */
export async function readTrust(
  kernel: Kernel,
  ledger: Pick<Ledger, 'origin' | 'ledgerId' | 'trust'>,
): Promise<Trust> {
  const { size, current, next } = await ledger.trust()
  const trust = makeTrust(kernel, ledger, current)
  const [digest, nextDigest] = [current, next].map((terms) => trustDigest(kernel, ledger.ledgerId, terms))
  return Buffer.compare(digest!, nextDigest!) === 0 ? trust : succeedTrust(kernel, trust, size, next)
}
