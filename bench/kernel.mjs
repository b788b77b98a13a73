/**
 * How many Ed25519 checks a second does the kernel make on one thread, by size of batch and by keys, and what do bad
 * signatures cost? Beside it, in turns in the same run: the scalar build, node:crypto, libsodium and @noble/curves.
 */
import { strict as assert } from 'node:assert'
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import wrappers from 'libsodium-wrappers'
import sodium from 'sodium-native'
import { concatBytes, hasBit, pack } from '../dist/base/index.js'
import { loadKernel } from '../dist/kernel/index.js'
import { compare, isMain, readOptions, report } from './harness.mjs'

const MESSAGE_BYTES = 200
const SIGNERS = 32
const BLOCK = 4_096
const REFERENCE = 'node:crypto, prepared keys'

function createSigner() {
  const { publicKey: keyObject, privateKey } = generateKeyPairSync('ed25519')
  const spki = keyObject.export({ format: 'der', type: 'spki' })
  return { publicKey: new Uint8Array(spki.subarray(-32)), keyObject, spki, privateKey }
}

/**
 * `count` sound checks of which no two messages are alike, the signers in turns. Literals, as a caller would write
 * them: objects made by spreading would have a hidden class each in V8, and reading them would cost more than copying.
 */
function createChecks(count, signers) {
  return Array.from({ length: count }, (_, i) => {
    const { publicKey, privateKey } = signers[i % signers.length]
    const message = new Uint8Array(MESSAGE_BYTES).map((_, at) => i >> (at & 7))
    return { publicKey, message, signature: new Uint8Array(sign(null, message, privateKey)) }
  })
}

const packChecks = (checks) =>
  pack(checks.map(({ publicKey, signature, message }) => concatBytes(publicKey, signature, message)))

/** Copies of `checks` of which `count`, spread evenly, have a bit of S turned over. */
function spoil(checks, count) {
  const spoiled = new Set(Array.from({ length: count }, (_, i) => Math.floor((i * checks.length) / count)))
  return checks.map(({ publicKey, message, signature }, i) => ({
    publicKey,
    message,
    signature: spoiled.has(i) ? signature.map((byte, at) => (at === 35 ? byte ^ 4 : byte)) : signature,
  }))
}

/** Every contestant on sound and spoiled checks; all must answer alike. */
function assertCorrect(kernels, checks, signers) {
  const mixed = spoil(checks.slice(0, 300), 7)
  const expected = mixed.map(({ message, signature }, i) =>
    verify(null, message, signers[i % signers.length].keyObject, signature),
  )
  assert.equal(expected.filter((valid) => !valid).length, 7)
  for (const kernel of kernels) {
    assert.deepEqual(kernel.verifyBatch(mixed), expected)
    const bits = kernel.verifyPacked(packChecks(mixed))
    assert.deepEqual(
      mixed.map((check, i) => kernel.verify(check) && hasBit(bits, i)),
      expected,
    )
  }
  for (const verifyOne of [verifyNative, verifyWrapped, verifyNoble]) {
    assert.deepEqual(mixed.slice(0, 60).map(verifyOne), expected.slice(0, 60))
  }
}

const verifyNative = ({ signature, message, publicKey }) =>
  sodium.crypto_sign_verify_detached(signature, message, publicKey)
const verifyWrapped = ({ signature, message, publicKey }) =>
  wrappers.crypto_sign_verify_detached(signature, message, publicKey)
const verifyNoble = ({ signature, message, publicKey }) =>
  ed25519.verify(signature, message, publicKey, { zip215: true })

/** The libraries beside us on checks by `signers` in turns; slow ones get fewer checks a round. */
const peers = (checks, signers) =>
  [
    [
      REFERENCE,
      512,
      ({ message, signature }, i) => verify(null, message, signers[i % signers.length].keyObject, signature),
    ],
    [
      'node:crypto, imported keys',
      256,
      ({ message, signature }, i) => {
        const key = createPublicKey({ key: signers[i % signers.length].spki, format: 'der', type: 'spki' })
        return verify(null, message, key, signature)
      },
    ],
    ['sodium-native', 512, verifyNative],
    ['libsodium-wrappers', 256, verifyWrapped],
    ['@noble/curves, zip215', 24, verifyNoble],
  ].map(([name, work, check]) => ({
    name,
    work,
    run: () => {
      for (let i = 0; i < work; i++) check(checks[i], i)
    },
  }))

