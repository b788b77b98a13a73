/**
 * Many transactions as few requests: cut by count and bytes, sent a few at a time, their answers put back in order.
 * What a node rejects only because it is overloaded is sent again, alone.
 */
import { isSubmissionResult, type Settlement, type SubmissionResult } from '../answers/index.ts'
import {
  BATCH_COUNT_MAX,
  CLIENT_OVERLOAD_ROUNDS_MAX,
  type Clock,
  LedgerError,
  REQUEST_BYTES_MAX,
} from '../base/index.ts'
import { encodeBatch } from '../protocol/index.ts'
import { readJson, retryDelayMs, type Transport } from './http.ts'
import type { SignedTransaction } from './transaction.ts'

/** MessagePack in front of one item: the pair (1), two byte strings' heads (at most 5 each). */
const ITEM_HEAD_BYTES = 11
/** MessagePack in front of all items. */
const BATCH_HEAD_BYTES = 5

const sizeOf = (transaction: SignedTransaction): number =>
  ITEM_HEAD_BYTES + transaction.entry.length + (transaction.privatePart?.length ?? 0)

/** Cuts `transactions`, in order, into batches that a node takes: at most 4,096 and 16 MiB each. */
export function splitBatches(transactions: readonly SignedTransaction[]): SignedTransaction[][] {
  const batches: SignedTransaction[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const transaction of transactions) {
    const size = sizeOf(transaction)
    if (bytes + size > REQUEST_BYTES_MAX || batches.at(-1)!.length === BATCH_COUNT_MAX) {
      batches.push([])
      bytes = BATCH_HEAD_BYTES
    }
    batches.at(-1)!.push(transaction)
    bytes += size
  }
  return batches
}

export interface SendOptions {
  readonly wait?: Settlement | undefined
  readonly signal?: AbortSignal | undefined
  /** Batches under way at once; 1, which keeps their order, where absent. */
  readonly batchesAtOnce?: number | undefined
}

export interface SendContext {
  readonly transport: Transport
  readonly clock: Clock
  readonly random: () => number
}

/** Sends one batch; one answer for each transaction, in order. */
async function postBatch(
  batch: readonly SignedTransaction[],
  context: SendContext,
  options: SendOptions,
): Promise<SubmissionResult[]> {
  const response = await context.transport({
    method: 'POST',
    path: `/v1/transactions${options.wait ? `?wait=${options.wait}` : ''}`,
    headers: { 'content-type': 'application/vnd.msgpack', accept: 'application/json' },
    body: encodeBatch(batch),
    signal: options.signal,
  })
  const answers = await readJson(
    response,
    (value): value is SubmissionResult[] => Array.isArray(value) && value.every(isSubmissionResult),
  )
  if (answers.length !== batch.length) {
    throw new LedgerError('client.answer', {
      message: `The node answered ${answers.length} items to ${batch.length} transactions.`,
    })
  }
  return answers
}

const isOverloaded = (answer: SubmissionResult): boolean =>
  answer.status === 'rejected' && answer.code?.startsWith('overload.') === true

async function sendBatch(
  batch: readonly SignedTransaction[],
  context: SendContext,
  options: SendOptions,
): Promise<SubmissionResult[]> {
  const answers = await postBatch(batch, context, options)
  for (let round = 1; round <= CLIENT_OVERLOAD_ROUNDS_MAX; round++) {
    const again = answers.flatMap((answer, i) => (isOverloaded(answer) ? [i] : []))
    if (again.length === 0) break
    const pause = retryDelayMs(new LedgerError('overload.queue-full'), round, context.random)
    await context.clock.sleep(pause!, options.signal)
    const retried = await postBatch(
      again.map((i) => batch[i]!),
      context,
      options,
    )
    again.forEach((i, position) => {
      answers[i] = retried[position]!
    })
  }
  return answers
}

/** Sends any number of transactions as batches; one answer each, in order. Rejects at the first batch that fails. */
export async function sendBatches(
  transactions: readonly SignedTransaction[],
  context: SendContext,
  options: SendOptions,
): Promise<SubmissionResult[]> {
  const batches = splitBatches(transactions)
  const answers: SubmissionResult[][] = new Array(batches.length)
  let next = 0
  const sendNext = async (): Promise<void> => {
    while (next < batches.length) {
      const index = next++
      answers[index] = await sendBatch(batches[index]!, context, options)
    }
  }
  const lanes = Math.min(batches.length, options.batchesAtOnce ?? 1)
  await Promise.all(Array.from({ length: lanes }, sendNext))
  return answers.flat()
}
