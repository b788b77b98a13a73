/** `medseal witness`: makes a node a witness of other logs (C2SP tlog-witness). */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { systemClock } from '../base/index.ts'
import { generateSigningKey, loadKernel, signingKeyToPem } from '../client/index.ts'
import { addWitnessLog, initWitness, openWitness, parseLogVkey, readWitnessLogs } from '../finality/index.ts'
import { createLogger, keyPath } from '../host/index.ts'
import { formatVkey } from '../protocol/index.ts'
import { addJsonOption } from './options.ts'
import { printJson, printLines } from './output.ts'

interface DataOption {
  readonly data: string
  readonly json?: boolean
}

/** Verifier key of the folder's witness, and those of the logs that it knows. */
async function describe(data: string) {
  const kernel = await loadKernel()
  const logger = createLogger({
    level: 'error',
    clock: systemClock,
    write: (line) => process.stderr.write(line),
  })
  const witness = openWitness(data, { kernel, clock: systemClock, logger })
  return { vkey: witness?.vkey, logs: readWitnessLogs(kernel, data).map(formatVkey) }
}

async function show({ data, json }: DataOption): Promise<void> {
  const { vkey, logs } = await describe(data)
  if (json) return printJson({ vkey, logs })
  if (vkey === undefined) return printLines(`${data} has no witness; medseal witness init makes one.`)
  printLines(vkey, ...logs.map((log) => `  cosigns ${log}`))
}

async function init(options: DataOption & { name: string }): Promise<void> {
  const path = keyPath(options.data, 'witness')
  // A key that lies there is used: it may have been made with openssl.
  if (!existsSync(path)) {
    await writeFile(path, signingKeyToPem(generateSigningKey()), { mode: 0o600, flag: 'wx' })
  }
  initWitness(options.data, options.name)
  await show(options)
}

async function trust(vkey: string, options: DataOption): Promise<void> {
  const kernel = await loadKernel()
  addWitnessLog(kernel, options.data, parseLogVkey(kernel, vkey))
  await show(options)
}

export function addWitnessCommand(program: Command): void {
  const witness = program
    .command('witness')
    .description("cosign other logs' checkpoints once they are shown to have only grown")
  addJsonOption(
    witness
      .command('init')
      .description('make a key for it; the node offers POST /witness/add-checkpoint from its next start'),
  )
    .requiredOption('--data <dir>', 'data folder of a node or a mirror')
    .requiredOption('--name <name>', 'name of its key, such as witness.example/w1')
    .action(init)
  addJsonOption(
    witness
      .command('trust <vkey>')
      .description('know a log by its verifier key, as /v1/info.vkeys.logs has it'),
  )
    .requiredOption('--data <dir>', 'data folder')
    .action(trust)
  addJsonOption(witness.command('show').description('its verifier key, and the logs that it knows'))
    .requiredOption('--data <dir>', 'data folder')
    .action(show)
}
