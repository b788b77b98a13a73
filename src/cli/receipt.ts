/** `medseal receipt`: fetches receipts, and checks them offline against a genesis file. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { checkReceipt, loadKernel, type Receipt, trustGenesis } from '../client/index.ts'
import { EXIT, UsageError } from './failure.ts'
import {
  type ActorOptions,
  addActorOptions,
  addJsonOption,
  addNodeOptions,
  type NodeOptions,
  openClient,
  parseHex32,
  readGenesisFile,
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

function parseJson(text: string, fault: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(fault)
  }
}

/** What a node shows of the changes since genesis; proven here before it is written. */
async function getTrust(
  options: NodeOptions & { genesis?: string; out?: string; json?: boolean },
): Promise<void> {
  const client = await openClient(options, { signer: false })
  const chain = await client.trustChain()
  const genesis = await readGenesisFile(options)
  if (genesis !== undefined) trustGenesis(client.kernel, genesis, chain)
  const text = `${JSON.stringify(chain, null, 2)}\n`
  if (options.out === undefined) process.stdout.write(text)
  else await writeFile(options.out, text)
}

async function verifyReceiptAt(
  file: string,
  options: { genesis: string; trust?: string; id?: string; json?: boolean },
): Promise<void> {
  const [text, genesis, kernel] = await Promise.all([
    readTextFrom(file),
    readFile(options.genesis),
    loadKernel(),
  ])
  const receipt = parseJson(text, `${file} is not JSON; a receipt is what \`medseal receipt get ID\` prints.`)
  const chain =
    options.trust === undefined
      ? undefined
      : parseJson(
          await readFile(options.trust, 'utf8'),
          `${options.trust} is not JSON; \`medseal trust\` writes it.`,
        )
  const verdict = checkReceipt(kernel, receipt, genesis, options.id, chain)
  if (options.json) printJson(verdict)
  else {
    printLines(...describeVerdict(verdict))
    if (!verdict.ok && verdict.code === 'receipt.checkpoint' && chain === undefined) {
      printLines(
        'Where governance has changed keys since genesis, give --trust FILE: `medseal trust` fetches it.',
      )
    }
  }
  if (!verdict.ok) process.exitCode = EXIT.failed
}

const EXAMPLES = `
Examples:
  $ medseal receipt get 6ad7...e1 --data medseal-data --actor hospital-a --out receipt.json
  $ medseal receipt verify receipt.json --genesis medseal-data/genesis.json`

const TRUST_HELP = `
Keep it beside the genesis file: receipts are checked under the keys that held when they were signed, however often
governance has changed them since.

Example:
  $ medseal trust --data medseal-data --out trust.json
  $ medseal receipt verify receipt.json --genesis medseal-data/genesis.json --trust trust.json`

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
    .option('--trust <file>', 'the changes of keys and quorum since genesis, as `medseal trust` writes them')
    .option('--id <id>', 'the transaction it must be about', parseHex32)
    .addHelpText('after', '\nExit code 0 only where the receipt is genuine; 1 where it is not.')
    .action(verifyReceiptAt)
  addJsonOption(verify)
  addNodeOptions(
    program
      .command('trust')
      .description('fetch how the keys and quorum of genesis became those of now, each change proven')
      .option('--out <file>', 'write it to a file instead of stdout')
      .addHelpText('after', TRUST_HELP)
      .action(getTrust),
  )
}
