/**
 * A load generator in a process of its own, told over IPC what to send: `{ load: file }`, then `{ send: { from, to,
 * atOnce, type } }` or `{ pace: { from, to, everyMs, type } }`. It answers with milliseconds and its own processor
 * time; a request that is not answered with as many accepted transactions as the case says ends it.
 */
import http from 'node:http'
import { readRequests, runAtOnce } from './requests.mjs'

const url = process.argv[2]
const agent = new http.Agent({ keepAlive: true })
let requests = []

/** Sends one request and waits until its transactions are committed; `accepted` is how many must be. */
function post(body, type, accepted) {
  const headers = { 'content-type': type, 'content-length': body.length }
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${url}/v1/transactions?wait=committed`,
      { method: 'POST', agent, headers },
      (response) => {
        const parts = []
        response.on('data', (part) => parts.push(part))
        response.on('end', () => {
          const answer = Buffer.concat(parts)
          if (response.statusCode !== 200 || countAccepted(answer) !== accepted) {
            reject(new Error(`${response.statusCode}: ${answer.subarray(0, 300)}`))
          } else resolve()
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** Counted, not parsed: a client that does more would be measured with the node. */
function countAccepted(answer) {
  let count = 0
  for (let at = answer.indexOf('"accepted"'); at >= 0; at = answer.indexOf('"accepted"', at + 10)) count++
  return count
}

/** Sends requests at a steady pace, however long the answers take; latencies count from when each was due. */
async function pace({ from, to, everyMs, type, accepted }) {
  const startMs = performance.now()
  const sent = []
  for (let i = from; i < to; i++) {
    const dueMs = startMs + (i - from) * everyMs
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    sent.push(post(requests[i], type, accepted).then(() => performance.now() - dueMs))
  }
  return Promise.all(sent)
}

async function answer(message) {
  if (message.load !== undefined) requests = readRequests(message.load)
  if (message.pace !== undefined) return { latencies: await pace(message.pace) }
  if (message.send === undefined) return {}
  const { from, to, atOnce, type, accepted } = message.send
  const [before, startMs] = [process.cpuUsage(), performance.now()]
  await runAtOnce(from, to, atOnce, (i) => post(requests[i], type, accepted))
  const { user, system } = process.cpuUsage(before)
  return { ms: performance.now() - startMs, cpuMicros: user + system }
}

process.on('message', async (message) => {
  try {
    process.send(await answer(message))
  } catch (error) {
    process.send({ error: String(error) })
  }
})
