/** What the commands on a data folder at rest share. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { LedgerError, type Packed } from '../base/index.ts'
import { createEngine } from '../engine/index.ts'
import type { EntryVerdicts } from '../kernel/index.ts'
import { addJsonOption } from './options.ts'

/** Opening a store creates it where there is none; these commands are for what is there. */
export function requireLedger(ledgerFolder: string): void {
  if (existsSync(join(ledgerFolder, 'data.mdb'))) return
  throw new LedgerError('data.missing', { message: `There is no ledger in ${ledgerFolder}.` })
}

export type Verify = (entries: Packed, ledgerId: Uint8Array) => Promise<EntryVerdicts>

/** The pool verifies the leaves' signatures; closed when `use` is done. */
export async function withEngine<Result>(use: (verify: Verify) => Promise<Result>): Promise<Result> {
  const engine = await createEngine()
  try {
    return await use((entries, ledgerId) =>
      engine.verifyEntries(entries.bytes, entries.offsets, ledgerId, 'ordered'),
    )
  } finally {
    await engine.close()
  }
}

/** A command on `--data`, with `--json`. */
export const addDataCommand = (program: Command, name: string, description: string, help: string): Command =>
  addJsonOption(
    program
      .command(name)
      .description(description)
      .option('--data <folder>', 'the data folder', process.env['MEDSEAL_DATA'] ?? 'medseal-data')
      .addHelpText('after', help),
  )
