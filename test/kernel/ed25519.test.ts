/** Ed25519 against the vectors of RFC 8032, Wycheproof and speccheck, and the encodings of small order of ZIP-215. */
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/index.ts'
import type { SignatureCheck } from '../../src/kernel/index.ts'
import { bytesOf, readVectors } from '../support/vectors.ts'
import { makeCheck, makeSigner, SMALL_ORDER_ENCODINGS, verifyByNoble } from './support/curve.ts'
import { loadKernels } from './support/kernels.ts'
import { seed } from './support/random.ts'

const PARTS = ['publicKey', 'message', 'signature'] as const
const rfc8032 = readVectors('rfc8032', 'name', ...PARTS)
const wycheproof = readVectors('wycheproof-ed25519', 'id', 'flag', ...PARTS, 'rfc8032', 'zip215')
const speccheck = readVectors('speccheck', 'id', ...PARTS, 'zip215')
/** Valid checks that stand beside the one in question. */
const others = Array.from({ length: 8 }, () => makeCheck(makeSigner()))
const smallOrder = readVectors('small-order-encodings', 'encoding')

type Case = Readonly<Record<(typeof PARTS)[number], string>>

const toCheck = ({ publicKey, message, signature }: Case): SignatureCheck => ({
  publicKey: bytesOf(publicKey),
  message: bytesOf(message),
  signature: bytesOf(signature),
})

describe('the vectors of Ed25519', () => {
  it('are all there', () => {
    const counts = [rfc8032, wycheproof, speccheck, smallOrder].map(({ length }) => length)
    expect(counts).toEqual([5, 151, 12, 14])
  })

  it('differ in one case between RFC 8032 and ZIP-215', () => {
    expect(wycheproof.filter((one) => one.rfc8032 !== one.zip215).map(({ id }) => id)).toEqual(['151'])
  })

  it('hold the encodings of small order that the curve has', () => {
    expect(smallOrder.map(({ encoding }) => encoding)).toEqual(SMALL_ORDER_ENCODINGS.map(toHex))
  })
})

describe.each(await loadKernels())(`Ed25519 vectors, %s build (seed ${seed})`, (_, kernel) => {
  /** The answer alone, and among valid checks, must be the same. */
  const verifyBothWays = (check: SignatureCheck): boolean => {
    const answer = kernel.verify(check)
    expect(kernel.verifyBatch([...others, check, ...others])).toEqual([
      ...others.map(() => true),
      answer,
      ...others.map(() => true),
    ])
    expect(verifyByNoble(check)).toBe(answer)
    return answer
  }

  it.each(rfc8032)('accepts $name of RFC 8032, and not with a bit turned over', (vector) => {
    const check = toCheck(vector)
    expect(verifyBothWays(check)).toBe(true)
    for (const part of PARTS) {
      const bytes = check[part].slice()
      if (bytes.length === 0) continue
      bytes[bytes.length >> 1]! ^= 4
      expect(kernel.verify({ ...check, [part]: bytes }), part).toBe(false)
    }
  })

  it.each(wycheproof)('finds case $id of Wycheproof ($flag) $zip215', (vector) => {
    const check = toCheck(vector)
    if (check.signature.length === 64) {
      expect(verifyBothWays(check)).toBe(vector.zip215 === 'valid')
    } else {
      expect(vector.zip215).toBe('invalid')
      expect(() => kernel.verify(check)).toThrow(RangeError)
    }
  })

  it.each(speccheck)('finds case $id of speccheck $zip215', (vector) => {
    expect(verifyBothWays(toCheck(vector))).toBe(vector.zip215 === 'valid')
  })
})
