/**
 * How many signed transactions a second does one node take over HTTP, each verified, executed and committed with a
 * synced write before it is answered; how does that compare with bare signature checks of node:crypto on as many cores;
 * and where does the time go? Node and client are processes of their own; requests are signed before time is taken. All
 * cases run in turns, the reference among them. The same requests go to every node: copies of one data folder.
 */
import { strict as assert } from 'node:assert'
import { fork } from 'node:child_process'
import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import {
  closeSync,
  cpSync,
  existsSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { concatBytes, fromHex, systemClock, toHex } from '../dist/base/index.js'
import { initData, keyPath } from '../dist/host/index.js'
import { loadKernel } from '../dist/kernel/index.js'
import { planConsortium } from '../dist/node/index.js'
import { encodeBatch, encodeBody, ledgerIdOf, signingInput } from '../dist/protocol/index.js'
import { compare, isMain, ratioOf, readOptions, report } from './harness.mjs'
import { createRequestFile } from './load/requests.mjs'

const PLAN = {
  name: 'bench.medseal.example',
  node: 'hospital',
  members: [{ id: 'hospital', roles: ['hospital'] }],
}
const SUBJECTS = 256
const BATCH = 4_096
/** Transactions in a request of the latency test. */
const PACED = 64
const MSGPACK = 'application/vnd.msgpack'
/** Where files lie in memory and a sync costs nothing. */
const MEMORY_FOLDER = '/dev/shm'

const WHOLE = 'the whole node, 4,096 a request'
const REFERENCE = 'node:crypto, single checks, one core'
const MATCH = 'node:crypto on every core'

/** Starts a process of `bench/load` and talks to it: one question, one answer. */
async function start(script, args) {
  const child = fork(fileURLToPath(new URL(`load/${script}`, import.meta.url)), args)
  let died = () => {}
  child.once('exit', (code) => died(new Error(`${script} ended with ${code}`)))
  const next = () =>
    new Promise((resolve, reject) => {
      died = reject
      child.once('message', (message) =>
        message.error === undefined ? resolve(message) : reject(new Error(message.error)),
      )
    })
  const ask = (message) => {
    const answer = next()
    child.send(message)
    return answer
  }
  const stop = async () => {
    child.removeAllListeners('exit')
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.disconnect()
    await exited
  }
  return { ask, next, stop, child }
}

/** A node on a copy of the data folder, with its client. `off` is what is left out. */
async function startNode(data, folder, off) {
  const place = off === 'disk' ? mkdtempSync(join(MEMORY_FOLDER, 'medseal-bench-')) : folder
  const own = join(place, `node-${off}`)
  cpSync(data, own, { recursive: true })
  const node = await start('node.mjs', [own, off])
  const { url } = await node.next()
  const client = off === 'http' ? undefined : await start('client.mjs', [url])
  return {
    client,
    node,
    url,
    sender: client ?? node,
    async stop() {
      await client?.stop()
      await node.ask({ close: true })
      await new Promise((resolve) => node.child.once('exit', resolve))
      rmSync(place === folder ? own : place, { recursive: true, force: true })
    },
  }
}

/**
 * Signs transactions of one hospital, each to expire ten minutes after the second in which the SDK would have made it.
 */
function createAuthor(data, kernel) {
  const key = createPrivateKey(readFileSync(keyPath(data, 'hospital')))
  const genesis = readFileSync(join(data, 'genesis.json'))
  const publicKey = fromHex(JSON.parse(genesis).members[0].key)
  const ledgerId = ledgerIdOf(kernel, genesis)
  const subjects = Array.from({ length: SUBJECTS }, () => randomBytes(32).toString('hex'))
  const first = systemClock.nowSeconds() + 3_600
  let count = 0
  const make = (type, payload) => {
    const expires = first + Math.floor(count / 20_000)
    const body = encodeBody({ expires, nonce: randomBytes(16).toString('hex'), payload, type })
    const signature = sign(null, signingInput(ledgerId, publicKey, body), key)
    return { publicKey, signature, body, entry: concatBytes(Uint8Array.of(1), publicKey, signature, body) }
  }
  return {
    enrolments: () => subjects.map((subject) => make('identity.enrol-subject', { subject })),
    anchors: (length) =>
      Array.from({ length }, () =>
        make('record.anchor', {
          recordId: `r${String(++count).padStart(9, '0')}`,
          subject: subjects[(count * 7_919) % SUBJECTS],
          kind: 'Observation',
          contentHash: toHex(randomBytes(32)),
          encounterAt: systemClock.nowSeconds(),
        }),
      ),
  }
}

const encodeJson = ({ publicKey, signature, body }) =>
  Buffer.from(
    JSON.stringify({
      publicKey: toHex(publicKey),
      signature: toHex(signature),
      body: Buffer.from(body).toString('base64'),
    }),
  )

/** Signs all requests into one file: what ranges of it are for is noted as it grows. */
function signRequests(path, author, plan) {
  const file = createRequestFile(path)
  let count = 0
  const add = (requests) => {
    for (const request of requests) file.add(request)
    count += requests.length
    return [count - requests.length, count]
  }
  const batches = (length, size) => Array.from({ length }, () => encodeBatch(author.anchors(size)))
  const ranges = {
    enrolments: add([encodeBatch(author.enrolments())]),
    full: add(batches(plan.fullRequests * (plan.rounds + 1), BATCH)),
    small: add(batches(plan.smallRequests * (plan.rounds + 1), 256)),
    json: add(author.anchors(plan.jsonRequests * (plan.rounds + 1)).map(encodeJson)),
    paced: add(batches(plan.pacedRequests, PACED)),
    lone: add(author.anchors(plan.loneRequests).map(encodeJson)),
  }
  file.close()
  return ranges
}

/** A case that sends the next requests of a range at each run; `totals` sums what the client used. */
function createCase(name, { sender }, [first], { requests, size, atOnce, type = MSGPACK }) {
  let next = first
  const totals = { count: 0, clientMicros: 0, ms: 0 }
  return {
    name,
    work: requests * size,
    totals,
    async run() {
      const send = { from: next, to: (next += requests), atOnce, type, accepted: size }
      const { cpuMicros, ms = 0 } = await sender.ask({ send })
      totals.count += requests * size
      totals.clientMicros += cpuMicros
      totals.ms += ms
    },
  }
}

/** Single checks of node:crypto on this thread, keys prepared. */
function createReference() {
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), randomBytes(32)]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = createPublicKey(key)
  const messages = Array.from({ length: 4_096 }, () => randomBytes(200))
  const signatures = messages.map((message) => sign(null, message, key))
  const run = () => {
    for (const [i, message] of messages.entries()) assert(verify(null, message, publicKey, signatures[i]))
  }
  return { name: REFERENCE, work: messages.length, run }
}

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]

