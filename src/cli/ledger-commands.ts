/**
 * `medseal check`, `rebuild` and `backup`: what an operator does with a data folder at rest (backup also while the node
 * serves). A damaged LMDB file can crash the process that reads it, so a check runs in a child process.
 */
import { fork } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { LedgerError, toHex } from '../base/index.ts'
import { createEngine } from '../engine/index.ts'
import { loadKernel } from '../kernel/index.ts'
import { backupLedger, checkLedger, openLmdbStore, rebuildLedger } from '../ledger/index.ts'
import { lockData, openData } from '../node/index.ts'
import { EXIT } from './failure.ts'
import { formatCount, formatTable, printLines } from './output.ts'
import { createProgress } from './progress.ts'

interface DataOption {
  readonly data: string
}

/** Set in the child process that does the checking. */
const CHILD_VARIABLE = 'MEDSEAL_CHECK_CHILD'

const PHASES = {
  records: 'records read',
  replay: 'leaves checked and executed',
  compare: 'records compared',
} as const

/** The pool verifies the leaves' signatures; closed when `use` is done. */
async function withEngine<Result>(use: (verify: Verify) => Promise<Result>): Promise<Result> {
  const engine = await createEngine()
  try {
    return await use((entries, ledgerId) =>
      engine.verifyEntries(entries.bytes, entries.offsets, ledgerId, 'ordered'),
    )
  } finally {
    await engine.close()
  }
}

type Verify = NonNullable<Parameters<typeof rebuildLedger>[0]['verify']>

/** Opening a store creates it where there is none; these commands are for what is there. */
function requireLedger(ledgerFolder: string): void {
  if (existsSync(join(ledgerFolder, 'data.mdb'))) return
  throw new LedgerError('data.missing', { message: `There is no ledger in ${ledgerFolder}.` })
}

/** Checks a ledger in this process and prints the report; true where it is sound. */
async function checkHere(folder: string): Promise<boolean> {
  const kernel = await loadKernel()
  const data = openData(kernel, folder)
  requireLedger(data.ledgerFolder)
  const unlock = lockData(data.folder)
  // A check that crashed may have left its own behind.
  const scratchFolder = join(data.folder, 'ledger.check')
  rmSync(scratchFolder, { recursive: true, force: true })
  const [store, scratch] = [openLmdbStore(data.ledgerFolder), openLmdbStore(scratchFolder)]
  const progress = createProgress(process.stderr)
  let phase: string | undefined
  let done = 0
  const startedMs = performance.now()
  try {
    const report = await withEngine((verify) =>
      checkLedger({
        store,
        scratch,
        kernel,
        verify,
        onProgress: (now) => {
          if (phase !== now.phase) {
            progress.end(formatCount(done))
            progress.start(PHASES[now.phase], now.total ?? now.done, now.done)
          }
          phase = now.phase
          done = now.done
          progress.advance(done)
        },
      }),
    )
    const seconds = (performance.now() - startedMs) / 1000
    const size = report.head?.size ?? 0
    progress.end(`${formatCount(done)} in ${seconds.toFixed(1)} s in all`)
    const problems = report.problems.map(({ table, key, message }) => `  ${table} ${key}: ${message}`)
    printLines(
      report.problemCount === 0
        ? `SOUND: every record, signature, rule and header of ${data.folder} was checked.`
        : `DAMAGED: ${formatCount(report.problemCount)} records of ${data.folder} are not what the leaves come to.`,
      ...formatTable([
        ['records', formatCount(report.recordCount)],
        ['leaves', `${formatCount(size)}, ${formatCount(size / seconds)} a second`],
        ['root', report.head === undefined ? 'not to be read' : toHex(report.head.root)],
      ]),
      ...problems,
      ...(problems.length > 0
        ? [`\`medseal rebuild --data ${folder}\` makes them anew from the leaves.`]
        : []),
    )
    return report.problemCount === 0
  } finally {
    await Promise.all([store.close(), scratch.close()])
    rmSync(scratchFolder, { recursive: true, force: true })
    unlock()
  }
}

/** Runs this very command again in a child, which may crash. */
async function check({ data }: DataOption): Promise<void> {
  if (process.env[CHILD_VARIABLE] !== undefined) {
    process.exitCode = (await checkHere(data)) ? EXIT.ok : EXIT.failed
    return
  }
  const child = fork(process.argv[1]!, ['check', '--data', data], {
    env: { ...process.env, [CHILD_VARIABLE]: '1' },
  })
  const [code, signal] = await new Promise<[number | null, string | null]>((settle) =>
    child.once('exit', (...ended) => settle(ended)),
  )
  if (signal !== null) {
    printLines(`DAMAGED: reading ${data} ended the process with ${signal}; the store itself is broken.`)
  }
  process.exitCode = code ?? EXIT.failed
}

async function rebuild({ data: folder }: DataOption): Promise<void> {
  const kernel = await loadKernel()
  const data = openData(kernel, folder)
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
    printLines(
      `Rebuilt ${formatCount(head.size)} leaves, height ${formatCount(head.height)}, root ${toHex(head.root)}.`,
      `The damaged store is kept at ${oldFolder}; remove it when you no longer need it.`,
    )
  } finally {
    unlock()
  }
}

async function backup({ data, to }: DataOption & { readonly to: string }): Promise<void> {
  const target = resolve(to)
  const kernel = await loadKernel()
  const { ledgerFolder } = openData(kernel, data)
  if (existsSync(target)) throw new LedgerError('data.exists', { message: `${target} exists already.` })
  mkdirSync(target, { recursive: true, mode: 0o700 })
  const head = await backupLedger(ledgerFolder, join(target, 'ledger'))
  printLines(
    `Copied ${formatCount(head.size)} leaves, height ${formatCount(head.height)}, to ${join(target, 'ledger')}.`,
    'Genesis, keys and vault are plain files: copy them beside it by your own means.',
  )
}

const CHECK_HELP = `
Every stored record's checksum is compared; every leaf's signature is verified and every rule executed again, on all cores;
what comes out is compared with what is stored. Exit code 0: sound; 1: damaged. Stop the node first.`

const REBUILD_HELP = `
State, ids, tiles and indexes are made anew from the leaves, each of which is verified again. The old store is kept beside
the new one. An interrupted rebuild goes on where it stopped.`

const BACKUP_HELP = `
The node may go on serving: the copy is of its last whole block.

Example:
  $ medseal backup --data node-a --to /backup/2026-01-31`

/** Adds the three commands. */
export function addLedgerCommands(program: Command): void {
  const add = (name: string, description: string, help: string) =>
    program
      .command(name)
      .description(description)
      .option('--data <folder>', 'the data folder', process.env['MEDSEAL_DATA'] ?? 'medseal-data')
      .addHelpText('after', help)
  add('check', 'check a data folder: every record, signature, rule and header', CHECK_HELP).action(check)
  add('rebuild', 'make a damaged store anew from its leaves', REBUILD_HELP).action(rebuild)
  add('backup', 'copy the ledger of a data folder, also while its node serves', BACKUP_HELP)
    .requiredOption('--to <folder>', 'a new folder')
    .action(backup)
}
