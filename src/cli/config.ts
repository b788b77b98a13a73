/** `medseal config check`: what a node would start with, or every mistake at once. Opens and creates nothing. */
import type { Command } from 'commander'
import { type NodeConfig, SETTINGS } from '../host/index.ts'
import { formatTable, printJson, printLines } from './output.ts'
import { addSettings, readSettings } from './settings.ts'

/** A setting as its flag takes it. */
function shown(value: NodeConfig[keyof NodeConfig]): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'object') return String(value)
  return value
    .map((item) => (typeof item === 'string' ? item : `${item.member}=${item.nodeId}@${item.address}`))
    .join()
}

function check(options: { readonly json?: boolean }, command: Command): void {
  const config = readSettings(command)
  const rows = SETTINGS.map(({ name }) => [name, shown(config[name])] as const)
  if (options.json) printJson(config)
  else printLines('The configuration is valid:', ...formatTable(rows))
}

const HELP = `
Flags are stronger than MEDSEAL_* variables, these than the file. Exit code 0: valid; 2: not, and every mistake is
named.

Examples:
  $ medseal config check --config /etc/medseal.json
  $ MEDSEAL_PORT=80a medseal config check`

export function addConfigCommand(program: Command): void {
  const config = program.command('config').description('look at the configuration of a node')
  addSettings(
    config
      .command('check')
      .description('check flags, variables and file as `medseal start` would read them')
      .option('--json', 'print JSON')
      .addHelpText('after', HELP)
      .action(check),
  )
}
