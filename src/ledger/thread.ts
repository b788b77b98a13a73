/**
 * The ledger thread: LMDB, executor and proofs behind messages. Calls are answered in the order in which they came;
 * an error that no call explains ends the thread, and its callers get `ledger.halted`.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/index.ts'
import { loadKernel } from '../kernel/index.ts'
import { openLedger } from './ledger.ts'
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

async function open({ dir, genesisBytes, create, kernelModule }: ThreadData): Promise<Ledger> {
  const kernel = await loadKernel(kernelModule === undefined ? {} : { module: kernelModule })
  const store = openLmdbStore(dir)
  try {
    return await openLedger({ store, genesisBytes, kernel, create })
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

async function serve(port: MessagePort, data: ThreadData): Promise<void> {
  let ledger: Ledger
  try {
    ledger = await open(data)
  } catch (error) {
    post(port, { openFailed: toPlainError(error) })
    port.close()
    return
  }
  port.on('message', (message: CallMessage) => void answer(port, ledger, message))
  const { genesis, ledgerId, origin } = ledger
  post(port, { opened: { genesis, ledgerId, origin } })
}

assert(parentPort !== null, 'this file runs as a worker thread')
await serve(parentPort, workerData as ThreadData)
