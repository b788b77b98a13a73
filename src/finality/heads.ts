/** Where the log stood at an earlier checkpoint. */
import { LedgerError } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Ledger, LedgerHead } from '../ledger/index.ts'
import { type Checkpoint, decodeLeaf } from '../protocol/index.ts'

/** The head as it was at a checkpoint of ours. LedgerError `ledger.diverged` where our log has another root there. */
export async function headAt(
  { kernel, ledger }: { readonly kernel: Kernel; readonly ledger: Pick<Ledger, 'head' | 'leaf' | 'rootAt'> },
  { size, root }: Checkpoint,
): Promise<LedgerHead> {
  const now = await ledger.head()
  const leaf = size <= now.size ? await ledger.leaf(size - 1) : undefined
  const decoded = leaf && decodeLeaf(leaf)
  const ourRoot = leaf && (await ledger.rootAt(size))
  if (leaf === undefined || decoded?.kind !== 'header' || Buffer.compare(ourRoot!, root) !== 0) {
    const message = `The checkpoint of size ${size} that was kept is not one of the log in this folder.`
    throw new LedgerError('ledger.diverged', { message })
  }
  const { height, time, rulesVersion } = decoded.header
  return { height, size, root, time, rulesVersion, headerHash: kernel.leafHash(leaf) }
}