function describeLatencies(name, latencies) {
  const sorted = [...latencies].sort((a, b) => a - b)
  return { name, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), samples: sorted.length }
}

/** What one small synced write costs on the disk that the node writes to. */
function measureSyncs(folder, count) {
  const file = openSync(join(folder, 'sync-probe'), 'w')
  const page = randomBytes(4_096)
  const times = Array.from({ length: count }, () => {
    const startMs = performance.now()
    writeSync(file, page)
    fdatasyncSync(file)
    return performance.now() - startMs
  })
  closeSync(file)
  return describeLatencies('the disk alone: 4 KiB written and synced', times)
}

async function measureLatencies({ client }, ranges, rate, folder) {
  const everyMs = (1_000 * PACED) / (rate / 2)
  const half = await client.ask({
    pace: { from: ranges.paced[0], to: ranges.paced[1], everyMs, type: MSGPACK, accepted: PACED },
  })
  const lone = await client.ask({
    pace: { from: ranges.lone[0], to: ranges.lone[1], everyMs: 50, type: 'application/json', accepted: 1 },
  })
  return [
    describeLatencies(`half that load, ${PACED} a request, at a steady pace`, half.latencies),
    describeLatencies('one transaction, the node idle', lone.latencies),
    measureSyncs(folder, ranges.lone[1] - ranges.lone[0]),
  ]
}

const latencyTable = (rows) =>
  [
    '| from submission to `committed` | p50 ms | p99 ms | samples |',
    '| --- | --- | --- | --- |',
    ...rows.map(
      ({ name, p50Ms, p99Ms, samples }) =>
        `| ${name} | ${p50Ms.toFixed(2)} | ${p99Ms.toFixed(2)} | ${samples} |`,
    ),
  ].join('\n')

/** Every figure here is of accepted transactions; this shows that the others are not. */
async function assertCorrect(url, author) {
  const [good, bad] = author.anchors(2)
  const forged = Uint8Array.from(bad.entry)
  forged[40] ^= 1
  const response = await fetch(`${url}/v1/transactions?wait=committed`, {
    method: 'POST',
    headers: { 'content-type': MSGPACK },
    body: encodeBatch([{ entry: forged }, { entry: good.entry }]),
  })
  const statuses = (await response.json()).map(({ status, code }) => code ?? status)
  assert.deepEqual(statuses, ['signature.invalid', 'accepted'])
}

/** The row that the whole node has to beat: the reference on every core, if it scaled without loss. */
function matchRow({ median, fastest, slowest, samples, rounds }) {
  const cores = availableParallelism()
  const [all, best, worst] = [median, fastest, slowest].map((rate) => cores * rate)
  return {
    name: MATCH,
    median: all,
    fastest: best,
    slowest: worst,
    samples,
    rounds: rounds.map((rate) => cores * rate),
  }
}

