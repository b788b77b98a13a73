/** `medseal import fhir`: FHIR R4 files become a member's signed transactions, and what has no place is listed. */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { LedgerError, systemClock } from '../base/index.ts'
import { RECORD_KINDS } from '../domain/index.ts'
import { type FhirFile, type ImportPlan, planImport, readFhirFile } from '../fhir/index.ts'
import { EXIT, UsageError } from './failure.ts'
import { addEpcisImport } from './import-epcis.ts'
import { type ImportResult, runImport, type Tally } from './import-run.ts'
import type { ActorOptions, NodeOptions } from './options.ts'
import { addActorOptions, addJsonOption, addNodeOptions, openClient, readActorKey } from './options.ts'
import { formatCount, formatTable, printJson, printLines } from './output.ts'
import { createProgress } from './progress.ts'
import { untilStopped } from './signals.ts'

interface ImportOptions extends NodeOptions, ActorOptions {
  readonly vault?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly map?: ReadonlyMap<string, string>
  readonly copies?: string
}

/** `Organization/acme=insurer-b`, repeated. */
function parseGrantee(value: string, before: ReadonlyMap<string, string> = new Map()): Map<string, string> {
  const at = value.lastIndexOf('=')
  if (at < 1 || at === value.length - 1) throw new InvalidArgumentError('It must be REFERENCE=ID.')
  return new Map([...before, [value.slice(0, at), value.slice(at + 1)]])
}

/** The files at `path`, a file or a folder of `.json` files, in order of names. */
async function readFiles(path: string): Promise<FhirFile[]> {
  if (!(await stat(path)).isDirectory()) return [{ name: path, bytes: await readFile(path) }]
  const names = (await readdir(path)).filter((name) => name.endsWith('.json')).sort()
  if (names.length === 0) throw new UsageError(`${path} holds no .json file.`)
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(path, name)) })))
}

/** Commitments of the private parts in a folder, each in a file with the name of its prescription. */
async function readCopies(folder: string | undefined): Promise<Map<string, string>> {
  if (folder === undefined) return new Map()
  const names = await readdir(folder)
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
  return new Map(await Promise.all(names.map(async (name) => [name, await hash(name)] as const)))
}

/** Reasons why things are not mapped, with how many of which kind. */
function groupUnmapped({
  unmapped,
}: ImportPlan): { kind: string; reason: string; count: number; first: string }[] {
  const groups = new Map<string, { kind: string; reason: string; count: number; first: string }>()
  for (const { kind, reason, place } of unmapped) {
    const group = groups.get(`${kind} ${reason}`)
    if (group === undefined) groups.set(`${kind} ${reason}`, { kind, reason, count: 1, first: place })
    else group.count++
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}

function countKinds({ records }: ImportPlan): [string, number][] {
  const counts = new Map<string, number>()
  for (const { kind } of records) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}

function describePlan(plan: ImportPlan, fileCount: number): string[] {
  const { patients, records, consents, referrals, submissions, prescriptions, dispensings, resourceCount } =
    plan
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
    ]),
    ...(plan.unmapped.length === 0 ? ['Nothing is left out.'] : ['Not imported:']),
    ...formatTable(
      groupUnmapped(plan).map(({ kind, reason, count, first }) => [
        formatCount(count),
        `${kind}: ${reason} (first at ${first})`,
      ]),
    ),
  ]
}

function describeTally(name: string, { planned, accepted, already, failed }: Tally): [string, string] {
  const failures = Object.entries(failed).map(([code, count]) => `${formatCount(count)} refused [${code}]`)
  const parts = [`${formatCount(accepted)} new`, `${formatCount(already)} there already`, ...failures]
  return [`${formatCount(planned)} ${name}`, parts.join(', ')]
}

function describeResult({ undated, ...tallies }: ImportResult): string[] {
  return [
    'On the ledger:',
    ...formatTable([...Object.entries(tallies).map(([name, tally]) => describeTally(name, tally))]),
    ...(undated > 0
      ? [`${formatCount(undated)} records have no date after 1970 of their own: dated now.`]
      : []),
  ]
}

async function importFhir(path: string, options: ImportOptions): Promise<void> {
  const files = await readFiles(path)
  const resources = files.flatMap(readFhirFile)
  const plan = planImport(resources, {
    kinds: RECORD_KINDS,
    grantees: options.map ?? new Map(),
    vault: options.vault ?? false,
    copies: await readCopies(options.copies),
    now: systemClock.nowSeconds(),
  })
  if (!options.json) printLines(...describePlan(plan, files.length))
  const unmapped = groupUnmapped(plan)
  if (options.dryRun) {
    if (options.json)
      printJson({ resources: plan.resourceCount, records: Object.fromEntries(countKinds(plan)), unmapped })
    return
  }
  const { actor: member, data } = options
  if (member === undefined || member.includes(':'))
    throw new UsageError('which member imports? Give --actor MEMBER.')
  if (data === undefined) throw new UsageError('where are its keys? Give --data DIR.')
  const client = await openClient(options, { signer: true, reads: true })
  const stop = untilStopped()
  const progress = createProgress(process.stderr)
  let label: string | undefined
  const onProgress = (what: string, done: number, total: number): void => {
    if (options.json) return
    if (label !== what) progress.start(what, total, 0)
    label = what
    progress.advance(done)
    if (done === total) progress.end(`${formatCount(total)} sent`)
  }
  try {
    const result = await runImport(plan, {
      client,
      signer: await readActorKey(options),
      member,
      data,
      store: options.vault ?? false,
      now: systemClock.nowSeconds(),
      signal: stop.signal,
      onProgress,
    })
    if (options.json) printJson({ resources: plan.resourceCount, ...result, unmapped })
    else printLines(...describeResult(result))
    const { undated: _, ...tallies } = result
    if (Object.values(tallies).some(({ failed }) => Object.keys(failed).length > 0))
      process.exitCode = EXIT.failed
  } catch (error) {
    if (!stop.signal.aborted) throw error
    throw new LedgerError(
      'client.timeout',
      { message: 'Stopped. The same command goes on from here.' },
      error,
    )
  } finally {
    stop.release()
  }
}

const EXAMPLES = `
Examples:
  $ medseal import fhir bundle.json --data node-a --actor hospital-a --dry-run
  $ medseal import fhir folder/ --data node-a --actor hospital-a --vault

Patients get keys in DIR/keys; salts, subjects and what is done are kept in DIR/import: keep them. A second run
sends nothing twice. Exit code 1 where the ledger refuses something.`

export function addImportCommand(program: Command): void {
  const imports = program
    .command('import')
    .description('take in what others wrote: records to be signed and sent, or a whole log')
  addEpcisImport(imports, parseGrantee)
  const command = imports
    .command('fhir <path>')
    .description('FHIR R4: a bundle, a resource, or a folder of them (JSON)')
    .option('--vault', "store each content, encrypted for its patient and the hospital's break-glass key")
    .option('--dry-run', 'say what would be done, and do nothing')
    .option(
      '--map <reference=id>',
      'whom a reference means, such as Organization/7=insurer-b or Practitioner/3=hospital-a:dr-li',
      parseGrantee,
    )
    .option(
      '--copies <folder>',
      'private parts of prescriptions to dispense on, in files with the names of the prescriptions',
    )
    .addHelpText('after', EXAMPLES)
    .action(importFhir)
  addJsonOption(addActorOptions(addNodeOptions(command)))
}
