/** The vault's thread: the part store behind messages, so that its synced writes hold up nobody else. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/index.ts'
import { openPartStore } from './part-store.ts'
import {
  failureOf,
  type PackedParts,
  type PartCall,
  type PartReply,
  unpackParts,
} from './part-thread-messages.ts'
import type { PartStore } from './types.ts'

function run(store: PartStore, { method, args }: PartCall): Promise<unknown> {
  if (method === 'keep') return store.keep(unpackParts(args[0] as PackedParts))
  return (store[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args)
}

async function answer(port: MessagePort, store: PartStore, call: PartCall): Promise<void> {
  const reply: PartReply = await run(store, call).then(
    (result) => ({ call: call.call, answer: result }),
    (error: unknown) => failureOf(call.call, error),
  )
  port.postMessage(reply)
  if (call.method === 'close') port.close()
}

assert(parentPort !== null, 'this file runs as a worker thread')
const port = parentPort
const store = openPartStore((workerData as { readonly folder: string }).folder)
port.on('message', (call: PartCall) => void answer(port, store, call))
port.postMessage({ opened: true } satisfies PartReply)
