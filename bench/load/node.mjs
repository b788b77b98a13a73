/**
 * A node in a process of its own: `node.mjs <data folder> <what is left out>`. `verification` believes every signature,
 * `rules` runs none, `http` has the requests submitted in this very process. The switches are here and nowhere in the
 * product: parts are injected. Told over IPC `{ load }` and `{ send }` as the client is, it does the same without HTTP.
 */
import { startServer } from '../../dist/api/index.js'
import { loadConfig } from '../../dist/host/index.js'
import { openLedgerThread } from '../../dist/ledger/index.js'
import { openNode } from '../../dist/node/index.js'
import { decodeBatch } from '../../dist/protocol/index.js'
import { readRequests, runAtOnce } from './requests.mjs'
import { createTrustingEngine } from './trusting-engine.mjs'

const [, , data, off] = process.argv
const threadUrl = new URL('lawless-ledger.mjs', import.meta.url)
const makers = {
  ...(off === 'verification' && { createEngine: createTrustingEngine }),
  ...(off === 'rules' && { openLedger: (options) => openLedgerThread({ ...options, threadUrl }) }),
}
const config = loadConfig({ flags: { data, port: '0', logLevel: 'error' } })
const server = await startServer(config, {
  open: (...[given, options]) => openNode(given, { ...options, makers }),
})
let requests = []

async function submit(bytes, accepted) {
  const results = await server.node.submit(decodeBatch(bytes), 'committed')
  const found = results.filter(({ status }) => status === 'accepted').length
  if (found !== accepted) throw new Error(`${found} accepted: ${JSON.stringify(results.slice(0, 2))}`)
}

process.on('message', async (message) => {
  try {
    if (message.load !== undefined) requests = readRequests(message.load)
    const { send } = message
    if (send !== undefined) {
      await runAtOnce(send.from, send.to, send.atOnce, (i) => submit(requests[i], send.accepted))
    }
    const { user, system } = process.cpuUsage()
    process.send({ cpuMicros: user + system })
    if (message.close) {
      await server.close()
      process.disconnect()
    }
  } catch (error) {
    process.send({ error: String(error) })
  }
})
process.send({ url: server.url })
