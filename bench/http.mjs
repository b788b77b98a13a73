/**
 * How many signed transactions a second does one node take over HTTP, each verified twice, executed and committed with a
 * synced write before it is answered? The node runs in a process of its own, the client that sends ready-signed
 * `record.anchor` transactions in this one; both share the machine.
 */
import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startServer } from '../dist/api/index.js'
import { concatBytes, fromHex, systemClock, toHex } from '../dist/base/index.js'
import { loadKernel } from '../dist/kernel/index.js'
import { initData, keyPath, loadConfig, planConsortium } from '../dist/node/index.js'
import {
  encodeBatch,
  encodeBody,
  encodePrivatePart,
  ledgerIdOf,
  signingInput,
} from '../dist/protocol/index.js'
import { compare, isMain, readOptions, report } from './harness.mjs'

const PLAN = {
  name: 'bench.medseal.example',
  node: 'hospital',
  members: [{ id: 'hospital', roles: ['hospital'] }],
}
const SUBJECTS = 256
const SERVE = '--serve'

/** Started as a process of its own: serves a folder until told to stop. */
async function serve(data) {
  const config = loadConfig({ flags: { data, port: '0', logLevel: 'error' } })
  const server = await startServer(config)
  process.once('SIGTERM', () => server.close())
  process.stdout.write(`${server.url}\n`)
}

