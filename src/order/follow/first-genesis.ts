/** The genesis of a log that a follower knows by its ledger id alone, or not at all. */
import { LedgerError, toHex } from '../../base/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import {
  decodeBundle,
  decodeLeaf,
  entriesPath,
  ledgerIdOf,
  parseCheckpoint,
  parseNote,
  tileWidth,
} from '../../protocol/index.ts'
import type { LogSource } from './source.ts'

/**
 * Exact bytes of the genesis, leaf 0 of the source's log. `ledgerId` is the hash that they must have; without it
 * whatever the source says is taken, and the caller tells its user so. LedgerError `source.unsound`, and those of the
 * source.
 */
export async function fetchGenesis(
  kernel: Kernel,
  source: LogSource,
  ledgerId: string | undefined,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { size } = parseCheckpoint(parseNote(await source.checkpoint(signal)).text)
  const path = entriesPath(0, Math.max(1, tileWidth(0, 0, size)))
  const bundle = (await source.file(path, signal)) ?? (await source.file(entriesPath(0), signal))
  if (bundle === undefined)
    throw new LedgerError('source.answer', { message: `${source.name} has no ${path}.` })
  const [leaf] = decodeBundle(bundle)
  const decoded = leaf && decodeLeaf(leaf)
  if (decoded?.kind !== 'genesis') {
    throw new LedgerError('source.unsound', { message: `Leaf 0 at ${source.name} is not a genesis.` })
  }
  const found = toHex(ledgerIdOf(kernel, decoded.genesis))
  if (ledgerId !== undefined && found !== ledgerId) {
    throw new LedgerError('source.unsound', {
      message: `${source.name} keeps the ledger ${found}, not ${ledgerId}.`,
    })
  }
  return decoded.genesis.slice()
}
