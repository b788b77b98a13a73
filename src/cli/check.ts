/**
 * `medseal check`: reads and verifies every byte of a data folder. A damaged LMDB file can crash its reader or lead it
 * in circles, so the work is done in a child process that its parent watches. An interrupted check goes on where it
 * stopped.
 */
import { fork } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { CHECK_STALL_SECONDS_MAX, equalBytes, LedgerError, toHex } from '../base/index.ts'
import { holdFilesOf, readSignedNote } from '../finality/index.ts'
import { type LedgerData, lockData, openLedgerData } from '../host/index.ts'
import { type Kernel, loadKernel } from '../kernel/index.ts'
import {
  type CheckReport,
  checkLedger,
  createCheckedStore,
  type LedgerHead,
  openLedger,
  openLmdbStore,
  readHead,
  readTrust,
} from '../ledger/index.ts'
import { openCheckpoint } from '../protocol/index.ts'
import { checkVault, type VaultReport } from '../vault/index.ts'
import { addDataCommand, requireLedger, withEngine } from './at-rest.ts'
import { EXIT } from './failure.ts'
import { formatCount, formatTable, printJson, printLines } from './output.ts'
import { createProgress } from './progress.ts'

interface CheckOptions {
  readonly data: string
  readonly json?: boolean
}

/** Set in the child process that does the checking. */
const CHILD_VARIABLE = 'MEDSEAL_CHECK_CHILD'

const PHASES = {
  records: 'records read',
  replay: 'leaves checked and executed',
  compare: 'records compared',
  vault: 'vault: stored items read',
} as const
type Phase = keyof typeof PHASES

/** Tells people by a bar, and the parent process that the check still moves. */
function createPhases() {
  const progress = createProgress(process.stderr)
  let phase: Phase | undefined
  let done = 0
  return {
    show(now: Phase, doneNow: number, total?: number): void {
      if (phase !== now) {
        if (phase !== undefined) progress.end(formatCount(done))
        progress.start(PHASES[now], total ?? doneNow, doneNow)
      }
      phase = now
      done = doneNow
      progress.advance(done)
      process.send?.('alive')
    },
    end: (seconds: number) => progress.end(`${formatCount(done)} in ${seconds.toFixed(1)} s in all`),
  }
}

type Phases = ReturnType<typeof createPhases>

/**
 * Replays into `scratch`, on the disk, so that a check that was interrupted goes on; where what it left is unsound,
 * anew.
 */
async function checkStore(
  kernel: Kernel,
  data: LedgerData,
  phases: Phases,
): Promise<{ report: CheckReport; resumedFrom: number }> {
  const scratchFolder = join(data.folder, 'ledger.check')
  const run = async () => {
    const [store, scratch] = [openLmdbStore(data.ledgerFolder), openLmdbStore(scratchFolder)]
    try {
      const resumedFrom = readHead(createCheckedStore(scratch))?.size ?? 0
      const report = await withEngine((verify) =>
        checkLedger({
          store,
          scratch,
          kernel,
          verify,
          onProgress: ({ phase, done, total }) => phases.show(phase, done, total),
        }),
      )
      return { report, resumedFrom }
    } finally {
      await Promise.all([store.close(), scratch.close()])
    }
  }
  const forget = () => rmSync(scratchFolder, { recursive: true, force: true })
  let found = await run().catch((error: unknown) => {
    if (error instanceof LedgerError && error.code === 'ledger.corrupt') return undefined
    throw error
  })
  // What was left may be of the ledger as it was before a rebuild: nothing is called damaged for that.
  if (found === undefined || (found.resumedFrom > 0 && found.report.problemCount > 0)) {
    forget()
    found = await run()
  }
  forget()
  return found
}

/**
 * What is wrong with the last signed checkpoint, which the log must begin with; undefined where nothing is, or none is
 * kept.
 */
async function checkCheckpoint(
  kernel: Kernel,
  data: LedgerData,
  head: LedgerHead,
): Promise<{ size: number; fault?: string } | undefined> {
  const { genesisBytes } = data
  const ledger = await openLedger({
    store: openLmdbStore(data.ledgerFolder),
    genesisBytes,
    kernel,
    create: false,
  })
  try {
    const note = await readSignedNote(holdFilesOf(data.folder), toHex(ledger.ledgerId))
    if (note === undefined) return undefined
    const trust = await readTrust(kernel, ledger)
    const { size, root } = openCheckpoint(kernel, note, trust).checkpoint
    if (size > head.size)
      return { size, fault: `The node has signed ${size} leaves, the ledger holds ${head.size}.` }
    if (equalBytes(await ledger.rootAt(size), root)) return { size }
    return { size, fault: `The node has signed another root for ${size} leaves than the ledger has.` }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return { size: 0, fault: `The last signed checkpoint: ${error.message}` }
  } finally {
    await ledger.close()
  }
}

interface Findings extends CheckReport {
  readonly resumedFrom: number
  readonly seconds: number
  readonly checkpoint: { readonly size: number; readonly fault?: string } | undefined
  readonly vault: VaultReport
}

