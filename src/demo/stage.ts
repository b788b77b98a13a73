/**
 * One stage of the seeding: items, each of one or a few transactions, signed chunk by chunk and sent as batches over
 * HTTP, a few at a time. What the ledger answers is counted, never assumed.
 */
import type { Client, Draft, SignedTransaction } from '../client/index.ts'
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
}

/** A chunk that is in. */
export interface StageChunk {
  readonly transactionCount: number
  /** Items from the first one on that are done for good. */
  readonly itemsDone: number
  /** Id of one of its accepted transactions, where it has any. */
  readonly acceptedId: string | undefined
}

export interface StageContext {
  readonly client: Client
  readonly signal: AbortSignal
  /** Called after each chunk that is in. */
  onChunk(chunk: StageChunk): void
}

/**
 * Items whose transactions are signed and sent together: large enough for throughput, small enough to show progress.
 */
const CHUNK_ITEMS = 512
/** Batches under way at once: one is signed, one checked at the door, one in its block, one executed. */
const CHUNKS_AT_ONCE = 4

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
  const failed: Record<string, number> = {}
  let accepted = 0
  const chunkCount = Math.ceil((stage.itemCount - from) / CHUNK_ITEMS)
  const finished = new Set<number>()
  let [next, finishedInOrder] = [0, 0]

  const runChunk = async (chunk: number): Promise<void> => {
    const start = from + chunk * CHUNK_ITEMS
    const end = Math.min(stage.itemCount, start + CHUNK_ITEMS)
    const drafts = Array.from({ length: end - start }, (_, i) => stage.item(start + i)).flat()
    const transactions = await signAll(context.client, drafts)
    const answers = await context.client.submit(transactions, { wait: 'committed', signal: context.signal })
    const acceptedIds = answers.flatMap(({ status, id }) =>
      status === 'accepted' && id !== null ? [id] : [],
    )
    accepted += acceptedIds.length
    for (const { status, code = status } of answers) {
      if (status !== 'accepted') failed[code] = (failed[code] ?? 0) + 1
    }
    finished.add(chunk)
    while (finished.has(finishedInOrder)) finishedInOrder++
    const itemsDone = Math.min(stage.itemCount, from + finishedInOrder * CHUNK_ITEMS)
    context.onChunk({ transactionCount: transactions.length, itemsDone, acceptedId: acceptedIds[0] })
  }
  const runLane = async (): Promise<void> => {
    try {
      while (next < chunkCount) {
        context.signal.throwIfAborted()
        await runChunk(next++)
      }
    } catch (error) {
      // The other lanes finish the chunk they are at, and take no more.
      next = chunkCount
      throw error
    }
  }
  const lanes = await Promise.allSettled(Array.from({ length: CHUNKS_AT_ONCE }, runLane))
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
  return { accepted, failed, elapsedMs: performance.now() - startMs }
}
