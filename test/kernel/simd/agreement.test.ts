/**
 * The fast builds answer as the scalar build does: on random and hostile checks, alone and in batches, and while their
 * caches overflow. TEST_CHECKS sets how many checks are tried of each (a million takes two minutes or more).
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Kernel, loadKernel, type SignatureCheck } from '../../../src/kernel/index.ts'
import { triesOf } from '../../support/tries.ts'

const CHECKS = triesOf(6_000, 20_000, 'TEST_CHECKS')
const SEED = Number(process.env.TEST_SEED ?? Date.now() % 2 ** 31)

/** Whole numbers below `limit`, the same for the same seed (mulberry32). */
function createRandom(seed: number) {
  let state = seed
  return (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}

interface Signer {
  readonly publicKey: Uint8Array
  readonly privateKey: KeyObject
}

function createSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    publicKey: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)),
    privateKey,
  }
}

const createSigners = (count: number) => Array.from({ length: count }, createSigner)

function signMessage({ publicKey, privateKey }: Signer, message: Uint8Array): SignatureCheck {
  return { publicKey, message, signature: new Uint8Array(sign(null, message, privateKey)) }
}

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

/** Encodings that need care: of the eight points of small order, not canonical, of no point. */
const ODD_ENCODINGS = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  '0200000000000000000000000000000000000000000000000000000000000000',
].map(bytesOf)

/** L, little-endian: S must be below it. */
const L = bytesOf('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')

/** A check that is wrong, or right against appearances, in one of many ways. */
function distort(check: SignatureCheck, random: (limit: number) => number): SignatureCheck {
  const [publicKey, message, signature] = [check.publicKey, check.message, check.signature].map((part) =>
    Uint8Array.from(part),
  ) as [Uint8Array, Uint8Array, Uint8Array]
  const odd = () => ODD_ENCODINGS[random(ODD_ENCODINGS.length)]!
  const flip = (bytes: Uint8Array, from: number, count: number) => {
    const at = from + random(count)
    bytes[at] = bytes[at]! ^ (1 << random(8))
  }
  const ways = [
    () => flip(signature, 0, 32),
    () => flip(signature, 32, 32),
    () => flip(publicKey, 0, 32),
    () => flip(message, 0, message.length),
    () => signature.set(odd()),
    () => publicKey.set(odd()),
    () => signature.set(L, 32),
    () => signature.fill(0xff, 32),
    () => {
      publicKey.set(odd())
      signature.set(odd())
      signature.fill(0, 32)
    },
  ]
  ways[random(ways.length)]!()
  return { publicKey, message, signature }
}

const isValidForNoble = ({ publicKey, message, signature }: SignatureCheck): boolean => {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: true })
  } catch {
    return false
  }
}

let fast: Kernel
let scalar: Kernel

beforeAll(async () => {
  scalar = await loadKernel({ build: 'scalar' })
})

it('the fastest build is the one taken', async () => {
  expect((await loadKernel()).build).toBe('fused')
})

describe.each(['simd', 'fused'] as const)(`the %s build (seed ${SEED})`, (build) => {
  beforeAll(async () => {
    fast = await loadKernel({ build })
    expect([fast.build, scalar.build]).toEqual([build, 'scalar'])
  })

  it('agrees with the scalar build, single checks and noble, in batches of all sizes', {
    timeout: 3_600_000,
  }, () => {
    const random = createRandom(SEED)
    const signers = createSigners(60)
    const pool = Array.from({ length: 1_000 }, (_, i) =>
      signMessage(signers[random(signers.length)]!, new Uint8Array(1 + random(400)).fill(i)),
    )
    const sizes = [1, 2, 3, 4, 5, 63, 64, 65, 99, 100, 101, 255, 257, 1_023, 1_025, 4_095, 4_096, 4_097]
    let done = 0
    for (let round = 0; done < CHECKS; round++) {
      const size = sizes[(round * 7) % sizes.length]!
      const distorted = [0, 1, 2, 5, size][random(5)]!
      const checks = Array.from({ length: size }, () => pool[random(pool.length)]!)
      for (let i = 0; i < distorted; i++) {
        const at = random(size)
        checks[at] = distort(checks[at]!, random)
      }
      const answers = fast.verifyBatch(checks)
      expect(answers).toEqual(scalar.verifyBatch(checks))
      for (let i = 0; i < 3; i++) {
        const at = random(size)
        expect(fast.verify(checks[at]!)).toBe(answers[at])
        expect(isValidForNoble(checks[at]!)).toBe(answers[at])
      }
      done += size
    }
  })

  it('stays right while more keys earn tables than there is room for', { timeout: 600_000 }, async () => {
    const kernel = await loadKernel({ build })
    const random = createRandom(SEED)
    const signers = createSigners(1_300)
    const checks = signers.map((signer, i) => signMessage(signer, new Uint8Array(20).fill(i)))
    for (let round = 0; round < 8; round++) {
      const batch = Array.from({ length: 2_600 }, (_, i) => checks[(i * 7 + round * 131) % checks.length]!)
      const bad = [random(batch.length), random(batch.length)]
      for (const at of bad) batch[at] = { ...batch[at]!, message: new Uint8Array(21) }
      expect(kernel.verifyBatch(batch)).toEqual(batch.map((_, i) => !bad.includes(i)))
    }
    // A small batch after many keys: tables by their slots, some of them taken over.
    expect(kernel.verifyBatch(checks.slice(1_200, 1_260)).every(Boolean)).toBe(true)
    expect(kernel.verify(checks[3]!)).toBe(true)
  })

  it('stays right while more keys come than the cache remembers', { timeout: 600_000 }, async () => {
    const kernel = await loadKernel({ build })
    const checks = createSigners(9_000).map((signer, i) => signMessage(signer, new Uint8Array(8).fill(i)))
    const spoiled = checks.map((check, i) =>
      i % 1_500 === 7 ? { ...check, message: new Uint8Array(9) } : check,
    )
    const expected = spoiled.map((_, i) => i % 1_500 !== 7)
    for (let round = 0; round < 2; round++) expect(kernel.verifyBatch(spoiled)).toEqual(expected)
  })
})