function describe({ folder }: LedgerData, found: Findings): string[] {
  const { checkpoint, head, problems, problemCount, recordCount, resumedFrom, seconds, vault } = found
  const checked = (head?.size ?? 0) - resumedFrom
  const faultCount = problemCount + vault.problems.length + (checkpoint?.fault === undefined ? 0 : 1)
  const from = resumedFrom > 0 ? ` (an earlier check had come to ${formatCount(resumedFrom)})` : ''
  return [
    faultCount === 0
      ? `SOUND: every record, signature, rule and header of ${folder} was checked.`
      : `DAMAGED: faults found in ${folder}: ${formatCount(faultCount)}.`,
    ...formatTable([
      ['records', formatCount(recordCount)],
      ['leaves', `${formatCount(head?.size ?? 0)}, ${formatCount(checked / seconds)} a second${from}`],
      ['root', head === undefined ? 'not to be read' : toHex(head.root)],
      [
        'checkpoint',
        checkpoint === undefined
          ? 'none is kept'
          : `${formatCount(checkpoint.size)} leaves: ${checkpoint.fault ?? 'the log begins with it'}`,
      ],
      [
        'vault',
        `${formatCount(vault.parts)} private parts, ${formatCount(vault.contents)} contents, ` +
          `${formatCount(vault.documents)} documents`,
      ],
    ]),
    ...problems.map(({ table, key, message }) => `  ${table} ${key}: ${message}`),
    ...vault.problems.map(({ store, key, message }) => `  vault ${store} ${key}: ${message}`),
    ...(problems.length > 0 ? [`\`medseal rebuild --data ${folder}\` makes them anew from the leaves.`] : []),
    ...(vault.problems.length > 0
      ? ['What the vault has lost can only come from a backup: `medseal restore`.']
      : []),
  ]
}

/** Checks a data folder in this process and prints what was found; true where it is sound. */
async function checkHere({ data: folder, json }: CheckOptions): Promise<boolean> {
  const kernel = await loadKernel()
  const data = openLedgerData(kernel, folder)
  requireLedger(data.ledgerFolder)
  const unlock = lockData(data.folder)
  try {
    const phases = createPhases()
    const startedMs = performance.now()
    const { report, resumedFrom } = await checkStore(kernel, data, phases)
    const seconds = (performance.now() - startedMs) / 1000
    const sound = report.problemCount === 0 && report.head !== undefined
    const checkpoint = sound ? await checkCheckpoint(kernel, data, report.head!) : undefined
    const vault = await checkVault(data.vaultFolder, (done) => phases.show('vault', done))
    phases.end((performance.now() - startedMs) / 1000)
    const found: Findings = { ...report, resumedFrom, seconds, checkpoint, vault }
    const isSound = sound && vault.problems.length === 0 && checkpoint?.fault === undefined
    if (json) {
      const head = report.head && {
        height: report.head.height,
        size: report.head.size,
        root: toHex(report.head.root),
      }
      printJson({ sound: isSound, ...found, head })
    } else printLines(...describe(data, found))
    return isSound
  } finally {
    unlock()
  }
}

/** Signals by which a process dies of what it read. */
const CRASHES: readonly string[] = ['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGILL', 'SIGFPE', 'SIGTRAP']

function report({ data, json }: CheckOptions, sound: boolean | undefined, message: string): void {
  if (json) printJson({ sound: sound ?? null, message })
  else printLines(`${sound === false ? 'DAMAGED' : 'STOPPED'}: ${message}`)
  if (sound === false && !json) {
    printLines(`\`medseal rebuild --data ${data}\` tries to make the store anew from the leaves.`)
  }
}

/** Runs this very command again in a child, which may crash or hang, and watches it. */
async function check(options: CheckOptions): Promise<void> {
  const { data, json } = options
  if (process.env[CHILD_VARIABLE] !== undefined) {
    process.exitCode = (await checkHere(options)) ? EXIT.ok : EXIT.failed
    // The channel to the parent would keep this process alive.
    process.disconnect?.()
    return
  }
  const child = fork(process.argv[1]!, ['check', '--data', data, ...(json ? ['--json'] : [])], {
    env: { ...process.env, [CHILD_VARIABLE]: '1' },
  })
  const pass = (signal: NodeJS.Signals) => child.kill(signal)
  process.on('SIGINT', pass).on('SIGTERM', pass)
  let stalled = false
  const kill = () => {
    stalled = true
    child.kill('SIGKILL')
  }
  const watch = setTimeout(kill, 1000 * CHECK_STALL_SECONDS_MAX)
  child.on('message', () => watch.refresh())
  const [code, signal] = await new Promise<[number | null, string | null]>((settle) =>
    child.once('exit', (...ended) => settle(ended)),
  )
  clearTimeout(watch)
  process.removeListener('SIGINT', pass).removeListener('SIGTERM', pass)
  if (stalled) report(options, false, `reading ${data} led in circles; the store itself is broken.`)
  else if (signal !== null && CRASHES.includes(signal)) {
    report(options, false, `reading ${data} ended the process with ${signal}; the store itself is broken.`)
  } else if (signal !== null) {
    report(options, undefined, `the check was ended by ${signal}; run it again and it goes on.`)
  }
  process.exitCode = code ?? EXIT.failed
}

const HELP = `
Every stored record's checksum is compared; every leaf's signature is verified and every rule executed again, on all
cores; what comes out is compared with what is stored, header by header and record by record, and with the last
checkpoint that the node has signed; every private part, content and certificate of the vault is compared with its hash.
A check that is interrupted goes on where it stopped (in DIR/ledger.check). Exit code 0: sound; 1: damaged. Stop the
node first.`

export function addCheckCommand(program: Command): void {
  addDataCommand(
    program,
    'check',
    'check a data folder: every record, signature, rule and header',
    HELP,
  ).action(check)
}
