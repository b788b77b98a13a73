/**
 * What does the dearest thing that one client may ask for cost the node, and does another client notice? One attack
 * after another against one node with a filled log, from a process and an address of their own, for some seconds each;
 * meanwhile a second client pings: a read through the ledger thread, one at a time. Before each attack the same ping is
 * taken in quiet. The node's processor time is that of all its threads.
 */
import { strict as assert } from 'node:assert'
import { fork } from 'node:child_process'
import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { concatBytes, systemClock, toHex } from '../dist/base/index.js'
import { generateSigningKey, signingKeyFromPem, signingKeyToPem, signToken } from '../dist/client/index.js'
import { addWitnessLog, initWitness } from '../dist/finality/index.js'
import { initData, keyPath } from '../dist/host/index.js'
import { loadKernel } from '../dist/kernel/index.js'
import { planConsortium } from '../dist/node/index.js'
import { encodeBatch, encodeBody, ledgerIdOf, parseVkey, signingInput } from '../dist/protocol/index.js'
import { describeMachine, isMain, readOptions, writeResults } from './harness.mjs'

const PLAN = {
  name: 'bench.medseal.example',
  node: 'hospital',
  members: [{ id: 'hospital', roles: ['hospital'] }],
  actors: [
    { id: 'hospital:patient', role: 'patient' },
    { id: 'hospital:desk', role: 'employee' },
  ],
}
const PATIENT = 'hospital:patient'
/** Whose reads are the pings. */
const DESK = 'hospital:desk'
const BATCH = 4_096
const MSGPACK = { 'content-type': 'application/vnd.msgpack' }
const [ATTACKER, SECOND] = ['127.0.0.66', '127.0.0.9']

function start(script, args) {
  const child = fork(fileURLToPath(new URL(`load/${script}`, import.meta.url)), args, {
    serialization: 'advanced',
  })
  const next = () =>
    new Promise((resolve, reject) => {
      const failed = (code) => reject(new Error(`${script} ended with ${code}`))
      child.once('exit', failed)
      child.once('message', (message) => {
        child.off('exit', failed)
        resolve(message)
      })
    })
  const ask = (message) => {
    const answer = next()
    child.send(message)
    return answer
  }
  return { child, next, ask }
}

/** Makes a log of `count` transactions of a hospital about others than the patient that attacks. */
async function fill(url, data, kernel, count) {
  const key = createPrivateKey(readFileSync(keyPath(data, 'hospital')))
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32))
  const ledgerId = ledgerIdOf(kernel, readFileSync(join(data, 'genesis.json')))
  const make = (type, payload) => {
    const nonce = randomBytes(16).toString('hex')
    const body = encodeBody({ expires: systemClock.nowSeconds() + 600, nonce, payload, type })
    const signature = sign(null, signingInput(ledgerId, publicKey, body), key)
    return { entry: concatBytes(Uint8Array.of(1), publicKey, signature, body) }
  }
  const send = async (items) => {
    const request = { method: 'POST', headers: MSGPACK, body: encodeBatch(items) }
    const answers = await (await fetch(`${url}/v1/transactions?wait=committed`, request)).json()
    assert(
      answers.every(({ status }) => status === 'accepted'),
      JSON.stringify(answers[0]),
    )
    return answers
  }
  const subjects = Array.from({ length: 64 }, () => toHex(randomBytes(32)))
  const own = toHex(randomBytes(32))
  const first = await send([
    make('identity.enrol-subject', { subject: own, patient: PATIENT }),
    ...subjects.map((subject) => make('identity.enrol-subject', { subject })),
  ])
  const anchor = (i) =>
    make('record.anchor', {
      recordId: `r${i}`,
      subject: i % 512 === 0 ? own : subjects[i % 64],
      kind: 'Observation',
      contentHash: toHex(randomBytes(32)),
      encounterAt: systemClock.nowSeconds(),
    })
  for (let i = 0; i < count; i += BATCH) {
    await send(Array.from({ length: Math.min(BATCH, count - i) }, (_, k) => anchor(i + k)))
  }
  const forged = Array.from({ length: 256 }, (_, i) => {
    const { entry } = anchor(count + i)
    entry[40] ^= 1
    return { entry }
  })
  return { own, other: subjects[1], transaction: first[0].id, forged: encodeBatch(forged) }
}

