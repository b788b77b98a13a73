/** `medseal receipt`: fetches receipts, and checks them offline against a genesis file. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { checkReceipt, loadKernel, type Receipt } from '../client/index.ts'
import { EXIT, UsageError } from './failure.ts'
import {
  type ActorOptions,
  addActorOptions,
  addJsonOption,
  addNodeOptions,
  type NodeOptions,
  openClient,
  parseHex32,
  readTextFrom,
} from './options.ts'
import { printJson, printLines } from './output.ts'
import { describeVerdict } from './verdict.ts'

async function getReceipt(id: string, options: NodeOptions & ActorOptions & { out?: string }): Promise<void> {
  const client = await openClient(options, { signer: true, reads: true })
  const receipt: Receipt = await client.receipt(id)
  const text = `${JSON.stringify(receipt, null, 2)}\n`
  if (options.out === undefined) process.stdout.write(text)
  else await writeFile(options.out, text)
}

async function verifyReceiptAt(
  file: string,
  options: { genesis: string; id?: string; json?: boolean },
): Promise<void> {
  const [text, genesis, kernel] = await Promise.all([
    readTextFrom(file),
    readFile(options.genesis),
    loadKernel(),
  ])
  let receipt: unknown
  try {
    receipt = JSON.parse(text)
  } catch {
    throw new UsageError(`${file} is not JSON; a receipt is what \`medseal receipt get ID\` prints.`)
  }
  const verdict = checkReceipt(kernel, receipt, genesis, options.id)
  if (options.json) printJson(verdict)
  else printLines(...describeVerdict(verdict))
  if (!verdict.ok) process.exitCode = EXIT.failed
}

const EXAMPLES = `
Examples:
  $ medseal receipt get 6ad7...e1 --data medseal-data --actor hospital-a --out receipt.json
  $ medseal receipt verify receipt.json --genesis medseal-data/genesis.json`

export function addReceiptCommand(program: Command): void {
  const receipt = program
    .command('receipt')
    .description('fetch receipts and check them offline')
    .addHelpText('after', EXAMPLES)
  const get = receipt
    .command('get')
    .description('fetch the receipt of a transaction')
    .argument('<id>', 'transaction id', parseHex32)
    .option('--out <file>', 'write it to a file instead of stdout')
    .action(getReceipt)
  addActorOptions(addNodeOptions(get))
  const verify = receipt
    .command('verify')
    .description('check a receipt without any node: signatures, hashes and proofs are all recomputed')
    .argument('<file>', 'receipt; - for stdin')
    .requiredOption('--genesis <file>', 'genesis file of the ledger, the root of trust')
    .option('--id <id>', 'the transaction it must be about', parseHex32)
    .addHelpText('after', '\nExit code 0 only where the receipt is genuine; 1 where it is not.')
    .action(verifyReceiptAt)
  addJsonOption(verify)
}
