/** One answer on every input: batch = single = noble with `zip215: true`, on good, bad and odd checks. */
import { describe, expect, it } from 'vitest'
import { concatBytes, hasBit, pack } from '../../src/base/index.ts'
import type { Kernel, SignatureCheck } from '../../src/kernel/index.ts'
import {
  bytesToInteger,
  encodingsOf,
  integerToBytes,
  L,
  makeCheck,
  makeSigner,
  makeTorsionCheck,
  multiplyPoint,
  P,
  Point,
  randomScalar,
  SMALL_ORDER_ENCODINGS,
  TORSION,
  verifyByNoble,
} from './support/curve.ts'
import { loadKernels } from './support/kernels.ts'
import { pick, randomBytes, randomInteger, seed } from './support/random.ts'

const signers = Array.from({ length: 12 }, makeSigner)

/** `bytes` with one random bit turned over. */
function corrupt(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  copy[randomInteger(copy.length)]! ^= 1 << randomInteger(8)
  return copy
}

/** `check` with another S. */
const withS = (check: SignatureCheck, s: bigint): SignatureCheck => ({
  ...check,
  signature: concatBytes(check.signature.subarray(0, 32), integerToBytes(s)),
})

const sOf = ({ signature }: SignatureCheck): bigint => bytesToInteger(signature.subarray(32))

/** A check that something is wrong with, mostly. */
function makeDoubtful(): SignatureCheck {
  const check = makeCheck(pick(signers))
  return pick<() => SignatureCheck>([
    () => ({ ...check, message: corrupt(check.message) }),
    () => ({ ...check, publicKey: corrupt(check.publicKey) }),
    () => ({ ...check, signature: corrupt(check.signature) }),
    () => ({ ...check, publicKey: pick(signers).publicKey }),
    () => ({ ...check, publicKey: randomBytes(32) }),
    () => ({ ...check, signature: concatBytes(randomBytes(32), check.signature.subarray(32)) }),
    () => withS(check, sOf(check) + L),
    () => withS(check, pick([0n, L - 1n, L, L + 1n, 2n ** 256n - 1n])),
    () => ({ ...check, publicKey: pick(SMALL_ORDER_ENCODINGS) }),
    () => ({ ...check, signature: concatBytes(pick(SMALL_ORDER_ENCODINGS), check.signature.subarray(32)) }),
    () => makeTorsionCheck(pick(TORSION), pick(TORSION)),
    () => withS(makeTorsionCheck(pick(TORSION), pick(TORSION)), randomScalar()),
  ])()
}

const packChecks = (checks: readonly SignatureCheck[]) =>
  pack(checks.map(({ publicKey, signature, message }) => concatBytes(publicKey, signature, message)))

/** Every way of asking gives noble's answers, which are returned. */
function expectAgreement(kernel: Kernel, checks: readonly SignatureCheck[]): readonly boolean[] {
  const expected = checks.map(verifyByNoble)
  expect(checks.map((check) => kernel.verify(check))).toEqual(expected)
  expect(kernel.verifyBatch(checks)).toEqual(expected)
  const bits = kernel.verifyPacked(packChecks(checks))
  expect(checks.map((_, i) => hasBit(bits, i))).toEqual(expected)
  return expected
}

