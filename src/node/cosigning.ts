/**
 * Gives this node's newest signed notes to the other members' nodes, and takes theirs: a checkpoint is final once a
 * quorum has cosigned it. Nothing is believed of who answers: a note speaks by its signatures. A member that can not be
 * reached is asked again, and holds up nobody else.
 */
import {
  type Clock,
  COSIGNING_RETRY_SECONDS,
  COSIGNING_SECONDS_MAX,
  decodeUtf8,
  LedgerError,
  NOTE_BYTES_MAX,
} from '../base/index.ts'
import type { SigningFinality } from '../finality/index.ts'
import type { Logger } from '../host/index.ts'

export interface CosigningOptions {
  readonly clock: Clock
  readonly finality: SigningFinality
  /** Doors of the other members' nodes. */
  readonly peers: readonly { readonly member: string; readonly url: string }[]
  readonly logger: Logger
  readonly fetch?: typeof fetch
}

/** Where a node takes another's note. */
export const COSIGNING_PATH = '/v1/order/cosignatures'

/** Works until it is stopped. */
export async function exchangeNotes(options: CosigningOptions, stopping: AbortSignal): Promise<void> {
  await Promise.all(options.peers.map((peer) => exchangeWith(options, peer, stopping)))
}

async function exchangeWith(
  { clock, finality, logger, fetch: ask = fetch }: CosigningOptions,
  { member, url }: CosigningOptions['peers'][number],
  stopping: AbortSignal,
): Promise<void> {
  const { notes } = finality
  let isReached = true
  let toldSize = 0
  while (!stopping.aborted) {
    const seen = notes.changes.count
    const newest = notes.newest
    const fresh = newest !== undefined && newest.head.size > toldSize ? [newest.note] : []
    try {
      for (const note of new Set([...finality.unfinished, ...fresh])) {
        const theirs = await postNote(ask, `${url}${COSIGNING_PATH}`, note, stopping)
        if (theirs !== undefined) finality.take(theirs)
      }
      toldSize = newest?.head.size ?? 0
      if (!isReached) logger.info('a member takes notes again', { member })
      isReached = true
    } catch (error) {
      if (stopping.aborted) return
      const reason = error instanceof LedgerError ? error.code : String((error as Error).cause ?? error)
      if (isReached) logger.warn('a member can not be given our notes; trying again', { member, reason })
      isReached = false
    }
    const timer = new AbortController()
    const either = AbortSignal.any([stopping, timer.signal])
    const timeUp = clock.sleep(1000 * COSIGNING_RETRY_SECONDS, either).catch(() => {})
    // One that was reached is told at once of what comes; what is open is asked for again after a while.
    await (isReached ? Promise.race([notes.changes.after(seen, either), timeUp]) : timeUp)
    timer.abort()
  }
}

/** The other's note of the same size; undefined where it has not come to it yet. */
async function postNote(
  ask: typeof fetch,
  url: string,
  note: string,
  stopping: AbortSignal,
): Promise<string | undefined> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(1000 * COSIGNING_SECONDS_MAX)])
  const headers = { 'content-type': 'text/plain; charset=utf-8' }
  const answer = await ask(url, { method: 'POST', body: note, headers, redirect: 'error', signal })
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body ?? []) {
    length += chunk.length
    if (length > NOTE_BYTES_MAX) throw new LedgerError('form.note', { message: 'The answer is too long.' })
    chunks.push(chunk)
  }
  if (answer.status === 202) return undefined
  if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`)
  return decodeUtf8(new Uint8Array(Buffer.concat(chunks)))
}
