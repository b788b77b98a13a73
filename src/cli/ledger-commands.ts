/**
 * `medseal rebuild`, `backup` and `restore`: what an operator does with a data folder, at rest; a backup also while its
 * node serves.
 */
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { systemClock, toHex } from '../base/index.ts'
import { lockData, openLedgerData } from '../host/index.ts'
import { loadKernel } from '../kernel/index.ts'
import { openLmdbStore, rebuildLedger } from '../ledger/index.ts'
import { backupData, restoreData } from '../node/index.ts'
import { addDataCommand, requireLedger, withEngine } from './at-rest.ts'
import { formatCount, formatTable, formatTime, printJson, printLines } from './output.ts'
import { createProgress } from './progress.ts'

interface DataOption {
  readonly data: string
  readonly json?: boolean
}

async function rebuild({ data: folder, json }: DataOption): Promise<void> {
  const kernel = await loadKernel()
  const data = openLedgerData(kernel, folder)
  requireLedger(data.ledgerFolder)
  const unlock = lockData(data.folder)
  try {
    const newFolder = join(data.folder, 'ledger.rebuilt')
    const oldFolder = join(data.folder, `ledger.damaged-${Date.now()}`)
    const [from, into] = [openLmdbStore(data.ledgerFolder), openLmdbStore(newFolder)]
    const progress = createProgress(process.stderr)
    progress.start('leaves checked and executed', 1, 0)
    const head = await withEngine((verify) => rebuildLedger({ from, into, kernel, verify })).finally(() =>
      Promise.all([from.close(), into.close()]),
    )
    progress.end(formatCount(head.size))
    renameSync(data.ledgerFolder, oldFolder)
    // A crash here leaves no ledger/: the next command says so, and both folders are there to be renamed by hand.
    renameSync(newFolder, data.ledgerFolder)
    const { height, size } = head
    if (json) printJson({ height, size, root: toHex(head.root), kept: oldFolder })
    else {
      printLines(
        `Rebuilt ${formatCount(size)} leaves, height ${formatCount(height)}, root ${toHex(head.root)}.`,
        `The damaged store is kept at ${oldFolder}; remove it when you no longer need it.`,
      )
    }
  } finally {
    unlock()
  }
}

/** A bar over files; started with the first. */
function showFiles(label: string): { onFile(done: number, total: number): void; end(): void } {
  const progress = createProgress(process.stderr)
  let count = 0
  return {
    onFile(done, total) {
      if (count === 0) progress.start(label, total, 0)
      count = done
      progress.advance(done)
    },
    end: () => progress.end(formatCount(count)),
  }
}

interface BackupOption extends DataOption {
  readonly to: string
  readonly withKeys?: boolean
}

async function backup({ data, to, withKeys = false, json }: BackupOption): Promise<void> {
  const kernel = await loadKernel()
  requireLedger(openLedgerData(kernel, data).ledgerFolder)
  const { onFile, end } = showFiles('files copied and hashed')
  const manifest = await backupData({ kernel, clock: systemClock, data, to, keys: withKeys, onFile })
  end()
  const { files, height, size } = manifest
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  if (json) printJson({ ...manifest, files: files.length, bytes })
  else {
    printLines(
      `Copied ${formatCount(size)} leaves, height ${formatCount(height)}, with the vault, to ${to}.`,
      ...formatTable([
        ['files', `${formatCount(files.length)}, ${formatCount(bytes)} bytes, hashes in manifest.json`],
        [
          'keys',
          withKeys ? 'in it: whoever has this backup can sign as this node' : 'not in it: keep them apart',
        ],
      ]),
    )
  }
}

interface RestoreOption extends DataOption {
  readonly from: string
  readonly keys?: string
  readonly ledgerOnly?: boolean
}

async function restore({ from, data, keys, ledgerOnly = false, json }: RestoreOption): Promise<void> {
  const kernel = await loadKernel()
  const { onFile, end } = showFiles('files copied and compared')
  const given = keys === undefined ? {} : { keys }
  const { manifest, aside } = await restoreData({
    kernel,
    clock: systemClock,
    from,
    data,
    ledgerOnly,
    ...given,
    onFile,
  })
  end()
  const { height, size, takenAt } = manifest
  if (json) printJson({ height, size, root: manifest.root, takenAt, aside })
  else {
    printLines(
      `Restored ${formatCount(size)} leaves, height ${formatCount(height)}, as of ${formatTime(takenAt)}, to ${data}.`,
      ...aside.map((path) => `What was there is kept at ${path}.`),
      'If the node may have signed more since, it only answers reads until `medseal vouch` says that it is not behind.',
    )
  }
}

const REBUILD_HELP = `
State, ids, tiles and indexes are made anew from the leaves, each of which is verified again. The old store is kept
beside the new one. An interrupted rebuild goes on where it stopped.`

const BACKUP_HELP = `
The node may go on serving: the copy of the ledger is of its last whole block, and the vault has every private part and
content that it refers to. The folder appears under its name once it is whole.

Example:
  $ medseal backup --data node-a --to /backup/2026-01-31`

const RESTORE_HELP = `
Every file is compared with the manifest. Into the node's own folder: its ledger and vault are set aside, its keys stay,
and its record of what it has signed, so that it goes on at once where nothing was signed after the backup. Into a new
folder: keys come from the backup or from --keys, and the node is held until it is vouched for.

Examples:
  $ medseal restore --from /backup/2026-01-31 --data node-a
  $ medseal restore --from /backup/2026-01-31 --data node-b --keys /safe/keys`

/** Adds the three commands. */
export function addLedgerCommands(program: Command): void {
  addDataCommand(program, 'rebuild', 'make a damaged store anew from its leaves', REBUILD_HELP).action(
    rebuild,
  )
  addDataCommand(program, 'backup', 'copy a data folder, also while its node serves', BACKUP_HELP)
    .requiredOption('--to <folder>', 'a new folder')
    .option('--with-keys', 'copy the private keys too')
    .action(backup)
  addDataCommand(program, 'restore', 'put a backup back', RESTORE_HELP)
    .requiredOption('--from <folder>', 'a backup')
    .option('--keys <folder>', "the node's keys, for a new data folder")
    .option('--ledger-only', 'leave the vault that is there')
    .action(restore)
}
