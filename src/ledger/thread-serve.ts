/**
 * What the ledger thread does: executor and proofs behind messages. Calls are answered in the order in which they came;
 * an error that no call explains ends the thread, and its callers get `ledger.halted`.
 */
import type { MessagePort } from 'node:worker_threads'
import { loadKernel } from '../kernel/index.ts'
import { answerCalls } from '../threads/index.ts'
import { type LedgerOptions, openLedger } from './ledger.ts'
import { openLmdbStore } from './store-lmdb.ts'
import type { Opened, ThreadData } from './thread-messages.ts'
import type { Ledger } from './types.ts'

async function open(
  { dir, genesisBytes, create, kernelModule }: ThreadData,
  others: Pick<LedgerOptions, 'rulesOf'>,
): Promise<Ledger> {
  const kernel = await loadKernel(kernelModule === undefined ? {} : { module: kernelModule })
  const store = openLmdbStore(dir)
  try {
    return await openLedger({ ...others, store, genesisBytes, kernel, create })
  } catch (error) {
    await store.close()
    throw error
  }
}

/**
 * Opens the ledger and answers calls until it is closed. `others` are for measurements and tests: a node's thread gives
 * none.
 */
export function serveLedger(
  port: MessagePort,
  data: ThreadData,
  others: Pick<LedgerOptions, 'rulesOf'> = {},
): Promise<void> {
  return answerCalls(port, async () => {
    const ledger = await open(data, others)
    const { genesis, ledgerId, origin } = ledger
    return { methods: ledger, opened: { genesis, ledgerId, origin } satisfies Opened }
  })
}
