/**
 * How fast does a content pass: encrypted and hashed by the client, into a node's vault over HTTP, out again and
 * decrypted? And what does the memory of both grow to while a gibibyte passes? The node runs in a process of its own;
 * both share the machine.
 */
import { strict as assert } from 'node:assert'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startServer } from '../dist/api/index.js'
import { systemClock } from '../dist/base/index.js'
import {
  commitSubject,
  createClient,
  encryptContent,
  encryptionKeyFromPem,
  newContentKey,
  openContent,
  sealContent,
  signingKeyFromPem,
  Vault,
} from '../dist/client/index.js'
import { encryptionKeyPath, initData, keyPath, loadConfig } from '../dist/host/index.js'
import { loadKernel } from '../dist/kernel/index.js'
import { planConsortium } from '../dist/node/index.js'
import { compare, isMain, readOptions, report } from './harness.mjs'

const PATIENT = 'hospital:ann'
const PLAN = {
  name: 'bench.medseal.example',
  node: 'hospital',
  members: [{ id: 'hospital', roles: ['hospital'] }],
  actors: [
    { id: 'hospital:break-glass', role: 'employee' },
    { id: PATIENT, role: 'patient' },
  ],
}
const SERVE = '--serve-vault'
const MIB = 1024 ** 2
const BLOCK = randomBytes(256 * 1024)

/** Started as a process of its own: serves a folder until told to stop. */
async function serve(data) {
  const server = await startServer(
    loadConfig({ flags: { data, port: '0', logLevel: 'error', threads: '1' } }),
  )
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
  return { url, pid: child.pid, stop }
}

/** `mebibytes` MiB that are not the same twice: each block carries its number. */
function* produce(mebibytes) {
  for (let i = 0; i < 4 * mebibytes; i++) {
    BLOCK.writeUInt32BE(i)
    yield BLOCK
  }
}

async function countBytes(stream) {
  let bytes = 0
  for await (const part of stream) bytes += part.length
  return bytes
}

/** Resident memory of a process in MiB (Linux). */
const residentMib = (pid) => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024
}

/** Runs `work` and gives the most that memory grew to, of this process and of `pid`. */
async function watchMemory(pid, work) {
  const before = [residentMib(process.pid), residentMib(pid)]
  const most = [...before]
  const timer = setInterval(() => {
    for (const [i, id] of [process.pid, pid].entries()) most[i] = Math.max(most[i], residentMib(id))
  }, 50)
  await work()
  clearInterval(timer)
  return { before, most }
}

async function openPatient(data, url, kernel) {
  const read = (path) => readFileSync(path, 'utf8')
  const hospital = signingKeyFromPem(read(keyPath(data, 'hospital')))
  const signer = signingKeyFromPem(read(keyPath(data, PATIENT)))
  const { subject } = commitSubject(kernel, 'hospital', signer.publicKey)
  const desk = await createClient({ url, kernel, signer: hospital, actor: 'hospital' })
  const enrolment = { type: 'identity.enrol-subject', payload: { subject, patient: PATIENT } }
  assert.equal((await desk.send(enrolment, { wait: 'committed' })).status, 'accepted')
  const client = await createClient({ url, kernel, signer, actor: PATIENT })
  const vault = new Vault(client, encryptionKeyFromPem(read(encryptionKeyPath(data, PATIENT))))
  let count = 0
  /** Stores a content of that size and anchors it; the record. */
  const store = async (mebibytes) => {
    const { contentHash, vaultHash, length } = await vault.storeContent(() => produce(mebibytes), [])
    const recordId = `r${++count}`
    const encounterAt = systemClock.nowSeconds()
    const content = { contentHash, vaultHash, bytes: length }
    const payload = { recordId, subject, kind: 'ImagingStudy', ...content, encounterAt }
    const answer = await client.send({ type: 'record.import', payload }, { wait: 'committed' })
    assert.equal(answer.status, 'accepted', answer.code)
    return { ref: `${PATIENT}:${recordId}`, contentHash }
  }
  const fetchBack = async ({ ref, contentHash }) => {
    const { bytes } = await vault.retrieveContent(ref, { contentHash })
    return countBytes(bytes)
  }
  return { store, fetchBack }
}

async function measureSpeed({ store, fetchBack }, { mebibytes, rounds }) {
  const key = newContentKey()
  const salt = randomBytes(32)
  const sealed = []
  for await (const box of encryptContent(produce(mebibytes), key, salt)) sealed.push(box)
  const kept = await store(mebibytes)
  assert.equal(await fetchBack(kept), mebibytes * MIB)
  const cases = [
    ['encrypt', () => countBytes(encryptContent(produce(mebibytes), key, salt))],
    ['encrypt, both hashes', () => countBytes(sealContent(produce(mebibytes), key, salt).ciphertext)],
    ['decrypt, hash checked', () => countBytes(openContent(sealed, key))],
    ['store: sealed, sent, synced', () => store(mebibytes)],
    ['fetch: read, sent, decrypted', () => fetchBack(kept)],
  ]
  return compare(
    cases.map(([name, run]) => ({ name, work: mebibytes, run })),
    rounds,
  )
}

export default async function run(options) {
  const folder = mkdtempSync(join(tmpdir(), 'medseal-bench-'))
  const data = join(folder, 'data')
  const kernel = await loadKernel()
  initData(kernel, data, planConsortium(PLAN, systemClock))
  const node = await startNode(data)
  try {
    const patient = await openPatient(data, node.url, kernel)
    const rows = await measureSpeed(
      patient,
      options.smoke ? { mebibytes: 2, rounds: 2 } : { mebibytes: 64, rounds: 5 },
    )
    const large = options.smoke ? 8 : 1024
    let kept
    const storing = await watchMemory(node.pid, async () => {
      kept = await patient.store(large)
    })
    const fetching = await watchMemory(node.pid, async () => {
      assert.equal(await patient.fetchBack(kept), large * MIB)
    })
    const describe = (what, { before, most }) =>
      `${what} ${large} MiB: the client's memory from ${before[0].toFixed(0)} to at most ` +
      `${most[0].toFixed(0)} MiB, the node's from ${before[1].toFixed(0)} to ${most[1].toFixed(0)} MiB.`
    const parts = [{ title: 'One content at a time', unit: 'MiB a second', reference: 'encrypt', rows }]
    const notes = [describe('Storing', storing), describe('Fetching', fetching)]
    report(
      { name: 'vault', question: 'How fast does a content pass through the vault?', parts, notes },
      options,
    )
  } finally {
    await node.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[2] === SERVE) await serve(process.argv[3])
else if (isMain(import.meta.url)) await run(readOptions())
