/**
 * How many transactions a second does the ledger alone execute and commit, signatures checked before, and where does
 * the time go? Full blocks of anchored records, under the rules of this build: in memory, on LMDB with every block
 * synced, and the same behind the ledger thread.
 */
import { strict as assert } from 'node:assert'
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack, toHex, utf8 } from '../dist/base/index.js'
import { loadKernel } from '../dist/kernel/index.js'
import { createMemoryStore, openLedger, openLedgerThread, openLmdbStore } from '../dist/ledger/index.js'
import { encodeBody, encodeTransactionLeaf, ledgerIdOf, signingInput } from '../dist/protocol/index.js'
import { compare, isMain, readOptions, report } from './harness.mjs'

const TIME = 1_767_225_600
const SUBJECTS = 2_000
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

const hashOf = (text) => createHash('sha256').update(text).digest('hex')

function createSigner(name) {
  const der = Buffer.concat([PKCS8_HEAD, Buffer.from(hashOf(`key of ${name}`), 'hex')])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return { publicKey: new Uint8Array(spki.subarray(-32)), privateKey }
}

const [hospital, doctor] = ['hospital', 'hospital:doctor'].map(createSigner)
const genesisBytes = utf8(
  JSON.stringify({
    name: 'bench.example',
    time: TIME,
    quorum: 1,
    members: [
      {
        id: 'hospital',
        roles: ['hospital'],
        key: toHex(hospital.publicKey),
        logKey: toHex(createSigner('log').publicKey),
        cosignerKey: toHex(createSigner('cosigner').publicKey),
      },
    ],
    actors: [
      {
        id: 'hospital:doctor',
        member: 'hospital',
        role: 'doctor',
        key: toHex(doctor.publicKey),
        encryptionKey: hashOf('encryption key'),
      },
    ],
    parameters: {},
  }),
)

/** Signed and verified blocks: subjects first, then `count` blocks of `size` anchored records. */
function createBlocks(kernel, count, size) {
  const ledgerId = ledgerIdOf(kernel, genesisBytes)
  const block = (number, entries) => {
    const packed = pack(
      entries.map(([signer, type, payload], i) => {
        const nonce = hashOf(`nonce ${number} ${i}`).slice(0, 32)
        const body = encodeBody({ expires: TIME + 600 + number, nonce, payload, type })
        const signature = sign(null, signingInput(ledgerId, signer.publicKey, body), signer.privateKey)
        return encodeTransactionLeaf(signer.publicKey, signature, body)
      }),
    )
    return { time: TIME + number, entries: packed, verdicts: kernel.verifyEntries(packed, ledgerId) }
  }
  const subjects = Array.from({ length: SUBJECTS }, (_, i) => hashOf(`subject ${i}`))
  const enrol = subjects.map((subject) => [hospital, 'identity.enrol-subject', { subject }])
  const anchor = (number, i) => ({
    recordId: `r${hashOf(`record ${number} ${i}`).slice(0, 24)}`,
    subject: subjects[(number * size + i * 7_919) % SUBJECTS],
    kind: 'Observation',
    contentHash: hashOf(`content ${number} ${i}`),
    encounterAt: TIME - 100,
  })
  const anchors = (number) =>
    Array.from({ length: size }, (_, i) => [doctor, 'record.anchor', anchor(number, i)])
  return [block(1, enrol), ...Array.from({ length: count }, (_, i) => block(i + 2, anchors(i + 2)))]
}

/** A case that commits the next block at each run, with the timings of every block. */
async function createCase(name, ledger, blocks, size) {
  let next = 0
  const timings = []
  const commit = async (expected) => {
    const committed = await ledger.commit(structuredClone(blocks[next++]))
    assert.equal(committed.accepted, expected)
    return committed.timings
  }
  await commit(SUBJECTS)
  return { name, work: size, run: async () => timings.push(await commit(size)), timings, ledger }
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1]

function describePhases({ name, timings }, size) {
  const phase = (key) => `${((1_000 * median(timings.map((timing) => timing[key]))) / size).toFixed(1)} µs`
  return `${name}, a transaction: execute ${phase('executeMs')}, seal ${phase('sealMs')}, write ${phase('writeMs')}.`
}

export default async function run({ smoke }) {
  const [rounds, size] = smoke ? [2, 256] : [16, 4_096]
  const dir = mkdtempSync(join(tmpdir(), 'medseal-bench-'))
  const kernel = await loadKernel()
  const blocks = createBlocks(kernel, rounds + 1, size)
  const open = (store) => openLedger({ store, genesisBytes, kernel, create: true })
  const cases = [
    await createCase('in memory', await open(createMemoryStore()), blocks, size),
    await createCase('LMDB, synced', await open(openLmdbStore(join(dir, 'here'))), blocks, size),
    await createCase(
      'LMDB, synced, ledger thread',
      await openLedgerThread({ dir: join(dir, 'thread'), genesisBytes, create: true }),
      blocks,
      size,
    ),
  ]
  const rows = await compare(cases, rounds)
  const heads = await Promise.all(cases.map(({ ledger }) => ledger.head()))
  for (const head of heads) assert.deepEqual(head, heads[0])
  for (const { ledger } of cases) await ledger.close()
  rmSync(dir, { recursive: true, force: true })
  report(
    {
      name: 'ledger',
      question: 'How many transactions a second does the ledger alone execute and commit?',
      parts: [
        {
          title: `Blocks of ${size} anchored records, signatures checked before`,
          unit: 'transactions a second',
          reference: 'LMDB, synced',
          rows,
        },
      ],
      notes: cases.map((item) => describePhases(item, size)),
    },
    { smoke },
  )
}

if (isMain(import.meta.url)) await run(readOptions())
