/** The ledger thread of a node: see `thread-serve.ts`. */
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../base/index.ts'
import type { ThreadData } from './thread-messages.ts'
import { serveLedger } from './thread-serve.ts'

assert(parentPort !== null, 'this file runs as a worker thread')
await serveLedger(parentPort, workerData as ThreadData)
