/**
 * The demo's main job: everything is signed by its author's key and sent to a node through its HTTP door, as any client
 * would. How it is shown to people is the caller's.
 */
import { join } from 'node:path'
import {
  type Client,
  checkReceipt,
  createClient,
  type Receipt,
  type ReceiptVerdict,
} from '../client/index.ts'
import { openRegister, type Register } from '../facility/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { openMember } from './actors.ts'
import { AUDITOR } from './consortium.ts'
import { type Examples, findExamples, readExamples } from './examples.ts'
import { type DemoProgress, readProgress, writeProgress } from './progress-file.ts'
import { type ShownRefusal, showRefusals } from './refusals.ts'
import { runStage, type StageChunk, type StageResult } from './stage.ts'
import { planStages } from './stages.ts'
import { playWorkflows, type ShownWorkflow } from './workflows.ts'

export interface DemoOptions {
  /** Address of the node. */
  readonly url: string
  /** Its data folder, which holds everyone's keys. */
  readonly data: string
  readonly kernel: Kernel
  /** Exact bytes of the genesis file. */
  readonly genesis: Uint8Array
  readonly seed: number
  readonly patients: number
  readonly visits: number
  /** Unix seconds. */
  readonly now: number
  readonly reporter: DemoReporter
  readonly signal: AbortSignal
}

/** Is told what happens while it happens. */
export interface DemoReporter {
  /** The HL7 package has been read; undefined where it is not installed. */
  examples(examples: Examples | undefined): void
  stageStarted(label: string, itemCount: number, itemsBefore: number): void
  advanced(itemsDone: number): void
  stageEnded(result: StageResult): void
}

/** Figures of a whole seeding, kept in the data folder. */
export interface DemoSummary {
  readonly stages: readonly { readonly label: string; readonly items: number }[]
  readonly refusals: readonly ShownRefusal[]
  readonly workflows: readonly ShownWorkflow[]
  /** Transactions sent in the stages of this run, and the time that signing, sending and committing them took. */
  readonly transactions: number
  readonly elapsedMs: number
}

/** A receipt of the demo's, checked offline, and what became of a copy with one bit changed. */
export interface CheckedReceipt {
  readonly receipt: Receipt
  readonly verdict: ReceiptVerdict
  readonly tampered: ReceiptVerdict
}

/** Seeds a demo, or goes on with one that was stopped. Does nothing where one is complete. */
export async function seedDemo(options: DemoOptions): Promise<DemoProgress> {
  const stored = readProgress(options.data)
  if (stored?.summary !== undefined) return stored
  const { data, kernel, reporter, seed, patients, visits, now } = options
  const progress: DemoProgress = stored ?? { seed, patients, visits, startedAt: now, done: {} }
  const client = await createClient({ url: options.url, kernel, genesis: options.genesis })
  const folder = findExamples()
  const examples = folder === undefined ? undefined : await readExamples(folder)
  reporter.examples(examples)
  const register = openRegister(kernel, join(data, 'demo', 'register.jsonl'))
  try {
    return await writeAll(options, client, register, examples, progress)
  } finally {
    register.close()
  }
}

/** Runs what is left of the stages, then the refusals, and writes the summary. */
async function writeAll(
  { data, genesis, reporter, signal, url }: DemoOptions,
  client: Client,
  register: Register,
  examples: Examples | undefined,
  stored: DemoProgress,
): Promise<DemoProgress> {
  let progress = stored
  let [transactions, elapsedMs] = [0, 0]
  const { ledgerId } = client
  const generator = { seed: stored.seed, patients: stored.patients, until: stored.startedAt }
  const plan = { data, ledgerId, register, examples, generator, visits: stored.visits }
  const stages = planStages(plan).filter(({ itemCount }) => itemCount > 0)
  for (const stage of stages) {
    const before = progress.done[stage.name] ?? 0
    if (before >= stage.itemCount) continue
    reporter.stageStarted(stage.label, stage.itemCount, before)
    const onChunk = ({ transactionCount, itemsDone, acceptedId }: StageChunk): void => {
      transactions += transactionCount
      const sample = acceptedId === undefined ? {} : { sampleId: acceptedId }
      progress = { ...progress, ...sample, done: { ...progress.done, [stage.name]: itemsDone } }
      writeProgress(data, progress)
      reporter.advanced(itemsDone)
    }
    const result = await runStage(stage, before, { client, signal, onChunk })
    elapsedMs += result.elapsedMs
    reporter.stageEnded(result)
  }
  const refusals = await showRefusals({ client, data, register, generator, signal })
  const workflows = await playWorkflows({ client, url, data, genesis })
  const items = stages.map(({ label, itemCount }) => ({ label, items: itemCount }))
  progress = { ...progress, summary: { stages: items, refusals, workflows, transactions, elapsedMs } }
  writeProgress(data, progress)
  return progress
}

/** One bit of the entry, which an honest copy would not differ in. */
function tamper(receipt: Receipt): Receipt {
  const entry = Buffer.from(receipt.entry, 'base64')
  entry[entry.length - 1]! ^= 1
  return { ...receipt, entry: entry.toString('base64') }
}

/** Fetches a receipt with the auditor's token and checks it, and a tampered copy, against the genesis alone. */
export async function checkSample(
  options: Pick<DemoOptions, 'url' | 'data' | 'kernel' | 'genesis'>,
  id: string,
): Promise<CheckedReceipt> {
  const { data, genesis, kernel } = options
  const signer = openMember(data, AUDITOR)
  const client: Client = await createClient({ url: options.url, kernel, genesis, signer, actor: AUDITOR })
  const receipt = await client.receipt(id)
  return {
    receipt,
    verdict: checkReceipt(kernel, receipt, genesis, id),
    tampered: checkReceipt(kernel, tamper(receipt), genesis, id),
  }
}
