/**
 * How many signature checks a second does the engine make, does a second worker double them, and what does the trip to
 * a worker cost? Beside it, in the same run: the kernel on the calling thread, node:crypto and @noble/curves.
 */
import { strict as assert } from 'node:assert'
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { concatBytes, hasBit, pack, utf8 } from '../dist/base/index.js'
import { createEngine } from '../dist/engine/index.js'
import { loadKernel } from '../dist/kernel/index.js'
import { compare, isMain, ratioOf, readOptions, report } from './harness.mjs'

const MESSAGE_BYTES = 200
const SIGNERS = 32
const BLOCK = 4_096
const LEDGER_ID = new Uint8Array(32)

function createSigner() {
  const { publicKey: keyObject, privateKey } = generateKeyPairSync('ed25519')
  const spki = keyObject.export({ format: 'der', type: 'spki' })
  return { publicKey: new Uint8Array(spki.subarray(-32)), keyObject, spki, privateKey }
}

/** `count` checks by 32 signers, number 1 bad: as objects, as packed bytes, as node:crypto takes them. */
function createChecks(count, signers) {
  const checks = Array.from({ length: count }, (_, i) => {
    const signer = signers[i % SIGNERS]
    const message = new Uint8Array(MESSAGE_BYTES).map((_, at) => i >> (at & 7))
    return { ...signer, message, signature: new Uint8Array(sign(null, message, signer.privateKey)) }
  })
  checks[1].signature[40] ^= 1
  const objects = checks.map(({ publicKey, message, signature }) => ({ publicKey, message, signature }))
  const packed = pack(checks.map((check) => concatBytes(check.publicKey, check.signature, check.message)))
  return { checks, objects, packed }
}

/** `count` sound transaction leaves of about 300 bytes. */
function createEntries(count, signers) {
  return pack(
    Array.from({ length: count }, (_, i) => {
      const { publicKey, privateKey } = signers[i % SIGNERS]
      const nonce = i.toString(16).padStart(32, '0')
      const body = utf8(
        `{"expires":1000,"nonce":"${nonce}","payload":{"note":"${'x'.repeat(100)}"},"type":"bench.entry"}`,
      )
      const input = concatBytes(utf8('medseal/transaction/v1\n'), LEDGER_ID, publicKey, body)
      return concatBytes(Uint8Array.of(1), publicKey, sign(null, input, privateKey), body)
    }),
  )
}

/** Repeats `call` over blocks of 4,096 packed items, all of them at once, as a busy node does. */
const inBlocks = (items, call) => {
  const blocks = Math.floor((items.offsets.length - 1) / BLOCK)
  return () =>
    Promise.all(
      Array.from({ length: blocks }, (_, i) =>
        call(items.bytes, items.offsets.subarray(i * BLOCK, (i + 1) * BLOCK + 1)),
      ),
    )
}

async function assertCorrect(engine, objects, packed, entries) {
  const bits = await engine.verifyPacked(packed)
  const answers = await engine.verifySignatures(objects)
  for (const [i, valid] of answers.entries()) {
    assert.equal(valid, i !== 1)
    assert.equal(hasBit(bits, i), valid)
  }
  const { faults } = await engine.verifyEntries(entries.bytes, entries.offsets, LEDGER_ID)
  assert.ok(faults.every((fault) => fault === 0))
}

function createPeers({ checks }) {
  const some = checks.slice(0, 1_024)
  const few = checks.slice(0, 32)
  return [
    {
      name: 'node:crypto, prepared keys, one thread',
      work: some.length,
      run: () => some.map(({ keyObject, message, signature }) => verify(null, message, keyObject, signature)),
    },
    {
      name: 'node:crypto, imported keys, one thread',
      work: some.length,
      run: () =>
        some.map(({ spki, message, signature }) =>
          verify(null, message, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature),
        ),
    },
    {
      name: '@noble/curves, zip215, one thread',
      work: few.length,
      run: () =>
        few.map(({ publicKey, message, signature }) =>
          ed25519.verify(signature, message, publicKey, { zip215: true }),
        ),
    },
  ]
}

/** Milliseconds of a trip to a worker and back with nothing to do: the fastest of many. */
async function measureTrip(engine) {
  let fastestMs = Number.POSITIVE_INFINITY
  for (let i = 0; i < 2_000; i++) {
    const startedMs = performance.now()
    await engine.hashLeaves([])
    fastestMs = Math.min(fastestMs, performance.now() - startedMs)
  }
  return fastestMs
}

export default async function run({ smoke }) {
  const count = smoke ? BLOCK : 16 * BLOCK
  const signers = Array.from({ length: SIGNERS }, createSigner)
  const made = createChecks(count, signers)
  const { objects, packed } = made
  const entries = createEntries(count, signers)
  const kernel = await loadKernel()
  const [one, two] = [await createEngine({ threads: 1 }), await createEngine({ threads: 2 })]
  for (const engine of [one, two]) await assertCorrect(engine, objects, packed, entries)

  const verifyEntries = (bytes, offsets) => two.verifyEntries(bytes, offsets, LEDGER_ID)
  const cases = [
    { name: 'engine, 1 worker, packed', work: count, run: () => one.verifyPacked(packed) },
    { name: 'engine, 2 workers, packed', work: count, run: () => two.verifyPacked(packed) },
    { name: 'engine, 2 workers, objects', work: count, run: () => two.verifySignatures(objects) },
    { name: 'engine, 2 workers, entries', work: count, run: inBlocks(entries, verifyEntries) },
    { name: 'kernel, calling thread, packed', work: count, run: () => kernel.verifyPacked(packed) },
    ...createPeers(made),
  ]
  const rows = await compare(cases, smoke ? 3 : 9)
  const ratio = (a, b) => ratioOf(rows[a], rows[b]).toFixed(2)
  const tripMs = await measureTrip(two)
  await Promise.all([one.close(), two.close()])
  const title = `Ed25519 checks, ${MESSAGE_BYTES}-byte messages, ${SIGNERS} signers, ${count} at once`
  report(
    {
      name: 'pool',
      question: 'How many signature checks a second does the engine make?',
      parts: [{ title, unit: 'checks/s', reference: 'node:crypto, prepared keys, one thread', rows }],
      notes: [
        `Kernel build: ${kernel.build}. Two workers make ${ratio(1, 0)} times the checks of one; ` +
          `objects reach ${ratio(2, 1)} of what packed checks do. ` +
          `A trip to a worker and back with nothing to do takes ${tripMs.toFixed(3)} ms.`,
      ],
    },
    { smoke },
  )
}

if (isMain(import.meta.url)) await run(readOptions())
