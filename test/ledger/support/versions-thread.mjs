// A ledger thread of a build that knows the tests' rules version too.
import { parentPort, workerData } from 'node:worker_threads'
import { createVersions, RELEASED } from '../../../dist/domain/index.js'
import { serveLedger } from '../../../dist/ledger/thread-serve.js'
import { testVersionAfter } from './test-version.mjs'

const { rulesOf } = createVersions([...RELEASED, testVersionAfter(RELEASED)])
await serveLedger(parentPort, workerData, { rulesOf })
