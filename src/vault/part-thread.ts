/** The vault's thread: the part store behind messages, so that its synced writes hold up nobody else. */
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/index.ts'
import { answerCalls } from '../threads/index.ts'
import { openPartStore } from './part-store.ts'
import { type PartMethods, type PartThreadData, unpackParts } from './part-thread-messages.ts'

assert(parentPort !== null, 'this file runs as a worker thread')
await answerCalls(parentPort, async () => {
  const store = openPartStore((workerData as PartThreadData).folder)
  const methods: PartMethods = { ...store, keep: (packed) => store.keep(unpackParts(packed)) }
  return { methods }
})
