// A ledger thread that dies, as by a fault of the store's native code, at the second commit it is asked for: it ends
// at once, or, where its folder's name says `throw`, by an error that nobody catches.
import { parentPort, workerData } from 'node:worker_threads'

let commits = 0
parentPort.on('message', ({ method }) => {
  if (method !== 'commit' || ++commits < 2) return
  if (workerData.dir.endsWith('throw')) throw new Error('a fault in native code')
  process.exit(7)
})
await import('../../../dist/ledger/thread.js')
