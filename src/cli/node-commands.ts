/** Commands that make or run a node: all of its code is loaded with them. */
import type { Command } from 'commander'
import { addDemoCommand } from './demo.ts'
import { addInitCommand } from './init.ts'
import { addStartCommand } from './start.ts'

export function addNodeCommands(program: Command): void {
  for (const addCommand of [addDemoCommand, addInitCommand, addStartCommand]) addCommand(program)
}