const tokenOf = (actor, key, node, url) =>
  signToken(key, { actor, origin: node.origin, node: node.node, url })

/** What is asked, dearest first as found by trying; each has a name as an operator would call it. */
async function listAttacks({ url, node, keys, filled }) {
  const { own, other, transaction, forged } = filled
  const patient = { authorization: `Bearer ${await tokenOf(PATIENT, keys.patient, node, url)}` }
  const staff = { authorization: `Bearer ${await tokenOf('hospital', keys.hospital, node, url)}` }
  const note = await (await fetch(`${url}/checkpoint`)).text()
  const size = note.split('\n')[1]
  const json = { 'content-type': 'application/json' }
  const post = (path, body, headers) => ({ method: 'POST', path, body, headers })
  const get = (path, headers = {}) => ({ path, headers })
  return [
    ['a patient reads its whole past, 16 streams', { sockets: 16, text: streamText(patient) }],
    [
      'lists of 200, page by page',
      {
        atOnce: 16,
        requests: [
          get(`/v1/record/records?subject=${other}&limit=200`, staff),
          get(`/v1/record/records?subject=${own}&limit=200`, patient),
        ],
      },
    ],
    ['receipts', { atOnce: 16, requests: [get(`/v1/transactions/${transaction}/receipt`, patient)] }],
    ['256 forged signatures a request', { atOnce: 8, requests: [post('/v1/transactions', forged, MSGPACK)] }],
    [
      'tokens with a wrong signature',
      {
        atOnce: 16,
        requests: [
          get('/v1/governance/settings', { authorization: `${patient.authorization.slice(0, -4)}AAAA` }),
        ],
      },
    ],
    ['the description of the API', { atOnce: 16, requests: [get('/openapi.json'), get('/docs/json')] }],
    [
      'a public checkpoint to the witness, again and again',
      { atOnce: 16, requests: [post('/witness/add-checkpoint', `old ${size}\n\n${note}`)] },
    ],
    [
      'a megabyte of JSON that is no request',
      {
        atOnce: 8,
        requests: [post('/v1/transactions', `[${'['.repeat(500_000)}${']'.repeat(500_000)}]`, json)],
      },
    ],
    [
      'tiles and proofs',
      { atOnce: 16, requests: [get('/tile/0/000'), get('/tile/1/000.p/20'), get('/v1/info')] },
    ],
    [
      '1,000 connections with half a header',
      { sockets: 1_000, text: `GET / HTTP/1.1\r\nHost: x\r\nX-Slow:` },
    ],
    [
      '300 uploads that stop half way',
      {
        sockets: 300,
        text: `POST /v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(60_000)}`,
      },
    ],
  ]
}

const streamText = ({ authorization }) =>
  `GET /v1/events?from=0 HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`

/** Milliseconds of one read at a time, for so many seconds. */
async function ping(url, headers, seconds) {
  const agent = new http.Agent({ keepAlive: true })
  const times = []
  for (const endMs = performance.now() + 1_000 * seconds; performance.now() < endMs; ) {
    const startMs = performance.now()
    const status = await new Promise((resolve, reject) => {
      http
        .get(`${url}/v1/governance/settings`, { agent, headers, localAddress: SECOND }, (response) =>
          response.on('end', () => resolve(response.statusCode)).resume(),
        )
        .on('error', reject)
    })
    assert.equal(status, 200, 'the second client is answered')
    times.push(performance.now() - startMs)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  agent.destroy()
  const sorted = times.sort((a, b) => a - b)
  return {
    median: sorted[sorted.length >> 1],
    p99: sorted[Math.floor(0.99 * sorted.length)],
    count: sorted.length,
  }
}

async function measure(context, [name, attack], seconds) {
  const { attacker, headers, server, url } = context
  const quiet = await ping(url, await headers(), seconds)
  const before = (await server.ask({})).cpuMicros
  const [found, under] = await Promise.all([
    attacker.ask({ attack, seconds: seconds + 0.5 }),
    headers().then((own) => ping(url, own, seconds)),
  ])
  const cpuMs = ((await server.ask({})).cpuMicros - before) / 1_000
  const requests = found.answered + found.refused + found.cut
  return {
    name,
    requests,
    refused: found.refused + found.cut,
    cpuMsEach: cpuMs / Math.max(1, requests),
    cpuShare: cpuMs / (1_000 * (seconds + 0.5)),
    quietMs: quiet.median,
    underMs: under.median,
    p99Ms: under.p99,
    ratio: under.median / quiet.median,
  }
}

const tableOf = (rows) =>
  [
    '| attack | requests | refused or cut | node ms each | cores of the node | ping, quiet | ping, under attack | p99 | × |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => {
      const [each, share] = [row.cpuMsEach.toFixed(2), row.cpuShare.toFixed(2)]
      const ms = [row.quietMs, row.underMs, row.p99Ms].map((value) => `${value.toFixed(2)} ms`)
      return `| ${[row.name, row.requests, row.refused, each, share, ...ms, row.ratio.toFixed(1)].join(' | ')} |`
    }),
  ].join('\n')

