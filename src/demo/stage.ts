/**
 * One stage of the seeding: items, each of one or a few transactions, signed chunk by chunk and sent as batches over HTTP,
 * a few at a time. What the ledger answers is counted, never assumed.
 */
import type { Client, Draft, SignedTransaction, SubmissionAnswer } from '../client/index.ts'
import { signTransaction } from '../client/index.ts'
import type { SigningKey } from '../protocol/index.ts'

/** A draft with the key that signs it. */
export interface SignedBy {
  readonly draft: Draft
  readonly key: SigningKey
}

export interface Stage {
  /** Its name in the progress file. */
  readonly name: string
  /** For people. */
  readonly label: string
  readonly itemCount: number
  /** The transactions of item `index`, in the order in which they must be executed. */
  item(index: number): readonly SignedBy[]
}

/** What became of the transactions of a stage. */
export interface StageResult {
  readonly accepted: number
  /** Refused or rejected, by code. */
  readonly failed: { readonly [code: string]: number }
  readonly elapsedMs: number
  /** Id of the last accepted transaction of the first item, to show its receipt. */
  readonly sampleId?: string
}

export interface StageContext {
  readonly client: Client
  readonly signal: AbortSignal
  /** Called after each chunk that is in, with its transactions and how many items from the start are done for good. */
  onChunk(transactionCount: number, itemsDone: number): void
}

/** Items whose transactions are signed and sent together: large enough for throughput, small enough to show progress. */
const CHUNK_ITEMS = 512
/** Batches under way at once: one is signed, one travels, one is executed. */
const CHUNKS_AT_ONCE = 3

class Tally {
  accepted = 0
  failed: Record<string, number> = {}
  sampleId: string | undefined

  add(answers: readonly SubmissionAnswer[], isFirst: boolean): void {
    for (const answer of answers) {
      if (answer.status === 'accepted') {
        this.accepted++
        if (isFirst && answer.id !== null) this.sampleId ??= answer.id
      } else {
        const code = answer.code ?? answer.status
        this.failed[code] = (this.failed[code] ?? 0) + 1
      }
    }
  }
}

async function signAll(client: Client, drafts: readonly SignedBy[]): Promise<SignedTransaction[]> {
  const { kernel, ledgerId } = client
  const signed: SignedTransaction[] = []
  for (const { draft, key } of drafts) {
    signed.push(await signTransaction(draft, { kernel, ledgerId, signer: key }))
  }
  return signed
}

/** Runs a stage from item `from` on. Rejects at the first request that fails, or when aborted. */
export async function runStage(stage: Stage, from: number, context: StageContext): Promise<StageResult> {
  const startMs = performance.now()
  const tally = new Tally()
  const chunkCount = Math.ceil((stage.itemCount - from) / CHUNK_ITEMS)
  const finished = new Set<number>()
  let [next, finishedInOrder] = [0, 0]

  const runChunk = async (chunk: number): Promise<void> => {
    const start = from + chunk * CHUNK_ITEMS
    const end = Math.min(stage.itemCount, start + CHUNK_ITEMS)
    const drafts = Array.from({ length: end - start }, (_, i) => stage.item(start + i)).flat()
    const transactions = await signAll(context.client, drafts)
    const answers = await context.client.submit(transactions, { wait: 'committed', signal: context.signal })
    tally.add(answers, chunk === 0)
    finished.add(chunk)
    while (finished.has(finishedInOrder)) finishedInOrder++
    context.onChunk(transactions.length, Math.min(stage.itemCount, from + finishedInOrder * CHUNK_ITEMS))
  }
  const runLane = async (): Promise<void> => {
    while (next < chunkCount) {
      context.signal.throwIfAborted()
      await runChunk(next++)
    }
  }
  await Promise.all(Array.from({ length: Math.min(CHUNKS_AT_ONCE, Math.max(0, chunkCount)) }, runLane))
  return {
    accepted: tally.accepted,
    failed: tally.failed,
    elapsedMs: performance.now() - startMs,
    ...(tally.sampleId !== undefined && { sampleId: tally.sampleId }),
  }
}
