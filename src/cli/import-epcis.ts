/** `medseal import epcis`: an EPCIS 2.0 document becomes a member's signed transactions of supply and waste. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { IMPORTED_EVENT_BYTES_MAX, LedgerError } from '../base/index.ts'
import {
  type Client,
  type Draft,
  type SignedTransaction,
  type Signer,
  signTransaction,
} from '../client/index.ts'
import { registry } from '../domain/index.ts'
import {
  type EpcisPlan,
  type PlannedTransaction,
  planEpcisImport,
  readEpcisDocument,
} from '../epcis/index.ts'
import {
  countFailure,
  groupUnmapped,
  newTally,
  type OnProgress,
  openJournal,
  type Tally,
} from '../facility/index.ts'
import type { AnyJson } from '../protocol/index.ts'
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

/** Transactions of one batch: each may name 256 items, so that a batch stays below the limit of a request. */
const BATCH = 64

function describePlan({ eventCount, transactions, unmapped }: EpcisPlan): string[] {
  const counts = new Map<string, number>()
  for (const { type } of transactions) counts.set(type, (counts.get(type) ?? 0) + 1)
  return [
    `${formatCount(eventCount)} events, ${formatCount(transactions.length)} transactions`,
    ...formatTable([...counts].map(([type, count]) => [formatCount(count), type])),
    ...describeUnmapped(unmapped),
  ]
}

/** Refuses what does not fit the schema of its verb, before anything is sent. */
function checkPlan({ transactions }: EpcisPlan): void {
  for (const { type, payload, place } of transactions) {
    const fault = registry.checkPayload(type, payload)
    if (fault === undefined) continue
    const message = `${place}: as ${type}, ${fault.message}`
    throw new LedgerError('import.invalid', { field: place, message })
  }
}

function draftOf({ type, payload, event }: PlannedTransaction): Draft {
  const privatePart = { event: event as AnyJson }
  const fits = Buffer.byteLength(JSON.stringify(privatePart)) <= IMPORTED_EVENT_BYTES_MAX
  return { type, payload: payload as Draft['payload'], ...(fits && { privatePart }) }
}

interface EpcisRun {
  readonly client: Client
  readonly signer: Signer
  /** Data folder, for the journal. */
  readonly data: string
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}

/** Signs and sends what is not in the journal yet, in order. */
async function send(plan: EpcisPlan, { client, signer, data, signal, onProgress }: EpcisRun): Promise<Tally> {
  const journal = openJournal<{ readonly done: string }>(join(data, 'import', 'epcis.jsonl'))
  const known = new Set(journal.rows.map(({ done }) => done))
  const open = plan.transactions.filter(({ name }) => !known.has(name))
  const tally = newTally(plan.transactions.length, plan.transactions.length - open.length)
  try {
    for (let at = 0; at < open.length; at += BATCH) {
      signal.throwIfAborted()
      const batch = open.slice(at, at + BATCH)
      const signed: SignedTransaction[] = []
      const { kernel, ledgerId } = client
      for (const one of batch) signed.push(await signTransaction(draftOf(one), { kernel, ledgerId, signer }))
      const answers = await client.submit(signed, { wait: 'committed', signal })
      for (const [i, { status, code }] of answers.entries()) {
        if (status === 'accepted') {
          tally.accepted++
          journal.add({ done: batch[i]!.name })
        } else countFailure(tally, code ?? status)
      }
      onProgress('transactions', at + batch.length, open.length)
    }
  } finally {
    journal.close()
  }
  return tally
}

async function importEpcis(path: string, options: EpcisOptions): Promise<void> {
  const { actor, data } = options
  if (actor === undefined) throw new UsageError('who imports? Give --actor MEMBER, or one of its people.')
  const member = memberOf(actor)
  const found = readEpcisDocument(path, await readFile(path))
  const plan = planEpcisImport(found, { member, parties: options.map ?? new Map() })
  checkPlan(plan)
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
  const transactions = await untilDone((signal) => send(plan, { client, signer, data, signal, onProgress }))
  const { accepted, already, failed } = transactions
  if (options.json) printJson({ events, accepted, already, failed, unmapped })
  else printLines(...describeTallies({ transactions }))
  setExitCode([transactions])
}

const EXAMPLES = `
Examples:
  $ medseal import epcis capture.json --data node-a --actor drug-maker --dry-run
  $ medseal import epcis capture.json --data node-a --actor drug-maker --map urn:epc:id:pgln:0614141.00000=drug-wholesale

What is done is kept in DIR/import/epcis.jsonl: a second run sends nothing twice. Exit code 1 where the ledger refuses something.`

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
