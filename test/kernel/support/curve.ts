/** Keys, signatures and odd points for tests, made with BigInt and @noble/curves. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, toHex } from '../../../src/base/index.ts'
import type { SignatureCheck } from '../../../src/kernel/index.ts'
import { randomBytes } from './random.ts'

export const P = 2n ** 255n - 19n
export const L = 2n ** 252n + 27742317777372353535851937790883648493n
export const Point = ed25519.Point
export type Point = InstanceType<typeof Point>

/** Value of little-endian bytes. */
export const bytesToInteger = (bytes: Uint8Array): bigint =>
  BigInt(`0x${toHex(bytes.slice().reverse()) || '0'}`)

/** `length` little-endian bytes of `value`. */
export function integerToBytes(value: bigint, length = 32): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
}

/** `value` modulo `modulus`, not negative. */
export const modulo = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus

/** A random scalar. */
export const randomScalar = (): bigint => bytesToInteger(randomBytes(64)) % L

/** [scalar]point, of any scalar and of points of any order. */
export function multiplyPoint(point: Point, scalar: bigint): Point {
  // noble takes scalars below L only, modulo which a point with a part of small order would lose that part.
  const timesL = () => point.multiplyUnsafe(L - 1n).add(point)
  const low = scalar % L === 0n ? Point.ZERO : point.multiplyUnsafe(scalar % L)
  return scalar < L ? low : low.add(multiplyPoint(timesL(), scalar / L))
}

/** A key pair of RFC 8032. */
export interface Signer {
  readonly publicKey: Uint8Array
  readonly privateKey: KeyObject
}

/** A random key pair. */
export function makeSigner(): Signer {
  const secretKey = randomBytes(32)
  // PKCS#8 of an Ed25519 key (RFC 8410) is this head and the key.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secretKey])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return { publicKey: ed25519.getPublicKey(secretKey), privateKey }
}

/** A valid check of a random message. */
export function makeCheck(signer: Signer, messageBytes = 40): SignatureCheck {
  const message = randomBytes(messageBytes)
  return {
    publicKey: signer.publicKey,
    message,
    signature: new Uint8Array(sign(null, message, signer.privateKey)),
  }
}

/** What @noble/curves says of a check under ZIP-215. */
export const verifyByNoble = ({ publicKey, message, signature }: SignatureCheck): boolean =>
  ed25519.verify(signature, message, publicKey, { zip215: true })

/** The eight points of small order: multiples of one of order 8. */
export const TORSION: readonly Point[] = (() => {
  const generator = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')
  return Array.from({ length: 8 }, (_, i) => multiplyPoint(generator, BigInt(i)))
})()

/** Every encoding of a point that ZIP-215 takes: y and, where it still fits, y + p; x = 0 with both signs. */
export function encodingsOf(point: Point): Uint8Array[] {
  const { x, y } = point.toAffine()
  const signs = x === 0n ? [0n, 1n] : [x & 1n]
  const values = [y, y + P].filter((value) => value < 2n ** 255n)
  return values.flatMap((value) => signs.map((sign) => integerToBytes(value | (sign << 255n))))
}

/** The 14 encodings of the points of small order. */
export const SMALL_ORDER_ENCODINGS: readonly Uint8Array[] = TORSION.flatMap(encodingsOf)

/**
 * A check whose R = [r]B + torsionOfR and A = [a]B + torsionOfA, with the S that fits the rest: valid under the
 * cofactored equation whatever the torsion, and mostly invalid under the other one.
 */
export function makeTorsionCheck(torsionOfA: Point, torsionOfR: Point): SignatureCheck {
  const a = randomScalar()
  const r = randomScalar()
  const publicKey = Point.BASE.multiply(a).add(torsionOfA).toBytes()
  const encodedR = Point.BASE.multiply(r).add(torsionOfR).toBytes()
  const message = randomBytes(20)
  const k = bytesToInteger(sha512(concatBytes(encodedR, publicKey, message))) % L
  return { publicKey, message, signature: concatBytes(encodedR, integerToBytes((r + k * a) % L)) }
}