async function runCases(nodes, ranges, plan) {
  const full = { requests: plan.fullRequests, size: BATCH, atOnce: 4 }
  const ablation = (name, off) =>
    nodes[off] === undefined ? [] : [createCase(name, nodes[off], ranges.full, full)]
  const whole = createCase(WHOLE, nodes.nothing, ranges.full, full)
  const cases = [
    whole,
    createReference(),
    ...ablation('HTTP off: submitted in process', 'http'),
    ...ablation('verification off', 'verification'),
    ...ablation('rules off: no state either', 'rules'),
    ...ablation('disk and sync off: files in memory', 'disk'),
    createCase('256 a request, 8 at once', nodes.nothing, ranges.small, {
      requests: plan.smallRequests,
      size: 256,
      atOnce: 8,
    }),
    createCase('JSON, one a request, 64 at once', nodes.nothing, ranges.json, {
      requests: plan.jsonRequests,
      size: 1,
      atOnce: 64,
      type: 'application/json',
    }),
  ]
  const rows = await compare(cases, plan.rounds)
  return { rows, whole }
}

/** µs of the node's processor time a transaction, all threads together, over one more round. */
async function measureNodeCpu({ node }, whole) {
  const before = (await node.ask({})).cpuMicros
  await whole.run()
  return ((await node.ask({})).cpuMicros - before) / whole.work
}

export default async function run({ smoke }) {
  const plan = smoke
    ? { rounds: 1, fullRequests: 2, smallRequests: 4, jsonRequests: 64, pacedRequests: 20, loneRequests: 5 }
    : {
        rounds: 7,
        // Two seconds of load: in half of that, filling and emptying the pipeline would be a tenth of it.
        fullRequests: 16,
        smallRequests: 64,
        jsonRequests: 1_024,
        pacedRequests: 600,
        loneRequests: 100,
      }
  const folder = mkdtempSync(join(tmpdir(), 'medseal-bench-'))
  const data = join(folder, 'data')
  const kernel = await loadKernel()
  initData(kernel, data, planConsortium(PLAN, systemClock))
  const author = createAuthor(data, kernel)
  const requests = join(folder, 'requests')
  // One round more than is compared: in it the node's processor time is taken.
  const ranges = signRequests(requests, author, { ...plan, rounds: plan.rounds + 1 })
  const allParts = [
    'nothing',
    'http',
    'verification',
    'rules',
    ...(existsSync(MEMORY_FOLDER) ? ['disk'] : []),
  ]
  // A node each takes seconds to fill: smoke makes do with one of those that have something off.
  const parts = smoke ? ['nothing', 'rules'] : allParts
  const nodes = {}
  try {
    for (const off of parts) {
      nodes[off] = await startNode(data, folder, off)
      await nodes[off].sender.ask({ load: requests })
      const [from, to] = ranges.enrolments
      await nodes[off].sender.ask({ send: { from, to, atOnce: 1, type: MSGPACK, accepted: SUBJECTS } })
    }
    await assertCorrect(nodes.nothing.url, author)
    const { rows, whole } = await runCases(nodes, ranges, plan)
    const { clientMicros, count, ms } = whole.totals
    const nodeMicros = await measureNodeCpu(nodes.nothing, whole)
    const [first, reference] = rows
    const match = matchRow(reference)
    const latencies = await measureLatencies(nodes.nothing, ranges, first.median, folder)
    const ratio = ratioOf(first, match)
    const clientShare = (100 * clientMicros) / (1_000 * ms * availableParallelism())
    report(
      {
        name: 'http',
        question: 'How many signed transactions a second does one node take over HTTP, committed and synced?',
        parts: [
          {
            title: 'record.anchor, accepted; client and node share the machine',
            unit: 'transactions/s',
            reference: MATCH,
            rows: [first, reference, match, ...rows.slice(2)],
          },
        ],
        figures: { ratio, nodeMicros, clientMicros: clientMicros / count, latencies },
        notes: [
          `**Ratio**: the whole node takes ${ratio.toFixed(2)} times as many transactions a second as ` +
            `node:crypto makes single checks on all ${availableParallelism()} cores (one core's rate, ` +
            'measured in the same run, times the cores).',
          `A transaction takes ${nodeMicros.toFixed(0)} µs of the node's processor time, all threads ` +
            `together, and ${(clientMicros / count).toFixed(1)} µs of the client's: ` +
            `${clientShare.toFixed(1)}% of the machine.`,
          latencyTable(latencies),
          'Every request waits until its transactions are in a committed, synced block. Rows with ' +
            'something off are copies of the node with that part replaced, by parts injected in ' +
            '`bench/load`; no configuration of a node leads there.',
        ],
      },
      { smoke },
    )
  } finally {
    for (const node of Object.values(nodes)) await node.stop().catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  }
}

if (isMain(import.meta.url)) await run(readOptions())
