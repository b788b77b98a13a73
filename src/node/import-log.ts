/**
 * A new data folder from an exported log, of which nothing is believed but what the genesis' keys have signed: every
 * leaf is verified and executed again, and what comes out must be the folder's checkpoint. It is made beside its place
 * and renamed into it.
 *
 * A node on such a folder is held (hold.ts): keys that come along may have signed more than the log shows.
 */
import { existsSync, renameSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Clock, LedgerError, type Packed } from '../base/index.ts'
import { holdFilesOf, openTrustSteps, writeHold } from '../finality/index.ts'
import type { EntryVerdicts, Kernel } from '../kernel/index.ts'
import { importLog, type LedgerHead, openLedger, openLmdbStore, readTrust } from '../ledger/index.ts'
import {
  ledgerIdOf,
  type OpenedCheckpoint,
  openCheckpoint,
  originOf,
  parseCheckpoint,
  parseGenesis,
  parseNote,
  trustOf,
} from '../protocol/index.ts'
import { copyKeys } from './backup.ts'

export interface ImportLogOptions {
  readonly kernel: Kernel
  readonly clock: Pick<Clock, 'nowSeconds'>
  /** A new data folder. */
  readonly data: string
  /** An exported log: tiles, entries and its checkpoint. */
  readonly from: string
  /** The genesis file of its ledger. */
  readonly genesis: string
  /** Folder with the keys of the node that will run on it, where there are some. */
  readonly keys?: string | undefined
  readonly verify: (entries: Packed, ledgerId: Uint8Array) => Promise<EntryVerdicts>
  /** Leaves executed so far, and those that there are. */
  readonly onLeaves?: (done: number, total: number) => void
}

export interface ImportedLog {
  readonly head: LedgerHead
  /** Members that cosigned the checkpoint; `final` where they make the quorum. */
  readonly cosignedBy: readonly string[]
  readonly final: boolean
}

/** Replays the folder into `ledgerFolder`, and opens its checkpoint with the keys that the log itself comes to. */
async function replayFolder(
  options: ImportLogOptions,
  { genesisBytes, note }: { readonly genesisBytes: Uint8Array; readonly note: string },
  ledgerFolder: string,
): Promise<{ head: LedgerHead; opened: OpenedCheckpoint }> {
  const { kernel, from: dir, verify, onLeaves } = options
  const checkpoint = parseCheckpoint(parseNote(note).text)
  const into = openLmdbStore(ledgerFolder)
  const onBlock = ({ size }: LedgerHead) => onLeaves?.(size, checkpoint.size)
  try {
    const head = await importLog({ dir, checkpoint, into, kernel, verify, onBlock })
    const ledger = await openLedger({ store: into, genesisBytes, kernel, create: false })
    const trust = await readTrust(kernel, ledger)
    return { head, opened: openCheckpoint(kernel, note, trust) }
  } finally {
    await into.close()
  }
}

/**
 * Makes a data folder of an exported log; whole when resolved, and an interrupted import goes on where it stopped.
 * LedgerError `data.exists`, `ledger.genesis-mismatch`, or what is wrong with the log.
 */
export async function importLogFolder(options: ImportLogOptions): Promise<ImportedLog> {
  const { kernel, clock, from, genesis, keys } = options
  const target = resolve(options.data)
  if (existsSync(target)) throw new LedgerError('data.exists', { message: `${target} exists already.` })
  const genesisBytes = new Uint8Array(await readFile(genesis))
  const note = await readFile(join(from, 'checkpoint'), 'utf8')
  const origin = originOf(parseGenesis(kernel, genesisBytes).name, ledgerIdOf(kernel, genesisBytes))
  const found = parseCheckpoint(parseNote(note).text).origin
  // Before anything is replayed; that leaf 0 is this very genesis is seen when the ledger is opened.
  if (found !== origin) {
    throw new LedgerError('ledger.genesis-mismatch', {
      message: `The folder is the log ${found}, not ${origin}.`,
    })
  }
  const draft = `${target}.part`
  await mkdir(draft, { recursive: true, mode: 0o700 })
  const { head, opened } = await replayFolder(options, { genesisBytes, note }, join(draft, 'ledger'))
  await copyFile(genesis, join(draft, 'genesis.json'))
  await rm(join(draft, 'trust.json'), { force: true })
  if (existsSync(join(from, 'trust.json'))) {
    const founded = trustOf(kernel, parseGenesis(kernel, genesisBytes), ledgerIdOf(kernel, genesisBytes))
    const { chain } = openTrustSteps(kernel, founded, join(from, 'trust.json'))
    openTrustSteps(kernel, founded, join(draft, 'trust.json')).keep(chain.steps)
  }
  await rm(join(draft, 'keys'), { recursive: true, force: true })
  if (keys !== undefined) await copyKeys(keys, join(draft, 'keys'))
  writeHold(holdFilesOf(draft).hold, { reason: 'restored', since: clock.nowSeconds(), note })
  // Commit point: before it a `.part` folder with which the next try goes on, after it a whole data folder.
  renameSync(draft, target)
  return { head, cosignedBy: opened.cosignedBy, final: opened.final }
}
