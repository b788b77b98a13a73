/**
 * A ledger thread whose rules accept everything and write nothing: for the row that tells what rules and state cost.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { createRegistry, rulesOf } from '../../dist/domain/index.js'
import { serveLedger } from '../../dist/ledger/thread-serve.js'

const withoutRules = (modules) =>
  modules.map((module) => {
    const verbs = Object.entries(module.verbs).map(([name, verb]) => [
      name,
      { ...verb, rule: () => undefined },
    ])
    return { ...module, verbs: Object.fromEntries(verbs) }
  })

const lawless = new Map()
await serveLedger(parentPort, workerData, {
  rulesOf(version) {
    if (!lawless.has(version)) lawless.set(version, createRegistry(withoutRules(rulesOf(version).modules)))
    return lawless.get(version)
  },
})
