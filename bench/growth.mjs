/**
 * What grows as a ledger grows? Append rate, commit, read and proof latency, start-up time, memory and bytes a
 * transaction at 10^4, 10^5, 10^6 and 10^7 transactions, on LMDB, every block synced, behind the ledger thread.
 *
 * Four in five transactions anchor a record under an id that is random (the worst case for an ordered store), for one
 * of all patients so far; one in five enrols a patient. Signatures are not the question here: entries carry random
 * bytes in their place and come with the verdicts of an engine that found them sound. Ids, leaf hashes, rules, state,
 * tiles and indexes are real.
 */
import { strict as assert } from 'node:assert'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ed25519 } from '@noble/curves/ed25519.js'
import { pack, toHex, utf8 } from '../dist/base/index.js'
import { loadKernel } from '../dist/kernel/index.js'
import { openLedgerThread } from '../dist/ledger/index.js'
import { ledgerIdOf } from '../dist/protocol/index.js'
import { describeMachine, isMain, readOptions, writeResults } from './harness.mjs'

const TIME = 1_767_225_600
const BLOCK = 4_096
const SAMPLES = 300
const SAMPLE_MEMORY = 4_096

const hashOf = (text) => createHash('sha256').update(text).digest('hex')
/** Public keys of hospital, doctor, log and cosigner. */
const keys = []

/** Multiples of the base point: keys that can be enrolled, with which nobody signs. */
function createKeys(kernel) {
  for (const multiple of [2n, 3n, 5n, 7n]) {
    const point = ed25519.Point.BASE.multiply(multiple).toBytes()
    assert(kernel.isEnrollableKey(point))
    keys.push(point)
  }
}

const genesisOf = () =>
  utf8(
    JSON.stringify({
      name: 'bench.example',
      time: TIME,
      quorum: 1,
      members: [
        {
          id: 'hospital',
          roles: ['hospital'],
          key: toHex(keys[0]),
          logKey: toHex(keys[2]),
          cosignerKey: toHex(keys[3]),
        },
      ],
      actors: [
        {
          id: 'hospital:doctor',
          member: 'hospital',
          role: 'doctor',
          key: toHex(keys[1]),
          encryptionKey: hashOf('encryption key'),
        },
      ],
      parameters: {},
    }),
  )

/** Makes blocks as the engine hands them over, and remembers some of what is in them. */
class Author {
  #kernel
  #ledgerId
  #head = Buffer.from('medseal/transaction/v1\n')
  #subjects = []
  time = TIME
  /** Transactions so far. */
  count = 0
  /** Ids and records to ask for, an even sample of all. */
  samples = []

  constructor(kernel, ledgerId) {
    this.#kernel = kernel
    this.#ledgerId = ledgerId
  }

  #draw(random, at) {
    const hex = random.toString('hex', at, at + 64)
    const nonce = hex.slice(0, 32)
    const expires = this.time + 600
    if (this.#subjects.length === 0 || random[at + 80] < 51) {
      const subject = hex.slice(64, 128)
      // A patient that comes back later: memory holds at most a million of them.
      if (this.#subjects.length < 1e6) this.#subjects.push(subject)
      const payload = `{"subject":"${subject}"}`
      const body = `{"expires":${expires},"nonce":"${nonce}","payload":${payload},"type":"identity.enrol-subject"}`
      return { key: keys[0], body, expires }
    }
    const subject = this.#subjects[random.readUInt32LE(at + 84) % this.#subjects.length]
    const recordId = `r${hex.slice(32, 56)}`
    const payload =
      `{"contentHash":"${hex.slice(64, 128)}","encounterAt":${this.time - 100},"kind":"Observation",` +
      `"recordId":"${recordId}","subject":"${subject}"}`
    const body = `{"expires":${expires},"nonce":"${nonce}","payload":${payload},"type":"record.anchor"}`
    return { key: keys[1], body, expires, recordId }
  }

