// A node of a data folder that submits to itself without end, and prints a line for each batch once it is acknowledged
// as final: the ids with where they stand, and the checkpoint. Its test kills it at any moment. First it submits what
// the run before it may have left in the air. Entries follow from the run and their number alone, so each can be sent
// again by whoever comes next.
import { createHash, createPrivateKey, sign } from 'node:crypto'
import { readFileSync, writeSync } from 'node:fs'
import { systemClock } from '../../../dist/base/index.js'
import { createLogger } from '../../../dist/host/index.js'
import { openNode } from '../../../dist/node/index.js'
import {
  encodeBody,
  encodePrivatePart,
  encodeTransactionLeaf,
  signingInput,
} from '../../../dist/protocol/index.js'

const [data, keyPath, ledgerIdHex, run, expires] = process.argv.slice(2)
const key = createPrivateKey(readFileSync(keyPath))
const spki = (await import('node:crypto')).createPublicKey(key).export({ type: 'spki', format: 'der' })
const publicKey = new Uint8Array(spki.subarray(-32))
const ledgerId = new Uint8Array(Buffer.from(ledgerIdHex, 'hex'))
const sha256 = (text) => createHash('sha256').update(text).digest('hex')

const WRITERS = 3
const BATCH_COUNT_MAX = 12

/**
 * Entry `number` of a run: a subject, one in six of a patient that nobody knows, one in eight a report with a private
 * part.
 */
function makeEntry(ofRun, number) {
  const name = `${ofRun}/${number}`
  const isReport = number % 8 === 7
  const privatePart = isReport ? encodePrivatePart(new Uint8Array(32).fill(1), { name }) : undefined
  const at = Number(ofRun) * 200 + Math.floor(number / 8)
  const payload = isReport
    ? {
        period: `${2000 + (Math.floor(at / 12) % 100)}-${String(1 + (at % 12)).padStart(2, '0')}`,
        commission: 'commission',
        total: 0,
        cells: [],
      }
    : { subject: sha256(name), ...(number % 6 === 5 && { patient: 'hospital:nobody' }) }
  const body = encodeBody({
    expires: Number(expires),
    nonce: sha256(`nonce ${name}`).slice(0, 32),
    payload,
    ...(privatePart && { privateHash: createHash('sha256').update(privatePart).digest('hex') }),
    type: isReport ? 'record.report' : 'identity.enrol-subject',
  })
  const signature = sign(null, signingInput(ledgerId, publicKey, body), key)
  return { entry: encodeTransactionLeaf(publicKey, new Uint8Array(signature), body), privatePart }
}

const logger = createLogger({ level: 'error', clock: systemClock, write: (line) => writeSync(2, line) })
const node = await openNode({ data, threads: 1 }, { logger })
const { ready, reasons } = await node.ready()
if (!ready) {
  writeSync(1, `not-ready ${reasons.join(', ')}\n`)
  process.exit(1)
}
const tell = async (results) => {
  const settled = results.map(({ id, status, index, height }) => `${id}:${status}:${index}:${height}`)
  const checkpoint = Buffer.from(await node.checkpoint()).toString('base64')
  writeSync(1, `acknowledged ${settled.join(',')} ${checkpoint}\n`)
}
writeSync(1, `opened ${Buffer.from(await node.checkpoint()).toString('base64')}\n`)

const submit = async (ofRun, first, count) =>
  tell(
    await node.submit(
      Array.from({ length: count }, (_, i) => makeEntry(ofRun, first + i)),
      'final',
    ),
  )

if (Number(run) > 0) await submit(Number(run) - 1, 0, 60)
let next = 0
async function write() {
  for (;;) {
    const first = next
    const count = 1 + ((first * 7 + Number(run)) % BATCH_COUNT_MAX)
    next += count
    await submit(run, first, count)
  }
}
await Promise.all(Array.from({ length: WRITERS }, write))
