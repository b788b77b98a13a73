/**
 * Carries out the plan of an EPCIS import as a member: events of supply and waste become its signed transactions. What
 * is done stands in a journal of the data folder, so that a run that was stopped goes on where it was.
 */
import { join } from 'node:path'
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
import type { AnyJson } from '../protocol/index.ts'
import { openJournal } from './journal.ts'
import { countFailure, newTally, type OnProgress, type Tally } from './tally.ts'

/** Transactions of one batch: each may name 256 items, so that a batch stays below the limit of a request. */
const BATCH = 64

/** Refuses what does not fit the schema of its verb in the newest rules of this build, before anything is sent. */
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

export interface EpcisRun {
  readonly client: Client
  /** Of the actor that imports. */
  readonly signer: Signer
  /** Data folder, for the journal. */
  readonly data: string
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}

/**
 * An EPCIS document's plan, of which every payload fits its verb. LedgerError `import.invalid` names the place that
 * does not.
 */
export function planEpcisDocument(
  name: string,
  bytes: Uint8Array,
  mapping: { readonly member: string; readonly parties: ReadonlyMap<string, string> },
): EpcisPlan {
  const plan = planEpcisImport(readEpcisDocument(name, bytes), mapping)
  checkPlan(plan)
  return plan
}

/** Signs and sends what is not in the journal yet, in order. */
export async function runEpcisImport(plan: EpcisPlan, run: EpcisRun): Promise<Tally> {
  const { client, signer, data, signal, onProgress } = run
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