/** Batches of `size` until `total` checks are made. */
const inBatches = (name, verifyBatch, checks, size, total) => {
  const batches = Array.from({ length: Math.max(1, Math.floor(total / size)) }, (_, i) => {
    const first = (i * size) % checks.length
    return checks.slice(first, first + size)
  })
  return { name, work: size * batches.length, run: () => batches.map(verifyBatch) }
}

/**
 * Batches of `size` of checks whose keys the kernel does not know: each round takes the next ones of `strangers`, who
 * are more than the kernel's key cache remembers, so that whoever comes again has been forgotten.
 */
const ofStrangers = (name, verifyBatch, strangers, size, batches) => {
  let next = 0
  const run = () => {
    for (let i = 0; i < batches; i++) {
      if (next + size > strangers.length) next = 0
      verifyBatch(strangers.slice(next, next + size))
      next += size
    }
  }
  return { name, work: size * batches, run }
}

async function measureSizes({ kernel, simd, scalar }, few, signers, strangers, { smoke }) {
  const total = smoke ? 512 : BLOCK
  const batch = (checks) => kernel.verifyBatch(checks)
  const single = (checks) => kernel.verify(checks[0])
  const sizes = smoke ? [64, 512] : [64, 256, 1_024, BLOCK]
  const packed = packChecks(few.slice(0, total))
  return await compare(
    [
      ...sizes.map((size) => inBatches(`batch of ${size}, ${SIGNERS} signers`, batch, few, size, total)),
      {
        name: `packed batch of ${total}, ${SIGNERS} signers`,
        work: total,
        run: () => kernel.verifyPacked(packed),
      },
      ofStrangers(`batch of ${total}, all keys distinct and new`, batch, strangers, total, 1),
      inBatches('single checks, key met before', single, few, 1, 256),
      ofStrangers('single checks, key new', single, strangers, 1, 256),
      inBatches(`simd build, batch of ${total}`, (checks) => simd.verifyBatch(checks), few, total, total),
      inBatches(`scalar build, batch of ${total}`, (checks) => scalar.verifyBatch(checks), few, total, total),
      ...peers(few, signers),
    ],
    smoke ? 3 : 15,
  )
}

async function measureCulprits(kernel, few, { smoke }) {
  const total = smoke ? 512 : BLOCK
  const counts = smoke ? [0, 4] : [0, 1, 4, 16, 64, 256, total]
  return await compare(
    [
      ...counts.map((count) => {
        const checks = spoil(few.slice(0, total), count)
        return { name: `${count} bad of ${total}`, work: total, run: () => kernel.verifyBatch(checks) }
      }),
      { name: 'all singly', work: 512, run: () => few.slice(0, 512).map((check) => kernel.verify(check)) },
    ],
    smoke ? 2 : 9,
  )
}

export default async function run(options) {
  await wrappers.ready
  const kernel = await loadKernel()
  const scalar = await loadKernel({ build: 'scalar' })
  const simd = await loadKernel({ build: 'simd' })
  const signers = Array.from({ length: SIGNERS }, createSigner)
  const few = createChecks(BLOCK, signers)
  // The cache remembers 8,191 keys.
  const crowd = options.smoke ? 1_024 : 3 * BLOCK
  const strangers = createChecks(crowd, Array.from({ length: crowd }, createSigner))
  assertCorrect([kernel, simd, scalar], few, signers)
  // The first tier of the engine's compiler makes code three times slower than the second.
  for (let i = 0; i < 4; i++) for (const { verifyBatch } of [kernel, simd]) verifyBatch(few)
  const rows = await measureSizes({ kernel, simd, scalar }, few, signers, strangers, options)
  const culprits = await measureCulprits(kernel, few, options)
  report(
    {
      name: 'kernel',
      question: 'How many Ed25519 checks a second does the kernel make on one thread?',
      parts: [
        { title: `Checks of ${MESSAGE_BYTES}-byte messages`, unit: 'checks/s', reference: REFERENCE, rows },
        { title: 'Bad signatures in a batch', unit: 'checks/s', reference: 'all singly', rows: culprits },
      ],
      notes: [
        `Kernel build: ${kernel.build}. Copying, random factors and answers are included. A key is new where ` +
          "the kernel's cache never met it. node:crypto and libsodium check by rules of their own, without " +
          'the cofactor.',
      ],
    },
    options,
  )
}

if (isMain(import.meta.url)) await run(readOptions())
