/**
 * What the ledger thread does: executor and proofs behind messages. Calls are answered in the order in which they came;
 * an error that no call explains ends the thread, and its callers get `ledger.halted`.
 */
import type { MessagePort } from 'node:worker_threads'
import { loadKernel } from '../kernel/index.ts'
import { type LedgerOptions, openLedger } from './ledger.ts'
import { openLmdbStore } from './store-lmdb.ts'
import {
  type CallMessage,
  type ThreadData,
  type ThreadMessage,
  toPlainError,
  transferable,
} from './thread-messages.ts'
import type { Ledger } from './types.ts'

function post(port: MessagePort, message: ThreadMessage): void {
  const bytes = 'answer' in message && message.answer instanceof Uint8Array ? [message.answer] : []
  port.postMessage(message, transferable(bytes))
}

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

async function answer(port: MessagePort, ledger: Ledger, { call, method, args }: CallMessage): Promise<void> {
  try {
    const run = ledger[method] as (...args: readonly unknown[]) => Promise<unknown>
    post(port, { call, answer: await run(...args) })
  } catch (error) {
    post(port, { call, error: toPlainError(error) })
  }
  if (method === 'close') port.close()
}

/**
 * Opens the ledger and answers calls until it is closed. `others` are for measurements and tests: a node's thread gives none.
 */
export async function serveLedger(
  port: MessagePort,
  data: ThreadData,
  others: Pick<LedgerOptions, 'rulesOf'> = {},
): Promise<void> {
  let ledger: Ledger
  try {
    ledger = await open(data, others)
  } catch (error) {
    post(port, { openFailed: toPlainError(error) })
    port.close()
    return
  }
  port.on('message', (message: CallMessage) => void answer(port, ledger, message))
  const { genesis, ledgerId, origin } = ledger
  post(port, { opened: { genesis, ledgerId, origin } })
}