  block(size) {
    this.time += 1
    const random = randomBytes(96 * size)
    const ids = new Uint8Array(32 * size)
    const entries = []
    for (let i = 0; i < size; i++) {
      const { key, body, expires, recordId } = this.#draw(random, 96 * i)
      const bytes = Buffer.from(body)
      const input = Buffer.concat([this.#head, this.#ledgerId, key, bytes])
      const id = ids.subarray(32 * i, 32 * i + 32)
      new DataView(id.buffer, id.byteOffset).setUint32(0, expires)
      id.set(createHash('sha256').update(input).digest().subarray(0, 28), 4)
      entries.push(Buffer.concat([Buffer.of(1), key, random.subarray(96 * i, 96 * i + 64), bytes]))
      this.#remember({ id: id.slice(), recordId })
    }
    const packed = pack(entries)
    const valid = new Uint8Array(Math.ceil(size / 8)).fill(0xff)
    const verdicts = {
      valid,
      ids,
      leafHashes: this.#kernel.hashLeaves(packed),
      faults: new Uint8Array(size),
      faultOffsets: new Uint32Array(size),
    }
    return { time: this.time, entries: packed, verdicts }
  }

  #remember(item) {
    this.count += 1
    if (this.samples.length < SAMPLE_MEMORY) this.samples.push(item)
    else {
      const at = Math.floor(Math.random() * this.count)
      if (at < SAMPLE_MEMORY) this.samples[at] = item
    }
  }
}

const sorted = (values) => [...values].sort((a, b) => a - b)
const quantile = (values, share) =>
  sorted(values)[Math.min(values.length - 1, Math.floor(share * values.length))]
const median = (values) => quantile(values, 0.5)

/** Milliseconds of each of `count` calls, one after another. */
async function timeEach(count, call) {
  const times = []
  for (let i = 0; i < count; i++) {
    const startedMs = performance.now()
    await call(i)
    times.push(performance.now() - startedMs)
  }
  return times
}

async function commitBlock(ledger, author, size) {
  const block = author.block(size)
  const startedMs = performance.now()
  const committed = await ledger.commit(block)
  const ms = performance.now() - startedMs
  assert.equal(committed.accepted, size)
  return ms
}

/** Memory that is the process's own: pages of the store's file that the system keeps in memory are the system's. */
function readAnonymousBytes() {
  try {
    const [, kibibytes] = /^RssAnon:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
    return 1_024 * Number(kibibytes)
  } catch {
    return process.memoryUsage.rss()
  }
}

/** Everything at the present size. */
async function measure(open, ledger, author, dir, blockMs) {
  const doctor = {
    key: toHex(keys[1]),
    actor: 'hospital:doctor',
    member: 'hospital',
    role: 'doctor',
    memberRoles: ['hospital'],
  }
  const pick = () => author.samples[Math.floor(Math.random() * author.samples.length)]
  const record = () => {
    for (;;) {
      const { recordId } = pick()
      if (recordId !== undefined) return recordId
    }
  }
  const { size } = await ledger.head()
  const index = () => Math.floor(Math.random() * (size - 1))
  const single = await timeEach(SAMPLES / 5, () => commitBlock(ledger, author, 1))
  const reads = await timeEach(SAMPLES, async () => {
    const answer = await ledger.read('record', '/records/:ref', { ref: `hospital:${record()}` }, doctor)
    assert(answer !== undefined)
  })
  const lookups = await timeEach(SAMPLES, async () => {
    const found = await ledger.transaction(pick().id)
    assert.equal(found.status.status, 'accepted')
  })
  const proofs = await timeEach(SAMPLES, () => ledger.inclusionProof(index(), size))
  const consistency = await timeEach(SAMPLES, () => ledger.consistencyProof(1 + index(), size))
  const anonBytes = readAnonymousBytes()
  await ledger.close()
  const fileBytes = statSync(join(dir, 'data.mdb')).size
  const startedMs = performance.now()
  const reopened = await open(false)
  await reopened.head()
  const startMs = performance.now() - startedMs
  const row = {
    transactions: author.count,
    leaves: size,
    appendPerSecond: (1_000 * BLOCK) / median(blockMs),
    blockP99Ms: quantile(blockMs, 0.99),
    singleCommitMs: median(single),
    readMs: median(reads),
    lookUpMs: median(lookups),
    inclusionMs: median(proofs),
    consistencyMs: median(consistency),
    startMs,
    memoryMiB: anonBytes / 2 ** 20,
    bytesPerTransaction: fileBytes / author.count,
  }
  return { row, ledger: reopened }
}

const COLUMNS = [
  ['transactions', 'transactions', (row) => row.transactions.toLocaleString('en-US')],
  ['appendPerSecond', 'appended a second', (row) => Math.round(row.appendPerSecond).toLocaleString('en-US')],
  ['blockP99Ms', `p99 of a block of ${BLOCK}, ms`, (row) => row.blockP99Ms.toFixed(0)],
  ['singleCommitMs', 'commit of one alone, ms', (row) => row.singleCommitMs.toFixed(2)],
  ['readMs', 'read of a record, ms', (row) => row.readMs.toFixed(3)],
  ['lookUpMs', 'look-up by id, ms', (row) => row.lookUpMs.toFixed(3)],
  ['inclusionMs', 'inclusion proof, ms', (row) => row.inclusionMs.toFixed(3)],
  ['consistencyMs', 'consistency proof, ms', (row) => row.consistencyMs.toFixed(3)],
  ['startMs', 'start-up, ms', (row) => row.startMs.toFixed(0)],
  ['memoryMiB', 'memory of the process, MiB', (row) => row.memoryMiB.toFixed(0)],
  ['bytesPerTransaction', 'bytes on disk each', (row) => row.bytesPerTransaction.toFixed(0)],
]

function formatTable(rows) {
  const lines = COLUMNS.map(([, title, show]) => [title, ...rows.map(show)])
  const [head, ...body] = lines
  return [head, head.map(() => '---'), ...body].map((line) => `| ${line.join(' | ')} |`).join('\n')
}

const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 0 })

