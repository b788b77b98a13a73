/** The command line of `medseal`: its subcommands, and what stands around their help. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addCertificateCommand } from './certificate.ts'
import { addKeysCommand } from './keys.ts'
import { DEFAULT_URL } from './options.ts'
import { addReadCommands } from './read.ts'
import { addReceiptCommand } from './receipt.ts'
import { addSubmitCommand } from './submit.ts'

const EPILOGUE = `
First steps:
  $ medseal demo                                  a consortium with real data, in ./medseal-data
  $ medseal info                                  which ledger the node at ${DEFAULT_URL} keeps
  $ medseal init --data node-a && medseal start --data node-a

Settings come from flags, else from MEDSEAL_* variables, else from a file (start and demo: --config).
Exit codes: 0 done; 1 failed, or refused by the ledger; 2 the command line or configuration is wrong.`

/** Commands of clients. They do without the node's code, whose loading takes the better part of a second. */
export const CLIENT_COMMANDS = ['status', 'token', 'info', 'submit', 'receipt', 'certificate', 'keys']

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** The commands that `firstArgument` can mean: all of them, unless it is one of a client's. */
export async function buildProgram(firstArgument: string | undefined): Promise<Command> {
  const program = new Command('medseal')
    .description(
      'A consortium ledger for healthcare: signed facts in, receipts out that anyone can check offline.',
    )
    .version(version())
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)')
    .configureHelp({ helpWidth: 100 })
    .addHelpText('after', EPILOGUE)
  if (firstArgument === undefined || !CLIENT_COMMANDS.includes(firstArgument)) {
    const { addNodeCommands } = await import('./node-commands.ts')
    addNodeCommands(program)
  }
  const added = [addReadCommands, addSubmitCommand, addReceiptCommand, addCertificateCommand, addKeysCommand]
  for (const addCommand of added) addCommand(program)
  return program
}
