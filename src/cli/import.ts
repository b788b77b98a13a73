/** `medseal import fhir`: FHIR R4 files become a member's signed transactions, and what has no place is listed. */
import { type Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../base/index.ts'
import { RECORD_KINDS } from '../domain/index.ts'
import {
  groupUnmapped,
  type ImportResult,
  readCopies,
  readFhirFiles,
  runDecisions,
  runImport,
} from '../facility/index.ts'
import {
  type FoundResource,
  type ImportPlan,
  planDecisions,
  planImport,
  readFhirFile,
} from '../fhir/index.ts'
import { UsageError } from './failure.ts'
import { addEpcisImport } from './import-epcis.ts'
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

interface ImportOptions extends NodeOptions, ActorOptions {
  readonly vault?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly map?: ReadonlyMap<string, string>
  readonly copies?: string
  readonly rate?: ReadonlyMap<string, number>
  /** Provider whose claims a payer decides. */
  readonly decisionsOf?: string
}

/** `USD=725`, repeated. */
function parseRate(value: string, before: ReadonlyMap<string, number> = new Map()): Map<string, number> {
  const [, currency, fen] = /^([A-Z]{3})=([1-9]\d{0,8})$/.exec(value) ?? []
  if (currency === undefined || fen === undefined) throw new InvalidArgumentError('It must be CUR=FEN.')
  return new Map([...before, [currency, Number(fen)]])
}

function countKinds({ records }: ImportPlan): [string, number][] {
  const counts = new Map<string, number>()
  for (const { kind } of records) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}

function describePlan(plan: ImportPlan, fileCount: number): string[] {
  const { patients, records, consents, referrals, submissions, resourceCount } = plan
  const { prescriptions, dispensings, claims } = plan
  const named = patients.filter(({ place }) => place === undefined).length
  return [
    `${formatCount(resourceCount)} resources in ${formatCount(fileCount)} files`,
    ...formatTable([
      [
        formatCount(patients.length),
        `patients to enrol${named > 0 ? `, ${named} of them named by others only` : ''}`,
      ],
      [
        formatCount(records.length),
        `records to anchor: ${countKinds(plan)
          .map(([kind, count]) => `${count} ${kind}`)
          .join(', ')}`,
      ],
      [formatCount(consents.length), 'consents to grant'],
      [formatCount(referrals.length), 'referrals to make'],
      [formatCount(submissions.length), 'reports of patients to submit'],
      [formatCount(prescriptions.length), 'prescriptions to issue'],
      [formatCount(dispensings.length), 'dispensings to record'],
      [formatCount(claims.length), 'claims to submit'],
    ]),
    ...describeUnmapped(plan.unmapped),
  ]
}

function describeResult({ undated, ...tallies }: ImportResult): string[] {
  return [
    ...describeTallies({ ...tallies }),
    ...(undated > 0
      ? [`${formatCount(undated)} records have no date after 1970 of their own: dated now.`]
      : []),
  ]
}

/** Who imports, from which keys. */
function requireImporter({ actor, data }: ImportOptions): { member: string; data: string } {
  if (actor === undefined || actor.includes(':'))
    throw new UsageError('which member imports? Give --actor MEMBER.')
  if (data === undefined) throw new UsageError('where are its keys? Give --data DIR.')
  return { member: actor, data }
}

async function importFhir(path: string, options: ImportOptions): Promise<void> {
  const files = await readFhirFiles(path)
  if (files.length === 0) throw new UsageError(`${path} holds no .json file.`)
  const resources = files.flatMap(readFhirFile)
  if (options.decisionsOf !== undefined) return importDecisions(resources, options.decisionsOf, options)
  const plan = planImport(resources, {
    kinds: RECORD_KINDS,
    vault: options.vault ?? false,
    copies: options.copies === undefined ? new Map() : await readCopies(options.copies),
    now: systemClock.nowSeconds(),
    ...mappingOf(options),
  })
  if (!options.json) printLines(...describePlan(plan, files.length))
  const unmapped = groupUnmapped(plan.unmapped)
  if (options.dryRun) {
    if (options.json)
      printJson({
        resources: plan.resourceCount,
        records: Object.fromEntries(countKinds(plan)),
        claims: plan.claims.length,
        unmapped,
      })
    return
  }
  const { member, data } = requireImporter(options)
  const client = await openClient(options, { signer: true, reads: true })
  const signer = await readActorKey(options)
  const result = await untilDone((signal) =>
    runImport(plan, {
      client,
      signer,
      member,
      data,
      store: options.vault ?? false,
      now: systemClock.nowSeconds(),
      signal,
      onProgress: showProgress(options),
    }),
  )
  if (options.json) printJson({ resources: plan.resourceCount, ...result, unmapped })
  else printLines(...describeResult(result))
  const { undated: _, ...tallies } = result
  setExitCode(Object.values(tallies))
}

const mappingOf = ({ map = new Map(), rate = new Map() }: ImportOptions) => ({ grantees: map, rates: rate })

/** What a payer imports: its decisions about the claims of one provider. */
async function importDecisions(
  resources: readonly FoundResource[],
  provider: string,
  options: ImportOptions,
): Promise<void> {
  const { member: payer } = requireImporter(options)
  const plan = planDecisions(resources, payer, mappingOf(options))
  const planned = `${formatCount(plan.decisions.length)} decisions to sign`
  if (!options.json) printLines(planned, ...describeUnmapped(plan.unmapped))
  const unmapped = groupUnmapped(plan.unmapped)
  if (options.dryRun) {
    if (options.json) printJson({ resources: plan.resourceCount, decisions: plan.decisions.length, unmapped })
    return
  }
  const client = await openClient(options, { signer: true, reads: true })
  const signer = await readActorKey(options)
  const onProgress = showProgress(options)
  const decisions = await untilDone((signal) =>
    runDecisions(plan.decisions, { client, signer, payer, provider, signal, onProgress }),
  )
  if (options.json) printJson({ resources: plan.resourceCount, decisions, unmapped })
  else printLines(...describeTallies({ decisions }))
  setExitCode([decisions])
}

const EXAMPLES = `
Examples:
  $ medseal import fhir bundle.json --data node-a --actor hospital-a --dry-run
  $ medseal import fhir folder/ --data node-a --actor hospital-a --vault
  $ medseal import fhir folder/ --data node-b --actor insurer-b --map private=insurer-b --rate USD=725 \\
      --decisions-of hospital-a

Patients get keys in DIR/keys; salts, subjects and what is done are kept in DIR/import: keep them. A second run
sends nothing twice. Exit code 1 where the ledger refuses something.`

export function addImportCommand(program: Command): void {
  const imports = program
    .command('import')
    .description('take in what others wrote: records to be signed and sent, or a whole log')
  addEpcisImport(imports)
  const command = imports
    .command('fhir <path>')
    .description('FHIR R4: a bundle, a resource, or a folder of them (JSON)')
    .option('--vault', "store each content, encrypted for its patient and the hospital's break-glass key")
    .option('--dry-run', 'say what would be done, and do nothing')
    .option(
      '--map <reference=id>',
      'whom a reference or name means, such as Organization/7=insurer-b or Practitioner/3=hospital-a:dr-li',
      parseParty,
    )
    .option(
      '--copies <folder>',
      'private parts of prescriptions to dispense on, in files with the names of the prescriptions',
    )
    .option('--rate <currency=fen>', 'what a unit of a currency is worth in fen, such as USD=725', parseRate)
    .option(
      '--decisions-of <provider>',
      "as a payer: sign the decisions about this provider's claims, and no more",
    )
    .addHelpText('after', EXAMPLES)
    .action(importFhir)
  addJsonOption(addActorOptions(addNodeOptions(command)))
}