export default async function run({ smoke }) {
  const [count, seconds] = smoke ? [512, 0.3] : [6 * BATCH, 3]
  const folder = mkdtempSync(join(tmpdir(), 'medseal-bench-'))
  const data = join(folder, 'data')
  const kernel = await loadKernel()
  initData(kernel, data, planConsortium(PLAN, systemClock))
  writeFileSync(keyPath(data, 'witness'), signingKeyToPem(generateSigningKey()), { mode: 0o600 })
  initWitness(data, 'bench.medseal.example/witness')
  let server = start('node.mjs', [data, 'nothing'])
  const close = async () => {
    await server.ask({ close: true })
    await new Promise((resolve) => server.child.once('exit', resolve))
  }
  let attacker
  try {
    // The node is its own witness's log: its key is known once it has started.
    const first = await server.next()
    const [vkey] = (await (await fetch(`${first.url}/v1/info`)).json()).vkeys.logs
    await close()
    addWitnessLog(kernel, data, parseVkey(kernel, vkey))
    server = start('node.mjs', [data, 'nothing'])
    const { url } = await server.next()
    const filled = await fill(url, data, kernel, count)
    const node = await (await fetch(`${url}/v1/info`)).json()
    const keyOf = (actor) => signingKeyFromPem(readFileSync(keyPath(data, actor), 'utf8'))
    const keys = { hospital: keyOf('hospital'), patient: keyOf(PATIENT), desk: keyOf(DESK) }
    attacker = start('attacker.mjs', [url, ATTACKER])
    await attacker.next()
    const headers = async () => ({
      authorization: `Bearer ${await tokenOf(DESK, keys.desk, node, url)}`,
    })
    const context = { attacker, headers, server, url }
    const rows = []
    for (const [name] of await listAttacks({ url, node, keys, filled })) {
      // Tokens live five minutes: made anew for each.
      const attack = (await listAttacks({ url, node, keys, filled })).find(([other]) => other === name)
      rows.push(await measure(context, attack, seconds))
    }
    const machine = describeMachine()
    const question = 'What may one client ask that costs most, and does another client notice?'
    const place = `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit}`
    const slow = rows.filter(({ ratio }) => ratio > 3).map(({ name }) => name)
    const notes = [
      `A log of ${count.toLocaleString('en-US')} records; each attack ${seconds} s from one address, attacker and second ` +
        'client on the same machine as the node. The ping is a read through the ledger thread, from another address.',
      slow.length === 0
        ? "The second client's median stayed within 3 × of quiet in every row."
        : `More than 3 × of quiet: ${slow.join('; ')}.`,
    ]
    const text = [`## ${question}`, place, tableOf(rows), ...notes].join('\n\n')
    process.stdout.write(`${text}\n\n`)
    if (!smoke) {
      const json = JSON.stringify({ name: 'amplifiers', question, machine, rows, notes }, undefined, 2)
      writeResults('amplifiers', { '.md': `${text}\n`, '.json': `${json}\n` })
    }
  } finally {
    attacker?.child.kill()
    await close().catch(() => server.child.kill())
    rmSync(folder, { recursive: true, force: true })
  }
}

if (isMain(import.meta.url)) await run(readOptions())
