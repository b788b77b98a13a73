/**
 * One client that asks for what costs most, in a process of its own and from an address of its own: `attacker.mjs <url>
 * <address>`, told over IPC `{ attack, seconds }`. It answers with how many requests were answered, refused for the
 * client's own part (429, 413, 503) and cut.
 */
import http from 'node:http'
import { connect } from 'node:net'

const [, , url, localAddress] = process.argv
const { hostname, port } = new URL(url)

/** Asks once; the status, or 0 where the connection was cut. */
function ask(agent, { method = 'GET', path, headers = {}, body = '' }) {
  return new Promise((resolve) => {
    const all = { ...headers, 'content-length': Buffer.byteLength(body) }
    const request = http.request(
      { hostname, port, localAddress, agent, method, path, headers: all },
      (response) =>
        response
          .on('end', () => resolve(response.statusCode))
          .on('error', () => resolve(0))
          .resume(),
    )
    request.on('error', () => resolve(0)).end(body)
  })
}

const counts = { answered: 0, refused: 0, cut: 0 }
function count(status) {
  if (status === 0) counts.cut += 1
  else if ([413, 429, 503].includes(status)) counts.refused += 1
  else counts.answered += 1
}

/** Keeps `atOnce` requests under way; the next of `requests` each time. */
async function repeat({ requests, atOnce }, untilMs) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce })
  let next = 0
  const worker = async () => {
    while (performance.now() < untilMs) {
      const status = await ask(agent, requests[next++ % requests.length])
      count(status)
      // Who is refused goes on asking, and does not spin.
      if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  agent.destroy()
}

/** Opens sockets, writes `text` and leaves them; what is cut is opened again. */
async function hold({ sockets, text }, untilMs) {
  const open = new Set()
  while (performance.now() < untilMs) {
    while (open.size < sockets && performance.now() < untilMs) {
      const socket = connect({ host: hostname, port: Number(port), localAddress })
      open.add(socket)
      socket
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(socket)
          count(0)
        })
      socket.write(text)
      if (open.size % 64 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  counts.answered += open.size
  for (const socket of open) socket.destroy()
}

process.on('message', async ({ attack, seconds }) => {
  Object.assign(counts, { answered: 0, refused: 0, cut: 0 })
  const untilMs = performance.now() + 1_000 * seconds
  await (attack.sockets === undefined ? repeat(attack, untilMs) : hold(attack, untilMs))
  process.send({ ...counts })
})
process.send({})
