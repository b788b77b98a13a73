/** Commands that make or run a node, or keep a facility's keys: all of the node's code is loaded with them. */
import type { Command } from 'commander'
import { addCheckCommand } from './check.ts'
import { addConfigCommand } from './config.ts'
import { addDemoCommand } from './demo.ts'
import { addImportCommand } from './import.ts'
import { addInitCommand } from './init.ts'
import { addLedgerCommands } from './ledger-commands.ts'
import { addLogCommands } from './log-commands.ts'
import { addMirrorCommand } from './mirror.ts'
import { addStartCommand } from './start.ts'
import { addVouchCommand } from './vouch.ts'
import { addWitnessCommand } from './witness.ts'

export function addNodeCommands(program: Command): void {
  for (const addCommand of [
    addDemoCommand,
    addInitCommand,
    addStartCommand,
    addConfigCommand,
    addImportCommand,
    addCheckCommand,
    addLedgerCommands,
    addMirrorCommand,
    addWitnessCommand,
    addLogCommands,
    addVouchCommand,
  ])
    addCommand(program)
}