/** One small picture a figure, its size to the right on a logarithmic scale, its value from zero upward. */
function drawPanels(rows) {
  const [columns, width, height] = [3, 280, 170]
  const panels = COLUMNS.slice(1).map(([name, title, show], i) => {
    const [left, top] = [20 + (i % columns) * width, 20 + Math.floor(i / columns) * height]
    const highest = Math.max(...rows.map((row) => row[name]))
    const [first, last] = [Math.log10(rows[0].transactions), Math.log10(rows.at(-1).transactions)]
    const x = (row) =>
      left + 10 + ((width - 70) * (Math.log10(row.transactions) - first)) / Math.max(1e-9, last - first)
    const y = (row) => top + height - 50 - ((height - 90) * row[name]) / highest
    const points = rows.map((row) => `${x(row).toFixed(1)},${y(row).toFixed(1)}`)
    const marks = rows.map(
      (row) =>
        `<circle cx="${x(row).toFixed(1)}" cy="${y(row).toFixed(1)}" r="3" fill="#2f7f8f"/>` +
        `<text class="small" x="${x(row).toFixed(1)}" y="${(y(row) - 8).toFixed(1)}" ` +
        `text-anchor="middle">${show(row)}</text>` +
        `<text class="small" x="${x(row).toFixed(1)}" y="${top + height - 34}" ` +
        `text-anchor="middle">${compact.format(row.transactions)}</text>`,
    )
    const line = `<polyline points="${points.join(' ')}" fill="none" stroke="#2f7f8f" stroke-width="2"/>`
    return `<text x="${left}" y="${top + 6}">${title}</text>${line}${marks.join('')}`
  })
  const total = 30 + Math.ceil(panels.length / columns) * height
  const across = 20 + columns * width
  const size = `width="${across}" height="${total}" viewBox="0 0 ${across} ${total}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">
  <title>What grows as a ledger grows</title>
  <style>text { font: 14px system-ui, sans-serif; fill: #777 } .small { font-size: 11px }</style>
  ${panels.join('\n  ')}
</svg>
`
}

export default async function run({ smoke }) {
  const marks = smoke
    ? [5_000, 10_000]
    : (process.env.GROWTH_MARKS ?? '1e4,1e5,1e6,1e7').split(',').map(Number)
  const kernel = await loadKernel()
  createKeys(kernel)
  const genesisBytes = genesisOf()
  const dir = mkdtempSync(join(tmpdir(), 'medseal-growth-'))
  const open = (create) => openLedgerThread({ dir, genesisBytes, create })
  const author = new Author(kernel, ledgerIdOf(kernel, genesisBytes))
  const rows = []
  try {
    let ledger = await open(true)
    for (const mark of marks) {
      const blockMs = []
      while (author.count < mark) {
        const size = Math.min(BLOCK, mark - author.count)
        const ms = await commitBlock(ledger, author, size)
        if (size === BLOCK) blockMs.push(ms)
        // The rate at this size, not on the way to it.
        if (blockMs.length > 64) blockMs.shift()
      }
      const measured = await measure(open, ledger, author, dir, blockMs.length > 0 ? blockMs : [Number.NaN])
      ledger = measured.ledger
      rows.push(measured.row)
      process.stderr.write(`${JSON.stringify(measured.row)}\n`)
    }
    await ledger.close()
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  const machine = describeMachine()
  const question = 'What grows as a ledger grows?'
  const notes = [
    'Medians; the rate and the p99 are of the last 64 blocks before each size. Record ids are random, ' +
      'one transaction in five enrols a patient. Signatures are not checked here. Memory is that of the ' +
      'whole process, the making of the entries included, without pages of the file that the system ' +
      'keeps.',
  ]
  const place = `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit}`
  const text = [`## ${question}`, place, formatTable(rows), ...notes].join('\n\n')
  process.stdout.write(`${text}\n\n`)
  if (smoke) return
  writeResults('growth', {
    '.json': `${JSON.stringify({ name: 'growth', question, machine, rows, notes }, undefined, 2)}\n`,
    '.md': `${text}\n`,
    '.svg': drawPanels(rows),
  })
}

if (isMain(import.meta.url)) await run(readOptions())
