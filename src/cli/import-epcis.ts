/** `medseal import epcis`: an EPCIS 2.0 document becomes a member's signed transactions of supply and waste. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { EpcisPlan } from '../epcis/index.ts'
import { groupUnmapped, planEpcisDocument, runEpcisImport } from '../facility/index.ts'
import { memberOf } from '../protocol/index.ts'
import { UsageError } from './failure.ts'
import {
  describeTallies,
  describeUnmapped,
  parseParty,
  setExitCode,
  showProgress,
  untilDone,
} from './import-report.ts'
import type { ActorOptions, NodeOptions } from './options.ts'
import { addActorOptions, addJsonOption, addNodeOptions, openClient, readActorKey } from './options.ts'
import { formatCount, formatTable, printJson, printLines } from './output.ts'

interface EpcisOptions extends NodeOptions, ActorOptions {
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly map?: ReadonlyMap<string, string>
}

function describePlan({ eventCount, transactions, unmapped }: EpcisPlan): string[] {
  const counts = new Map<string, number>()
  for (const { type } of transactions) counts.set(type, (counts.get(type) ?? 0) + 1)
  return [
    `${formatCount(eventCount)} events, ${formatCount(transactions.length)} transactions`,
    ...formatTable([...counts].map(([type, count]) => [formatCount(count), type])),
    ...describeUnmapped(unmapped),
  ]
}

async function importEpcis(path: string, options: EpcisOptions): Promise<void> {
  const { actor, data } = options
  if (actor === undefined) throw new UsageError('who imports? Give --actor MEMBER, or one of its people.')
  const member = memberOf(actor)
  const plan = planEpcisDocument(path, await readFile(path), { member, parties: options.map ?? new Map() })
  const events = plan.eventCount
  const unmapped = groupUnmapped(plan.unmapped)
  if (!options.json) printLines(...describePlan(plan))
  if (options.dryRun) {
    if (options.json) printJson({ events, transactions: plan.transactions.length, unmapped })
    return
  }
  if (data === undefined) throw new UsageError('where are its keys? Give --data DIR.')
  const client = await openClient(options, { signer: true, reads: true })
  const signer = await readActorKey(options)
  const onProgress = showProgress(options)
  const transactions = await untilDone((signal) =>
    runEpcisImport(plan, { client, signer, data, signal, onProgress }),
  )
  const { accepted, already, failed } = transactions
  if (options.json) printJson({ events, accepted, already, failed, unmapped })
  else printLines(...describeTallies({ transactions }))
  setExitCode([transactions])
}

const EXAMPLES = `
Examples:
  $ medseal import epcis capture.json --data node-a --actor drug-maker --dry-run
  $ medseal import epcis capture.json --data node-a --actor drug-maker \\
      --map urn:epc:id:pgln:0614141.00000=drug-wholesale

What is done is kept in DIR/import/epcis.jsonl: a second run sends nothing twice. Exit code 1 where the ledger refuses
something.`

export function addEpcisImport(imports: Command): void {
  const command = imports
    .command('epcis <file>')
    .description('EPCIS 2.0: a capture document (JSON-LD)')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--map <uri=member>', "whom a party's URI means", parseParty)
    .addHelpText('after', EXAMPLES)
    .action(importEpcis)
  addJsonOption(addActorOptions(addNodeOptions(command)))
}
