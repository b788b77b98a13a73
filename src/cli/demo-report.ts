/** What `medseal demo` says, in plain words. Figures are those of the run; nothing is rounded up. */
import { CODES, type Code } from '../base/index.ts'
import type { CheckedReceipt, DemoProgress, DemoReporter, DemoSummary, Examples } from '../demo/index.ts'
import { formatCount, formatTable, printLines } from './output.ts'
import { createProgress } from './progress.ts'
import { describeVerdict } from './verdict.ts'

/** What the engine did while the demo was written. */
export interface EngineFigures {
  readonly checks: number
  readonly runMs: number
  readonly threads: number
}

function describeExamples(examples: Examples | undefined): string[] {
  if (examples === undefined) {
    return [
      'Real input: the npm package hl7.fhir.r4.examples is not installed, so the generator alone runs.',
      '  (`npm install hl7.fhir.r4.examples@4.0.1` beside medseal brings it: 191 MB, CC0.)',
    ]
  }
  const { records, patients, practitioners, namedOnly } = examples
  const undated = records.filter(({ time }) => time === undefined).length
  return [
    `Real input: hl7.fhir.r4.examples (CC0), ${formatCount(examples.fileCount)} files`,
    ...formatTable([
      [
        formatCount(patients.length),
        `patients, and ${namedOnly.length} whom records name without a file of their own`,
      ],
      [formatCount(practitioners.length), 'practitioners'],
      [
        formatCount(records.length),
        `resources that name their patient: each is anchored (${undated} without a date, dated today)`,
      ],
      [
        formatCount(examples.definitionCount),
        'left out: definitions of FHIR itself (profiles, value sets, ...)',
      ],
      [
        formatCount(examples.nobodysCount),
        `left out: nobody's (bundles, organisations, devices, ...); ${examples.mentionsCount} mention ` +
          'a patient somewhere',
      ],
    ]),
  ]
}

/** Codes of a second arrival: what was under way when an earlier run was stopped is sent again. */
const SENT_AGAIN = ['record.exists', 'identity.actor-exists', 'identity.subject-exists']

function describeStage(accepted: number, failed: Readonly<Record<string, number>>): string {
  const others = Object.entries(failed).map(([code, count]) => {
    const meaning = SENT_AGAIN.includes(code) ? 'were in already' : 'failed'
    return `${formatCount(count)} ${meaning} [${code}]`
  })
  return [`${formatCount(accepted)} transactions accepted`, ...others].join(', ')
}

/** Shows a seeding while it happens. */
export function createDemoReporter(): DemoReporter {
  const progress = createProgress(process.stdout)
  let before = 0
  return {
    examples(examples) {
      printLines(...describeExamples(examples), '', 'Signed by their authors, sent over HTTP as batches:')
    },
    stageStarted(label, itemCount, itemsBefore) {
      before = itemsBefore
      progress.start(label, itemCount, itemsBefore)
    },
    advanced: (itemsDone) => progress.advance(itemsDone),
    stageEnded({ accepted, failed }) {
      const earlier = before > 0 ? ` (after ${formatCount(before)} items of an earlier run)` : ''
      progress.end(describeStage(accepted, failed) + earlier)
    },
  }
}

const meaningOf = (code: string): string => (Object.hasOwn(CODES, code) ? CODES[code as Code].meaning : '')

function describeRefusals(summary: DemoSummary): string[] {
  const lines = summary.refusals.flatMap(({ attempt, status, code }) => {
    const where = status === 'refused' ? 'refused by rule, kept in the log' : 'rejected at the door, no trace'
    return [`  - ${attempt}:`, `      ${where}: ${code}. ${meaningOf(code)}`]
  })
  return ['Not everything goes in:', ...lines]
}

function describeWorkflows({ workflows }: DemoSummary): string[] {
  const lines = workflows.flatMap(({ title, stepCount, refused, proof }) => [
    `  ${title}: ${stepCount} steps, ${refused.length} of them refused as they must be`,
    `      proven offline: ${proof.type} is leaf ${formatCount(proof.index)} of the signed log of ` +
      `${formatCount(proof.size)}`,
    ...refused.map(({ attempt, code }) => `      ${attempt}: ${code}`),
  ])
  return ['Workflows, played step by step:', ...lines]
}

function perSecond(count: number, milliseconds: number): string {
  return formatCount((1000 * count) / Math.max(1, milliseconds))
}

/** What a finished seeding came to. */
export function describeSeeding(summary: DemoSummary, engine: EngineFigures): string[] {
  const seconds = (summary.elapsedMs / 1000).toFixed(1)
  return [
    '',
    `${formatCount(summary.transactions)} transactions signed, sent, checked and committed to disk in ${seconds} s: ` +
      `${perSecond(summary.transactions, summary.elapsedMs)} a second`,
    `${formatCount(engine.checks)} signature checks at the door on ${engine.threads} ` +
      `thread${engine.threads === 1 ? '' : 's'}: ${perSecond(engine.checks, engine.runMs)} a second on each`,
    '',
    ...describeRefusals(summary),
    '',
    ...describeWorkflows(summary),
  ]
}

/** What a data folder holds already. */
export function describeStored(progress: DemoProgress): string[] {
  const rows =
    progress.summary?.stages.map(({ label, items }): [string, string] => [formatCount(items), label]) ?? []
  return ['This folder holds a finished demo already; nothing is written again:', ...formatTable(rows)]
}

/** Checkpoint and receipt. */
export function describeProof(
  checkpoint: string,
  checked: CheckedReceipt,
  receiptPath: string | undefined,
): string[] {
  const tampered = checked.tampered.ok
    ? 'PASSED, which must not happen'
    : `refused [${checked.tampered.code}]: ${checked.tampered.reason}`
  return [
    '',
    'The signed checkpoint, which stands for every leaf of the log:',
    ...checkpoint
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    `One receipt, checked offline against genesis.json alone${receiptPath ? ` (kept in ${receiptPath})` : ''}:`,
    ...describeVerdict(checked.verdict).map((line) => (line === '' ? line : `  ${line}`)),
    `  The same receipt with one bit changed: ${tampered}`,
  ]
}

/** Where to look, for as long as the node runs. */
export function describeLinks(url: string, data: string, receiptPath: string): string[] {
  return [
    '',
    'Look at',
    `  ${url}/docs         the API, to try out`,
    `  ${url}/v1/info      ledger, members, codes`,
    `  ${url}/checkpoint`,
    '',
    'Try',
    `  curl -s ${url}/v1/info | jq .origin`,
    `  TOKEN=$(npx medseal token --data ${data} --actor city-hospital --url ${url})`,
    `  curl -s -H "Authorization: Bearer $TOKEN" ${url}/v1/record/records/city-hospital:visit-0000001`,
    `  npx medseal receipt verify ${receiptPath} --genesis ${data}/genesis.json`,
    '',
  ]
}
