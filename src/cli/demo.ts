/**
 * `medseal demo`: a consortium with real and synthetic data on this machine; what `npm start` and `npm run demo` run.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Server, startServer, tryAddresses } from '../api/index.ts'
import { LedgerError, systemClock } from '../base/index.ts'
import { loadKernel } from '../client/index.ts'
import { checkSample, DEMO_PLAN, isDemoGenesis, readProgress, seedDemo } from '../demo/index.ts'
import { initData, type NodeConfig } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { planConsortium } from '../node/index.ts'
import { parseGenesis } from '../protocol/index.ts'
import {
  createDemoReporter,
  describeLinks,
  describeProof,
  describeSeeding,
  describeStored,
} from './demo-report.ts'
import { EXIT } from './failure.ts'
import { parseInteger } from './options.ts'
import { printLines } from './output.ts'
import { addSettings, readSettings } from './settings.ts'
import { untilStopped } from './signals.ts'

interface DemoCommandOptions {
  readonly patients: number
  readonly visits: number
  readonly seed: number
  readonly once?: boolean
  readonly temporary?: boolean
}

/**
 * Exact bytes of the folder's genesis, which is made in a new folder. LedgerError `data.not-demo` for another ledger's.
 */
async function prepareData(kernel: Kernel, data: string): Promise<Uint8Array> {
  const path = join(data, 'genesis.json')
  if (existsSync(path)) {
    const genesis = await readFile(path)
    if (isDemoGenesis(parseGenesis(kernel, genesis))) return genesis
    const message = `${data} holds a ledger that is not a demo, and gets no synthetic data. Use another --data folder.`
    throw new LedgerError('data.not-demo', { message })
  }
  initData(kernel, data, planConsortium(DEMO_PLAN, systemClock))
  return readFile(path)
}

interface DemoRun {
  readonly kernel: Kernel
  readonly data: string
  readonly genesis: Uint8Array
  readonly server: Server
  readonly options: DemoCommandOptions
  readonly signal: AbortSignal
}

async function seedAndReport({ kernel, data, genesis, server, options, signal }: DemoRun): Promise<void> {
  const { url } = server
  const stored = readProgress(data)
  if (stored?.summary !== undefined) printLines(...describeStored(stored))
  const { patients, visits, seed } = options
  const progress = await seedDemo({
    url,
    data,
    kernel,
    genesis,
    seed,
    patients,
    visits,
    now: systemClock.nowSeconds(),
    reporter: createDemoReporter(),
    signal,
  })
  if (stored?.summary === undefined) {
    printLines(...describeSeeding(progress.summary!, (await server.node.metrics()).engine))
  }
  const checked = await checkSample({ url, data, kernel, genesis }, progress.sampleId ?? '')
  const receiptPath = join(data, 'demo', 'receipt.json')
  writeFileSync(receiptPath, `${JSON.stringify(checked.receipt, null, 2)}\n`)
  const checkpoint = await server.node.checkpoint()
  printLines(...describeProof(checkpoint, checked, options.temporary ? undefined : receiptPath))
  if (!checked.verdict.ok || checked.tampered.ok)
    throw new Error('the demo receipt was not judged as it should be')
  if (!options.once && !options.temporary) printLines(...describeLinks(url, data, receiptPath))
}

async function runDemo(config: NodeConfig, options: DemoCommandOptions): Promise<void> {
  await tryAddresses(config)
  const kernel = await loadKernel()
  const isNew = !existsSync(join(config.data, 'genesis.json'))
  const genesis = await prepareData(kernel, config.data)
  const members = `${DEMO_PLAN.members.length} members on one machine`
  printLines(`medseal demo: a consortium of ${members}, ${isNew ? 'founded' : 'found'} in ${config.data}`)
  const stop = untilStopped()
  const server = await startServer(config)
  try {
    await seedAndReport({ kernel, data: config.data, genesis, server, options, signal: stop.signal })
    if (!options.once && !options.temporary) {
      printLines(`medseal is ready at ${server.url} (stop with Ctrl-C)`)
      await stop.stopped
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
    printLines('', 'Stopped. The next start goes on from here.')
    if (options.once || options.temporary) process.exitCode = EXIT.failed
  } finally {
    stop.release()
    await server.close()
  }
}

async function demo(options: DemoCommandOptions, command: Command): Promise<void> {
  if (!options.temporary) return runDemo(readSettings(command, { logLevel: 'warn' }), options)
  const folder = await mkdtemp(join(tmpdir(), 'medseal-demo-'))
  try {
    const data = join(folder, 'data')
    await runDemo(readSettings(command, { logLevel: 'warn', port: '0' }, { data }), options)
    printLines('', 'Done; the temporary folder has been removed.')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const HELP = `
The first run founds a demo consortium in the data folder, enrols the patients and practitioners of HL7's
FHIR R4 examples (where the npm package hl7.fhir.r4.examples is installed), anchors every resource that
names a patient, adds synthetic patients and visits, and tries what must be refused. The node then stays
up. A later run goes on from the same data; a folder with a ledger that is not a demo's is refused.

Examples:
  $ medseal demo
  $ medseal demo --temporary --patients 20 --visits 100      shows it, leaves nothing, exits 0`

export function addDemoCommand(program: Command): void {
  const command = program
    .command('demo')
    .description('run a demo consortium on this machine, with real and synthetic data')
    .option('--patients <n>', 'synthetic patients', parseInteger(1, 1_000_000), 2_000)
    .option('--visits <n>', 'synthetic visits', parseInteger(1, 10_000_000), 20_000)
    .option('--seed <n>', 'of the generator', parseInteger(0, 2 ** 32 - 1), 1)
    .option('--once', 'exit when everything has been shown, instead of staying up')
    .option('--temporary', 'do it in a temporary folder that is removed; implies --once, any free port')
    .addHelpText('after', HELP)
    .action(demo)
  addSettings(command)
}