async function startNode(data) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), SERVE, data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the node ended with ${code}`)))
    child.stdout.once('data', (text) => resolve(String(text).trim()))
  })
  const stop = () =>
    new Promise((resolve) => {
      child.removeAllListeners('exit')
      child.once('exit', resolve)
      child.kill('SIGTERM')
    })
  return { url, stop }
}

/** Signs transactions of one hospital. */
function createAuthor(data, kernel) {
  const pem = readFileSync(keyPath(data, 'hospital'))
  const key = createPrivateKey(pem)
  const publicKey = fromHex(JSON.parse(readFileSync(join(data, 'genesis.json'), 'utf8')).members[0].key)
  const ledgerId = ledgerIdOf(kernel, readFileSync(join(data, 'genesis.json')))
  const subjects = Array.from({ length: SUBJECTS }, () => randomBytes(32).toString('hex'))
  const expires = systemClock.nowSeconds() + 3_600
  const make = (type, payload) => {
    const body = encodeBody({ expires, nonce: randomBytes(16).toString('hex'), payload, type })
    const signature = sign(null, signingInput(ledgerId, publicKey, body), key)
    return { publicKey, signature, body, entry: concatBytes(Uint8Array.of(1), publicKey, signature, body) }
  }
  let count = 0
  return {
    enrolments: () => subjects.map((subject) => make('identity.enrol-subject', { subject })),
    anchors: (length) =>
      Array.from({ length }, () =>
        make('record.anchor', {
          recordId: `r${++count}`,
          subject: subjects[count % SUBJECTS],
          kind: 'Observation',
          contentHash: toHex(randomBytes(32)),
          encounterAt: systemClock.nowSeconds(),
        }),
      ),
  }
}

async function post(url, contentType, body) {
  const response = await fetch(`${url}/v1/transactions?wait=committed`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
  })
  const results = await response.json()
  assert.equal(response.status, 200, JSON.stringify(results).slice(0, 200))
  for (const { status, code } of results) assert.equal(status, 'accepted', code)
}

/** Runs `tasks`, at most `atOnce` at a time. */
async function runAtOnce(tasks, atOnce) {
  let next = 0
  const lane = async () => {
    while (next < tasks.length) await tasks[next++]()
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

/** A case of `work` transactions in requests of `batch`. Requests are signed and encoded before time is taken. */
function createCase(url, author, { name, work, batch, atOnce, rounds }) {
  const takeRound = () => {
    const items = author.anchors(work)
    if (batch === 0) {
      return items.map(({ publicKey, signature, body }) => {
        const text = JSON.stringify({
          publicKey: toHex(publicKey),
          signature: toHex(signature),
          body: Buffer.from(body).toString('base64'),
        })
        return () => post(url, 'application/json', text)
      })
    }
    return Array.from({ length: work / batch }, (_, i) => {
      const bytes = encodeBatch(items.slice(i * batch, (i + 1) * batch))
      return () => post(url, 'application/vnd.msgpack', bytes)
    })
  }
  const ready = Array.from({ length: rounds + 1 }, takeRound)
  return { name, work, run: () => runAtOnce(ready.pop(), atOnce) }
}

/** CPU seconds that the node's process has used, all threads together. */
async function readCpuSeconds(url) {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_cpu_seconds_total ([0-9.e-]+)$/m.exec(text)[1])
}

/** Microseconds of the node's CPU a transaction: a figure that a busy machine disturbs less than the clock does. */
async function measureCpu(url, author, spec) {
  const { work, run } = createCase(url, author, { ...spec, rounds: 0 })
  const before = await readCpuSeconds(url)
  await run()
  return (1e6 * ((await readCpuSeconds(url)) - before)) / work
}

/** Every figure here is of accepted transactions; this shows that the others are not. */
async function assertCorrect(url, author) {
  await post(url, 'application/vnd.msgpack', encodeBatch(author.enrolments()))
  const [good, bad] = author.anchors(2)
  const forged = Uint8Array.from(bad.entry)
  forged[40] ^= 1
  const response = await fetch(`${url}/v1/transactions?wait=committed`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.msgpack' },
    body: encodeBatch([
      { entry: forged },
      { entry: good.entry },
      { entry: good.entry, privatePart: encodePrivatePart(new Uint8Array(32), {}) },
    ]),
  })
  const statuses = (await response.json()).map(({ status, code }) => code ?? status)
  assert.deepEqual(statuses.slice(0, 2), ['signature.invalid', 'accepted'])
}

export default async function run({ smoke }) {
  const folder = mkdtempSync(join(tmpdir(), 'medseal-bench-'))
  const data = join(folder, 'data')
  const kernel = await loadKernel()
  initData(kernel, data, planConsortium(PLAN, systemClock))
  const author = createAuthor(data, kernel)
  const node = await startNode(data)
  try {
    await assertCorrect(node.url, author)
    const rounds = smoke ? 1 : 7
    const work = smoke ? 4_096 : 16_384
    const specs = [
      { name: 'MessagePack, 4,096 a request, 2 at once', work, batch: 4_096, atOnce: 2, rounds },
      { name: 'MessagePack, 4,096 a request, 1 at once', work, batch: 4_096, atOnce: 1, rounds },
      { name: 'MessagePack, 256 a request, 8 at once', work, batch: 256, atOnce: 8, rounds },
      { name: 'JSON, one a request, 64 at once', work: work / 16, batch: 0, atOnce: 64, rounds },
      { name: 'JSON, one a request, 1 at once', work: work / 256, batch: 0, atOnce: 1, rounds },
    ]
    const rows = await compare(
      specs.map((spec) => createCase(node.url, author, spec)),
      rounds,
    )
    const cpu = await measureCpu(node.url, author, specs[0])
    report(
      {
        name: 'http',
        question: 'How many signed transactions a second does one node take over HTTP, committed and synced?',
        parts: [
          {
            title: 'record.anchor, accepted; client and node share the machine',
            unit: 'transactions/s',
            reference: 'MessagePack, 4,096 a request, 1 at once',
            rows,
          },
        ],
        notes: [
          'Every request waits until its transactions are in a committed, synced block.',
          `In batches of 4,096 a transaction takes ${cpu.toFixed(0)} µs of the node's CPU, all threads together.`,
        ],
      },
      { smoke },
    )
  } finally {
    await node.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (isMain(import.meta.url)) {
  const at = process.argv.indexOf(SERVE)
  await (at < 0 ? run(readOptions()) : serve(process.argv[at + 1]))
}
