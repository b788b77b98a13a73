/**
 * `medseal export log` and `medseal import log`: the log as a plain folder of C2SP tiles that any static file server
 * can offer, and a ledger made of such a folder, of which nothing is believed but what the genesis' keys have signed.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { LedgerError, systemClock, toHex } from '../base/index.ts'
import { holdFilesOf, readSignedNote } from '../finality/index.ts'
import { openLedgerData, replaceSynced } from '../host/index.ts'
import { loadKernel } from '../kernel/index.ts'
import { exportLog, openLmdbStore } from '../ledger/index.ts'
import { importLogFolder } from '../node/index.ts'
import { ledgerIdOf, parseCheckpoint, parseNote } from '../protocol/index.ts'
import { addDataCommand, requireLedger, withEngine } from './at-rest.ts'
import { formatCount, printJson, printLines } from './output.ts'
import { createProgress } from './progress.ts'

interface ExportOption {
  readonly data: string
  readonly to: string
  readonly json?: boolean
}

async function exportFolder({ data: folder, to, json }: ExportOption): Promise<void> {
  const kernel = await loadKernel()
  const data = openLedgerData(kernel, folder)
  requireLedger(data.ledgerFolder)
  const ledgerId = toHex(ledgerIdOf(kernel, data.genesisBytes))
  const note = await readSignedNote(holdFilesOf(data.folder), ledgerId)
  if (note === undefined) {
    throw new LedgerError('data.missing', {
      message: `${data.folder} has no signed checkpoint: start its node once.`,
    })
  }
  const { size } = parseCheckpoint(parseNote(note).text)
  const store = openLmdbStore(data.ledgerFolder, { readOnly: true })
  const progress = createProgress(process.stderr)
  progress.start('leaves exported', size, 0)
  try {
    // Before the checkpoint, which exportLog writes last: whoever finds the one finds the other.
    if (existsSync(data.trustFile)) {
      mkdirSync(to, { recursive: true })
      replaceSynced(join(to, 'trust.json'), readFileSync(data.trustFile), 0o644)
    }
    await exportLog({
      store,
      kernel,
      dir: to,
      note,
      onProgress: (leaves) => progress.advance(leaves),
    })
  } finally {
    await store.close()
  }
  progress.end(formatCount(size))
  if (json) printJson({ size, to })
  else
    printLines(
      `Exported ${formatCount(size)} leaves to ${to}; entries are for auditors: offer tile/entries to no one else.`,
    )
}

interface ImportOption {
  readonly data: string
  readonly from: string
  readonly genesis: string
  readonly keys?: string
  readonly json?: boolean
}

async function importFolder({ data, from, genesis, keys, json }: ImportOption): Promise<void> {
  const progress = createProgress(process.stderr)
  let started = false
  const { head, cosignedBy, final } = await withEngine(async (verify) =>
    importLogFolder({
      kernel: await loadKernel(),
      clock: systemClock,
      data,
      from,
      genesis,
      keys,
      verify,
      onLeaves(done, total) {
        if (!started) progress.start('leaves checked and executed', total, done)
        started = true
        progress.advance(done)
        if (done === total) progress.end(formatCount(total))
      },
    }),
  )
  if (json) printJson({ size: head.size, height: head.height, root: toHex(head.root), cosignedBy, final })
  else {
    printLines(
      `Imported ${formatCount(head.size)} leaves, height ${formatCount(head.height)}: they come to the checkpoint,`,
      `which the log signed and ${cosignedBy.join(', ') || 'nobody'} cosigned${final ? ': it is final' : ''}.`,
      'Private parts and contents are no part of a log. A node on this folder is held until it is vouched for.',
    )
  }
}

const EXPORT_HELP = `
The folder is laid out as c2sp.org/tlog-tiles: checkpoint, tile/<L>/<N>, tile/entries/<N>. The node may go on serving;
the log is exported up to its last signed checkpoint. Exporting again adds what has grown.

Example:
  $ medseal export log --data node-a --to /srv/log`

const IMPORT_HELP = `
Every leaf is verified and executed again; what comes out must be the folder's checkpoint, signed by a log key of the
ledger that the genesis file founds. An interrupted import goes on where it stopped.

Example:
  $ medseal import log --from /srv/log --data node-b --genesis genesis.json`

/** Adds \`export log\`, and \`import log\` beside the other imports. */
export function addLogCommands(program: Command): void {
  const exports = program.command('export').description('write what a data folder holds for others to read')
  addDataCommand(exports, 'log', 'the log as a folder of tiles for a static file server', EXPORT_HELP)
    .requiredOption('--to <folder>', 'where the tiles go')
    .action(exportFolder)
  const imports = program.commands.find((command) => command.name() === 'import')!
  addDataCommand(imports, 'log', 'a new data folder from an exported log', IMPORT_HELP)
    .requiredOption('--from <folder>', 'an exported log')
    .requiredOption('--genesis <file>', 'the genesis file of its ledger')
    .option('--keys <folder>', 'keys of the node that will run on it')
    .action(importFolder)
}