describe.each(await loadKernels())(`ZIP-215, %s build (seed ${seed})`, (_, kernel) => {
  it('agrees with noble on random, corrupted and odd checks, in batches of all sizes', () => {
    for (const count of [1, 2, 3, 4, 5, 8, 9, 31, 130]) {
      const good = Array.from({ length: count }, () => makeCheck(pick(signers), randomInteger(300)))
      expect(expectAgreement(kernel, good)).not.toContain(false)
      const mixed = good.map((check) => (randomInteger(8) === 0 ? makeDoubtful() : check))
      expectAgreement(kernel, mixed)
    }
    const doubtful = expectAgreement(kernel, Array.from({ length: 200 }, makeDoubtful))
    expect(doubtful).toContain(true)
    expect(doubtful).toContain(false)
  })

  it('accepts all 14 x 14 small-order keys and Rs with S = 0, alone and among others', () => {
    const checks = SMALL_ORDER_ENCODINGS.flatMap((publicKey) =>
      SMALL_ORDER_ENCODINGS.map((encodedR) => ({
        publicKey,
        message: randomBytes(8),
        signature: concatBytes(encodedR, new Uint8Array(32)),
      })),
    )
    expect(checks).toHaveLength(196)
    expect(expectAgreement(kernel, checks)).not.toContain(false)
    for (const check of checks) {
      expect(kernel.verifyBatch([makeCheck(signers[0]!), ...checks.slice(0, 6), check])).not.toContain(false)
    }
    const wrong = checks.map((check) => withS(check, randomScalar()))
    expect(expectAgreement(kernel, wrong)).not.toContain(true)
    const others = Array.from({ length: 60 }, () => makeCheck(pick(signers)))
    expect(expectAgreement(kernel, [...others, ...checks, ...wrong, ...others])).toContain(false)
  })

  it('accepts keys and Rs with a part of small order', () => {
    const checks = TORSION.flatMap((ofA) => TORSION.map((ofR) => makeTorsionCheck(ofA, ofR)))
    expect(expectAgreement(kernel, checks)).not.toContain(false)
    const corrupted = checks.map((check) => ({ ...check, message: corrupt(check.message) }))
    expect(expectAgreement(kernel, corrupted)).not.toContain(true)
    const shuffled = [...checks, ...corrupted].sort((a, b) =>
      bytesToInteger(a.message) < bytesToInteger(b.message) ? -1 : 1,
    )
    expectAgreement(kernel, shuffled)
  })

  it('takes encodings that are not canonical, and refuses those of no point', () => {
    // y from p to 2^255 - 1 with either sign; some are points, none is encoded canonically.
    const encodings = Array.from({ length: 19 }, (_, i) => P + BigInt(i)).flatMap((y) => [
      integerToBytes(y),
      integerToBytes(y | (1n << 255n)),
    ])
    const checks = encodings.flatMap((encoding) => [
      { publicKey: encoding, message: randomBytes(3), signature: concatBytes(encoding, new Uint8Array(32)) },
      { ...makeCheck(signers[0]!), publicKey: encoding },
    ])
    expectAgreement(kernel, checks)
  })

  it('answers keys that one check after another has in many encodings', () => {
    const checks = Array.from({ length: 100 }, (_, i) => {
      const encodings = encodingsOf(TORSION[i % 8]!)
      const publicKey = encodings[i % encodings.length]!
      return {
        publicKey,
        message: randomBytes(4),
        signature: concatBytes(pick(encodings), new Uint8Array(32)),
      }
    })
    expect(expectAgreement(kernel, checks)).not.toContain(false)
  })

  it('enrols canonical keys of the subgroup only', () => {
    for (const { publicKey } of signers) expect(kernel.isEnrollableKey(publicKey)).toBe(true)
    for (const encoding of SMALL_ORDER_ENCODINGS) expect(kernel.isEnrollableKey(encoding)).toBe(false)
    for (const torsion of TORSION.slice(1)) {
      const mixed = Point.BASE.multiply(randomScalar()).add(torsion)
      expect(kernel.isEnrollableKey(mixed.toBytes())).toBe(false)
    }
    for (let i = 0; i < 60; i++) {
      const key = i < 38 ? integerToBytes((P + BigInt(i >> 1)) | (BigInt(i & 1) << 255n)) : randomBytes(32)
      expect(kernel.isEnrollableKey(key)).toBe(isEnrollableByNoble(key))
    }
  })
})

/** The same question put to noble: strict decoding, and [L]A = 0. */
function isEnrollableByNoble(key: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(key, false)
    return (
      !point.equals(Point.ZERO) &&
      multiplyPoint(point, L - 1n)
        .add(point)
        .equals(Point.ZERO)
    )
  } catch {
    return false
  }
}
