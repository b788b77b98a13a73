/** `medseal start`: runs the node of a data folder until it is asked to stop. It never creates data. */
import type { Command } from 'commander'
import { startServer } from '../api/index.ts'
import { printLines } from './output.ts'
import { addSettings, readSettings } from './settings.ts'
import { untilStopped } from './signals.ts'

async function start(_options: unknown, command: Command): Promise<void> {
  const stop = untilStopped()
  try {
    const server = await startServer(readSettings(command))
    printLines(`medseal is ready at ${server.url} (stop with Ctrl-C)`)
    printLines(`its operators look at ${server.operationsUrl}/metrics`)
    await stop.stopped
    await server.close()
  } finally {
    stop.release()
  }
}

const HELP = `
The data folder is one that \`medseal init\` made: genesis.json and keys/ with the node's own log.pem and
cosigner.pem. Logs go to stderr, one JSON object a line; the URLs go to stdout when it is ready.

Examples:
  $ medseal start --data node-a --port 8080
  $ MEDSEAL_DATA=node-a MEDSEAL_PORT=0 medseal start
  $ medseal start --config node-a.json            {"data": "node-a", "host": "0.0.0.0", "port": 8080}`

export function addStartCommand(program: Command): void {
  addSettings(
    program
      .command('start')
      .description('run the node of a data folder')
      .addHelpText('after', HELP)
      .action(start),
  )
}
